/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * philosopher - dining philosophers who ask an arbitrator for their forks, and ask again when they are refused
 *
 * Measures many actors that contend for one, with retries: how many questions a meal takes is up to the scheduling.
 *
 * Original: 20 philosophers, 10,000 meals each (--count).
 *
 * Verified: nobody is given a fork that another one holds, or gives back one that he has not; each has all his meals;
 * the arbitrator heard as many questions as it gave answers, and they are the meals and the refusals; at the end all
 * forks lie on the table.
 *
 * Departs: the question itself travels back with the answer written in it, and is asked again when it was refused, so
 * a meal needs one allocation, not one for each question. Refusals are told when a philosopher leaves; the original
 * adds them up in an atomic counter that all share.
 */
#include "savina.h"

#define PHILOSOPHERS 20

struct begin { unsigned meal; };
struct hungry { unsigned seat; int may_eat; };
struct done { unsigned seat; };
struct leave { unsigned seat; uint64_t meals, refusals; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(hungry);
ODEON_MESSAGE(done);
ODEON_MESSAGE(leave);

struct philosopher { odeon_ref arbitrator; unsigned seat; uint64_t meals, refusals, rounds; };
struct arbitrator {
	struct run *run;
	int is_taken[PHILOSOPHERS];
	unsigned left;
	uint64_t questions, granted, meals, refusals;
};

static void think(odeon_self *self, struct philosopher *philosopher)
{
	odeon_send(self, odeon_self_ref(self), odeon_new(begin, .meal = philosopher->seat));
}

static void leave(odeon_self *self, struct philosopher *philosopher)
{
	odeon_send(self, philosopher->arbitrator, odeon_new(leave, .seat = philosopher->seat,
		.meals = philosopher->meals, .refusals = philosopher->refusals));
	odeon_exit(self);
}

ODEON_HANDLER(philosopher, begin)
{
	odeon_send(self, philosopher->arbitrator, odeon_new(hungry, .seat = philosopher->seat));
}

ODEON_HANDLER(philosopher, hungry)
{
	if (!hungry->may_eat) {
		philosopher->refusals++;
		odeon_send(self, philosopher->arbitrator, hungry);
		return;
	}
	odeon_send(self, philosopher->arbitrator, odeon_new(done, .seat = philosopher->seat));
	if (++philosopher->meals < philosopher->rounds)
		think(self, philosopher);
	else
		leave(self, philosopher);
}

ODEON_HANDLER(arbitrator, hungry)
{
	int *left = &arbitrator->is_taken[hungry->seat];
	int *right = &arbitrator->is_taken[(hungry->seat + 1) % PHILOSOPHERS];

	arbitrator->questions++;
	hungry->may_eat = !*left && !*right;
	if (hungry->may_eat) {
		*left = *right = 1;
		arbitrator->granted++;
	}
	odeon_reply(self, hungry);
}

ODEON_HANDLER(arbitrator, done)
{
	int *left = &arbitrator->is_taken[done->seat];
	int *right = &arbitrator->is_taken[(done->seat + 1) % PHILOSOPHERS];

	if (!*left || !*right)
		run_wrong(arbitrator->run, "philosopher %u gives back forks that he has not", done->seat);
	*left = *right = 0;
}

static void check(struct arbitrator *arbitrator)
{
	uint64_t meals = PHILOSOPHERS * arbitrator->run->count;

	if (arbitrator->meals != meals || arbitrator->granted != meals)
		run_wrong(arbitrator->run, "%llu meals, %llu granted", (unsigned long long)arbitrator->meals,
			(unsigned long long)arbitrator->granted);
	if (arbitrator->questions != meals + arbitrator->refusals)
		run_wrong(arbitrator->run, "%llu questions, %llu refusals", (unsigned long long)arbitrator->questions,
			(unsigned long long)arbitrator->refusals);
	for (int i = 0; i < PHILOSOPHERS; i++)
		if (arbitrator->is_taken[i])
			run_wrong(arbitrator->run, "nobody has put fork %d back", i);
}

ODEON_HANDLER(arbitrator, leave)
{
	if (leave->meals != arbitrator->run->count)
		run_wrong(arbitrator->run, "philosopher %u had %llu meals", leave->seat,
			(unsigned long long)leave->meals);
	arbitrator->meals += leave->meals;
	arbitrator->refusals += leave->refusals;
	if (--arbitrator->left > 0)
		return;
	check(arbitrator);
	run_over(arbitrator->run, self);
}

ODEON_HANDLERS(philosopher_handlers, ODEON_ON(philosopher, hungry), ODEON_ON(philosopher, begin));
ODEON_HANDLERS(arbitrator_handlers, ODEON_ON(arbitrator, hungry), ODEON_ON(arbitrator, done),
	ODEON_ON(arbitrator, leave));
ODEON_KIND(philosopher, philosopher_handlers);
ODEON_KIND(arbitrator, arbitrator_handlers);

static void run(struct run *run)
{
	odeon_ref arbitrator, philosophers[PHILOSOPHERS];

	run_spawn(run, &arbitrator_kind, &(struct arbitrator){ .run = run, .left = PHILOSOPHERS }, &arbitrator);
	for (unsigned i = 0; i < PHILOSOPHERS; i++)
		run_spawn(run, &philosopher_kind, &(struct philosopher){ .arbitrator = arbitrator, .seat = i,
			.rounds = run->count }, &philosophers[i]);
	run_begin(run);
	for (unsigned i = 0; i < PHILOSOPHERS; i++)
		odeon_post(run->system, philosophers[i], odeon_new(begin));
	run_wait(run);
	run->amount = PHILOSOPHERS * run->count;
}

const struct bench savina_philosopher = {
	.name = "savina-philosopher", .summary = "20 dining philosophers and an arbitrator",
	.amount = "meals", .counts = "meals each", .count = 10000, .is_extra = 1, .run = run,
	.figures = { { "ns_per_meal", "ns/meal", { 0, 0 }, 0, 0 } },
};
