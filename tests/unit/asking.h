/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asking.h - what ask.c and silence.c share: actors that answer, and those who ask
 */
#ifndef TESTS_ASKING_H
#define TESTS_ASKING_H

#include "../harness/kit.h"

static struct world world;
static struct journal journal;

static inline void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static inline void teardown(void) { world_close(&world); }

typedef void hook(odeon_self *self, struct catcher *catcher, struct parcel *parcel);

static inline odeon_ref answerer(hook *on_parcel)
{
	return world_catcher(&world, (struct catcher){ .on_parcel = on_parcel, .journal = &journal });
}

/* Asks with a parcel; answers the number of the parcel that came back, or the error. */
static inline int ask(odeon_ref to, int number, odeon_time until)
{
	int why = 1;
	struct parcel *answer = odeon_ask(parcel, world.system, to, parcel_new(number), until, &why);

	if (!answer) {
		must(why < 0);
		return why;
	}
	must(why == 0);
	number = answer->number;
	odeon_free(answer);
	return number;
}

static inline void answer_new(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel_new(parcel->number + 1)) == 0);
}

static inline void keep_until_told(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	catcher->kept = odeon_keep(self, parcel);
	journal_note(catcher->journal, 0);
}

static int asked_result;

static inline void *ask_in_a_thread(void *argument)
{
	asked_result = ask(*(odeon_ref *)argument, 7, kit_deadline());
	return NULL;
}

#endif
