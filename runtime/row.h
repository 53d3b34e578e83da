/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * row - the order in which the cases of a choice are tried and entered: that of the array, or shuffled as far as it is needed
 *
 * Agreement. As choose.h. Each case keeps in its place which one stands there in the row.
 */
#ifndef ROW_H
#define ROW_H

#include "case.h"
#include "random.h"

static inline odeon_case *row_case(odeon_case *cases, size_t place)
{
	return &cases[place_of(&cases[place])->order];
}

static inline void row_swap(odeon_case *cases, size_t place, size_t other)
{
	uint32_t order = place_of(&cases[place])->order;

	place_of(&cases[place])->order = place_of(&cases[other])->order;
	place_of(&cases[other])->order = order;
}

/* As in the array. */
static inline void row_lay(odeon_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		place_of(&cases[i])->order = (uint32_t)i;
}

/* Which stands at this place: any of those that do not stand before it is as likely as any other (Fisher and Yates). */
static inline void row_draw(odeon_case *cases, size_t count, size_t place, struct random *random)
{
	row_swap(cases, place, place + random_below(random, (uint32_t)(count - place)));
}

#endif
