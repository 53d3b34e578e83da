/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trying: a taker that may hand the message back returns it, and the result is the only name from then on.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct source { odeon_ref to, other; struct note *held; };

/* Freed if it came back. */
int free_what_came_back(odeon_self *self, odeon_ref to);
int free_what_came_back(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	int why;

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_try_send(self, to, note, &why);
	if (note)
		odeon_free(note);
	return why;
}

/* Freed without asking whether it came back. */
int free_anyway(odeon_self *self, odeon_ref to);
int free_anyway(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	int why;

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_try_send(self, to, note, &why);
	odeon_free(note);
	return why;
}

/* Under a name of its own. */
int another_name(odeon_self *self, odeon_ref to);
int another_name(odeon_self *self, odeon_ref to)
{
	int why;
	struct note *back = odeon_try_send(self, to, odeon_new(note, .number = 1), &why);

	if (back) {
		back->number = why;
		odeon_free(back);
	}
	return why;
}

/* A few times, in a for loop. */
int three_times(odeon_self *self, odeon_ref to);
int three_times(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	for (int round = 0; round < 3; round++) {
		note = odeon_try_send(self, to, note, NULL);
		if (!note)
			return 0;
		note->number++;
	}
	odeon_free(note);
	return ODEON_EFULL;
}

/* A few times, in a while loop's condition. */
int until_taken(odeon_self *self, odeon_ref to, int rounds);
int until_taken(odeon_self *self, odeon_ref to, int rounds)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	while ((note = odeon_try_send(self, to, note, NULL)))
		if (--rounds < 0) {
			odeon_free(note);
			return ODEON_EFULL;
		}
	return 0;
}

/* A few times, in a do loop. */
int while_full(odeon_self *self, odeon_ref to, int rounds);
int while_full(odeon_self *self, odeon_ref to, int rounds)
{
	struct note *note = odeon_new(note, .number = 1);
	int why;

	if (!note)
		return ODEON_ENOMEM;
	do {
		note = odeon_try_send(self, to, note, &why);
	} while (note && why == ODEON_EFULL && rounds-- > 0);
	odeon_free(note);
	return why;
}

/* To somebody else when the first is full. */
int overflow_to_another(odeon_self *self, struct source *source);
int overflow_to_another(odeon_self *self, struct source *source)
{
	struct note *note = odeon_new(note, .number = 1);
	int why;

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_try_send(self, source->to, note, &why);
	if (note && why == ODEON_EFULL)
		return odeon_send(self, source->other, note);
	odeon_free(note);
	return why;
}

/* Held until there is room. */
int hold_until_room(odeon_self *self, struct source *source);
int hold_until_room(odeon_self *self, struct source *source)
{
	int why = 0;

	if (!source->held)
		source->held = odeon_new(note, .number = 1);
	source->held = odeon_try_send(self, source->to, source->held, &why);
	if (source->held && why == ODEON_EFULL)
		why = odeon_when_room(self, source->to);
	return why;
}

/* The message in hand comes back in hand, and is dropped at the end of the handler. */
int try_to_forward_or_drop(odeon_self *self, odeon_ref to, struct note *in_hand);
int try_to_forward_or_drop(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	int why;

	in_hand = odeon_try_send(self, to, in_hand, &why);
	if (in_hand)
		in_hand->number = 0;
	return why;
}

/* Keeping what came back is always right. */
int try_or_keep(odeon_self *self, struct source *source, struct note *in_hand);
int try_or_keep(odeon_self *self, struct source *source, struct note *in_hand)
{
	int why;
	struct note *back = odeon_try_send(self, source->to, in_hand, &why);

	if (back)
		source->held = odeon_keep(self, back);
	return why;
}

/* A message from elsewhere, a given number of times. */
int try_given(odeon_self *self, odeon_ref to, struct note *note, int rounds);
int try_given(odeon_self *self, odeon_ref to, struct note *note, int rounds)
{
	while (rounds-- > 0) {
		struct note *back = odeon_try_send(self, to, note, NULL);

		if (!back)
			return 0;
		note = back;
	}
	odeon_free(note);
	return ODEON_EFULL;
}
