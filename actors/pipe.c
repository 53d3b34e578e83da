/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe - an actor that owns a receiving half, and gives what comes there to another actor
 *
 * It has one message of its own under way at any time: the channel's, that there is something to receive; or the other mailbox's,
 * that there is room; or the one in hand, which it sends on to itself when there is more to do. That needs no memory, so it also
 * goes on so when there was none to ask with. What it has received and could not give is kept, and nothing else is received
 * meanwhile: so the channel fills up, and its senders wait.
 */
#include <odeon.h>
#include <stdbool.h>

#define BATCH 32                                /* messages given before others have their turn */

struct ends { odeon_receiver *receiver; odeon_ref to; };

struct pipe {
	odeon_receiver *receiver;
	odeon_ref to;
	void *kept;                             /* received, and not given yet */
};

/* More at once, behind what else waits here. */
static void go_on(odeon_self *self, void *hand)
{
	(void)odeon_send(self, odeon_self_ref(self), hand);
}

/* What asking answered: 0, and a message will come. */
static void await(odeon_self *self, void *hand, int error)
{
	if (error == ODEON_ENOMEM)
		go_on(self, hand);
	else if (error == ODEON_EGONE)
		odeon_exit(self);
	else if (error != 0)
		odeon_fail(self, error, NULL);
}

/* True: something is kept to be given. */
static bool receive(odeon_self *self, struct pipe *pipe, void *hand)
{
	int why;

	if (pipe->kept != NULL)
		return true;
	do
		pipe->kept = odeon_receiver_recv(NULL, pipe->receiver, ODEON_AT_ONCE, &why);
	while (why == ODEON_ELAGGED);
	if (why == ODEON_EEMPTY)
		await(self, hand, odeon_receiver_when_ready(self, pipe->receiver));
	else if (why == ODEON_EDISCONNECTED)
		odeon_exit(self);
	else if (why != 0)
		await(self, hand, why);
	return pipe->kept != NULL;
}

/* It goes in after all, or is a dead letter. */
static void lay_down(odeon_system *system, struct pipe *pipe)
{
	if (pipe->kept != NULL)
		(void)odeon_post(system, pipe->to, pipe->kept);
	pipe->kept = NULL;
}

/* True: it was given. */
static bool give(odeon_self *self, struct pipe *pipe, void *hand)
{
	odeon_system *system = odeon_system_of(self);
	int why;

	pipe->kept = odeon_try_post(system, pipe->to, pipe->kept, ODEON_NEVER, &why);
	if (why == ODEON_EWOULDBLOCK) {         /* full */
		await(self, hand, odeon_when_room(self, pipe->to));
		return false;
	}
	if (why != 0)
		lay_down(system, pipe);
	if (why != 0 && why != ODEON_EFULL) {   /* full, and not to be waited for: it never fits */
		odeon_exit(self);
		return false;
	}
	return true;
}

static void move(odeon_self *self, struct pipe *pipe, void *hand)
{
	for (int i = 0; i < BATCH; i++)
		if (!receive(self, pipe, hand) || !give(self, pipe, hand))
			return;
	go_on(self, hand);
}

ODEON_HANDLER(pipe, odeon_readable)
{
	move(self, pipe, odeon_readable);
}

ODEON_HANDLER(pipe, odeon_room)
{
	move(self, pipe, odeon_room);
}

/* On failure the half stays the caller's. */
ODEON_START(pipe, ends)
{
	int error = odeon_bound(self, NULL);    /* whatever the system's options say: its messages are few */

	if (error == 0)
		error = odeon_receiver_when_ready(self, ends->receiver);
	pipe->receiver = ends->receiver;
	pipe->to = ends->to;
	return error;
}

ODEON_STOP(pipe)
{
	lay_down(odeon_system_of(self), pipe);
	odeon_receiver_drop(pipe->receiver);
}

ODEON_HANDLERS(pipe_handlers, ODEON_ON(pipe, odeon_readable), ODEON_ON(pipe, odeon_room));
ODEON_KIND(pipe, pipe_handlers, .start = ODEON_STARTS(pipe), .stop = ODEON_STOPS(pipe));

int odeon_receiver_pipe(odeon_receiver *receiver, odeon_system *system, odeon_ref to)
{
	const struct ends ends = { .receiver = receiver, .to = to };
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	int error = receiver != NULL && system != NULL ? odeon_actor_stats(system, to, &stats) : ODEON_EINVAL;

	if (error == 0)
		error = odeon_system_spawn(system, &pipe_kind, &ends, NULL);
	if (error != 0)
		odeon_receiver_drop(receiver);
	return error;
}
