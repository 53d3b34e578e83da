/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 06-overload - a mailbox with room for eight, and four ways to meet it
 *
 *   be refused      odeon_try_send gives the message back, and odeon_when_room tells when to go on
 *   be warned       water marks: a message when many wait, and another when few do again
 *   ask first       odeon_reserve, for messages that are dear to make
 *   wait outside    odeon_try_post with a deadline: plain threads may wait, handlers may not
 *
 * The bound is exact: never more than eight wait here, whoever sends. What becomes of the ninth is the mailbox's policy:
 * ODEON_FAIL refuses it; others drop it, drop the oldest, redirect it, or stop the receiver.
 *
 * The system has one worker, so nobody else runs while a handler does, and this prints the same every time.
 */
#include <odeon.h>
#include <stdio.h>

#define ROOM 8
#define PIECES 100

struct work { unsigned number; };
ODEON_MESSAGE(work);
struct begin { odeon_ref worker; };                     /* to a source: "Send PIECES of work there, and answer then." */
ODEON_MESSAGE(begin);
struct reserve { odeon_ref worker; };                   /* to a source: "Reserve all room there, and use half of it." */
ODEON_MESSAGE(reserve);

/* ---- a worker with a bounded mailbox ----------------------------------------------------------------------------- */

struct worker { unsigned done; int was_warned; };

ODEON_HANDLER(worker, work)
{
	worker->done++;
	if (work->number == PIECES)
		odeon_reply(self, work);                /* the last piece goes back, as a receipt */
}

/* Sent by the runtime, here to the worker itself. The marks are looked at once a turn, not at each message. */
ODEON_HANDLER(worker, odeon_water)
{
	if (odeon_water->is_high && !worker->was_warned)
		printf("warned: many messages wait\n");
	worker->was_warned = 1;
}

ODEON_STOP(worker)
{
	printf("the worker ended; pieces of work done: %u\n", worker->done);
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, work), ODEON_ON(worker, odeon_water));
ODEON_KIND(worker, worker_handlers,
	.mailbox = { .messages = ROOM, .policy = ODEON_FAIL, .high_water = 6, .low_water = 2 },
	.stop = ODEON_STOPS(worker));

/* ---- a source that is refused, and one that asks first ----------------------------------------------------------- */

struct source {
	struct begin *request;                          /* kept until all is sent */
	struct work *back;                              /* what was refused, and is still to be sent */
	unsigned sent, refused;
};

/* Returns 0, or why it cannot go on now. */
static int send_one(odeon_self *self, struct source *source)
{
	struct work *work = source->back ? source->back : odeon_new(work, .number = source->sent + 1);
	int why;

	source->back = odeon_try_send(self, source->request->worker, work, &why);
	if (why == 0)
		source->sent++;
	return why;
}

static void send_all(odeon_self *self, struct source *source)
{
	int why = 0;

	while (why == 0 && source->sent < PIECES)
		why = send_one(self, source);
	if (why == ODEON_EFULL) {
		if (source->refused++ == 0)
			printf("refused after %u: %s\n", source->sent, odeon_error_text(why));
		why = odeon_when_room(self, source->request->worker);   /* then others run, until odeon_room comes */
	}
	if (why < 0)
		odeon_fail(self, why, "cannot reach the worker");
}

ODEON_HANDLER(source, begin)
{
	source->request = odeon_keep(self, begin);
	send_all(self, source);
}

ODEON_HANDLER(source, odeon_room)
{
	send_all(self, source);
}

/* The receipt: the worker has done all of it, and whoever asked may know. */
ODEON_HANDLER(source, work)
{
	printf("sent all %u in the end\n", work->number);
	odeon_reply_to(self, source->request, source->request);
	source->request = NULL;
}

ODEON_HANDLER(source, reserve)
{
	int why;
	odeon_permit *permit = odeon_reserve(self, reserve->worker, ROOM, ROOM * sizeof(struct work), &why);

	if (!permit)
		return;                                 /* whoever asked is told: unanswered */
	why = odeon_send(self, reserve->worker, odeon_new(work));
	printf("all room is reserved, so a message of another: %s\n", odeon_error_text(why));
	for (int i = 0; i < ROOM / 2; i++)
		odeon_permit_send(self, permit, odeon_new(work));
	odeon_permit_drop(permit);                      /* what was not used is free for others again */
	why = odeon_send(self, reserve->worker, odeon_new(work));
	printf("half of the room was given back, and now: %s\n", odeon_error_text(why));
	odeon_reply(self, reserve);
}

ODEON_STOP(source)
{
	odeon_free(source->back);
	odeon_free(source->request);
}

ODEON_HANDLERS(source_handlers,
	ODEON_ON(source, begin), ODEON_ON(source, odeon_room), ODEON_ON(source, work), ODEON_ON(source, reserve));
ODEON_KIND(source, source_handlers, .stop = ODEON_STOPS(source));

/* ---- the main thread --------------------------------------------------------------------------------------------- */

static odeon_time soon(odeon_system *system) { return odeon_system_deadline(system, ODEON_SECONDS(10)); }

/* Posts work, and waits whenever the mailbox is full. */
static int wait_outside(odeon_system *system, odeon_ref worker)
{
	int why = 0;

	for (unsigned i = 0; i < PIECES && why == 0; i++) {
		struct work *work = odeon_try_post(system, worker, odeon_new(work, .number = i), soon(system), &why);

		odeon_free(work);                       /* NULL, unless the deadline passed */
	}
	return why;
}

static int run(odeon_system *system)
{
	odeon_ref worker, source;
	struct begin *begun;
	struct reserve *reserved;
	int why;

	if ((why = odeon_system_spawn(system, &worker_kind, NULL, &worker)) < 0
	 || (why = odeon_system_spawn(system, &source_kind, NULL, &source)) < 0)
		return why;
	begun = odeon_ask(begin, system, source, odeon_new(begin, .worker = worker), soon(system), &why);
	odeon_free(begun);
	if (why < 0)
		return why;
	reserved = odeon_ask(reserve, system, source, odeon_new(reserve, .worker = worker), soon(system), &why);
	odeon_free(reserved);
	return why < 0 ? why : wait_outside(system, worker);
}

int main(void)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .batch_messages = 2);
	odeon_system *system;
	int error = odeon_system_start(&options, &system);

	if (error < 0)
		return 1;
	error = run(system);
	if (error < 0)
		fprintf(stderr, "06-overload: %s\n", odeon_error_text(error));
	odeon_system_free(system);                      /* what is queued now is still worked off */
	return error < 0;
}
