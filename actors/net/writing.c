/* SPDX-License-Identifier: BSD-2-Clause */
/* writing - what is to be written, in order, and how much of it waits */
#include "connection.h"

#define ROUNDS 16                               /* writes in a row, before others have their turn */

/* ---- the marks --------------------------------------------------------------------------------------------------------------- */

static struct odeon_unwritten *mark(odeon_self *self, bool is_high)
{
	return odeon_new(odeon_unwritten, .who = odeon_self_ref(self), .is_high = is_high);
}

static size_t load_of(const struct connection *connection)
{
	return connection->out.load + connection->sources.load + connection->late.load;
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
		connection->high->bytes = load_of(connection);
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
		connection->low->bytes = load_of(connection);
	}
	connection->low_laid_by = NULL;
}

static void look_at_marks(odeon_self *self, struct connection *connection)
{
	const odeon_connection_options *options = &connection->terms->options;
	size_t load = load_of(connection);

	if (!connection->is_high && load >= options->high_water)
		pass_high(self, connection);
	else if (connection->is_high && load <= options->low_water && !sources_wait(&connection->sources))
		pass_low(connection);
}

/* ---- the queue ----------------------------------------------------------------------------------------------------------------- */

/* It is over, but its owner's mailbox is full, so that he could not be told yet: this is not written, too. */
static void add_unwritten(struct connection *connection, struct odeon_bytes *bytes)
{
	struct odeon_disconnected *news = connection->disconnected;
	struct odeon_bytes **end = news != NULL ? &news->unwritten : NULL;

	if (end == NULL) {
		odeon_free(bytes);
		return;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = bytes;
	for (; bytes != NULL; bytes = bytes->next)
		news->unwritten_bytes += bytes->length;
}

/* The marks are looked at when all that could be written was. */
void writing_add(odeon_self *self, struct connection *connection, struct odeon_bytes *bytes)
{
	bool is_too_much = load_of(connection) >= connection->terms->options.write_most;

	if (connection->ending == ENDED) {
		add_unwritten(connection, bytes);
		return;
	}
	if (connection->ends_writing)
		chain_add(&connection->late, bytes);
	else if (sources_wait(&connection->sources))
		sources_behind(&connection->sources, bytes);
	else
		chain_add(&connection->out, bytes);
	if (connection->wire == NULL)
		return;
	if (is_too_much)
		connection_end(self, connection, ODEON_EFULL, 0, "too much waits to be written", true);
	else if (!connection->is_connected || connection->wire->is_probing)
		look_at_marks(self, connection);
	connection_stir(self, connection);
}

static void go_on_if(odeon_self *self, struct connection *connection, bool is_whole)
{
	if (!is_whole)
		connection_end(self, connection, ODEON_EFAILED, 0, "a source ended before all its bytes had come", true);
	connection_stir(self, connection);
}

void writing_bring(odeon_self *self, struct connection *connection, struct odeon_bytes *bytes)
{
	go_on_if(self, connection, sources_bring(self, &connection->sources, odeon_from(self), bytes, &connection->out));
}

void writing_source_ended(odeon_self *self, struct connection *connection, odeon_ref who, bool is_broken, bool has_ended)
{
	go_on_if(self, connection, sources_end(self, &connection->sources, who, is_broken, has_ended, &connection->out));
}

bool writing_is_done(const struct connection *connection)
{
	return connection->out.first == NULL && !sources_wait(&connection->sources);
}

struct odeon_bytes *writing_take_all(struct connection *connection, size_t *length)
{
	sources_give_up(&connection->sources, &connection->out);
	chain_join(&connection->out, &connection->late);
	*length = connection->out.length;
	return chain_take(&connection->out);
}

static void advance(struct connection *connection, size_t written)
{
	chain_advance(&connection->out, written);
	connection->written += written;
	connection->quiet_writes = 0;
}

void writing_probed(struct connection *connection)
{
	advance(connection, connection->tls != NULL ? tls_probed(connection->tls) : 1);
}

/* ---- to the wire ---------------------------------------------------------------------------------------------------------------- */

/* The system takes no more: one byte shows when it does. */
static void await_room(odeon_self *self, struct connection *connection)
{
	odeon_duration timeout = connection->terms->options.write_timeout;
	int error = connection->tls != NULL ? tls_probe(connection->tls)
	                                    : wire_probe(connection->wire, connection->out.first->data[0]);

	if (error != 0)
		connection_fail(self, connection, error);
	else if (timeout > 0 && !connection->times_writes)
		connection->times_writes = odeon_tick_every(self, timeout / 4 + 1, 'w') == 0;
}

static bool has_output(const struct connection *connection)
{
	return (connection->out.first != NULL && connection->is_connected)
		|| (connection->tls != NULL && tls_has_output(connection->tls));
}

/* `done`: of ours; with TLS the system gets other bytes. */
static ssize_t write_once(struct connection *connection, size_t *done)
{
	ssize_t written;

	if (connection->tls != NULL)
		return tls_write(connection->tls, connection->is_connected ? connection->out.first : NULL, done);
	written = wire_write(connection->wire, connection->out.first);
	*done = written > 0 ? (size_t)written : 0;
	return written;
}

/* False: nothing more to be done now. */
static bool write_some(odeon_self *self, struct connection *connection)
{
	ssize_t written;
	size_t done;

	if (connection->out.first != NULL)              /* without what is empty */
		chain_advance(&connection->out, 0);
	if (!has_output(connection))
		return false;
	written = write_once(connection, &done);
	if (written > 0)
		advance(connection, done);
	else if (connection->tls != NULL && connection->tls->error != 0)
		connection_end(self, connection, connection->tls->error, 0, connection->tls->text, true);
	else if (written < 0)
		connection_fail(self, connection, (int)written);
	else
		await_room(self, connection);
	return written > 0;
}

static void end_writing(odeon_self *self, struct connection *connection)
{
	int error;

	if (connection->tls != NULL && tls_say_end(connection->tls)) {
		writing_flush(self, connection);        /* that is something to be written */
		return;
	}
	error = wire_write_end(connection->wire);
	connection->has_ended_writing = true;
	if (error != 0)
		connection_fail(self, connection, error);
}

static void ask_source(odeon_self *self, struct connection *connection)
{
	int error = 0;

	if (connection->wire != NULL && connection->out.load < connection->terms->options.high_water)
		error = sources_ask(self, &connection->sources);
	if (error != 0)
		connection_end(self, connection, error, 0, "a source could not be asked for more", true);
}

void writing_flush(odeon_self *self, struct connection *connection)
{
	int rounds = 0;

	if (connection->wire->is_probing || connection->has_ended_writing)
		return;
	while (rounds < ROUNDS && write_some(self, connection))
		rounds++;
	if (connection->wire == NULL)
		return;
	look_at_marks(self, connection);
	ask_source(self, connection);
	if (connection->wire == NULL)
		return;
	if (rounds == ROUNDS)
		connection_stir(self, connection);
	else if (connection->ends_writing && connection->is_connected && !connection->wire->is_probing && writing_is_done(connection))
		end_writing(self, connection);
}
