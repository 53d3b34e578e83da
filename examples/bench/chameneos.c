/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chameneos - 100 creatures meet in a mall, two at a time, and change colour
 *
 * Four messages a meeting: two creatures come to the mall, the mall sends the second one's wish on to the first, and
 * the first tells the second its new colour. When there were enough meetings the mall sends everyone home, and each
 * says how many it had: twice the meetings in all.
 */
#include "bench.h"

#define CREATURES 100

enum colour { BLUE, RED, YELLOW };

struct begin { odeon_ref mall; };
struct meet { odeon_ref who; enum colour colour; };
struct change { odeon_ref who; enum colour colour; };
struct home { uint64_t meetings; };
struct tally { uint64_t meetings; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(meet);
ODEON_MESSAGE(change);
ODEON_MESSAGE(home);
ODEON_MESSAGE(tally);

struct creature { odeon_ref self, mall; uint64_t meetings; enum colour colour; };
struct mall { struct run *run; odeon_ref waiting; uint64_t left, sum; unsigned tallies; };

/* Both keep a common colour; two of different colours turn into the third. */
static enum colour complement(enum colour mine, enum colour other)
{
	return mine == other ? mine : (enum colour)(BLUE + RED + YELLOW - mine - other);
}

static void go_to_mall(odeon_self *self, struct creature *creature)
{
	odeon_send(self, creature->mall, odeon_new(meet, .who = creature->self, .colour = creature->colour));
}

ODEON_HANDLER(creature, begin)
{
	creature->self = odeon_self_ref(self);
	creature->mall = begin->mall;
	go_to_mall(self, creature);
}

ODEON_HANDLER(creature, meet)
{
	creature->meetings++;
	creature->colour = complement(creature->colour, meet->colour);
	odeon_send(self, meet->who, odeon_new(change, .who = creature->self, .colour = creature->colour));
	go_to_mall(self, creature);
}

ODEON_HANDLER(creature, change)
{
	creature->meetings++;
	creature->colour = change->colour;
	go_to_mall(self, creature);
}

ODEON_HANDLER(creature, home)
{
	odeon_send(self, creature->mall, odeon_new(tally, .meetings = creature->meetings));
}

ODEON_HANDLER(mall, meet)
{
	if (mall->left == 0) {
		odeon_send(self, meet->who, odeon_new(home));
	} else if (odeon_ref_is_nobody(mall->waiting)) {
		mall->waiting = meet->who;
	} else {
		odeon_ref first = mall->waiting;

		mall->waiting = ODEON_NOBODY;
		mall->left--;
		odeon_send(self, first, meet);
	}
}

ODEON_HANDLER(mall, tally)
{
	mall->sum += tally->meetings;
	if (++mall->tallies < CREATURES)
		return;
	if (mall->sum != 2 * mall->run->count)
		run_wrong(mall->run, "the creatures had %llu meetings", (unsigned long long)mall->sum);
	run_over(mall->run, self);
}

ODEON_HANDLERS(creature_handlers, ODEON_ON(creature, meet), ODEON_ON(creature, change), ODEON_ON(creature, begin),
	ODEON_ON(creature, home));
ODEON_HANDLERS(mall_handlers, ODEON_ON(mall, meet), ODEON_ON(mall, tally));
ODEON_KIND(creature, creature_handlers);
ODEON_KIND(mall, mall_handlers);

static void run(struct run *run)
{
	odeon_ref mall, creatures[CREATURES];

	run_spawn(run, &mall_kind, &(struct mall){ .run = run, .left = run->count }, &mall);
	for (int i = 0; i < CREATURES; i++)
		run_spawn(run, &creature_kind, &(struct creature){ .colour = (enum colour)(i % 3) }, &creatures[i]);
	run_begin(run);
	for (int i = 0; i < CREATURES; i++)
		odeon_post(run->system, creatures[i], odeon_new(begin, .mall = mall));
	run_wait(run);
	run->amount = run->count;
}

const struct bench bench_chameneos = {
	.name = "chameneos", .summary = "100 creatures meet in a mall; four messages a meeting",
	.amount = "meetings", .counts = "meetings", .count = 1000000, .run = run,
	.figures = { { "ns_per_meeting", "ns/meeting", { 110, 130 }, 4, 0 } },
};
