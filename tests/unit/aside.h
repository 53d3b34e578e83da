/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aside.h - what stash.c and stash_duty.c share: an actor that lays aside what comes while it is closed
 */
#ifndef TESTS_ASIDE_H
#define TESTS_ASIDE_H

#include "../harness/kit.h"

enum { LATER = 100, UNSTASH = 1000, EXIT, MIX };        /* parcels below LATER are laid aside while `is_closed` */

static struct world world;
static struct journal notes;
static struct ending ending;
static bool is_closed;                                  /* the actor's own */
static int refusals, unstashed;
static unsigned aside_at_stop;

static inline void setup(void)
{
	notes = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	is_closed = true;
	refusals = unstashed = 0;
	aside_at_stop = 0;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static inline void teardown(void)
{
	world_close(&world);
}

/* Takes nothing below LATER until it is opened by UNSTASH. */
static inline void wait_for_opening(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why = 1;

	if (parcel->number == UNSTASH) {
		is_closed = false;
		unstashed = (int)odeon_unstash(self);
		must(odeon_stashed(self) == 0);
	} else if (parcel->number == EXIT) {
		odeon_exit(self);
	} else if (parcel->number < LATER && is_closed) {
		unsigned before = odeon_stashed(self);

		parcel = odeon_stash(self, parcel, &why);
		must((parcel == NULL) == (why == 0));
		must(odeon_stashed(self) == before + (why == 0));
		refusals += why == ODEON_EFULL;
		if (parcel)
			journal_note(catcher->journal, -parcel->number);
	} else
		journal_note(catcher->journal, parcel->number);
}

static inline odeon_ref spawn_waiter(odeon_mailbox mailbox)
{
	return world_bounded(&world, (struct catcher){ .on_parcel = wait_for_opening, .journal = &notes, .ending = &ending },
	                     mailbox);
}

static inline void post(odeon_ref to, int number) { world_posts(&world, to, number, 1); }

static inline void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* Returns when all that was posted has been looked at. */
static inline void settle(odeon_ref actor) { world_do(&world, actor, nothing, NULL); }

#endif
