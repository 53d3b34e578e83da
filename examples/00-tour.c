/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 00-tour - what the library is for, in one minute: spawn, send, answer, overload, end, stop
 *
 * It prints each step as it happens, in plain words. The programs 01 to 08 show the same things one by one; this one is
 * to be run first and read last.
 */
#include <odeon.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROOM 4                                         /* letters that may wait for a clerk */
#define LETTERS 10

/* ---- what may travel: any struct that says so -------------------------------------------------------------------- */

struct letter { const char *text; };
ODEON_MESSAGE(letter);

struct inquiry { char unused; };                       /* "How many letters did you get?" */
ODEON_MESSAGE(inquiry);
struct answer { unsigned taken, refused; };
ODEON_MESSAGE(answer);

struct rush { odeon_ref clerk; };                      /* "Send LETTERS letters to that clerk, in one go." */
ODEON_MESSAGE(rush);

/* ---- a clerk gets letters, and says how many when asked ---------------------------------------------------------- */

struct clerk { unsigned letters; };

ODEON_HANDLER(clerk, letter)
{
	clerk->letters++;
}                                                      /* the letter is dropped here: this handler still held it */

ODEON_HANDLER(clerk, inquiry)
{
	odeon_reply(self, odeon_new(answer, .taken = clerk->letters));
}

ODEON_HANDLERS(clerk_handlers, ODEON_ON(clerk, letter), ODEON_ON(clerk, inquiry));
ODEON_KIND(clerk, clerk_handlers, .mailbox = { .messages = ROOM, .policy = ODEON_FAIL }, .place = ODEON_PINNED);

/* ---- a sender sends more than there is room for ------------------------------------------------------------------ */

/* It is pinned to the clerk's worker, so the clerk cannot work off letters meanwhile: the tour prints the same every time. */
struct sender { char unused; };

ODEON_HANDLER(sender, rush)
{
	struct answer answer = { 0, 0 };

	for (int i = 0; i < LETTERS; i++) {
		struct letter *letter = odeon_new(letter, .text = "urgent");

		letter = odeon_try_send(self, rush->clerk, letter, NULL);
		if (letter)
			answer.refused++;              /* it came back, and is ours again */
		else
			answer.taken++;
		odeon_free(letter);
	}
	odeon_reply(self, odeon_new(answer, .taken = answer.taken, .refused = answer.refused));
}

ODEON_HANDLERS(sender_handlers, ODEON_ON(sender, rush));
ODEON_KIND(sender, sender_handlers, .place = ODEON_PINNED);

/* ---- the tour ---------------------------------------------------------------------------------------------------- */

static void say(const char *step, const char *format, ...)
{
	va_list arguments;

	printf("%-10s", step);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* The runtime calls this for every message that nobody will ever handle. */
static void on_dead_letter(void *host, const odeon_dead_letter *letter)
{
	const char *file = strrchr(letter->site->file, '/');

	(void)host;
	say("", "dead letter: a struct %s, sent at %s:%u: %s", letter->type->name,
	    file ? file + 1 : letter->site->file, letter->site->line, odeon_error_text(letter->why));
}

static odeon_time soon(odeon_system *system) { return odeon_system_deadline(system, ODEON_SECONDS(10)); }

static int send_and_ask(odeon_system *system, odeon_ref clerk)
{
	struct answer *answer;
	int why;

	for (int i = 0; i < 3; i++)
		odeon_post(system, clerk, odeon_new(letter, .text = "good morning"));
	say("send", "three letters went out; each was moved, so they are the clerk's now, and nothing was copied");
	answer = odeon_ask(answer, system, clerk, odeon_new(inquiry), soon(system), &why);
	if (!answer)
		return why;
	say("answer", "asked how many came, the clerk says %u: messages arrive in the order sent", answer->taken);
	odeon_free(answer);
	return 0;
}

static int overload(odeon_system *system, odeon_ref sender, odeon_ref clerk)
{
	int why;
	struct answer *answer = odeon_ask(answer, system, sender, odeon_new(rush, .clerk = clerk), soon(system), &why);

	if (!answer)
		return why;
	say("overload", "a clerk has room for %d; of %d letters sent at once %u were taken, and %u came back to the sender",
	    ROOM, LETTERS, answer->taken, answer->refused);
	odeon_free(answer);
	return 0;
}

static void end_one(odeon_system *system, odeon_ref clerk)
{
	odeon_actor_kill(system, clerk);
	say("end", "a clerk was told to end before its next message, and then got one more");
	odeon_post(system, clerk, odeon_new(letter, .text = "too late"));
}

static int tour(odeon_system *system)
{
	odeon_ref clerk, other, sender;
	int error;

	if ((error = odeon_system_spawn(system, &clerk_kind, NULL, &clerk)) < 0
	 || (error = odeon_system_spawn(system, &clerk_kind, NULL, &other)) < 0
	 || (error = odeon_system_spawn(system, &sender_kind, NULL, &sender)) < 0)
		return error;
	say("spawn", "three actors were made: two clerks and a sender; each has a mailbox and a state of its own");
	if ((error = send_and_ask(system, clerk)) < 0
	 || (error = overload(system, sender, other)) < 0)
		return error;
	end_one(system, clerk);
	return 0;
}

static int stop(odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int error = odeon_system_stop(system, soon(system), NULL);

	if (error < 0)
		return error;
	say("stop", "the other actors handled what was in their mailboxes, and ended; then the threads did");
	if ((error = odeon_system_stats(system, &stats)) < 0)
		return error;
	say("", "nothing was lost: %u messages = %u handled + %u dropped + %u dead letters", (unsigned)stats.accepted,
	    (unsigned)stats.handled, (unsigned)stats.dropped, (unsigned)stats.dead_letters);
	return 0;
}

int main(void)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = on_dead_letter);
	odeon_system *system;
	int error = odeon_system_start(&options, &system);

	if (error == 0) {
		say("start", "a system runs: threads that hand messages to actors, one for each core");
		if ((error = tour(system)) == 0)
			error = stop(system);
		odeon_system_free(system);
	}
	if (error < 0)
		fprintf(stderr, "00-tour: %s\n", odeon_error_text(error));
	return error < 0;
}
