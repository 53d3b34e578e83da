/* SPDX-License-Identifier: BSD-2-Clause */
/* writing - what is to be written, in order, and how much of it waits */
#include "connection.h"

#define MESSAGE 96                              /* about what a message takes, beside its bytes */
#define ROUNDS 16                               /* writes in a row, before others have their turn */

/* ---- the marks --------------------------------------------------------------------------------------------------------------- */

static struct odeon_unwritten *mark(odeon_self *self, bool is_high)
{
	return odeon_new(odeon_unwritten, .who = odeon_self_ref(self), .is_high = is_high);
}

/* With it, what will tell of the low one is laid by, so that it cannot fail then. */
static void pass_high(odeon_self *self, struct connection *connection)
{
	connection->is_high = true;
	if (connection->low != NULL) {                  /* not told yet, and so not to be told */
		connection->low_laid_by = connection->low;
		connection->low = NULL;
		return;
	}
	connection->high = mark(self, true);
	connection->low_laid_by = mark(self, false);
	if (connection->high == NULL || connection->low_laid_by == NULL)
		connection_end(self, connection, ODEON_ENOMEM, 0, "no memory to tell how much waits to be written", true);
	else
		connection->high->bytes = connection->load;
}

static void pass_low(struct connection *connection)
{
	connection->is_high = false;
	if (connection->high != NULL) {
		odeon_free(connection->high);
		odeon_free(connection->low_laid_by);
		connection->high = NULL;
	} else {
		connection->low = connection->low_laid_by;
		connection->low->bytes = connection->load;
	}
	connection->low_laid_by = NULL;
}

static void look_at_marks(odeon_self *self, struct connection *connection)
{
	const odeon_connection_options *options = &connection->terms->options;

	if (!connection->is_high && connection->load >= options->high_water)
		pass_high(self, connection);
	else if (connection->is_high && connection->load <= options->low_water)
		pass_low(connection);
}

/* ---- the queue ----------------------------------------------------------------------------------------------------------------- */

/* What a message takes up by waiting: who sends single bytes may make us hold a large room for each. */
static size_t load_of(const struct odeon_bytes *bytes)
{
	return MESSAGE + (bytes->room > 0 ? bytes->room : bytes->length);
}

/* One may bring others with it. How many bytes. */
static size_t append(struct connection *connection, struct odeon_bytes **first, struct odeon_bytes **last,
                     struct odeon_bytes *bytes)
{
	size_t length = bytes->length;

	if (*last != NULL)
		(*last)->next = bytes;
	else
		*first = bytes;
	connection->load += load_of(bytes);
	for (; bytes->next != NULL; length += bytes->length, connection->load += load_of(bytes))
		bytes = bytes->next;
	*last = bytes;
	return length;
}

static void remove_first(struct connection *connection)
{
	struct odeon_bytes *first = connection->first;

	connection->load -= load_of(first);
	connection->first = first->next;
	if (connection->first == NULL)
		connection->last = NULL;
	first->next = NULL;
	odeon_free(first);
}

static void remove_empty(struct connection *connection)
{
	while (connection->first != NULL && connection->first->length == 0)
		remove_first(connection);
}

static void advance(struct connection *connection, size_t written)
{
	connection->unwritten -= written;
	connection->written += written;
	connection->quiet_writes = 0;
	while (written > 0) {
		struct odeon_bytes *first = connection->first;
		size_t some = written < first->length ? written : first->length;

		if (first->room == 0)
			connection->load -= some;
		first->data += some;
		first->length -= some;
		written -= some;
		remove_empty(connection);
	}
}

/* The marks are looked at when all that could be written was. */
void writing_add(odeon_self *self, struct connection *connection, struct odeon_bytes *bytes)
{
	bool is_too_much = connection->load >= connection->terms->options.write_most;

	if (connection->ends_writing)
		(void)append(connection, &connection->late, &connection->latest, bytes);
	else
		connection->unwritten += append(connection, &connection->first, &connection->last, bytes);
	if (connection->wire == NULL)
		return;
	if (is_too_much)
		connection_end(self, connection, ODEON_EFULL, 0, "too much waits to be written", true);
	else if (!connection->is_connected || connection->wire->is_probing)
		look_at_marks(self, connection);
	connection_stir(self, connection);
}

struct odeon_bytes *writing_take_all(struct connection *connection, size_t *length)
{
	struct odeon_bytes *all;

	if (connection->late != NULL)
		connection->unwritten += append(connection, &connection->first, &connection->last, connection->late);
	all = connection->first;
	*length = connection->unwritten;
	connection->first = connection->last = connection->late = connection->latest = NULL;
	connection->unwritten = connection->load = 0;
	return all;
}

void writing_probed(struct connection *connection)
{
	advance(connection, 1);
}

/* ---- to the wire ---------------------------------------------------------------------------------------------------------------- */

/* The system takes no more: one byte shows when it does. */
static void await_room(odeon_self *self, struct connection *connection)
{
	odeon_duration timeout = connection->terms->options.write_timeout;
	int error = wire_probe(connection->wire, connection->first->data);

	if (error != 0)
		connection_fail(self, connection, error);
	else if (timeout > 0 && !connection->times_writes)
		connection->times_writes = odeon_tick_every(self, timeout / 4 + 1, 'w') == 0;
}

/* False: nothing more to be done now. */
static bool write_some(odeon_self *self, struct connection *connection)
{
	ssize_t written;

	remove_empty(connection);
	if (connection->first == NULL)
		return false;
	written = wire_write(connection->wire, connection->first);
	if (written < 0)
		connection_fail(self, connection, (int)written);
	else if (written == 0)
		await_room(self, connection);
	else
		advance(connection, (size_t)written);
	return written > 0;
}

static void end_writing(odeon_self *self, struct connection *connection)
{
	int error = wire_write_end(connection->wire);

	connection->has_ended_writing = true;
	if (error != 0)
		connection_fail(self, connection, error);
}

void writing_flush(odeon_self *self, struct connection *connection)
{
	int rounds = 0;

	if (!connection->is_connected || connection->wire->is_probing || connection->has_ended_writing)
		return;
	while (rounds < ROUNDS && write_some(self, connection))
		rounds++;
	if (connection->wire == NULL)
		return;
	look_at_marks(self, connection);
	if (connection->wire == NULL)
		return;
	if (rounds == ROUNDS)
		connection_stir(self, connection);
	else if (connection->first == NULL && connection->ends_writing)
		end_writing(self, connection);
}
