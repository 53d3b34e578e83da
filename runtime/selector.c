/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * selector - an array of cases that grows, and is chosen among like any other
 *
 * A place that is free is a case that never happens, marked by its `end`, which is the selector. What a case holds of choose's
 * stays with the place when another case is put there, and moves with it when the array grows: between two calls nobody points
 * to it.
 */
#include <odeon/select.h>

#include "alloc.h"
#include "choose.h"
#include "hand.h"

struct odeon_selector {
	odeon_case *cases;
	size_t count;                           /* places in use, and free ones among them; the last is in use */
	size_t room;
	size_t lowest;                          /* no place before this one is free */
};

#define ROOM_FIRST 8u
#define ROOM_MOST ((size_t)1 << 30)             /* an index is an int */

odeon_selector *odeon_selector_open(void)
{
	return alloc_zeroed(sizeof(struct odeon_selector));
}

static bool is_free(const odeon_selector *selector, size_t index)
{
	return selector->cases[index].end == selector;
}

static bool is_case(const odeon_selector *selector, int index)
{
	return selector != NULL && index >= 0 && (size_t)index < selector->count && !is_free(selector, (size_t)index);
}

void odeon_selector_drop(odeon_selector *selector)
{
	if (selector == NULL)
		return;
	for (size_t i = 0; i < selector->count; i++)
		odeon_case_clear(&selector->cases[i]);
	alloc_free(selector->cases, selector->room * sizeof selector->cases[0]);
	alloc_free(selector, sizeof *selector);
}

/* ---- cases --------------------------------------------------------------------------------------------------------- */

/* Whether an array with such a case could be chosen among. */
static bool is_good(const odeon_case *one)
{
	switch (one->what) {
	case ODEON_ON_RECV:
	case ODEON_ON_MAILBOX:
		return one->end != NULL;
	case ODEON_ON_SEND:
		return one->end != NULL && one->message != NULL;
	case ODEON_ON_NOTHING:
	case ODEON_ON_FD:
	case ODEON_ON_DEFAULT:
		return true;
	}
	return false;
}

static bool grow(odeon_selector *selector)
{
	size_t room = selector->room == 0 ? ROOM_FIRST : selector->room * 2;
	odeon_case *cases = room <= ROOM_MOST ? alloc_zeroed(room * sizeof cases[0]) : NULL;

	if (cases == NULL)
		return false;
	if (selector->room > 0)
		memcpy(cases, selector->cases, selector->room * sizeof cases[0]);
	alloc_free(selector->cases, selector->room * sizeof cases[0]);
	selector->cases = cases;
	selector->room = room;
	return true;
}

static void put(odeon_case *place, const odeon_case *one)
{
	place->what = one->what;
	place->error = 0;
	place->end = one->end;
	place->message = one->message;
	place->fd = one->fd;
	place->events = one->events;
	place->got = 0;
	place->is_ready = 0;
}

int odeon_selector_add(odeon_selector *selector, const odeon_case *one)
{
	size_t index;

	if (selector == NULL || one == NULL || !is_good(one))
		return ODEON_EINVAL;
	index = selector->lowest;
	while (index < selector->count && !is_free(selector, index))
		index++;
	if (index == selector->room && !grow(selector))
		return ODEON_ENOMEM;
	if (one->message != NULL)
		hand_own(message_of(one->message));
	put(&selector->cases[index], one);
	selector->lowest = index + 1;
	if (index == selector->count)
		selector->count++;
	return (int)index;
}

int odeon_selector_remove(odeon_selector *selector, int index)
{
	odeon_case *one;

	if (!is_case(selector, index))
		return ODEON_EINVAL;
	one = &selector->cases[index];
	odeon_case_clear(one);
	put(one, &(const odeon_case)ODEON_CASE_(ODEON_ON_NOTHING, selector, NULL, -1, 0));
	if ((size_t)index < selector->lowest)
		selector->lowest = (size_t)index;
	while (selector->count > 0 && is_free(selector, selector->count - 1))
		selector->count--;
	return 0;
}

odeon_case *odeon_selector_case(odeon_selector *selector, int index)
{
	return is_case(selector, index) ? &selector->cases[index] : NULL;
}

/* ---- choosing ------------------------------------------------------------------------------------------------------ */

static int choose_among(odeon_selector *selector, odeon_time until, enum choice choice)
{
	return selector != NULL ? choose(selector->cases, selector->count, until, choice) : ODEON_EINVAL;
}

int odeon_selector_select(odeon_selector *selector, odeon_time until)
{
	return choose_among(selector, until, CHOOSE_FAIR);
}

int odeon_selector_select_biased(odeon_selector *selector, odeon_time until)
{
	return choose_among(selector, until, CHOOSE_FIRST);
}

int odeon_selector_select_ready(odeon_selector *selector, odeon_time until)
{
	return choose_among(selector, until, CHOOSE_NONE);
}
