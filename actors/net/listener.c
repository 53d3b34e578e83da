/* SPDX-License-Identifier: BSD-2-Clause */
/* listener - opens the doors, and has them closed */
#include <odeon/net/listener.h>
#include <odeon/failure.h>
#include <odeon/stats.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "acceptor.h"
#include "adopted.h"
#include "door.h"
#include "network.h"

#define BACKLOG 1024
#define BACKLOG_MOST (1u << 16)

ODEON_MESSAGE_DEFINE(odeon_drain);
ODEON_MESSAGE_DEFINE(odeon_drained);
ODEON_MESSAGE_DEFINE(odeon_draining);

struct listener {
	struct house *house;
	odeon_ref *acceptors;
	unsigned count, evicted;                /* acceptors; those of them that are through with draining */
	struct odeon_drain *asked;              /* kept, to be answered; NULL: nobody did */
	struct odeon_drained drained;
	char path[ODEON_ADDRESS_BYTES];         /* of a Unix socket of ours: removed at the end */
};

/* What a listener begins with; descriptors that were taken are -1 after that. */
struct opening {
	struct house *house;
	struct address address;
	const char *path;                       /* of a Unix socket's file that we made; empty: none */
	int *descriptors;
	unsigned count;
};

/* ---- begun and ended --------------------------------------------------------------------------------------------------------------- */

/* Each ends with the listener, also if this start fails. */
static int spawn_acceptors(odeon_self *self, struct listener *listener, const struct opening *opening)
{
	int error = 0;

	for (unsigned i = 0; i < opening->count && error == 0; i++) {
		struct post post = {
			.house = opening->house, .listener = odeon_self_ref(self), .descriptor = &opening->descriptors[i],
		};

		error = odeon_spawn_pinned(self, net_acceptor, &post, i, &listener->acceptors[i]);
		if (error != 0)
			break;
		listener->count++;
		error = odeon_attach_actor(self, listener->acceptors[i]);
		if (error != 0)
			(void)odeon_actor_kill(odeon_system_of(self), listener->acceptors[i]);
	}
	return error;
}

ODEON_START(listener, opening)
{
	int error = odeon_bound(self, NULL);

	if (error != 0)
		return error;
	listener->acceptors = calloc(opening->count, sizeof listener->acceptors[0]);
	if (listener->acceptors == NULL)
		return ODEON_ENOMEM;
	error = spawn_acceptors(self, listener, opening);
	if (error != 0) {
		free(listener->acceptors);
		return error;
	}
	listener->house = house_share(opening->house);
	memcpy(listener->path, opening->path, strlen(opening->path) + 1);
	return 0;
}

static void remove_path(odeon_self *self, struct listener *listener)
{
	if (listener->path[0] != '\0')
		doors_remove(odeon_system_of(self), listener->path);
	listener->path[0] = '\0';
}

/* Politely, so that a stir that is on its way to one is handled. */
ODEON_STOP(listener)
{
	remove_path(self, listener);
	for (unsigned i = 0; i < listener->count; i++)
		if (odeon_detach_actor(self, listener->acceptors[i]) == 0)
			(void)odeon_actor_stop(odeon_system_of(self), listener->acceptors[i]);
	odeon_free(listener->asked);
	free(listener->acceptors);
	house_drop(listener->house);
}

/* ---- draining --------------------------------------------------------------------------------------------------------------------------- */

static void finish(odeon_self *self, struct listener *listener)
{
	if (listener->asked != NULL)
		(void)odeon_reply_to(self, listener->asked,
		                     odeon_new(odeon_drained, .finished = listener->drained.finished, .closed = listener->drained.closed));
	odeon_exit(self);
}

ODEON_HANDLER(listener, odeon_drain)
{
	odeon_duration within = odeon_drain->within > 0 ? odeon_drain->within : 0;

	if (listener->asked != NULL)
		return;
	remove_path(self, listener);
	listener->asked = odeon_keep(self, odeon_drain);
	for (unsigned i = 0; i < listener->count; i++)
		if (odeon_send(self, listener->acceptors[i], odeon_new(evict, .within = within)) != 0) {
			(void)odeon_actor_kill(odeon_system_of(self), listener->acceptors[i]);
			listener->evicted++;
		}
	if (listener->evicted == listener->count)
		finish(self, listener);
}

ODEON_HANDLER(listener, evicted)
{
	listener->drained.finished += evicted->finished;
	listener->drained.closed += evicted->closed;
	if (++listener->evicted == listener->count)
		finish(self, listener);
}

ODEON_HANDLERS(listener_handlers, ODEON_ON(listener, odeon_drain), ODEON_ON(listener, evicted));
ODEON_KIND(listener, listener_handlers, .start = ODEON_STARTS(listener), .stop = ODEON_STOPS(listener));

/* ---- opened ----------------------------------------------------------------------------------------------------------------------------- */

static int check(odeon_system *system, const odeon_listener_options *options)
{
	if (system == NULL || options == NULL || odeon_system_poller(system) != odeon_net_poller())
		return ODEON_EINVAL;
	if (options->bytes != sizeof *options)
		return ODEON_EVERSION;
	if (options->connection.tls != NULL && !tls_is_server(options->connection.tls))
		return ODEON_EINVAL;
	if ((options->session != NULL) != odeon_ref_is_nobody(options->owner) || options->backlog > BACKLOG_MOST)
		return ODEON_EINVAL;
	return 0;
}

static int make_house(const odeon_listener_options *options, bool is_local, struct house **house)
{
	int error;

	*house = calloc(1, sizeof **house);
	if (*house == NULL)
		return ODEON_ENOMEM;
	atomic_init(&(*house)->users, 1);
	atomic_init(&(*house)->connections, 0);
	(*house)->options = *options;
	(*house)->is_local = is_local;
	error = terms_new(&options->connection, &(*house)->terms);
	if (error != 0)
		free(*house);
	return error;
}

/* Nobody else will. */
static void forget(const odeon_listener_options *options)
{
	if (options != NULL && options->bytes == sizeof *options && options->forget != NULL)
		options->forget(options->argument);
}

static unsigned count_workers(odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	return odeon_system_stats(system, &stats) == 0 && stats.workers > 0 ? (unsigned)stats.workers : 1;
}

static void close_untaken(odeon_system *system, struct opening *opening)
{
	if (opening->path[0] != '\0')
		doors_remove(system, opening->path);
	for (unsigned i = 0; i < opening->count; i++)
		if (opening->descriptors[i] >= 0)
			door_drop(system, opening->descriptors[i]);
}

static int make_doors(odeon_system *system, struct opening *opening, const odeon_listener_options *options)
{
	opening->path = options->descriptor == 0 && address_is_local(&opening->address) ? opening->address.of.local.sun_path : "";
	if (options->descriptor != 0)
		return doors_copy(options->descriptor, opening->descriptors, opening->count);
	return doors_listen(system, &opening->address, options->backlog > 0 ? options->backlog : BACKLOG, opening->descriptors,
	                    opening->count);
}

/* The house stands. */
static int open_doors(odeon_system *system, struct opening *opening, const odeon_listener_options *options, char *bound,
                      odeon_ref *listener)
{
	int error = make_doors(system, opening, options);

	if (error != 0)
		return error;
	if (bound != NULL)
		address_print(&opening->address, bound);
	error = odeon_system_spawn(system, &listener_kind, opening, listener);
	if (error != 0)
		close_untaken(system, opening);
	else if (options->descriptor != 0)
		(void)close(options->descriptor);
	return error;
}

static int find_address(odeon_system *system, const char *text, int descriptor, struct address *address)
{
	if (descriptor == 0)
		return address_read(address, text, true) ? 0 : ODEON_EINVAL;
	return text == NULL && network_of(system) == NULL ? adopted_check(descriptor, true, address) : ODEON_EINVAL;
}

int odeon_listener_open(odeon_system *system, const char *address, const odeon_listener_options *options, char *bound,
                        odeon_ref *listener)
{
	struct opening opening = { .house = NULL };
	int error = check(system, options);

	if (listener != NULL)
		*listener = ODEON_NOBODY;
	if (error == 0)
		error = find_address(system, address, options->descriptor, &opening.address);
	if (error == 0)
		error = make_house(options, address_is_local(&opening.address), &opening.house);
	if (error != 0) {
		forget(options);
		return error;
	}
	opening.count = count_workers(system);
	opening.descriptors = calloc(opening.count, sizeof opening.descriptors[0]);
	error = opening.descriptors == NULL ? ODEON_ENOMEM : open_doors(system, &opening, options, bound, listener);
	free(opening.descriptors);
	house_drop(opening.house);
	return error;
}
