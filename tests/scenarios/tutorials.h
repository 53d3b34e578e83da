/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tutorials.h - what channels.c, values.c, selects.c and edges.c share: producers, several channels at once, the time
 */
#ifndef TESTS_TUTORIALS_H
#define TESTS_TUTORIALS_H

#include "../harness/one.h"
#include <sys/resource.h>

/* ---- producers ---------------------------------------------------------------------------------------------------------- */

struct producer { struct mate mate; odeon_sender *out; unsigned number; };
enum { PRODUCERS = 4, VALUES = 200 };

static inline void produce(void *argument)
{
	struct producer *producer = argument;
	int i;

	for (i = 0; i < VALUES; i++)
		must(odeon_sender_send(producer->out, load_of(producer->number, i)) == 0);
	odeon_sender_drop(producer->out);
}

static inline void begin_producers(struct producer *producers)
{
	unsigned i;

	for (i = 0; i < PRODUCERS; i++) {
		producers[i] = (struct producer){ .out = odeon_sender_clone(out), .number = i };
		ck_assert_ptr_nonnull(producers[i].out);
		mate_begin(&producers[i].mate, produce, &producers[i]);
	}
	drop_sender();
}

static inline void end_producers(struct producer *producers)
{
	int i;

	for (i = 0; i < PRODUCERS; i++)
		mate_end(&producers[i].mate);
}

static inline int64_t cpu_time_of_this_thread(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return ODEON_SECONDS(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
		+ ODEON_US(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/* ---- time ----------------------------------------------------------------------------------------------------------------------- */

static inline odeon_system *simulate(void)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() });
	odeon_system *system = NULL;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	return system;
}

/* In a simulation an operation takes some hundred nanoseconds. */
static inline void expect_about(int64_t moment, int64_t expected)
{
	ck_assert_int_ge(moment, expected);
	ck_assert_int_lt(moment, expected + ODEON_US(20));
}

/* A tick's moment, or the error as a negative number. */
static inline int64_t tick_at(odeon_receiver *receiver, odeon_time until)
{
	int why = 1;
	struct odeon_tick *tick = odeon_recv_until(odeon_tick, receiver, until, &why);
	int64_t due = tick ? tick->due.ns : why;

	odeon_free(tick);
	return due;
}

/* ---- several channels --------------------------------------------------------------------------------------------------- */

struct pair { odeon_sender *out; odeon_receiver *in; };

static inline struct pair pair_open(size_t capacity)
{
	struct pair pair = { NULL, NULL };

	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacity, &pair.out, &pair.in), 0);
	return pair;
}

static inline void pair_drop(struct pair pair)
{
	odeon_sender_drop(pair.out);
	odeon_receiver_drop(pair.in);
}

#endif
