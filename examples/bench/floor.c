/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor.c - what the machine costs when no runtime is in the way
 *
 * Plain C11 atomics, malloc and a futex: each row is a piece of what a message needs, so that a figure of a benchmark
 * can be read as a multiple of what is possible on this machine. The last row puts the pieces of one message together:
 * allocate 64 bytes, exchange them into the head of a mailbox, link, find them from the other end, go idle by
 * compare-and-swap, free. Nothing that keeps that promise of order and exclusivity does less.
 *
 * Every row is timed over many rounds with one clock reading at each end.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bench.h"

#define ROUNDS 1000000
#define BATCH 1000
#define BLOCK 64

/* The compiler must believe that somebody looks at this. */
static void use(void *pointer)
{
	__asm__ volatile("" : : "r"(pointer) : "memory");
}

static double each(odeon_time began, double count)
{
	return (double)(odeon_clock_now().ns - began.ns) / count;
}

int cores_available(void)
{
	cpu_set_t cores;

	return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
}

extern int mallctl(const char *, void *, size_t *, void *, size_t) __attribute__((weak));

const char *floor_allocator(void)
{
	return mallctl != NULL ? "jemalloc" : "libc";
}

/* ---- single operations ----------------------------------------------------------------------------------- */

static double exchange(void)
{
	_Atomic(uint64_t) word = 0;
	odeon_time began = odeon_clock_now();

	for (uint64_t i = 0; i < ROUNDS; i++)
		atomic_exchange(&word, i);
	return each(began, ROUNDS);
}

static double compare_and_swap(void)
{
	_Atomic(uint64_t) word = 0;
	odeon_time began = odeon_clock_now();

	for (uint64_t i = 0; i < ROUNDS; i++) {
		uint64_t expected = i;

		atomic_compare_exchange_strong(&word, &expected, i + 1);
	}
	return each(began, ROUNDS);
}

static double read_clock(void)
{
	odeon_time began = odeon_clock_now();

	for (int i = 0; i < ROUNDS; i++) {
		struct timespec now;

		clock_gettime(CLOCK_MONOTONIC, &now);
		use(&now);
	}
	return each(began, ROUNDS);
}

static double allocate_and_free(void)
{
	odeon_time began = odeon_clock_now();

	for (int i = 0; i < ROUNDS; i++) {
		void *block = malloc(BLOCK);

		use(block);
		free(block);
	}
	return each(began, ROUNDS);
}

static double allocate_and_free_in_batches(void)
{
	void *blocks[BATCH];
	odeon_time began = odeon_clock_now();

	for (int i = 0; i < ROUNDS; i += BATCH) {
		for (int k = 0; k < BATCH; k++)
			use(blocks[k] = malloc(BLOCK));
		for (int k = 0; k < BATCH; k++)
			free(blocks[k]);
	}
	return each(began, ROUNDS);
}

/* ---- a queue, as small as one can be: many push, one pops; Vyukov's, intrusive ---------------------------- */

struct node { _Atomic(struct node *) link; };
struct queue { _Atomic(struct node *) head; struct node *tail; struct node stub; };

static void push(struct queue *queue, struct node *node)
{
	struct node *before;

	atomic_store_explicit(&node->link, NULL, memory_order_relaxed);
	before = atomic_exchange_explicit(&queue->head, node, memory_order_acq_rel);
	atomic_store_explicit(&before->link, node, memory_order_release);
}

static struct node *pop(struct queue *queue)
{
	struct node *tail = queue->tail, *next = atomic_load_explicit(&tail->link, memory_order_acquire);

	if (tail == &queue->stub) {
		if (next == NULL)
			return NULL;
		queue->tail = tail = next;
		next = atomic_load_explicit(&tail->link, memory_order_acquire);
	}
	if (next == NULL) {
		if (tail != atomic_load_explicit(&queue->head, memory_order_acquire))
			return NULL;
		push(queue, &queue->stub);             /* so that the last one can be taken out */
		next = atomic_load_explicit(&tail->link, memory_order_acquire);
		if (next == NULL)
			return NULL;
	}
	queue->tail = next;
	return tail;
}

static double queue_in_turn(void)
{
	struct queue queue = { .head = &queue.stub, .tail = &queue.stub };
	struct node node;
	odeon_time began = odeon_clock_now();

	for (int i = 0; i < ROUNDS; i++) {
		push(&queue, &node);
		if (pop(&queue) != &node)
			abort();
	}
	return each(began, ROUNDS);
}

static double queue_in_batches(void)
{
	struct queue queue = { .head = &queue.stub, .tail = &queue.stub };
	static struct node nodes[64];
	odeon_time began = odeon_clock_now();
	int rounds = ROUNDS / 64;

	for (int i = 0; i < rounds; i++) {
		for (int k = 0; k < 64; k++)
			push(&queue, &nodes[k]);
		for (int k = 0; k < 64; k++)
			if (pop(&queue) != &nodes[k])
				abort();
	}
	return each(began, rounds * 64.0);
}

/* ---- all of it once: the least that a message can cost ------------------------------------------------------- */

struct letter { struct node node; uint64_t content[7]; };

double floor_least_message(void)
{
	struct node stub;
	_Atomic(struct node *) head = &stub;
	uint64_t sum = 0;
	odeon_time began = odeon_clock_now();

	for (uint64_t i = 0; i < ROUNDS; i++) {
		struct letter *letter = malloc(sizeof *letter), *found;
		struct node *before, *last;

		atomic_store_explicit(&stub.link, NULL, memory_order_relaxed);
		atomic_store_explicit(&letter->node.link, NULL, memory_order_relaxed);
		letter->content[0] = i;
		before = atomic_exchange(&head, &letter->node);                         /* send */
		atomic_store_explicit(&before->link, &letter->node, memory_order_release);
		found = (struct letter *)atomic_load_explicit(&stub.link, memory_order_acquire);
		sum += found->content[0];                                               /* handle */
		last = &found->node;
		if (!atomic_compare_exchange_strong(&head, &last, &stub))               /* go idle */
			abort();
		use(found);
		free(found);
	}
	if (sum != (uint64_t)ROUNDS * (ROUNDS - 1) / 2)
		abort();
	return each(began, ROUNDS);
}

const struct floor_row floor_rows[] = {
	{ "exchange", "atomic exchange of a word in cache", 1, exchange },
	{ "compare-and-swap", "the same, compare-and-swap", 1, compare_and_swap },
	{ "clock", "one reading of the monotonic clock", 1, read_clock },
	{ "malloc-free", "allocate and free 64 bytes", 1, allocate_and_free },
	{ "malloc-free-batch", "the same, 1000 allocated, then 1000 freed", 1, allocate_and_free_in_batches },
	{ "malloc-free-across", "the same, freed by another core", 2, floor_allocate_here_free_there },
	{ "queue", "push and pop in turn on one thread", 1, queue_in_turn },
	{ "queue-batch", "the same, 64 pushed, then 64 popped", 1, queue_in_batches },
	{ "queue-across", "from one core to another, as fast as it goes", 2, floor_queue_across },
	{ "ck-ring-1-1", "a ck_ring of 1024 pointers, one thread to another", 2, floor_ring_one },
	{ "ck-ring-20-1", "the same, 20 threads to one", 2, floor_ring_twenty },
	{ "line", "a cache line to another core and back", 2, floor_line_there_and_back },
	{ "wake-cost", "waking a sleeping thread: the waker's part", 2, floor_wake_cost },
	{ "wake-latency", "waking a sleeping thread: until it runs", 2, floor_wake_latency },
	{ "least-message", "allocate, exchange, link, handle, go idle, free", 1, floor_least_message },
	{ NULL, NULL, 0, NULL }
};
