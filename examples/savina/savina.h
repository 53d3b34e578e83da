/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * savina.h - what the programs of the Savina suite share: a queue of kept messages, chance, labour, and a check
 *
 * Each program is a struct bench (see ../bench/bench.h), which gets its system from there, and ends with run_over in
 * the handler that has seen and checked everything. What is here belongs to whoever holds it: an actor that has a
 * queue in its state is the only one that touches it.
 */
#ifndef SAVINA_H
#define SAVINA_H

#include <stddef.h>
#include "../bench/bench.h"

extern const struct bench savina_philosopher, savina_barber, savina_cigsmok, savina_bndbuffer, savina_banking,
	savina_concdict, savina_concsll, savina_logmap, savina_fib, savina_bitonicsort, savina_quicksort,
	savina_radixsort, savina_sieve;

/* ---- messages that an actor has kept, first in first out ------------------------------------------------------- */

struct link { struct link *next; };                    /* the first member of a message that can be kept in a queue */
struct queue { struct link *first, *last; size_t length; };   /* all zero is an empty one */

static inline void queue_put(struct queue *queue, struct link *link)
{
	link->next = NULL;
	if (queue->first == NULL)
		queue->first = link;
	else
		queue->last->next = link;
	queue->last = link;
	queue->length++;
}

/* The message that has waited longest; NULL when none waits. */
static inline void *queue_take(struct queue *queue)
{
	struct link *link = queue->first;

	if (link != NULL) {
		queue->first = link->next;
		queue->length--;
	}
	return link;
}

/* For an actor's stop: whoever keeps, frees. */
static inline void queue_free(struct queue *queue)
{
	void *message;

	while ((message = queue_take(queue)) != NULL)
		odeon_free(message);
}

/* ---- chance ---------------------------------------------------------------------------------------------------- */

#define PSEUDO_SEED 74755                              /* the suite's, where a program names no other */
#define PSEUDO_VALUES 65536

/*
 * The suite's PseudoRandom. It knows 16 bits only, whatever larger bounds the programs name: a million "random" numbers
 * below 2^60 are the numbers below 65536, over and over.
 */
static inline uint32_t pseudo_next(uint64_t *random)
{
	*random = (*random * 1309 + 13849) & (PSEUDO_VALUES - 1);
	return (uint32_t)*random;
}

#define JAVA_MULTIPLIER UINT64_C(0x5deece66d)
#define JAVA_INCREMENT  UINT64_C(0xb)
#define JAVA_MASK       ((UINT64_C(1) << 48) - 1)

/* Java's generator, of which one step gives 32 bits. */
static inline int32_t java_next(uint64_t *random)
{
	*random = (*random * JAVA_MULTIPLIER + JAVA_INCREMENT) & JAVA_MASK;
	return (int32_t)(*random >> 16);
}

static inline uint64_t java_seeded(uint64_t seed)
{
	return (seed ^ JAVA_MULTIPLIER) & JAVA_MASK;
}

/* Where the generator is after so many steps, found in as many steps as the number has digits. */
static inline uint64_t java_after(uint64_t random, uint64_t steps)
{
	uint64_t multiplier = JAVA_MULTIPLIER, increment = JAVA_INCREMENT;

	for (; steps > 0; steps /= 2) {
		if (steps % 2 == 1)
			random = random * multiplier + increment;
		increment *= multiplier + 1;
		multiplier *= multiplier;
	}
	return random & JAVA_MASK;
}

/* ---- labour: time spent on work that is not messages ----------------------------------------------------------- */

/*
 * The suite's "busy wait" calls Math.random() a number of times, each of them two steps of Java's generator. Here an
 * actor has a generator of its own, where Java's threads share one. Whether the work was done can be told from where
 * the generator ends.
 */
struct labour { uint64_t random, draws; };

static inline void labour_do(struct labour *labour, uint64_t draws)
{
	uint64_t random = labour->random;

	for (uint64_t i = 0; i < draws; i++) {
		java_next(&random);
		java_next(&random);
	}
	labour->random = random;
	labour->draws += draws;
}

static inline int labour_is_done(const struct labour *labour, uint64_t seed, uint64_t draws)
{
	return labour->draws == draws && labour->random == java_after(seed, 2 * draws);
}

/* ---- census: do sorted numbers come out that went in? ---------------------------------------------------------- */

struct census { uint64_t seen, last, disorder; uint32_t counts[PSEUDO_VALUES]; };

static inline void census_see(struct census *census, uint64_t value)
{
	if (value < census->last || value >= PSEUDO_VALUES)
		census->disorder++;
	census->last = value;
	census->seen++;
	census->counts[value % PSEUDO_VALUES]++;
}

/* Compares with the numbers that this seed gives. The census is used up. */
static inline void census_check(struct run *run, struct census *census, uint64_t seed, uint64_t count)
{
	uint64_t strangers = 0;

	for (uint64_t i = 0; i < count; i++)
		census->counts[pseudo_next(&seed)]--;
	for (unsigned value = 0; value < PSEUDO_VALUES; value++)
		strangers += census->counts[value] != 0;
	if (census->seen != count || census->disorder != 0 || strangers != 0)
		run_wrong(run, "%llu of %llu numbers came, %llu out of order, %llu not as often as they should",
			(unsigned long long)census->seen, (unsigned long long)count,
			(unsigned long long)census->disorder, (unsigned long long)strangers);
}

#endif
