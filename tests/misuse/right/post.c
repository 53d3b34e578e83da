/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plain threads: posting, waiting for room, asking.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

int post_one(odeon_system *system, odeon_ref to);
int post_one(odeon_system *system, odeon_ref to)
{
	return odeon_post(system, to, odeon_new(note, .number = 1));
}

int post_many(odeon_system *system, odeon_ref to, int count);
int post_many(odeon_system *system, odeon_ref to, int count)
{
	int error = 0;

	for (int number = 0; number < count && error == 0; number++)
		error = odeon_post(system, to, odeon_new(note, .number = number));
	return error;
}

/* Waiting for room, with a deadline. */
int post_when_room(odeon_system *system, odeon_ref to);
int post_when_room(odeon_system *system, odeon_ref to)
{
	int why;
	struct note *note = odeon_new(note, .number = 1);

	note = odeon_try_post(system, to, note, odeon_system_deadline(system, ODEON_MS(5)), &why);
	odeon_free(note);
	return why;
}

/* Not waiting, again and again. */
int post_again(odeon_system *system, odeon_ref to, int rounds);
int post_again(odeon_system *system, odeon_ref to, int rounds)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	while ((note = odeon_try_post(system, to, note, ODEON_AT_ONCE, NULL)))
		if (--rounds < 0) {
			odeon_free(note);
			return ODEON_EFULL;
		}
	return 0;
}

/* The answer is the asker's to free. */
int ask_and_read(odeon_system *system, odeon_ref to);
int ask_and_read(odeon_system *system, odeon_ref to)
{
	int why;
	struct note *answer = odeon_ask(note, system, to, odeon_new(note, .number = 1), ODEON_NEVER, &why);

	if (!answer)
		return why;
	why = answer->number;
	odeon_free(answer);
	return why;
}

/* Only whether there is an answer. */
int ask_and_free(odeon_system *system, odeon_ref to);
int ask_and_free(odeon_system *system, odeon_ref to)
{
	int why;

	odeon_free(odeon_ask(letter, system, to, odeon_new(note), odeon_clock_deadline(ODEON_MS(5)), &why));
	return why;
}

/* The answer is sent on. */
int ask_and_post(odeon_system *system, odeon_ref to, odeon_ref next);
int ask_and_post(odeon_system *system, odeon_ref to, odeon_ref next)
{
	return odeon_post(system, next, odeon_ask(letter, system, to, odeon_new(note), ODEON_NEVER, NULL));
}

/* The answer is the next question. */
int ask_in_turn(odeon_system *system, odeon_ref to, int rounds);
int ask_in_turn(odeon_system *system, odeon_ref to, int rounds)
{
	int why = ODEON_ENOMEM;
	struct note *note = odeon_new(note, .number = 1);

	while (note && rounds-- > 0)
		note = odeon_ask(note, system, to, note, ODEON_NEVER, &why);
	odeon_free(note);
	return why;
}

/* Asked until there is an answer. */
int ask_until_answered(odeon_system *system, odeon_ref to, int rounds);
int ask_until_answered(odeon_system *system, odeon_ref to, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		int why;
		struct letter *answer = odeon_ask(letter, system, to, odeon_new(note, .number = round),
		                                  odeon_clock_deadline(ODEON_MS(1)), &why);

		if (answer) {
			int pages = answer->pages;

			odeon_free(answer);
			return pages;
		}
		if (why != ODEON_ETIMEDOUT)
			return why;
	}
	return ODEON_ETIMEDOUT;
}
