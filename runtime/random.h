/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random - small fast random numbers from a seed
 *
 * xorshift64* (Vigna 2016), seeded through splitmix64 so that neighbouring seeds give unlike sequences. The owner of
 * the state draws; nothing here is shared.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

struct random { uint64_t state; };

static inline void random_seed(struct random *random, uint64_t seed)
{
	seed += 0x9e3779b97f4a7c15u;
	seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9u;
	seed = (seed ^ seed >> 27) * 0x94d049bb133111ebu;
	random->state = (seed ^ seed >> 31) | 1;
}

static inline uint64_t random_next(struct random *random)
{
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * 0x2545f4914f6cdd1du;
}

/* 0 to below - 1; below is at least 1. */
static inline uint32_t random_below(struct random *random, uint32_t below)
{
	return (uint32_t)((random_next(random) >> 32) * below >> 32);
}

#endif
