/* SPDX-License-Identifier: BSD-2-Clause */
/* dialing - looked up, tried, given up */
#include "adopted.h"
#include "connection.h"
#include "dialing.h"
#include "names.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int dialing_new(const char *text, struct dialing **dialing)
{
	*dialing = calloc(1, sizeof **dialing);
	if (*dialing == NULL)
		return ODEON_ENOMEM;
	(*dialing)->descriptor = -1;
	if (address_read(&(*dialing)->address, text, false))
		return 0;
	(*dialing)->address.length = 0;
	if (names_are(text)) {
		memcpy((*dialing)->name, text, strlen(text) + 1);
		return 0;
	}
	free(*dialing);
	*dialing = NULL;
	return ODEON_EINVAL;
}

int dialing_adopt(int descriptor, struct dialing **dialing)
{
	struct address here;
	int error = adopted_check(descriptor, false, &here);

	*dialing = error == 0 ? calloc(1, sizeof **dialing) : NULL;
	if (*dialing == NULL)
		return error != 0 ? error : ODEON_ENOMEM;
	(*dialing)->address = here;
	(*dialing)->descriptor = adopted_copy(descriptor);
	if ((*dialing)->descriptor >= 0)
		return 0;
	error = (*dialing)->descriptor;
	free(*dialing);
	*dialing = NULL;
	return error;
}

void dialing_free(struct dialing *dialing)
{
	if (dialing == NULL)
		return;
	if (dialing->descriptor >= 0)
		(void)close(dialing->descriptor);
	odeon_free(dialing->found);
	free(dialing);
}

/* One that failed is of no more use. The stir stays the same, as it may be on its way. */
static bool renew_wire(odeon_self *self, struct connection *connection)
{
	struct wire *old = connection->wire, *wire = wire_new(odeon_system_of(self), &connection->terms->options, false);

	if (wire == NULL)
		return false;
	odeon_free(wire->stir);
	wire->stir = old->stir;
	wire->actor = old->actor;
	wire->credit = old->credit;
	old->stir = NULL;
	connection->wire = wire;
	wire_close(old, false);
	return true;
}

/* 0, or the error of libuv. */
static int connect_wire(odeon_self *self, struct connection *connection)
{
	return wire_connect(connection->wire, poller_here(self), &connection->terms->options, &connection->dialing->address);
}

static void try_next(odeon_self *self, struct connection *connection)
{
	struct dialing *dialing = connection->dialing;
	int error = UV_EINVAL;

	if (address_read(&dialing->address, dialing->found->texts[dialing->next], false))
		error = connect_wire(self, connection);
	dialing->next++;
	if (error != 0) {
		if (!dialing_go_on(self, connection))
			connection_fail(self, connection, error);
	} else if (dialing->next < dialing->found->count) {
		(void)odeon_tick_after(self, connection->terms->options.connect_timeout / dialing->found->count, 'n');
	}
}

bool dialing_go_on(odeon_self *self, struct connection *connection)
{
	struct dialing *dialing = connection->dialing;

	(void)odeon_tick_cancel(self, 'n');
	if (dialing == NULL || dialing->found == NULL || dialing->next >= dialing->found->count)
		return false;
	if (renew_wire(self, connection))
		try_next(self, connection);
	else
		connection_end(self, connection, ODEON_ENOMEM, 0, "no memory to try the next address", false);
	return true;
}

/* The connection may be over by now. */
struct asked { char unused; };
ODEON_ANSWER(connection, asked, odeon_addresses)
{
	if (connection->wire == NULL || connection->dialing == NULL)
		return;
	if (error == 0 && odeon_addresses->error == 0) {
		connection->dialing->found = odeon_keep(self, odeon_addresses);
		try_next(self, connection);
	} else if (error == 0) {
		connection_end(self, connection, odeon_addresses->error, 0, odeon_addresses->text, false);
	} else if (error != ODEON_ESTOPPING) {
		connection_end(self, connection, error, 0, "the name could not be looked up", false);
	}
	connection_stir(self, connection);
}

/* The loop has the descriptor not wait for anything. */
static void enter(odeon_self *self, struct connection *connection)
{
	int error = wire_open(connection->wire, poller_here(self), &connection->terms->options, connection->dialing->descriptor);

	if (error != 0) {
		connection_fail(self, connection, error);
		return;
	}
	connection->dialing->descriptor = -1;
	connection->wire->seen |= WIRE_CONNECTED;
}

void dialing_begin(odeon_self *self, struct connection *connection)
{
	struct dialing *dialing = connection->dialing;
	int error;

	dialing->has_begun = true;
	if (dialing->descriptor >= 0) {
		enter(self, connection);
		return;
	}
	if (dialing->address.length == 0) {
		error = odeon_names_find(self, dialing->name, odeon_deadline(self, connection->terms->options.connect_timeout),
		                         ODEON_THEN(self, connection, asked, odeon_addresses));
		if (error != 0)
			connection_end(self, connection, error, 0, "the name could not be looked up", false);
		return;
	}
	error = connect_wire(self, connection);
	if (error != 0)
		connection_fail(self, connection, error);
}
