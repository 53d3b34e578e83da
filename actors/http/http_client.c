/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_client - the pool: which caller gets which request
 *
 * Agreement. All of it is one actor's. It has places, as many as there may be connections; each may have a caller, for one
 * server, which is an address. A request goes to a caller of its server that is free; else to a new one, when there may be one
 * more; else it waits with its server. A place that another server has, and does not use, is taken from it: that caller
 * is told to leave, and when it has ended the place is given to whoever waits. The time that a request has begins when it comes, and
 * goes on while it waits.
 */
#include "http_caller.h"
#include <odeon/net/tls.h>
#include <stdlib.h>
#include <string.h>

#define EACH 8
#define ALL 64
#define ALL_MOST 4096
#define WAITING 1024
#define WITHIN ODEON_SECONDS(30)
#define IDLE ODEON_SECONDS(15)

enum place_state { EMPTY, FREE, BUSY, LEAVES };

struct server {
	struct server *next;
	unsigned places;                               /* with a caller that does not leave */
	struct http_call *first, *last;            /* wait */
	char address[ODEON_HOST_BYTES], name[HTTP_NAME_BYTES];
};

struct place {
	struct server *server;                         /* NULL: it is empty, or leaves */
	odeon_ref caller;
	odeon_time since;                              /* it is free */
	enum place_state state;
};

struct client {
	struct http_client_terms *terms;
	struct place *places;
	struct server *servers;
	unsigned waiting, worker;                      /* requests; where the next caller runs */
	uint64_t numbers;                              /* the last request's */
	odeon_time look;                               /* when one that waits may be late; 0: none does */
};

/* ---- terms ----------------------------------------------------------------------------------------------------------------------- */

struct http_client_terms *http_client_terms_share(struct http_client_terms *terms)
{
	atomic_fetch_add_explicit(&terms->users, 1, memory_order_relaxed);     /* only counts: who shares has a share */
	return terms;
}

/* Release and acquire: whoever frees it comes after all that others read in it. */
void http_client_terms_drop(struct http_client_terms *terms)
{
	if (atomic_fetch_sub_explicit(&terms->users, 1, memory_order_acq_rel) > 1)
		return;
	odeon_tls_drop(terms->options.connection.tls);
	free(terms);
}

static bool are_good(const odeon_http_client_options *options)
{
	for (const char *at = options->agent; *at != '\0'; at++)
		if (!http_is_value(*at))
			return false;
	return options->connections_most <= ALL_MOST && options->within > 0 && options->idle_timeout > 0 && options->connection.credit == 0;
}

static void fill_in(odeon_http_client_options *options)
{
	options->connections_each = options->connections_each != 0 ? options->connections_each : EACH;
	options->connections_most = options->connections_most != 0 ? options->connections_most : ALL;
	options->waiting_most = options->waiting_most != 0 ? options->waiting_most : WAITING;
	options->within = options->within != 0 ? options->within : WITHIN;
	options->idle_timeout = options->idle_timeout != 0 ? options->idle_timeout : IDLE;
	options->agent = options->agent != NULL ? options->agent : "odeon";
	if (options->connection.bytes == 0)
		options->connection = (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.credit = 0);
}

static int terms_make(const odeon_http_client_options *options, struct http_client_terms **terms)
{
	odeon_http_client_options all = ODEON_HTTP_CLIENT_OPTIONS(.agent = NULL);
	size_t agent;

	if (options != NULL && options->bytes != sizeof all)
		return ODEON_EVERSION;
	if (options != NULL)
		all = *options;
	if (all.connection.bytes != 0 && all.connection.bytes != sizeof all.connection)
		return ODEON_EVERSION;
	fill_in(&all);
	if (!are_good(&all))
		return ODEON_EINVAL;
	agent = strlen(all.agent) + 1;
	*terms = malloc(sizeof **terms + agent);
	if (*terms == NULL)
		return ODEON_ENOMEM;
	atomic_init(&(*terms)->users, 1);
	(*terms)->options = all;
	memcpy((*terms)->agent, all.agent, agent);
	(*terms)->options.agent = (*terms)->agent;
	(*terms)->options.connection.tls = odeon_tls_share(all.connection.tls);
	return 0;
}

/* ---- servers ---------------------------------------------------------------------------------------------------------------------- */

static struct server *server_at(struct client *client, const struct server *wanted)
{
	struct server *server = client->servers;

	while (server != NULL && (strcmp(server->address, wanted->address) != 0 || strcmp(server->name, wanted->name) != 0))
		server = server->next;
	if (server != NULL)
		return server;
	server = malloc(sizeof *server);
	if (server == NULL)
		return NULL;
	*server = *wanted;
	server->next = client->servers;
	client->servers = server;
	return server;
}

static void forget_unused(struct client *client)
{
	struct server **at = &client->servers, *server;

	while ((server = *at) != NULL) {
		if (server->places > 0 || server->first != NULL)
			at = &server->next;
		else {
			*at = server->next;
			free(server);
		}
	}
}

static struct http_call *next_of(struct client *client, struct server *server)
{
	struct http_call *call = server->first;

	if (call == NULL)
		return NULL;
	server->first = call->next;
	if (server->first == NULL)
		server->last = NULL;
	client->waiting--;
	return call;
}

static void line_up(struct client *client, struct server *server, struct http_call *call)
{
	if (server->last != NULL)
		server->last->next = call;
	else
		server->first = call;
	server->last = call;
	client->waiting++;
}

/* ---- places ------------------------------------------------------------------------------------------------------------------------ */

static struct place *place_in(const struct client *client, enum place_state state, const struct server *server)
{
	for (unsigned i = 0; i < client->terms->options.connections_most; i++)
		if (client->places[i].state == state && (server == NULL || client->places[i].server == server))
			return &client->places[i];
	return NULL;
}

static void give(odeon_self *self, struct client *client, struct place *place, struct http_call *call)
{
	place->state = BUSY;
	call->place = (unsigned)(place - client->places);
	(void)odeon_send(self, place->caller, call);
}

static void tell_to_leave(odeon_self *self, struct place *place)
{
	place->server->places--;
	place->server = NULL;
	place->state = LEAVES;
	(void)odeon_actor_stop(odeon_system_of(self), place->caller);
}

static int fill(odeon_self *self, struct client *client, struct place *place, struct server *server)
{
	struct http_calling calling = { odeon_self_ref(self), server->address, server->name, client->terms };
	int error = odeon_spawn_pinned(self, http_caller, &calling, client->worker++, &place->caller);

	if (error != 0)
		return error;
	error = odeon_monitor(self, place->caller);
	if (error != 0) {
		(void)odeon_actor_stop(odeon_system_of(self), place->caller);
		return error;
	}
	place->server = server;
	server->places++;
	return 0;
}

/* Nobody wants its body. */
static void let_go_of_source(odeon_self *self, const struct odeon_http_fetch *fetch)
{
	if (!odeon_ref_is_nobody(fetch->source))
		(void)odeon_send(self, fetch->source, odeon_new(odeon_close));
}

static void refuse(odeon_self *self, struct http_call *call, int error)
{
	let_go_of_source(self, call->fetch);
	(void)odeon_reply_error_to(self, call->fetch, error);
	odeon_free(call);
}

/* Gives it to a new caller if there may be one; false: it must wait. */
static bool give_to_new(odeon_self *self, struct client *client, struct server *server, struct http_call *call)
{
	struct place *place = server->places < client->terms->options.connections_each ? place_in(client, EMPTY, NULL) : NULL;
	int error;

	if (place == NULL)
		return false;
	error = fill(self, client, place, server);
	if (error == 0)
		give(self, client, place, call);
	else
		refuse(self, call, error);
	return true;
}

/* Who waits longest, of those that have fewer places than so many. */
static struct server *who_waits(const struct client *client, unsigned places)
{
	struct server *longest = NULL;

	for (struct server *server = client->servers; server != NULL; server = server->next)
		if (server->first != NULL && server->places < places &&
		    (longest == NULL || server->first->number < longest->first->number))
			longest = server;
	return longest;
}

static struct server *who_wants(const struct client *client)
{
	return who_waits(client, client->terms->options.connections_each);
}

/* A server without any place came before what this one does next, and none is on its way to it. */
static bool is_another_ones_turn(const struct client *client, const struct place *place)
{
	const struct server *other = who_waits(client, 1);
	const struct http_call *next = place->server->first;

	return other != NULL && next != NULL && other->first->number < next->number && place_in(client, LEAVES, NULL) == NULL;
}

/* Somebody waits for a place that nobody uses. */
static void make_room(odeon_self *self, struct client *client)
{
	struct place *place = who_wants(client) != NULL ? place_in(client, FREE, NULL) : NULL;

	if (place != NULL)
		tell_to_leave(self, place);
}

/* A place is empty. */
static void serve_others(odeon_self *self, struct client *client)
{
	struct server *server = who_wants(client);

	if (server != NULL)
		(void)give_to_new(self, client, server, next_of(client, server));
}

/* ---- requests ---------------------------------------------------------------------------------------------------------------------- */

/* Where to connect, and who must be there. False: it cannot be. */
static bool find_server(const struct client *client, const struct odeon_http_fetch *fetch, struct server *server)
{
	struct http_url url;
	size_t length;

	if (!http_fetch_may_be(fetch, &url) || (url.is_secure && client->terms->options.connection.tls == NULL))
		return false;
	if (!http_url_find(&url, server->address, server->name))
		return false;
	if (fetch->address == NULL)
		return true;
	length = strlen(fetch->address);
	if (length >= sizeof server->address)
		return false;
	memcpy(server->address, fetch->address, length + 1);
	return true;
}

/* One tick for all that wait: when the first of them is late. 0, or the error. */
static int look_again(odeon_self *self, struct client *client, odeon_time until)
{
	int error;

	if (client->look.ns != 0 && client->look.ns <= until.ns)
		return 0;
	error = odeon_tick_after(self, until.ns - odeon_now(self).ns, 'w');
	if (error == 0)
		client->look = until;
	return error;
}

/* Those of a server that are late. */
static void give_up(odeon_self *self, struct client *client, struct server *server, odeon_time now)
{
	struct http_call *waiting = server->first, *call;

	server->first = server->last = NULL;
	while ((call = waiting) != NULL) {
		waiting = call->next;
		call->next = NULL;
		client->waiting--;
		if (call->until.ns <= now.ns || look_again(self, client, call->until) != 0)
			refuse(self, call, ODEON_ETIMEDOUT);
		else
			line_up(client, server, call);
	}
}

static void serve(odeon_self *self, struct client *client, struct server *server, struct http_call *call)
{
	struct place *place = place_in(client, FREE, server);

	if (place != NULL)
		give(self, client, place, call);
	else if (give_to_new(self, client, server, call))
		return;
	else if (client->waiting == client->terms->options.waiting_most)
		refuse(self, call, ODEON_EFULL);
	else if (look_again(self, client, call->until) != 0)
		refuse(self, call, ODEON_ENOMEM);
	else {
		line_up(client, server, call);
		make_room(self, client);
	}
}

ODEON_HANDLER(client, odeon_http_fetch)
{
	struct server wanted = { .places = 0 };
	bool has_reader = !odeon_http_fetch->streams || !odeon_ref_is_nobody(odeon_from(self));
	bool can_be = has_reader && find_server(client, odeon_http_fetch, &wanted);
	struct server *server = can_be ? server_at(client, &wanted) : NULL;
	struct http_call *call = server != NULL ? odeon_new(http_call, .asker = odeon_from(self)) : NULL;

	if (call == NULL) {
		let_go_of_source(self, odeon_http_fetch);
		(void)odeon_reply_error(self, can_be ? ODEON_ENOMEM : ODEON_EINVAL);
		return;
	}
	call->fetch = odeon_keep(self, odeon_http_fetch);
	call->number = ++client->numbers;
	call->until = odeon_deadline(self, call->fetch->within != 0 ? call->fetch->within : client->terms->options.within);
	serve(self, client, server, call);
}

/* ---- callers ----------------------------------------------------------------------------------------------------------------------- */

ODEON_HANDLER(client, http_call)
{
	struct place *place = &client->places[http_call->place];
	struct http_call *call;

	if (place->state != BUSY || !odeon_ref_equal(place->caller, odeon_from(self)))
		return;
	place->state = FREE;
	place->since = odeon_now(self);
	if (is_another_ones_turn(client, place)) {
		tell_to_leave(self, place);
		return;
	}
	call = next_of(client, place->server);
	if (call != NULL)
		give(self, client, place, call);
	else
		make_room(self, client);
}

ODEON_HANDLER(client, odeon_down)
{
	for (unsigned i = 0; i < client->terms->options.connections_most; i++) {
		struct place *place = &client->places[i];

		if (place->state == EMPTY || !odeon_ref_equal(place->caller, odeon_down->who))
			continue;
		if (place->server != NULL)
			place->server->places--;
		*place = (struct place){ .state = EMPTY };
		serve_others(self, client);
		return;
	}
}

static void look_at_those_that_wait(odeon_self *self, struct client *client, odeon_time now)
{
	client->look.ns = 0;
	for (struct server *server = client->servers; server != NULL; server = server->next)
		give_up(self, client, server, now);
}

ODEON_HANDLER(client, odeon_tick)
{
	odeon_time now = odeon_now(self);

	if (odeon_tick->key == 'w') {
		look_at_those_that_wait(self, client, now);
		return;
	}
	for (unsigned i = 0; i < client->terms->options.connections_most; i++) {
		struct place *place = &client->places[i];

		if (place->state == FREE && now.ns - place->since.ns >= client->terms->options.idle_timeout)
			tell_to_leave(self, place);
	}
	forget_unused(client);
}

/* ---- life -------------------------------------------------------------------------------------------------------------------------- */

struct http_client_opening { struct http_client_terms *terms; };

ODEON_START(client, http_client_opening)
{
	const odeon_http_client_options *options = &http_client_opening->terms->options;
	int error = odeon_tick_every(self, options->idle_timeout / 4 + 1, 'i');

	if (error != 0)
		return error;
	client->places = calloc(options->connections_most, sizeof *client->places);
	if (client->places == NULL)
		return ODEON_ENOMEM;
	client->terms = http_client_opening->terms;
	return 0;
}

ODEON_STOP(client)
{
	struct http_call *call;

	for (struct server *server = client->servers; server != NULL; server = server->next)
		while ((call = next_of(client, server)) != NULL)
			refuse(self, call, ODEON_ESTOPPING);
	for (struct server *server = client->servers, *next; server != NULL; server = next) {
		next = server->next;
		free(server);
	}
	free(client->places);
	http_client_terms_drop(client->terms);
}

ODEON_HANDLERS(client_handlers,
	ODEON_ON(client, odeon_http_fetch),
	ODEON_ON(client, http_call),
	ODEON_ON(client, odeon_down),
	ODEON_ON(client, odeon_tick));
ODEON_KIND(client, client_handlers, .start = ODEON_STARTS(client), .stop = ODEON_STOPS(client), .is_background = 1);

int odeon_http_client_open(odeon_system *system, const odeon_http_client_options *options, odeon_ref *client)
{
	struct http_client_opening opening;
	int error;

	if (client != NULL)
		*client = ODEON_NOBODY;
	if (client == NULL || system == NULL || odeon_system_poller(system) != odeon_net_poller())
		return ODEON_EINVAL;
	error = terms_make(options, &opening.terms);
	if (error != 0)
		return error;
	error = odeon_system_spawn(system, &client_kind, &opening, client);
	if (error != 0)
		http_client_terms_drop(opening.terms);
	return error;
}
