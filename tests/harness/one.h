/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * one.h - for tests of one channel at a time: its two halves, and that nothing is left of it
 *
 *   out, in        the halves; NULL: dropped, or not opened
 *   teardown       drops both; then no load may be left
 *
 * Each program that includes it has a channel of its own.
 */
#ifndef TESTS_ONE_H
#define TESTS_ONE_H

#include "halves.h"

static odeon_sender *out;
static odeon_receiver *in;

static inline void drop_sender(void)
{
	odeon_sender_drop(out);
	out = NULL;
}

static inline void drop_receiver(void)
{
	odeon_receiver_drop(in);
	in = NULL;
}

static inline void drop_both(void)
{
	drop_sender();
	drop_receiver();
}

/* A channel of loads, in the place of one opened before. */
static inline void open_channel(size_t capacity)
{
	drop_both();
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(load), capacity, &out, &in), 0);
}

static inline void teardown(void)
{
	drop_both();
	ck_assert_int_eq(loads_alive(), 0);
}

#endif
