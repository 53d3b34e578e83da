/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor_cores.c - the rows of the floor that need two cores
 *
 * Two threads, each pinned to a core of its own, the first two that this process may use. Both wait at a gate, so that
 * the making of threads is not timed.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bench.h"

#define LINE 64

struct link;

static void pin(int which)
{
	cpu_set_t may, mine;

	sched_getaffinity(getpid(), sizeof may, &may);
	for (int core = 0; core < CPU_SETSIZE; core++) {
		if (!CPU_ISSET(core, &may) || which-- > 0)
			continue;
		CPU_ZERO(&mine);
		CPU_SET(core, &mine);
		pthread_setaffinity_np(pthread_self(), sizeof mine, &mine);
		return;
	}
}

static void breathe(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

/* The gate, and what the two threads of a measurement share; their own words are lines apart. */
struct pair {
	void *(*there)(struct pair *pair);
	_Alignas(LINE) atomic_int waiting;
	_Alignas(LINE) _Atomic(uint32_t) ball;
	_Alignas(LINE) _Atomic(int64_t) stamp;
	_Alignas(LINE) void *blocks[1000];
	int64_t ns_there;
	_Alignas(LINE) _Atomic(struct link *) head;
};

static void meet(struct pair *pair)
{
	atomic_fetch_add(&pair->waiting, 1);
	while (atomic_load(&pair->waiting) < 2)
		breathe();
}

static void *begin_there(void *argument)
{
	struct pair *pair = argument;

	pin(1);
	meet(pair);
	return pair->there(pair);
}

/* Runs both sides at once: `here` on a thread on the first core, so that the caller keeps its own affinity. */
struct here { struct pair *pair; double (*measure)(struct pair *pair); double ns; };

static void *begin_here(void *argument)
{
	struct here *here = argument;

	pin(0);
	meet(here->pair);
	here->ns = here->measure(here->pair);
	return NULL;
}

static double measure_pair(double (*measure)(struct pair *pair), void *(*there)(struct pair *pair))
{
	static struct pair zero;
	struct pair *pair = aligned_alloc(LINE, sizeof *pair);
	struct here here = { pair, measure, 0 };
	pthread_t threads[2];

	if (pair == NULL)
		return 0;
	*pair = zero;
	pair->there = there;
	if (pthread_create(&threads[0], NULL, begin_here, &here) != 0)
		abort();
	if (pthread_create(&threads[1], NULL, begin_there, pair) != 0)
		abort();
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	free(pair);
	return here.ns;
}

static void await(struct pair *pair, uint32_t ball)
{
	while (atomic_load_explicit(&pair->ball, memory_order_acquire) != ball)
		breathe();
}

static void hand_over(struct pair *pair, uint32_t ball)
{
	atomic_store_explicit(&pair->ball, ball, memory_order_release);
}

/* ---- a cache line ---------------------------------------------------------------------------------------- */

#define BOUNCES 100000

static void *bounce_there(struct pair *pair)
{
	for (uint32_t i = 0; i < BOUNCES; i++) {
		await(pair, 2 * i + 1);
		hand_over(pair, 2 * i + 2);
	}
	return NULL;
}

static double bounce_here(struct pair *pair)
{
	odeon_time began = odeon_clock_now();

	for (uint32_t i = 0; i < BOUNCES; i++) {
		hand_over(pair, 2 * i + 1);
		await(pair, 2 * i + 2);
	}
	return (double)(odeon_clock_now().ns - began.ns) / BOUNCES;
}

double floor_line_there_and_back(void)
{
	return measure_pair(bounce_here, bounce_there);
}

/* ---- allocated here, freed there ---------------------------------------------------------------------------- */

#define BATCHES 500
#define BATCH 1000

static void *free_there(struct pair *pair)
{
	for (uint32_t i = 0; i < BATCHES; i++) {
		odeon_time began;

		await(pair, 2 * i + 1);
		began = odeon_clock_now();
		for (int k = 0; k < BATCH; k++)
			free(pair->blocks[k]);
		pair->ns_there += odeon_clock_now().ns - began.ns;
		hand_over(pair, 2 * i + 2);
	}
	return NULL;
}

static double allocate_here(struct pair *pair)
{
	int64_t ns = 0;

	for (uint32_t i = 0; i < BATCHES; i++) {
		odeon_time began = odeon_clock_now();

		for (int k = 0; k < BATCH; k++)
			pair->blocks[k] = malloc(64);
		ns += odeon_clock_now().ns - began.ns;
		hand_over(pair, 2 * i + 1);
		await(pair, 2 * i + 2);
	}
	return (double)(ns + pair->ns_there) / BATCHES / BATCH;
}

double floor_allocate_here_free_there(void)
{
	return measure_pair(allocate_here, free_there);
}

/* ---- a queue from core to core: push is one exchange and one store ------------------------------------------ */

#define LINKS 100000

struct link { _Alignas(LINE) _Atomic(struct link *) next; };

static struct link links[LINKS + 1];

static void *push_there(struct pair *pair)
{
	atomic_store(&pair->head, &links[0]);
	for (int i = 1; i <= LINKS; i++) {
		struct link *before = atomic_exchange_explicit(&pair->head, &links[i], memory_order_acq_rel);

		atomic_store_explicit(&before->next, &links[i], memory_order_release);
	}
	return NULL;
}

static double pop_here(struct pair *pair)
{
	struct link *link = &links[0], *next;
	odeon_time began = odeon_clock_now();

	(void)pair;
	for (int i = 1; i <= LINKS; i++, link = next)
		while ((next = atomic_load_explicit(&link->next, memory_order_acquire)) == NULL)
			breathe();
	return (double)(odeon_clock_now().ns - began.ns) / LINKS;
}

double floor_queue_across(void)
{
	for (int i = 0; i <= LINKS; i++)
		atomic_store(&links[i].next, NULL);
	return measure_pair(pop_here, push_there);
}

/* ---- waking a thread that sleeps ---------------------------------------------------------------------------- */

#define WAKES 200
#define UNTIL_ASLEEP ODEON_US(300)

static void futex(struct pair *pair, int operation, uint32_t value)
{
	syscall(SYS_futex, &pair->ball, operation, value, NULL, NULL, 0);
}

/* Sleeps until the ball is another one, then says when it ran. */
static void *sleep_there(struct pair *pair)
{
	for (uint32_t i = 0; i < WAKES; i++) {
		while (atomic_load(&pair->ball) == i)
			futex(pair, FUTEX_WAIT_PRIVATE, i);
		atomic_store(&pair->stamp, odeon_clock_now().ns);
	}
	return NULL;
}

struct wakes { double cost[WAKES], latency[WAKES]; };

static double wake_here(struct pair *pair, int what)
{
	static struct wakes wakes;

	for (uint32_t i = 0; i < WAKES; i++) {
		int64_t began, woken, ran;

		sleep_ns(UNTIL_ASLEEP);
		began = odeon_clock_now().ns;
		atomic_store(&pair->ball, i + 1);
		futex(pair, FUTEX_WAKE_PRIVATE, 1);
		woken = odeon_clock_now().ns;
		while ((ran = atomic_exchange(&pair->stamp, 0)) == 0)
			breathe();
		wakes.cost[i] = (double)(woken - began);
		wakes.latency[i] = (double)(ran - began);
	}
	return percentile(what ? wakes.latency : wakes.cost, WAKES, 50);
}

static double wake_cost_here(struct pair *pair) { return wake_here(pair, 0); }
static double wake_latency_here(struct pair *pair) { return wake_here(pair, 1); }

double floor_wake_cost(void)
{
	return measure_pair(wake_cost_here, sleep_there);
}

double floor_wake_latency(void)
{
	return measure_pair(wake_latency_here, sleep_there);
}
