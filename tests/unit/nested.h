/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nested.h - what select_mailbox.c and select_mailbox_end.c share: an actor whose handler selects on its own mailbox
 */
#ifndef TESTS_NESTED_H
#define TESTS_NESTED_H

#include "../harness/kit.h"

enum { OUTER = 1000000, STOP_HERE };                    /* parcels that open a select; that end it */

static struct world world;
static struct journal notes;
static struct ending ending;
static struct plug plug;
static odeon_ref actor, other;
static odeon_sender *out;
static odeon_receiver *in;

static inline void setup(void)
{
	notes = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	plug = (struct plug)PLUG;
	out = NULL;
	in = NULL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static inline void teardown(void)
{
	world_close(&world);
}

static inline odeon_ref spawn_own(void (*on_parcel)(odeon_self *self, struct catcher *catcher, struct parcel *parcel))
{
	return world_placed(&world, (struct catcher){ .on_parcel = on_parcel, .journal = &notes, .ending = &ending },
	                    ODEON_OWN_THREAD, 0);
}

static inline int select_mailbox(odeon_self *self, odeon_time until, int *error)
{
	odeon_case one = ODEON_CASE_MAILBOX(self);
	int index = odeon_select(&one, 1, until);

	*error = one.error;
	return index;
}

/* ---- until the end ------------------------------------------------------------------------------------------------------ */

/* Selects until it hears that it is to end, and a little more. */
static int heard, heard_again;
static unsigned rounds;
static inline void until_stopping(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error = 0;

	if (parcel->number < OUTER) {
		journal_note(catcher->journal, parcel->number);
		if (parcel->number == 13)
			odeon_exit(self);
		if (parcel->number == 14)
			odeon_fail(self, 77, "on purpose");
		return;
	}
	gate_open(&plug.entered);
	for (rounds = 0; error == 0; rounds++)
		must(select_mailbox(self, ODEON_NEVER, &error) == 0);
	heard = error;
	must(select_mailbox(self, ODEON_AT_ONCE, &heard_again) == 0);
	must(parcel->number == OUTER);
}

static inline void expect_end(int code)
{
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, code);
	ck_assert_int_eq(heard, ODEON_ESTOPPING);
	ck_assert_int_eq(heard_again, ODEON_ESTOPPING);
}

#endif
