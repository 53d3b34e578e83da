/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sieve - the prime numbers, by a chain of actors that each divide by a thousand of them
 *
 * Measures a pipeline that grows while it is used, whose first steps have the most to do. The producer sends all odd
 * numbers out of one handler.
 *
 * Original: primes below 100,000 (--count), 1,000 primes in each actor. A number is divided by all primes of an actor
 * until one divides it, also by those beyond its square root.
 *
 * Verified: how many primes there are, and their sum, against a sieve in an array.
 *
 * Departs: the end goes along the chain with the count and the sum so far, which each actor adds to. A number is one
 * message from the producer to where it turns out to be composite or prime.
 */
#include <stdlib.h>
#include "savina.h"

#define PRIMES_EACH 1000

struct begin { uint64_t below; };
struct candidate { uint64_t number; };
struct end { uint64_t primes, sum; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(candidate);
ODEON_MESSAGE(end);

struct producer { odeon_ref filter; };
struct filter { odeon_ref next, sink; unsigned count; uint64_t primes[PRIMES_EACH]; };
struct first { odeon_ref sink; uint64_t prime; };      /* what a filter begins with */
struct sink { struct run *run; };

static const odeon_kind filter_kind;

ODEON_HANDLER(producer, begin)
{
	for (uint64_t number = 3; number < begin->below; number += 2)
		odeon_send(self, producer->filter, odeon_new(candidate, .number = number));
	odeon_send(self, producer->filter, odeon_new(end));
	odeon_exit(self);
}

ODEON_START(filter, first)
{
	filter->sink = first->sink;
	filter->primes[filter->count++] = first->prime;
	return 0;
}

static int is_divided(const struct filter *filter, uint64_t number)
{
	for (unsigned i = 0; i < filter->count; i++)
		if (number % filter->primes[i] == 0)
			return 1;
	return 0;
}

static void add_prime(odeon_self *self, struct filter *filter, uint64_t prime)
{
	if (filter->count < PRIMES_EACH)
		filter->primes[filter->count++] = prime;
	else
		odeon_spawn(self, &filter_kind, &(struct first){ filter->sink, prime }, &filter->next);
}

ODEON_HANDLER(filter, candidate)
{
	if (is_divided(filter, candidate->number))
		return;
	if (odeon_ref_is_nobody(filter->next))
		add_prime(self, filter, candidate->number);
	else
		odeon_send(self, filter->next, candidate);
}

ODEON_HANDLER(filter, end)
{
	end->primes += filter->count;
	for (unsigned i = 0; i < filter->count; i++)
		end->sum += filter->primes[i];
	odeon_send(self, odeon_ref_is_nobody(filter->next) ? filter->sink : filter->next, end);
	odeon_exit(self);
}

/* The same in an array. Answers 0, or -1 without memory. */
static int find_primes(uint64_t below, struct end *found)
{
	unsigned char *is_composite = calloc(below + 1, 1);

	*found = (struct end){ 0 };
	if (is_composite == NULL)
		return -1;
	for (uint64_t number = 2; number < below; number++) {
		if (is_composite[number])
			continue;
		found->primes++;
		found->sum += number;
		for (uint64_t multiple = number * number; multiple < below; multiple += number)
			is_composite[multiple] = 1;
	}
	free(is_composite);
	return 0;
}

ODEON_HANDLER(sink, end)
{
	struct end found;

	run_over(sink->run, self);
	if (find_primes(sink->run->count, &found) != 0 || found.primes != end->primes || found.sum != end->sum)
		run_wrong(sink->run, "%llu primes with a sum of %llu, not %llu with %llu",
			(unsigned long long)end->primes, (unsigned long long)end->sum,
			(unsigned long long)found.primes, (unsigned long long)found.sum);
}

ODEON_HANDLERS(producer_handlers, ODEON_ON(producer, begin));
ODEON_HANDLERS(filter_handlers, ODEON_ON(filter, candidate), ODEON_ON(filter, end));
ODEON_HANDLERS(sink_handlers, ODEON_ON(sink, end));
ODEON_KIND(producer, producer_handlers);
ODEON_KIND(filter, filter_handlers, .start = ODEON_STARTS(filter));
ODEON_KIND(sink, sink_handlers);

static void run(struct run *run)
{
	odeon_ref sink, filter, producer;

	run_spawn(run, &sink_kind, &(struct sink){ run }, &sink);
	run_spawn(run, &filter_kind, &(struct first){ sink, 2 }, &filter);
	run_spawn(run, &producer_kind, &(struct producer){ filter }, &producer);
	run_begin(run);
	odeon_post(run->system, producer, odeon_new(begin, .below = run->count));
	run_wait(run);
	run->amount = run->count / 2;
}

const struct bench savina_sieve = {
	.name = "savina-sieve", .summary = "primes by a chain of actors with 1,000 primes each",
	.amount = "candidates", .counts = "primes below this number, at least 3", .count = 100000,
	.is_extra = 1, .run = run,
	.figures = { { "ns_per_candidate", "ns/candidate", { 0, 0 }, 0, 0 } },
};
