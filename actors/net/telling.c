/* SPDX-License-Identifier: BSD-2-Clause */
/* telling - what the owner gets, in order, as its mailbox has room */
#include "connection.h"

/* Its mailbox is full: somebody will tell when it is not. */
static void await_room(odeon_self *self, struct connection *connection)
{
	if (connection->awaits_room)
		return;
	if (odeon_when_room(self, connection->owner) == 0)
		connection->awaits_room = true;
	else
		connection_stir(self, connection);      /* no memory to ask with: look again */
}

/* NULL: it was told, or there is nobody to be told; else later. */
static void *offer_some(odeon_self *self, struct connection *connection, void *message)
{
	int why;

	if (!connection->is_owned && !connection->has_lost_owner)
		return message;
	if (!connection->is_owned) {
		odeon_free(message);
		return NULL;
	}
	message = odeon_try_send(self, connection->owner, message, &why);
	if (why == ODEON_EFULL) {
		await_room(self, connection);
		return message;
	}
	odeon_free(message);                            /* it has ended, and the news of that is on its way; or it was taken */
	return NULL;
}

/* Mostly there is nothing. */
static inline void *offer(odeon_self *self, struct connection *connection, void *message)
{
	return message != NULL ? offer_some(self, connection, message) : NULL;
}

struct odeon_bytes *telling_next_read(struct connection *connection)
{
	struct odeon_bytes *bytes = connection->held;

	if (bytes != NULL) {
		connection->held = NULL;
		return bytes;
	}
	if (connection->wire != NULL)
		return connection->tls != NULL ? tls_take(connection->tls) : wire_take(connection->wire);
	bytes = connection->reads;
	if (bytes != NULL) {
		connection->reads = bytes->next;
		bytes->next = NULL;
	}
	return bytes;
}

static bool tell_reads(odeon_self *self, struct connection *connection)
{
	struct odeon_bytes *bytes;

	while ((bytes = telling_next_read(connection)) != NULL) {
		connection->held = offer(self, connection, bytes);
		if (connection->held != NULL)
			return false;
	}
	return true;
}

/* Each only when all before were. */
static bool tell_of_life(odeon_self *self, struct connection *connection)
{
	if ((connection->connected = offer(self, connection, connection->connected)) != NULL)
		return false;
	if (!tell_reads(self, connection))
		return false;
	if ((connection->low = offer(self, connection, connection->low)) != NULL)
		return false;
	if ((connection->high = offer(self, connection, connection->high)) != NULL)
		return false;
	if ((connection->draining = offer(self, connection, connection->draining)) != NULL)
		return false;
	return (connection->read_end = offer(self, connection, connection->read_end)) == NULL;
}

/* Before it is connected there is nothing to tell, but that it never will be. */
static bool tell_all(odeon_self *self, struct connection *connection)
{
	if (connection->is_connected && !tell_of_life(self, connection))
		return false;
	if (connection->ending != ENDED)
		return true;
	return (connection->disconnected = offer(self, connection, connection->disconnected)) == NULL;
}

static void throw_reads_away(struct connection *connection)
{
	struct odeon_bytes *bytes;

	while ((bytes = telling_next_read(connection)) != NULL)
		odeon_free(bytes);
}

bool telling_go_on(odeon_self *self, struct connection *connection)
{
	if (connection->is_closing)
		throw_reads_away(connection);
	return !connection->awaits_room && tell_all(self, connection);
}

void telling_free(struct connection *connection)
{
	throw_reads_away(connection);
	odeon_free(connection->connected);
	odeon_free(connection->low);
	odeon_free(connection->high);
	odeon_free(connection->low_laid_by);
	odeon_free(connection->draining);
	odeon_free(connection->read_end);
	odeon_free(connection->disconnected);
}
