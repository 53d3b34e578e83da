/* SPDX-License-Identifier: BSD-2-Clause */
/* client - a connection that we open, or that the host has opened */
#include "connection.h"
#include "network.h"

#include <unistd.h>

static void undo(struct beginning *beginning)
{
	if (beginning->wire != NULL)
		wire_free(beginning->wire);
	tls_free(beginning->tls);
	dialing_free(beginning->dialing);
	terms_drop(beginning->terms);
}

/* What has no address may be either side. */
static int be_secret(const odeon_connection_options *options, const char *address, struct beginning *beginning)
{
	int error = ODEON_EINVAL;

	if (address[0] == '\0' || !tls_is_server(options->tls))
		error = tls_new(options->tls, &beginning->terms->options, address, &beginning->tls);
	beginning->terms->options.tls_name = NULL;      /* the caller's; it was for this */
	return error;
}

static int prepare(odeon_system *system, const char *text, const odeon_connection_options *options,
                   struct beginning *beginning)
{
	int error = terms_new(options, &beginning->terms);

	if (error != 0)
		return error;
	beginning->wire = wire_new(system, &beginning->terms->options, address_is_local(&beginning->dialing->address));
	if (beginning->wire == NULL)
		return ODEON_ENOMEM;
	return options != NULL && options->tls != NULL ? be_secret(options, text, beginning) : 0;
}

/* The dialing is there, and taken. */
static int begin(odeon_system *system, const char *text, const odeon_connection_options *options, struct beginning *beginning,
                 odeon_ref *connection)
{
	int error = prepare(system, text, options, beginning);

	if (error == 0)
		error = odeon_system_spawn_pinned(system, net_connection, beginning, ODEON_WORKER_HERE, connection);
	if (error != 0)
		undo(beginning);
	return error;
}

static bool can_have_one(odeon_system *system, odeon_ref owner)
{
	return system != NULL && odeon_system_poller(system) == odeon_net_poller() && !odeon_ref_is_nobody(owner);
}

int odeon_connection_open(odeon_system *system, const char *address, odeon_ref owner,
                          const odeon_connection_options *options, odeon_ref *connection)
{
	struct beginning beginning = { .owner = owner };
	int error = ODEON_EINVAL;

	if (connection != NULL)
		*connection = ODEON_NOBODY;
	if (can_have_one(system, owner))
		error = dialing_new(address, &beginning.dialing);
	return error == 0 ? begin(system, address, options, &beginning, connection) : error;
}

int odeon_connection_adopt(odeon_system *system, int descriptor, odeon_ref owner, const odeon_connection_options *options,
                           odeon_ref *connection)
{
	struct beginning beginning = { .owner = owner };
	int error = ODEON_EINVAL;

	if (connection != NULL)
		*connection = ODEON_NOBODY;
	if (can_have_one(system, owner) && network_of(system) == NULL)
		error = dialing_adopt(descriptor, &beginning.dialing);
	if (error == 0)
		error = begin(system, "", options, &beginning, connection);
	if (error == 0)
		(void)close(descriptor);
	return error;
}
