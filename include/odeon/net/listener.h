/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/listener.h - connections that others open to us
 *
 * A listener is an actor; it ends by odeon_actor_stop, or by draining. Every worker accepts: by TCP each has a listening
 * socket of its own, among which the system spreads what comes (SO_REUSEPORT); Unix sockets, and what was listening before
 * (`descriptor`), have one, at which whoever is awake takes the next. A connection (connection.h) stays on the worker that accepted it.
 *
 * Its owner is a *session*: an actor that is spawned for it, with a struct odeon_session as argument. A session whose kind
 * is ODEON_PINNED runs on its connection's worker, whatever worker the kind names: then nothing goes from core to core.
 * As it starts it may already send to its connection, and give it to another owner (struct odeon_give). Or
 * one actor, `owner`, owns all connections, and is told of each by odeon_connected.
 *
 * At connections_most, and when the system has no more descriptors or memory, nobody is accepted: who comes then waits in
 * the system's queue, and is accepted within 50 ms after there is room.
 *
 * Draining: a struct odeon_drain to the listener ends accepting, and every owner is sent a struct odeon_draining: end what you
 * do, then the connection. Those that are still there when its time is over are closed, as by odeon_close. When none is left the
 * listener answers odeon_drained, and ends. A second odeon_drain changes nothing.
 */
#ifndef ODEON_NET_LISTENER_H
#define ODEON_NET_LISTENER_H

#include <odeon/net/connection.h>

/* What a session's start is given, for the duration of the call. */
struct odeon_session {
	odeon_ref connection, listener;
	const void *argument;                          /* of the listener's options */
	const char *there;                             /* the other side's address */
	const char *protocol, *peer;                   /* by TLS, as odeon_connected has them; else empty */
};

struct odeon_drain { odeon_duration within; };         /* to a listener; may be a request */
struct odeon_drained { uint64_t finished, closed; };   /* its answer: connections that ended in time, and those that did not */
struct odeon_draining { odeon_ref who; odeon_duration within; };   /* to each owner, from its connection */

/* Zero is always the default. */
typedef struct odeon_listener_options {
	size_t bytes;
	const odeon_kind *session;                     /* of the actor that owns a connection; must outlive them all */
	const void *argument;                          /* the same */
	void (*forget)(const void *argument);          /* called once, on any thread, when no session will be given the argument any
	                                                  more: the listener has ended, or was not opened; may be NULL */
	odeon_ref owner;                               /* without a session: who owns them all */
	odeon_connection_options connection;           /* .bytes 0: all defaults */
	uint32_t connections_most;                     /* 0: no bound */
	unsigned backlog;                              /* how many may wait to be accepted, on each worker; default 1024 */
	int descriptor;                                /* not 0: of a socket that listens already, by TCP or a Unix socket, as one that a supervisor
	                                                  opened and this program inherited; the address is NULL. When that was opened, this number
	                                                  is closed; on failure it is the caller's, and as it was. It keeps its backlog, and its file */
} odeon_listener_options;
#define ODEON_LISTENER_OPTIONS(...) { .bytes = sizeof(odeon_listener_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_drain) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_drained) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_draining) ODEON_API;

/**
 * odeon_listener_open - listen at an address
 * @system:   whose workers sleep in odeon_net_poller
 * @address:  as connection.h has them; a Unix socket's file must not exist, and is removed when the listener ends. NULL: at that of
 *            options' `descriptor`
 * @options:  copied; a session, or an owner
 * @bound:    the address with the port that was had, ODEON_ADDRESS_BYTES long; may be NULL
 * @listener: its ref; nobody on failure; may be NULL
 *
 * When it returns, who connects is served.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EBUSY     the address is in use
 *   ODEON_EINVAL    no such address, neither session nor owner or both, options that contradict each other, a client's TLS,
 *                   or the system has another poller. A descriptor that is closed, of something else, or of a socket that
 *                   does not listen; one and an address; one in a simulated system
 *   ODEON_EVERSION  options of an unknown size
 *   ODEON_ESYSTEM   the system refused: no descriptor, no permission, not an address of this machine
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_listener_open(odeon_system *system, const char *address, const odeon_listener_options *options,
                                  char *bound, odeon_ref *listener);

ODEON_END_
#endif
