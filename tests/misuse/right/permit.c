/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Permits: room that was reserved, used and given back.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct source { odeon_ref to; odeon_permit *room; };

/* Reserved, used up, dropped. */
int reserve_and_send(odeon_self *self, odeon_ref to);
int reserve_and_send(odeon_self *self, odeon_ref to)
{
	int why;
	odeon_permit *room = odeon_reserve(self, to, 2, 2 * sizeof(struct note), &why);

	if (!room)
		return why;
	odeon_permit_send(self, room, odeon_new(note, .number = 1));
	why = odeon_permit_send(self, room, odeon_new(note, .number = 2));
	odeon_permit_drop(room);
	return why;
}

/* Reserved, and dropped unused on one path. */
int reserve_and_think_again(odeon_self *self, odeon_ref to, int wanted);
int reserve_and_think_again(odeon_self *self, odeon_ref to, int wanted)
{
	int why = 0;
	odeon_permit *room = odeon_reserve(self, to, 1, sizeof(struct note), NULL);

	if (!room)
		return ODEON_EFULL;
	if (wanted)
		why = odeon_permit_send(self, room, odeon_new(note, .number = 1));
	odeon_permit_drop(room);
	return why;
}

/* A batch in a loop. */
int send_batch(odeon_self *self, odeon_ref to, unsigned count);
int send_batch(odeon_self *self, odeon_ref to, unsigned count)
{
	int error = 0, why;
	odeon_permit *room = odeon_reserve(self, to, count, count * sizeof(struct note), &why);

	if (!room)
		return why;
	for (unsigned number = 0; number < count && error == 0; number++)
		error = odeon_permit_send(self, room, odeon_new(note, .number = (int)number));
	odeon_permit_drop(room);
	return error;
}

/* Held in the state from one handler to the next. */
int reserve_for_later(odeon_self *self, struct source *source);
int reserve_for_later(odeon_self *self, struct source *source)
{
	int why;

	source->room = odeon_reserve(self, source->to, 4, 4 * sizeof(struct note), &why);
	return source->room ? 0 : why;
}

int send_reserved(odeon_self *self, struct source *source);
int send_reserved(odeon_self *self, struct source *source)
{
	int error = odeon_permit_send(self, source->room, odeon_new(note, .number = 1));

	if (error < 0) {
		odeon_permit_drop(source->room);
		source->room = NULL;
	}
	return error;
}

/* Dropping nothing is fine. */
ODEON_STOP(source)
{
	odeon_permit_drop(source->room);
}

ODEON_HANDLER(source, note)
{
	if (send_reserved(self, source) < 0)
		odeon_reply(self, note);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, note));
ODEON_KIND(source, source_handlers, .stop = ODEON_STOPS(source));

int open_source(odeon_self *self, odeon_ref *source);
int open_source(odeon_self *self, odeon_ref *source)
{
	return odeon_spawn(self, &source_kind, NULL, source);
}

/* The message in hand is sent into reserved room. */
int send_in_hand(odeon_self *self, odeon_permit *room, struct note *in_hand);
int send_in_hand(odeon_self *self, odeon_permit *room, struct note *in_hand)
{
	in_hand->number++;
	return odeon_permit_send(self, room, in_hand);
}
