/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions of one's own around those that give and take.
 */
#include <odeon.h>

struct note { int number; struct note *next; };
ODEON_MESSAGE(note);

typedef int give_away(odeon_self *self, odeon_ref to, struct note *note);

struct note *other_file_makes(int number);
void other_file_takes(struct note *note);

/* A maker. */
static struct note *make_note(int number)
{
	struct note *note = odeon_new(note, .number = number);

	if (note)
		note->next = NULL;
	return note;
}

/* A taker. */
static int pass(odeon_self *self, odeon_ref to, struct note *note)
{
	if (note->number < 0) {
		odeon_free(note);
		return 0;
	}
	return odeon_send(self, to, note);
}

/* One that may hand it back. */
static struct note *try_pass(odeon_self *self, odeon_ref to, struct note *note)
{
	return odeon_try_send(self, to, note, NULL);
}

static void push(struct note **list, struct note *note)
{
	note->next = *list;
	*list = note;
}

int make_and_pass(odeon_self *self, odeon_ref to);
int make_and_pass(odeon_self *self, odeon_ref to)
{
	struct note *note = make_note(1);

	if (!note)
		return ODEON_ENOMEM;
	return pass(self, to, note);
}

struct note *make_for_caller(int number);
struct note *make_for_caller(int number)
{
	return make_note(number);
}

int make_and_try(odeon_self *self, odeon_ref to);
int make_and_try(odeon_self *self, odeon_ref to)
{
	struct note *note = make_note(1);

	if (!note)
		return ODEON_ENOMEM;
	note = try_pass(self, to, note);
	odeon_free(note);
	return 0;
}

/* A list that a function of one's own builds. */
void build_list(struct note **list, int count);
void build_list(struct note **list, int count)
{
	for (int number = 0; number < count; number++) {
		struct note *note = make_note(number);

		if (!note)
			break;
		push(list, note);
	}
}

/* Which taker is decided at run time. */
int pass_by_choice(odeon_self *self, odeon_ref to, give_away *give);
int pass_by_choice(odeon_self *self, odeon_ref to, give_away *give)
{
	struct note *note = make_note(1);

	if (!note)
		return ODEON_ENOMEM;
	return give(self, to, note);
}

/* Functions of another file make and take. */
void pass_elsewhere(void);
void pass_elsewhere(void)
{
	struct note *note = other_file_makes(1);

	if (note)
		other_file_takes(note);
}

/* A function that only reads. */
static int is_urgent(const struct note *note)
{
	return note->number > 100;
}

int look_then_send(odeon_self *self, odeon_ref normal, odeon_ref urgent);
int look_then_send(odeon_self *self, odeon_ref normal, odeon_ref urgent)
{
	struct note *note = make_note(101);

	if (!note)
		return ODEON_ENOMEM;
	return odeon_send(self, is_urgent(note) ? urgent : normal, note);
}
