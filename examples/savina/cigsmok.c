/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cigsmok - cigarette smokers: an arbiter lets one of 200 smokers begin, and the next as soon as that one has begun
 *
 * Measures a chain of single messages to actors chosen at random, beside the labour of those that smoke meanwhile:
 * with one worker smokers delay the arbiter, with more they should not.
 *
 * Original: 1,000 rounds (--count), 200 smokers, up to 1,010 steps of labour for a cigarette.
 *
 * Verified: each smoker had exactly the cigarettes that chance gave him, and did the labour of each to the last step.
 *
 * Departs: when told to go home a smoker says what he did, so that it can be checked; the arbiter waits for that. The
 * message with which a smoker was let begin is the one that he sends back. Labour: see savina.h.
 */
#include "savina.h"

#define SMOKERS 200
#define LABOUR_MOST 1000
#define LABOUR_LEAST 10

struct begin { uint64_t rounds; };
struct smoke { uint64_t labour; };
struct home { unsigned smoker, cigarettes; struct labour labour; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(smoke);
ODEON_MESSAGE(home);

struct smoker { unsigned cigarettes; struct labour labour; };
struct arbiter {
	struct run *run;
	uint64_t random, left;
	unsigned homes;
	odeon_ref smokers[SMOKERS];
	unsigned cigarettes[SMOKERS];                  /* what chance gave to each */
	uint64_t draws[SMOKERS];
};

ODEON_HANDLER(smoker, smoke)
{
	uint64_t draws = smoke->labour;

	odeon_reply(self, smoke);                      /* has begun: the table is free for the next one */
	smoker->cigarettes++;
	labour_do(&smoker->labour, draws);
}

ODEON_HANDLER(smoker, home)
{
	home->cigarettes = smoker->cigarettes;
	home->labour = smoker->labour;
	odeon_reply(self, home);
	odeon_exit(self);
}

ODEON_HANDLERS(smoker_handlers, ODEON_ON(smoker, smoke), ODEON_ON(smoker, home));
ODEON_KIND(smoker, smoker_handlers);

static void choose_smoker(odeon_self *self, struct arbiter *arbiter)
{
	unsigned smoker = pseudo_next(&arbiter->random) % SMOKERS;
	uint64_t labour = pseudo_next(&arbiter->random) % LABOUR_MOST + LABOUR_LEAST;

	arbiter->cigarettes[smoker]++;
	arbiter->draws[smoker] += labour;
	odeon_send(self, arbiter->smokers[smoker], odeon_new(smoke, .labour = labour));
}

ODEON_HANDLER(arbiter, begin)
{
	arbiter->left = begin->rounds;
	for (unsigned i = 0; i < SMOKERS; i++)
		if (odeon_spawn(self, &smoker_kind, &(struct smoker){ .labour = { .random = i } },
		                &arbiter->smokers[i]) != 0)
			run_wrong(arbiter->run, "no smoker %u", i);
	choose_smoker(self, arbiter);
}

ODEON_HANDLER(arbiter, smoke)
{
	if (--arbiter->left > 0) {
		choose_smoker(self, arbiter);
		return;
	}
	for (unsigned i = 0; i < SMOKERS; i++)
		odeon_send(self, arbiter->smokers[i], odeon_new(home, .smoker = i));
}

ODEON_HANDLER(arbiter, home)
{
	unsigned smoker = home->smoker;

	if (home->cigarettes != arbiter->cigarettes[smoker] ||
	    !labour_is_done(&home->labour, smoker, arbiter->draws[smoker]))
		run_wrong(arbiter->run, "smoker %u had %u cigarettes of %u", smoker, home->cigarettes,
			arbiter->cigarettes[smoker]);
	if (++arbiter->homes == SMOKERS)
		run_over(arbiter->run, self);
}

ODEON_HANDLERS(arbiter_handlers, ODEON_ON(arbiter, smoke), ODEON_ON(arbiter, begin), ODEON_ON(arbiter, home));
ODEON_KIND(arbiter, arbiter_handlers);

static void run(struct run *run)
{
	odeon_ref arbiter;

	run_spawn(run, &arbiter_kind, &(struct arbiter){ .run = run, .random = run->count * SMOKERS }, &arbiter);
	run_begin(run);
	odeon_post(run->system, arbiter, odeon_new(begin, .rounds = run->count));
	run_wait(run);
	run->amount = run->count;
}

const struct bench savina_cigsmok = {
	.name = "savina-cigsmok", .summary = "an arbiter lets one of 200 smokers smoke, and then the next",
	.amount = "rounds", .counts = "rounds", .count = 1000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_round", "ns/round", { 0, 0 }, 0, 0 } },
};
