/* SPDX-License-Identifier: BSD-2-Clause */
/* random.h - choices that a seed repeats: splitmix64. A struct random belongs to one thread at a time. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdint.h>

struct random { uint64_t state; };

static inline uint64_t random_next(struct random *random)     /* splitmix64 */
{
	uint64_t x = random->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static inline unsigned random_below(struct random *random, unsigned limit)
{
	return (unsigned)((random_next(random) >> 32) * limit >> 32);
}

#endif
