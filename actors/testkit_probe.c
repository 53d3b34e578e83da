/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * testkit_probe - an actor that keeps what it gets for a plain thread, which tells it what to send
 *
 * What both share is under a lock, and goes with the second of them. A message that came is a note in a list; its memory is
 * the C library's, since a simulated system may refuse what actors ask of it. The thread waits for a bell, the only message
 * of a channel: it is in the channel, with the thread, or with the actor, who rings it when something came. So ringing
 * needs no memory. The thread gives it back before it looks at the list.
 */
#include <odeon.h>
#include <odeon/testkit.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include "testkit.h"

#define MONITOR_TRIES 1000

struct note {
	struct note *next;
	void *message;
	const odeon_type *type;
	odeon_ref from;
	odeon_time at;
};

struct bell { char unused; };
ODEON_MESSAGE(bell);

struct odeon_probe {
	pthread_mutex_t lock;
	struct note *first, *last;              /* guarded by it, down to parties */
	struct bell *bell;                      /* NULL: elsewhere */
	bool has_ended;
	int parties;
	odeon_sender *out;                      /* the actor's */
	odeon_system *system;                   /* the thread's, from here on */
	odeon_receiver *in;
	odeon_ref ref, from;
	odeon_time at;
};

static void free_note(struct note *note)
{
	odeon_free(note->message);
	free(note);
}

static void leave(odeon_probe *probe)
{
	struct note *note;
	bool is_last;

	pthread_mutex_lock(&probe->lock);
	is_last = --probe->parties == 0;
	pthread_mutex_unlock(&probe->lock);
	if (!is_last)
		return;
	while ((note = probe->first) != NULL) {
		probe->first = note->next;
		free_note(note);
	}
	odeon_free(probe->bell);
	pthread_mutex_destroy(&probe->lock);
	free(probe);
}

/* ---- the actor -------------------------------------------------------------------------------------------------------- */

struct keeper { odeon_probe *probe; };

/* What the thread wants: one of these. */
struct order { odeon_ref to; void *message, *request; bool monitors; int tries; };
ODEON_MESSAGE_DROP(order)
{
	odeon_free(order->request != order->message ? order->request : NULL);
	odeon_free(order->message);
}

/* Refused memory, perhaps by chance: once more. */
static void monitor(odeon_self *self, struct order *order)
{
	if (odeon_monitor(self, order->to) != ODEON_ENOMEM)
		return;
	if (order->tries++ < MONITOR_TRIES)
		(void)odeon_send(self, odeon_self_ref(self), order);
	else
		odeon_fail(self, ODEON_ENOMEM, "a probe could not monitor");
}

static void obey(odeon_self *self, struct order *order)
{
	void *message = order->message;

	order->message = NULL;
	if (order->monitors) {
		monitor(self, order);
	} else if (order->request != NULL) {
		(void)odeon_reply_to(self, order->request, message);
		if (message == order->request)
			order->request = NULL;
	} else
		(void)odeon_send(self, order->to, message);
}

/* The bell, if it is here. */
static struct bell *add(odeon_probe *probe, struct note *note)
{
	struct bell *bell;

	pthread_mutex_lock(&probe->lock);
	if (probe->last != NULL)
		probe->last->next = note;
	else
		probe->first = note;
	probe->last = note;
	bell = probe->bell;
	probe->bell = NULL;
	pthread_mutex_unlock(&probe->lock);
	return bell;
}

static void ring(odeon_probe *probe, struct bell *bell)
{
	if (bell != NULL)
		(void)odeon_sender_send(probe->out, bell);      /* in it alone, there is room */
}

static void receive(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	odeon_probe *probe = ((struct keeper *)state)->probe;
	struct note *note;

	if (type == ODEON_TYPE(order)) {
		obey(self, message);
		return;
	}
	note = malloc(sizeof *note);
	if (note == NULL) {
		odeon_fail(self, ODEON_ENOMEM, NULL);
		return;
	}
	*note = (struct note){ NULL, odeon_keep(self, message), type, odeon_from(self), odeon_now(self) };
	ring(probe, add(probe, note));
}

static int start(odeon_self *self, void *state, const void *argument)
{
	((struct keeper *)state)->probe = *(odeon_probe *const *)argument;
	return odeon_bound(self, NULL);
}

static void stop(odeon_self *self, void *state, const odeon_reason *reason)
{
	odeon_probe *probe = ((struct keeper *)state)->probe;

	(void)self;
	(void)reason;
	pthread_mutex_lock(&probe->lock);
	probe->has_ended = true;
	pthread_mutex_unlock(&probe->lock);
	odeon_sender_drop(probe->out);          /* who waits for the bell wakes */
	leave(probe);
}

static const odeon_kind keeper_kind = {
	.bytes = sizeof(odeon_kind), .name = TESTKIT_PROBE, .state_bytes = sizeof(struct keeper), .start = start, .stop = stop,
	.receive = receive,
};

/* ---- opened and closed -------------------------------------------------------------------------------------------------- */

static int open_channel(odeon_probe *probe, odeon_system *system)
{
	const odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.capacity = 1, .system = system);

	probe->bell = odeon_new(bell);
	if (probe->bell == NULL)
		return ODEON_ENOMEM;
	return odeon_channel_open_with(ODEON_TYPE(bell), &options, &probe->out, &probe->in);
}

int odeon_probe_open(odeon_system *system, odeon_probe **result)
{
	odeon_probe *probe;
	int error;

	if (system == NULL || result == NULL)
		return ODEON_EINVAL;
	probe = calloc(1, sizeof *probe);
	if (probe == NULL)
		return ODEON_ENOMEM;
	pthread_mutex_init(&probe->lock, NULL);
	probe->parties = 1;
	probe->system = system;
	error = open_channel(probe, system);
	probe->parties = 2;                     /* with the actor */
	if (error == 0 && (error = odeon_system_spawn(system, &keeper_kind, &probe, &probe->ref)) != 0) {
		odeon_sender_drop(probe->out);
		odeon_receiver_drop(probe->in);
	}
	if (error != 0) {
		probe->parties = 1;
		leave(probe);
		return error;
	}
	*result = probe;
	return 0;
}

static bool has_ended(odeon_probe *probe)
{
	bool has;

	pthread_mutex_lock(&probe->lock);
	has = probe->has_ended;
	pthread_mutex_unlock(&probe->lock);
	return has;
}

void odeon_probe_close(odeon_probe *probe)
{
	if (probe == NULL)
		return;
	if (!has_ended(probe))                  /* otherwise the system may have gone */
		(void)odeon_actor_stop(probe->system, probe->ref);
	odeon_receiver_drop(probe->in);
	leave(probe);
}

odeon_ref odeon_probe_ref(const odeon_probe *probe) { return probe->ref; }
odeon_ref odeon_probe_from(const odeon_probe *probe) { return probe->from; }
odeon_time odeon_probe_when(const odeon_probe *probe) { return probe->at; }

/* ---- expected ------------------------------------------------------------------------------------------------------------ */

/* The first note stays where it is, and nobody but the thread takes it away. NULL: none. */
static struct note *look(odeon_probe *probe, bool *ended)
{
	struct note *note;

	pthread_mutex_lock(&probe->lock);
	note = probe->first;
	*ended = probe->has_ended;
	pthread_mutex_unlock(&probe->lock);
	return note;
}

static void *take(odeon_probe *probe)
{
	struct note *note;
	void *message;

	pthread_mutex_lock(&probe->lock);
	note = probe->first;
	probe->first = note->next;
	if (note->next == NULL)
		probe->last = NULL;
	pthread_mutex_unlock(&probe->lock);
	message = note->message;
	probe->from = note->from;
	probe->at = note->at;
	free(note);
	return message;
}

/* Until something came, and 0; or the error. */
static int await(odeon_probe *probe, odeon_time until, struct note **note)
{
	struct bell *bell;
	bool ended;
	int why;

	while ((*note = look(probe, &ended)) == NULL) {
		if (ended)
			return ODEON_EGONE;
		bell = odeon_receiver_recv(ODEON_TYPE(bell), probe->in, until, &why);
		if (bell == NULL && why != ODEON_EDISCONNECTED)         /* that is the end, and a last look */
			return why == ODEON_EEMPTY ? ODEON_ETIMEDOUT : why;
		pthread_mutex_lock(&probe->lock);
		if (bell != NULL)
			probe->bell = bell;
		pthread_mutex_unlock(&probe->lock);
	}
	return 0;
}

static void *expect(odeon_probe *probe, const odeon_type *type, bool skips, odeon_duration within, int *why)
{
	odeon_time until = odeon_system_deadline(probe->system, within);
	struct note *note;
	int ignored;

	if (why == NULL)
		why = &ignored;
	while ((*why = await(probe, until, &note)) == 0) {
		if (note->type == type)
			return take(probe);
		if (!skips) {
			*why = ODEON_ETYPE;
			return NULL;
		}
		odeon_free(take(probe));
	}
	return NULL;
}

void *odeon_probe_next(odeon_probe *probe, const odeon_type *type, odeon_duration within, int *why)
{
	return expect(probe, type, false, within, why);
}

void *odeon_probe_seek(odeon_probe *probe, const odeon_type *type, odeon_duration within, int *why)
{
	return expect(probe, type, true, within, why);
}

int odeon_probe_expect_none(odeon_probe *probe, odeon_duration within)
{
	struct note *note;
	int why = await(probe, odeon_system_deadline(probe->system, within), &note);

	return why == 0 ? ODEON_ETYPE : why == ODEON_ETIMEDOUT ? 0 : why;
}

/* ---- told to do something ------------------------------------------------------------------------------------------------- */

static int tell(odeon_probe *probe, struct order what)
{
	struct order *order;

	if (has_ended(probe)) {
		order_drop(&what);
		return ODEON_EGONE;
	}
	order = odeon_new(order);
	if (order == NULL) {
		order_drop(&what);
		return ODEON_ENOMEM;
	}
	*order = what;
	return odeon_post(probe->system, probe->ref, order);
}

int odeon_probe_send(odeon_probe *probe, odeon_ref to, void *message)
{
	return message != NULL ? tell(probe, (struct order){ .to = to, .message = message }) : ODEON_ENOMEM;
}

int odeon_probe_reply(odeon_probe *probe, void *request, void *answer)
{
	if (request == NULL || answer == NULL) {
		odeon_free(request != answer ? request : NULL);
		odeon_free(answer);
		return request == NULL ? ODEON_EINVAL : ODEON_ENOMEM;
	}
	return tell(probe, (struct order){ .request = request, .message = answer });
}

int odeon_probe_monitor(odeon_probe *probe, odeon_ref who)
{
	return tell(probe, (struct order){ .to = who, .monitors = true });
}

/* ---- time ---------------------------------------------------------------------------------------------------------------- */

int odeon_system_pass(odeon_system *system, odeon_duration duration)
{
	odeon_receiver *never;
	odeon_time until;
	int why;

	if (system == NULL || duration < 0)
		return ODEON_EINVAL;
	until = odeon_system_deadline(system, duration);
	never = odeon_receiver_never(system);
	if (never == NULL)
		return ODEON_ENOMEM;
	odeon_free(odeon_receiver_recv(NULL, never, until, &why));
	odeon_receiver_drop(never);
	return why == ODEON_ETIMEDOUT || why == ODEON_EEMPTY ? 0 : why;
}
