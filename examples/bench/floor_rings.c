/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * floor_rings.c - Concurrency Kit's bounded rings, between threads: what a bounded channel might have been made of
 *
 * Pointers only: no message is made or freed, nobody sleeps or is woken. Who finds it full or empty looks again a few times, and then offers
 * its core. Threads run where they like.
 *
 * By time, not by count: senders of ck_ring finish in the order in which they began, and wait for each other inside it without offering their
 * core. One that is preempted there lets those behind it spend their slices, and with more senders than cores a message can take milliseconds.
 */
#include <ck_ring.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include "bench.h"

#define ROOM 1024
#define LASTS_NS 500000000
#define LOOK_AT_CLOCK 1024u
#define LOOKS 64u
#define SENDERS_MOST 20u

struct shared {
	ck_ring_t ring;
	ck_ring_buffer_t places[ROOM];
	atomic_uint arrived;
	atomic_bool is_open;
	unsigned senders;
};

static void look_again(unsigned *looks)
{
	if (++*looks % LOOKS != 0)
		ck_pr_stall();
	else
		sched_yield();
}

static bool put(struct shared *shared, const void *message)
{
	return shared->senders == 1 ? ck_ring_enqueue_spsc(&shared->ring, shared->places, message)
		: ck_ring_enqueue_mpsc(&shared->ring, shared->places, message);
}

static bool get(struct shared *shared, void *message)
{
	return shared->senders == 1 ? ck_ring_dequeue_spsc(&shared->ring, shared->places, message)
		: ck_ring_dequeue_mpsc(&shared->ring, shared->places, message);
}

static void *send(void *argument)
{
	struct shared *shared = argument;
	unsigned looks = 0;

	atomic_fetch_add(&shared->arrived, 1);
	while (!atomic_load(&shared->is_open))
		look_again(&looks);
	while (atomic_load_explicit(&shared->is_open, memory_order_relaxed))
		if (!put(shared, shared))
			look_again(&looks);
	return NULL;
}

static double receive(struct shared *shared)
{
	unsigned long taken = 0;
	unsigned looks = 0;
	odeon_time began;
	int64_t ns = 0;
	void *message;

	while (atomic_load(&shared->arrived) < shared->senders)
		look_again(&looks);
	began = odeon_clock_now();
	atomic_store(&shared->is_open, true);
	for (unsigned long i = 1; ns < LASTS_NS; i++) {
		if (!get(shared, &message))
			look_again(&looks);
		else if (message != shared)
			abort();
		else
			taken++;
		if (i % LOOK_AT_CLOCK == 0)
			ns = odeon_clock_now().ns - began.ns;
	}
	atomic_store(&shared->is_open, false);
	return (double)ns / (double)taken;
}

static double measure(unsigned senders)
{
	struct shared *shared = aligned_alloc(64, (sizeof *shared + 63) / 64 * 64);
	pthread_t threads[SENDERS_MOST];
	double ns;

	if (shared == NULL)
		return 0;
	ck_ring_init(&shared->ring, ROOM);
	atomic_init(&shared->arrived, 0);
	atomic_init(&shared->is_open, false);
	shared->senders = senders;
	for (unsigned i = 0; i < senders; i++)
		if (pthread_create(&threads[i], NULL, send, shared) != 0)
			abort();
	ns = receive(shared);
	for (unsigned i = 0; i < senders; i++)
		pthread_join(threads[i], NULL);
	free(shared);
	return ns;
}

double floor_ring_one(void)
{
	return measure(1);
}

double floor_ring_twenty(void)
{
	return measure(SENDERS_MOST);
}
