/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making and sending: every function here is correct, and every compiler must be silent about it.
 */
#include <odeon.h>
#include <string.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct tick { char unused; };
ODEON_MESSAGE(tick);

struct letter { size_t bytes; odeon_ref from; char text[]; };
ODEON_MESSAGE(letter);

struct form { int fields[6]; struct { int a, b; } pair; odeon_ref who; };
ODEON_MESSAGE(form);

/* A send is one expression, and NULL for want of memory is one of its errors. */
int make_and_send(odeon_self *self, odeon_ref to);
int make_and_send(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(note, .number = 1));
}

/* A message without fields to fill. */
int make_and_send_zeroed(odeon_self *self, odeon_ref to);
int make_and_send_zeroed(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(tick));
}

/* The sender may not care about the answer. */
void send_and_ignore_the_error(odeon_self *self, odeon_ref to);
void send_and_ignore_the_error(odeon_self *self, odeon_ref to)
{
	odeon_send(self, to, odeon_new(note, .number = 1));
}

/* Initialisers with commas of their own. */
int make_with_nested_fields(odeon_self *self, odeon_ref to);
int make_with_nested_fields(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(form, .fields = { 1, 2, 3, 4, 5, 6 }, .pair = { 1, 2 }, .who = odeon_from(self)));
}

/* Filled after it was made, before it is sent. */
int fill_then_send(odeon_self *self, odeon_ref to, int number);
int fill_then_send(odeon_self *self, odeon_ref to, int number)
{
	struct note *note = odeon_new(note);

	if (!note)
		return ODEON_ENOMEM;
	note->number = number;
	return odeon_send(self, to, note);
}

/* A message with room behind its struct. */
int fill_a_sized_message(odeon_self *self, odeon_ref to, const char *text);
int fill_a_sized_message(odeon_self *self, odeon_ref to, const char *text)
{
	size_t bytes = strlen(text) + 1;
	struct letter *letter = odeon_new_sized(letter, bytes, .bytes = bytes, .from = odeon_self_ref(self));

	if (!letter)
		return ODEON_ENOMEM;
	memcpy(letter->text, text, bytes);
	return odeon_send(self, to, letter);
}

/* What is needed later is read before the send. */
int read_before_send(odeon_self *self, odeon_ref to);
int read_before_send(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	int number;

	if (!note)
		return ODEON_ENOMEM;
	number = note->number;
	odeon_send(self, to, note);
	return number;
}

/* Sent on one path, freed on the other. */
int send_or_free(odeon_self *self, odeon_ref to, int wanted);
int send_or_free(odeon_self *self, odeon_ref to, int wanted)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	if (wanted)
		return odeon_send(self, to, note);
	odeon_free(note);
	return 0;
}

/* Freed on the way out. */
int free_at_one_label(odeon_self *self, odeon_ref to, int limit);
int free_at_one_label(odeon_self *self, odeon_ref to, int limit)
{
	struct note *note = odeon_new(note, .number = 4);

	if (!note)
		return ODEON_ENOMEM;
	if (note->number > limit)
		goto refuse;
	return odeon_send(self, to, note);
refuse:
	odeon_free(note);
	return ODEON_EINVAL;
}

/* Each round of a loop makes its own. */
int one_for_each_round(odeon_self *self, odeon_ref to, int rounds);
int one_for_each_round(odeon_self *self, odeon_ref to, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		struct note *note = odeon_new(note, .number = round);

		if (!note)
			return ODEON_ENOMEM;
		note->number *= 2;
		odeon_send(self, to, note);
	}
	return 0;
}

/* One name, two messages, one after the other. */
int use_the_name_again(odeon_self *self, odeon_ref first, odeon_ref second);
int use_the_name_again(odeon_self *self, odeon_ref first, odeon_ref second)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_send(self, first, note);
	note = odeon_new(note, .number = 2);
	if (!note)
		return ODEON_ENOMEM;
	note->number++;
	return odeon_send(self, second, note);
}

/* One for each of two receivers. */
int copy_for_the_second(odeon_self *self, odeon_ref first, odeon_ref second);
int copy_for_the_second(odeon_self *self, odeon_ref first, odeon_ref second)
{
	struct note *note = odeon_new(note, .number = 1);
	struct note *copy;

	if (!note)
		return ODEON_ENOMEM;
	copy = odeon_new(note, .number = note->number);
	odeon_send(self, first, note);
	return odeon_send(self, second, copy);
}

/* Either of two ways to use it up. */
int send_or_answer_an_error(odeon_self *self, odeon_ref to, int known);
int send_or_answer_an_error(odeon_self *self, odeon_ref to, int known)
{
	return known ? odeon_send(self, to, odeon_new(note, 3)) : odeon_reply_error(self, ODEON_EINVAL);
}

/* Free takes NULL. */
void free_nothing(void);
void free_nothing(void)
{
	odeon_free(NULL);
	odeon_free(odeon_new(note, .number = 1));
}
