/* SPDX-License-Identifier: BSD-2-Clause */
/* random - numbers that a seed repeats, any seed: splitmix64 (Steele, Lea, Flood 2014) */
#ifndef ACTORS_RANDOM_H
#define ACTORS_RANDOM_H

#include <stdint.h>

static inline uint64_t random_next(uint64_t *state)
{
	uint64_t word = *state += 0x9e3779b97f4a7c15u;

	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
	word = (word ^ word >> 27) * 0x94d049bb133111ebu;
	return word ^ word >> 31;
}

#endif
