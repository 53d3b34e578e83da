/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kinds: hooks, tables, mailboxes, and a kind that takes every message in one function.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct tick { char unused; };
ODEON_MESSAGE(tick);

struct setup { odeon_ref to; int number; };

struct door { odeon_ref to; int opened; struct note *held; };

/* Two tables for one state: the table that is become stands first. */
ODEON_HANDLER(door, tick)
{
	odeon_unbecome(self);
	odeon_send(self, odeon_self_ref(self), tick);
}

ODEON_HANDLERS(closed_handlers, ODEON_ON(door, tick));

ODEON_HANDLER(door, note)
{
	door->opened++;
	if (odeon_become(self, closed_handlers) < 0)
		odeon_exit(self);
	odeon_forward(self, door->to, note);
}

ODEON_HANDLERS(door_handlers, ODEON_ON(door, note));

/* A hook that may fail, and undoes its own. */
ODEON_START(door, setup)
{
	if (!setup)
		return ODEON_EINVAL;
	door->to = setup->to;
	door->held = odeon_new(note, .number = setup->number);
	if (!door->held)
		return ODEON_ENOMEM;
	if (odeon_bound(self, &(odeon_mailbox){ .messages = 10, .policy = ODEON_REDIRECT, .redirect = setup->to }) < 0) {
		odeon_free(door->held);
		return ODEON_EINVAL;
	}
	return 0;
}

ODEON_STOP(door)
{
	if (reason->code == 0)
		odeon_send(self, door->to, door->held);
	else
		odeon_free(door->held);
}

ODEON_KIND(door, door_handlers, .start = ODEON_STARTS(door), .stop = ODEON_STOPS(door));

/* Every message in one function. */
struct tap { odeon_ref to; unsigned notes; };

static void tap_receive(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	struct tap *tap = state;

	if (type == ODEON_TYPE(note)) {
		struct note *note = message;

		tap->notes += (unsigned)note->number;
		odeon_free(note);
		return;
	}
	odeon_forward(self, tap->to, message);
}

ODEON_KIND(tap, NULL, .receive = tap_receive, .mailbox = { .messages = 100, .policy = ODEON_DROP_OLDEST });

/* What the table lacks. */
struct sieve { int strangers; };

static void sieve_other(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	struct sieve *sieve = state;

	sieve->strangers += type != ODEON_TYPE(tick);
	odeon_reply(self, message);
}

ODEON_HANDLER(sieve, note)
{
	sieve->strangers -= note->number;
}

ODEON_HANDLER(sieve, odeon_water)
{
	if (odeon_water->is_high)
		odeon_exit(self);
}

ODEON_HANDLERS(sieve_handlers, ODEON_ON(sieve, note), ODEON_ON(sieve, odeon_water));
ODEON_KIND(sieve, sieve_handlers, .on_other = sieve_other, .place = ODEON_PINNED, .worker = 1);

int spawn_all(odeon_self *self, odeon_ref *door);
int spawn_all(odeon_self *self, odeon_ref *door)
{
	odeon_ref tap;
	int error = odeon_spawn(self, &tap_kind, &(struct tap){ .to = odeon_self_ref(self) }, &tap);

	if (error < 0)
		return error;
	error = odeon_spawn(self, &sieve_kind, NULL, NULL);
	if (error < 0)
		return error;
	return odeon_spawn(self, &door_kind, &(struct setup){ .to = tap, .number = 1 }, door);
}
