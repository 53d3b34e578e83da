/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * glance - a choice's first round where all cases are plain: most calls end with the first try, before anything else is needed
 *
 * Nothing is noted of the cases, and no row is made, before that one was in vain.
 */
#include "context.h"
#include "row.h"

static inline bool are_plain(odeon_case *cases, size_t count)
{
	if (cases == NULL || count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!case_is_plain(&cases[i]))
			return false;
	return true;
}

static inline bool try_plain(odeon_case *one)
{
	if (one->what != ODEON_ON_RECV)
		return false;
	channel_enter(receiver_of(one)->channel);
	return case_recv(one);
}

/* All but this one, which was tried in vain and becomes the first of the row. -1: in vain, too. */
static __attribute__((noinline)) int try_others(odeon_case *cases, size_t count, size_t first, struct random *random)
{
	row_lay(cases, count);
	row_swap(cases, 0, first);
	for (size_t i = 1; i < count; i++) {
		odeon_case *one;

		if (random != NULL && i < count - 1)
			row_draw(cases, count, i, random);
		one = row_case(cases, i);
		if (try_plain(one))
			return (int)(one - cases);
	}
	return -1;
}

/* Not where only to look is asked for (CHOOSE_NONE), nor without dice at hand. */
int choose(odeon_case *cases, size_t count, odeon_time until, enum choice choice)
{
	struct random *random = choice == CHOOSE_FAIR && context_here != NULL ? context_here->random : NULL;
	size_t first;
	int index;

	if ((random == NULL && choice != CHOOSE_FIRST) || !are_plain(cases, count))
		return choose_in_rounds(cases, count, until, choice, false);
	first = random != NULL ? random_below(random, (uint32_t)count) : 0;
	if (try_plain(&cases[first]))
		return (int)first;
	index = try_others(cases, count, first, random);
	return index >= 0 ? index : choose_in_rounds(cases, count, until, choice, true);
}
