/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Select: loops that receive and send in one wait, time as a channel, what is left in a case, the dynamic form.
 */
#include <odeon.h>
#include <poll.h>

struct note { int number; };
ODEON_MESSAGE(note);

/* From two channels until both are disconnected. */
int merge(odeon_receiver *one, odeon_receiver *other);
int merge(odeon_receiver *one, odeon_receiver *other)
{
	odeon_case cases[] = { ODEON_CASE_RECV(one), ODEON_CASE_RECV(other) };
	int open = 2, sum = 0;

	while (open > 0) {
		int which = odeon_select(cases, 2, ODEON_NEVER);
		struct note *note;

		if (which < 0)
			return which;
		note = odeon_case_message(note, &cases[which]);
		if (note) {
			sum += note->number;
			odeon_free(note);
		} else {
			cases[which] = (odeon_case)ODEON_CASE_NOTHING;
			open--;
		}
	}
	return sum;
}

/* Every tick, until the time is up; ticks are left in their case. */
int tick_for_a_while(void);
int tick_for_a_while(void)
{
	odeon_receiver *tick = odeon_receiver_tick(NULL, ODEON_MS(1));
	odeon_receiver *timeout = odeon_receiver_after(NULL, odeon_clock_deadline(ODEON_MS(5)));
	odeon_case cases[] = { ODEON_CASE_RECV(tick), ODEON_CASE_RECV(timeout) };
	int ticks = 0;

	while (tick && timeout && odeon_select(cases, 2, ODEON_NEVER) == 0)
		ticks++;
	odeon_case_clear(&cases[0]);
	odeon_case_clear(&cases[1]);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(timeout);
	return ticks;
}

/* Sends what it has and receives what comes, in one wait. */
int exchange(odeon_sender *out, odeon_receiver *in);
int exchange(odeon_sender *out, odeon_receiver *in)
{
	odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_SEND(out, odeon_new(note, .number = 0)), ODEON_CASE_DEFAULT };
	int sent = 0;

	while (sent < 10) {
		int which = odeon_select(cases, 3, ODEON_NEVER);

		if (which == 0 && cases[0].error == 0)
			odeon_free(odeon_case_take(&cases[0], ODEON_TYPE(note)));
		else if (which == 1 && cases[1].error == 0)
			cases[1].message = odeon_new(note, .number = ++sent);
		else
			break;
	}
	odeon_case_clear(&cases[0]);
	odeon_case_clear(&cases[1]);
	return sent;
}

/* What could not be sent is taken back. */
struct note *send_or_keep(odeon_sender *out, struct note *note);
struct note *send_or_keep(odeon_sender *out, struct note *note)
{
	odeon_case cases[] = { ODEON_CASE_SEND(out, note) };

	if (odeon_select(cases, 1, odeon_clock_deadline(ODEON_MS(1))) == 0 && cases[0].error == 0)
		return NULL;
	return odeon_case_message(note, &cases[0]);
}

/* A descriptor beside a channel; the first in the array is preferred. */
int watch_line(odeon_receiver *in, int fd);
int watch_line(odeon_receiver *in, int fd)
{
	odeon_case cases[] = { ODEON_CASE_FD(fd, POLLIN), ODEON_CASE_RECV(in) };
	int which = odeon_select_biased(cases, 2, ODEON_NEVER);

	odeon_case_clear(&cases[1]);
	return which == 0 ? cases[0].got : which;
}

/* Only to know which are ready. */
int how_many_ready(odeon_receiver *one, odeon_receiver *other);
int how_many_ready(odeon_receiver *one, odeon_receiver *other)
{
	odeon_case cases[] = { ODEON_CASE_RECV(one), ODEON_CASE_RECV(other) };

	return odeon_select_ready(cases, 2, ODEON_AT_ONCE);
}

/* An actor with a thread of its own lets its mailbox be one of the things it waits for. */
struct radio { odeon_receiver *in; };

ODEON_HANDLER(radio, note)
{
	odeon_case cases[] = { ODEON_CASE_MAILBOX(self), ODEON_CASE_RECV(radio->in) };

	while (odeon_select(cases, 2, ODEON_NEVER) >= 0 && cases[0].error == 0)
		odeon_case_clear(&cases[1]);
	odeon_case_clear(&cases[1]);
}

ODEON_HANDLERS(radio_handlers, ODEON_ON(radio, note));
ODEON_KIND(radio, radio_handlers, .place = ODEON_OWN_THREAD);

int switch_on(odeon_system *system, odeon_ref *ref);
int switch_on(odeon_system *system, odeon_ref *ref)
{
	return odeon_system_spawn(system, &radio_kind, NULL, ref);
}

/* The dynamic form. */
int select_dynamically(odeon_receiver *in, odeon_sender *out);
int select_dynamically(odeon_receiver *in, odeon_sender *out)
{
	odeon_selector *selector = odeon_selector_open();
	int which, receives, sends;

	if (!selector)
		return ODEON_ENOMEM;
	receives = odeon_selector_add(selector, &(odeon_case)ODEON_CASE_RECV(in));
	sends = odeon_selector_add(selector, &(odeon_case)ODEON_CASE_SEND(out, NULL));
	while (receives >= 0 && sends >= 0) {
		struct note *note;

		odeon_selector_case(selector, sends)->message = odeon_new(note, .number = 1);
		which = odeon_selector_select(selector, ODEON_NEVER);
		if (which != receives)
			break;
		note = odeon_case_message(note, odeon_selector_case(selector, which));
		odeon_free(note);
		odeon_selector_remove(selector, sends);
		sends = odeon_selector_add(selector, &(odeon_case)ODEON_CASE_SEND(out, NULL));
	}
	odeon_selector_drop(selector);
	return 0;
}
