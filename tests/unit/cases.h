/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cases.h - what select.c and select_wait.c share: channels to choose from
 */
#ifndef TESTS_CASES_H
#define TESTS_CASES_H

#include "../harness/halves.h"
#include <unistd.h>

enum { MOST = 40 };

static odeon_sender *outs[MOST];
static odeon_receiver *ins[MOST];
static int pipe_ends[2] = { -1, -1 };

static inline void open_channels(int count, size_t capacity)
{
	int i;

	for (i = 0; i < count; i++)
		ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacity, &outs[i], &ins[i]), 0);
}

static inline void teardown(void)
{
	int i;

	for (i = 0; i < MOST; i++) {
		odeon_sender_drop(outs[i]);
		odeon_receiver_drop(ins[i]);
		outs[i] = NULL;
		ins[i] = NULL;
	}
	if (pipe_ends[0] >= 0) {
		close(pipe_ends[0]);
		close(pipe_ends[1]);
	}
	ck_assert_int_eq(loads_alive(), 0);
}

/* The number that a case received; or its error. */
static inline int number_of(odeon_case *one)
{
	struct load *load = odeon_case_message(load, one);
	int number = load ? load->number : one->error;

	odeon_free(load);
	return number;
}

static inline void put_now(int channel, int number) { ck_assert_int_eq(put(outs[channel], number, ODEON_AT_ONCE), 0); }

static inline odeon_system *simulate(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed });
	odeon_system *system = NULL;

	ck_assert_int_eq(odeon_system_start(&options, &system), 0);
	return system;
}

#endif
