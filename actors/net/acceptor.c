/* SPDX-License-Identifier: BSD-2-Clause */
/* acceptor - accepting, with a bound; and draining */
#include "acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "door.h"
#include "hall.h"

#define BATCH 64                                /* accepted before others have their turn */
#define PAUSE ODEON_MS(50)                      /* when there are no descriptors, or too many connections */

ODEON_MESSAGE_DEFINE(evict);
ODEON_MESSAGE_DEFINE(evicted);

struct acceptor {
	struct house *house;
	struct hall *hall;
	struct door *door;                      /* NULL: nobody is accepted any more */
	odeon_ref listener;
	struct evicted *evicted;                /* laid by */
	bool is_draining, is_late;              /* told to; and the time for it is over */
};

struct house *house_share(struct house *house)
{
	(void)atomic_fetch_add_explicit(&house->users, 1, memory_order_relaxed);
	return house;
}

void house_drop(struct house *house)
{
	if (atomic_fetch_sub_explicit(&house->users, 1, memory_order_acq_rel) != 1)
		return;
	terms_drop(house->terms);
	if (house->options.forget != NULL)
		house->options.forget(house->options.argument);
	free(house);
}

/* Of all acceptors together. Relaxed: it is a number, and orders nothing. */
static bool enter(struct house *house)
{
	uint32_t most = house->options.connections_most;

	if (atomic_fetch_add_explicit(&house->connections, 1, memory_order_relaxed) < most || most == 0)
		return true;
	(void)atomic_fetch_sub_explicit(&house->connections, 1, memory_order_relaxed);
	return false;
}

void house_leave(struct house *house)
{
	(void)atomic_fetch_sub_explicit(&house->connections, 1, memory_order_relaxed);
}

/* ---- one connection ------------------------------------------------------------------------------------------------------------------- */

static void undo(struct beginning *beginning)
{
	if (beginning->wire != NULL)
		wire_close(beginning->wire, false);
	odeon_free(beginning->ready);
	tls_free(beginning->tls);
	terms_drop(beginning->terms);
}

/* With TLS there is a session when that is ready. */
static int be_secret(struct acceptor *acceptor, struct beginning *beginning)
{
	const odeon_connection_options *options = &acceptor->house->terms->options;

	if (acceptor->house->options.session != NULL) {
		beginning->ready = odeon_new(ready);
		if (beginning->ready == NULL)
			return ODEON_ENOMEM;
	}
	return tls_new(options->tls, options, NULL, &beginning->tls);
}

/* The descriptor is taken. */
static int spawn_connection(odeon_self *self, struct acceptor *acceptor, int descriptor, odeon_ref *connection)
{
	struct house *house = acceptor->house;
	struct beginning beginning = {
		.terms = terms_share(house->terms), .owner = house->options.owner,
		.hall = acceptor->hall, .place = hall_next_place(acceptor->hall),
		.wire = wire_new(odeon_system_of(self), &house->terms->options, house->is_local),
	};
	int error = beginning.wire != NULL ? 0 : ODEON_ENOMEM;

	if (error == 0 && house->terms->options.tls != NULL)
		error = be_secret(acceptor, &beginning);
	if (error == 0 && wire_open(beginning.wire, poller_here(self), &house->terms->options, descriptor) != 0)
		error = ODEON_ESYSTEM;
	if (error != 0)
		door_drop(odeon_system_of(self), descriptor);
	else
		error = odeon_spawn_pinned(self, net_connection, &beginning, ODEON_WORKER_HERE, connection);
	if (error != 0)
		undo(&beginning);
	return error;
}

static int spawn_session(odeon_self *self, struct acceptor *acceptor, odeon_ref connection, const struct ready *ready)
{
	const odeon_listener_options *options = &acceptor->house->options;
	struct odeon_session session = {
		.connection = connection, .listener = acceptor->listener, .argument = options->argument, .there = ready->there,
		.protocol = ready->protocol, .peer = ready->peer,
	};
	odeon_ref owner;
	int error;

	if (options->session->place == ODEON_PINNED)
		error = odeon_spawn_pinned(self, options->session, &session, ODEON_WORKER_HERE, &owner);
	else
		error = odeon_spawn(self, options->session, &session, &owner);
	if (error != 0)
		return error;
	error = odeon_send(self, connection, odeon_new(odeon_give, .to = owner));
	if (error != 0)
		(void)odeon_actor_kill(odeon_system_of(self), owner);
	return error;
}

/* A session that does not start refuses its connection; that is no reason to accept no others. */
static void begin_session(odeon_self *self, struct acceptor *acceptor, odeon_ref connection, const struct ready *ready)
{
	if (spawn_session(self, acceptor, connection, ready) != 0)
		(void)odeon_actor_kill(odeon_system_of(self), connection);
}

static bool admit(odeon_self *self, struct acceptor *acceptor, int descriptor, const struct address *there)
{
	struct ready ready = { .protocol = "" };
	odeon_ref connection;

	if (spawn_connection(self, acceptor, descriptor, &connection) != 0)
		return false;
	hall_enter(acceptor->hall, connection);
	address_print(there, ready.there);
	if (acceptor->house->options.session != NULL && acceptor->house->terms->options.tls == NULL)
		begin_session(self, acceptor, connection, &ready);
	return true;
}

/* It may be over by now: then there is no session. */
ODEON_HANDLER(acceptor, ready)
{
	begin_session(self, acceptor, ready->who, ready);
}

/* ---- accepting -------------------------------------------------------------------------------------------------------------------------- */

enum accepted { ACCEPTED, NOBODY_THERE, REFUSED, NOT_NOW };

static enum accepted accepted_error(int error)
{
	switch (error) {
	case EAGAIN:
		return NOBODY_THERE;
	case EMFILE: case ENFILE: case ENOBUFS: case ENOMEM:
		return NOT_NOW;
	default:                                        /* who came is gone again, and that counts as one */
		return REFUSED;
	}
}

static enum accepted accept_one(odeon_self *self, struct acceptor *acceptor)
{
	struct address there = { .length = 0 };
	enum accepted answer;
	int descriptor;

	if (!hall_has_place(acceptor->hall) || !enter(acceptor->house))
		return NOT_NOW;
	descriptor = door_accept(acceptor->door, &there);
	answer = descriptor < 0 ? accepted_error(-descriptor) : admit(self, acceptor, descriptor, &there) ? ACCEPTED : NOT_NOW;
	if (answer != ACCEPTED)
		house_leave(acceptor->house);
	return answer;
}

/* The door stirs for nobody until then. Without memory for the time, it goes on. */
static void wait_a_while(odeon_self *self, struct acceptor *acceptor)
{
	if (odeon_tick_after(self, PAUSE, 'p') == 0)
		door_shut(acceptor->door);
}

static void accept_all(odeon_self *self, struct acceptor *acceptor)
{
	enum accepted answer = ACCEPTED;

	for (int i = 0; i < BATCH && (answer == ACCEPTED || answer == REFUSED); i++)
		answer = accept_one(self, acceptor);
	if (answer == NOT_NOW)
		wait_a_while(self, acceptor);
}

static void go_on(odeon_self *self, struct acceptor *acceptor)
{
	if (door_open(acceptor->door, poller_here(self)) != 0)
		odeon_fail(self, ODEON_ESYSTEM, "the loop takes no listening socket");
}

ODEON_HANDLER(acceptor, stir)
{
	if (acceptor->door == NULL)
		return;
	acceptor->door->stir = odeon_keep(self, stir);
	if (!acceptor->door->is_entered)
		go_on(self, acceptor);
	if (acceptor->door->is_open)
		accept_all(self, acceptor);
}

/* ---- draining ----------------------------------------------------------------------------------------------------------------------------- */

/* And if it has heard of all who left. */
static void tell_if_empty(odeon_self *self, struct acceptor *acceptor)
{
	if (!acceptor->is_draining || acceptor->hall->count > 0 || acceptor->hall->news == NULL || acceptor->evicted == NULL)
		return;
	(void)odeon_send(self, acceptor->listener, acceptor->evicted);
	acceptor->evicted = NULL;
	odeon_exit(self);
}

/* To each connection: what it cannot be told, for want of memory, it will learn by its end. */
static void ask_to_end(odeon_self *self, struct acceptor *acceptor, odeon_duration within)
{
	const struct hall *hall = acceptor->hall;

	for (uint32_t i = 0; i < hall->room; i++)
		if (!odeon_ref_is_nobody(hall->places[i].connection))
			(void)odeon_send(self, hall->places[i].connection, odeon_new(odeon_draining, .within = within));
}

static void close_all(odeon_self *self, struct acceptor *acceptor)
{
	const struct hall *hall = acceptor->hall;

	acceptor->is_late = true;
	for (uint32_t i = 0; i < hall->room; i++)
		if (!odeon_ref_is_nobody(hall->places[i].connection)
		 && odeon_send(self, hall->places[i].connection, odeon_new(odeon_close)) == ODEON_ENOMEM)
			(void)odeon_actor_stop(odeon_system_of(self), hall->places[i].connection);
}

ODEON_HANDLER(acceptor, evict)
{
	if (acceptor->is_draining)
		return;
	acceptor->is_draining = true;
	door_close(acceptor->door);
	acceptor->door = NULL;
	ask_to_end(self, acceptor, evict->within);
	if (acceptor->hall->count > 0 && odeon_tick_after(self, evict->within, 'd') != 0)
		close_all(self, acceptor);
	tell_if_empty(self, acceptor);
}

/* Some have left: there are places for others. */
ODEON_HANDLER(acceptor, left)
{
	uint32_t count = acceptor->hall->left;

	acceptor->hall->news = odeon_keep(self, left);
	acceptor->hall->left = 0;
	if (acceptor->evicted != NULL && acceptor->is_late)
		acceptor->evicted->closed += count;
	else if (acceptor->evicted != NULL && acceptor->is_draining)
		acceptor->evicted->finished += count;
	if (acceptor->door != NULL && acceptor->door->is_entered && !acceptor->door->is_open)
		go_on(self, acceptor);
	tell_if_empty(self, acceptor);
}

ODEON_HANDLER(acceptor, odeon_tick)
{
	if (odeon_tick->key == 'd')
		close_all(self, acceptor);
	else if (acceptor->door != NULL)
		go_on(self, acceptor);
}

/* ---- begun and ended ------------------------------------------------------------------------------------------------------------------------ */

ODEON_START(acceptor, post)
{
	struct stir *stir;
	int error = odeon_bound(self, NULL);

	if (error != 0)
		return error;
	acceptor->evicted = odeon_new(evicted);
	acceptor->hall = hall_new(odeon_self_ref(self), post->house);
	if (acceptor->evicted != NULL && acceptor->hall != NULL)
		acceptor->door = door_new(odeon_system_of(self), odeon_self_ref(self), *post->descriptor);
	if (acceptor->door == NULL) {
		odeon_free(acceptor->evicted);
		if (acceptor->hall != NULL)
			hall_drop(acceptor->hall);
		return ODEON_ENOMEM;
	}
	*post->descriptor = -1;
	acceptor->house = house_share(post->house);
	acceptor->listener = post->listener;
	stir = acceptor->door->stir;
	acceptor->door->stir = NULL;
	(void)odeon_send(self, odeon_self_ref(self), stir);     /* the first turn is on its worker */
	return 0;
}

ODEON_STOP(acceptor)
{
	if (acceptor->door != NULL)
		door_close(acceptor->door);
	odeon_free(acceptor->evicted);
	hall_drop(acceptor->hall);
	house_drop(acceptor->house);
}

ODEON_HANDLERS(acceptor_handlers,
	ODEON_ON(acceptor, stir),
	ODEON_ON(acceptor, left),
	ODEON_ON(acceptor, ready),
	ODEON_ON(acceptor, odeon_tick),
	ODEON_ON(acceptor, evict));
ODEON_KIND(acceptor, acceptor_handlers, .start = ODEON_STARTS(acceptor), .stop = ODEON_STOPS(acceptor),
	.place = ODEON_PINNED);

const odeon_kind *const net_acceptor = &acceptor_kind;
