/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.h - what the tests of being told share: an actor that asks, and the kinds of channel
 */
#ifndef TESTS_LISTENER_H
#define TESTS_LISTENER_H

#include "../harness/kit.h"

static struct world world;

/* ---- an actor that asks ------------------------------------------------------------------------------------------------ */

struct listener {
	void (*on_readable)(odeon_self *self, struct listener *listener, odeon_receiver *receiver);  /* NULL: only counted */
	void (*on_writable)(odeon_self *self, struct listener *listener, odeon_sender *sender);
	odeon_receiver *receiver;
	odeon_sender *sender;
	struct gate *told;                             /* opened at each message */
	int next, most;
	struct gate *done;
	int *in_stop;                                  /* what asking answers as it stops */
};

ODEON_HANDLER(listener, odeon_readable)
{
	must(odeon_ref_is_nobody(odeon_from(self)));
	if (listener->on_readable)
		listener->on_readable(self, listener, odeon_readable->receiver);
	if (listener->told)
		gate_open(listener->told);
}

ODEON_HANDLER(listener, odeon_writable)
{
	must(odeon_ref_is_nobody(odeon_from(self)));
	if (listener->on_writable)
		listener->on_writable(self, listener, odeon_writable->sender);
	if (listener->told)
		gate_open(listener->told);
}

ODEON_HANDLER(listener, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}

ODEON_STOP(listener)
{
	if (listener->in_stop) {
		must(odeon_receiver_when_ready(self, listener->receiver) == ODEON_EINVAL);
		must(odeon_sender_when_room(self, listener->sender) == ODEON_EINVAL);
		*listener->in_stop = 1;
	}
}

ODEON_HANDLERS(listener_handlers,
	ODEON_ON(listener, odeon_readable), ODEON_ON(listener, odeon_writable), ODEON_ON(listener, errand));
ODEON_KIND(listener, listener_handlers, .stop = ODEON_STOPS(listener));

static inline odeon_ref listen_with(struct listener first)
{
	return world_spawn(&world, &listener_kind, &first);
}

static inline void ask_readable(odeon_self *self, void *receiver)
{
	must(odeon_receiver_when_ready(self, receiver) == 0);
}

static inline void ask_writable(odeon_self *self, void *sender)
{
	must(odeon_sender_when_room(self, sender) == 0);
}

static inline void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

/* What was sent to it so far has been handled. */
static inline void flush(odeon_ref actor)
{
	world_do(&world, actor, nothing, NULL);
}

/* ---- channels of all kinds ------------------------------------------------------------------------------------------------ */

static inline int copy_note(void *to, const void *from)
{
	*(struct note *)to = *(const struct note *)from;
	return 0;
}

static const odeon_channel_options kinds[] = {
	ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED),
	ODEON_CHANNEL_OPTIONS(.capacity = 1),
	ODEON_CHANNEL_OPTIONS(.capacity = 5, .capacity_bytes = 1000),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_ONESHOT),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 4, .copy = copy_note),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH),
	ODEON_CHANNEL_OPTIONS(.capacity = 0),
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), RENDEZVOUS = KINDS - 1 };

static odeon_sender *out;
static odeon_receiver *in;
static struct gate told;

static inline void open_kind(int kind)
{
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(note), &kinds[kind], &out, &in), 0);
}

static inline void setup(void)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	told = (struct gate)GATE;
	out = NULL;
	in = NULL;
}

static inline void teardown(void)
{
	world_close(&world);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}

static inline void take_one(void)
{
	struct note *note = odeon_recv_until(note, in, kit_deadline(), NULL);

	must(note != NULL);
	odeon_free(note);
}

/* ---- an actor that asks as it starts ------------------------------------------------------------------------------------ */

struct asker { int unused; };
struct asked { odeon_receiver *receiver; int result; };

ODEON_START(asker, asked)
{
	must(odeon_receiver_when_ready(self, asked->receiver) == 0);
	return asked->result;
}

ODEON_HANDLER(asker, odeon_readable)
{
	must(odeon_readable->receiver == in);
	gate_open(&told);
}

ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, odeon_readable));
ODEON_KIND(asker, asker_handlers, .start = ODEON_STARTS(asker));

#endif
