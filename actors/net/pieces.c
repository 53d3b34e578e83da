/* SPDX-License-Identifier: BSD-2-Clause */
/* pieces - from one end of a line to the other: written, on their way, read */
#include "network.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_NS 5000                            /* who may read or write is told so after up to so long */
#define NOTHING_NOW 32u                         /* one write in so many is of nothing, for no reason */

static void happen_read(void *of);
static void happen_write(void *of);

/* ---- from one end to the other ----------------------------------------------------------------------------------- */

static int64_t choose_due(struct network *network, struct end *to)
{
	int64_t due = network_now(network) + network_delay(network);

	if (to->line->is_lost)
		return INT64_MAX;
	if (network_happens(network, network->options.stalls)) {
		network->stats.stalls++;
		end_tell(to, "stands still", 0);
		due += (int64_t)network_below(network, (uint64_t)network->options.stall_most + 1);
	}
	if (due < to->last_due)
		due = to->last_due;
	return to->last_due = due;
}

/* Where nobody is any more it is answered by a reset; the end of a direction is not. */
void end_send(struct end *end, struct piece *piece)
{
	struct end *to = line_other(end);
	struct network *network = end->line->network;

	if (to->is_closing || to->is_gone || to->error != 0) {
		to->held += piece->length;
		if (piece->length > 0 && !end->line->is_lost)
			end_break(end, UV_ECONNRESET, network_delay(network));
		free(piece);
		return;
	}
	piece->due = choose_due(network, to);
	*(to->last != NULL ? &to->last->next : &to->first) = piece;
	to->last = piece;
	to->held += piece->length;
	if (end->line->is_lost)
		end_lose_patience(end);
	end_look_at_reads(to);
}

/* How many bytes went: 0 when there is no room; or the error. */
static int put(struct end *end, const unsigned char *data, size_t length)
{
	struct network *network = end->line->network;
	struct end *to = line_other(end);
	size_t room = to->window - to->held, some = length < room ? length : room;
	struct piece *piece;

	if (end->error != 0)
		return end->error;
	if (some > 1 && network_cuts(network))
		some = 1 + (size_t)network_below(network, some);
	if (some == 0)
		return 0;
	piece = malloc(sizeof *piece + some);
	if (piece == NULL)
		return UV_ENOMEM;
	*piece = (struct piece){ .length = some };
	memcpy(piece->bytes, data, some);
	network->stats.sent += some;
	network->stats.cut_writes += some < length;
	end_tell(end, "writes", some);
	end_send(end, piece);
	return (int)some;
}

/* Several buffers go in several pieces; once one did not go whole, no more. */
int end_try_write(struct end *end, const uv_buf_t *buffers, unsigned count)
{
	struct network *network = end->line->network;
	int total = 0, some;

	if (end->has_ended)
		return UV_EPIPE;
	if (end->write != NULL || (end->error == 0 && network_below(network, NOTHING_NOW) == 0))
		return UV_EAGAIN;
	for (unsigned i = 0; i < count; i++) {
		some = put(end, (const unsigned char *)buffers[i].base, buffers[i].len);
		if (some < 0)
			return total > 0 ? total : some;
		total += some;
		if ((size_t)some < buffers[i].len)
			break;
	}
	network->stats.full += total == 0;
	if (total > 0)
		end_go_wrong(end);
	return total > 0 ? total : UV_EAGAIN;
}

/* ---- requests to write ------------------------------------------------------------------------------------------- */

void end_finish_write(struct end *end, int error)
{
	struct writing *write = end->write;
	uv_write_t *request = write->request;
	uv_write_cb on_write = write->on_write;

	end->write = write->next;
	if (end->write == NULL)
		end->last_write = NULL;
	free(write);
	on_write(request, error);
}

/* False: it waits for room. */
static bool go_on_writing(struct end *end)
{
	struct writing *write = end->write;

	while (write->at < write->count) {
		uv_buf_t *buffer = &write->buffers[write->at];
		int some = buffer->len > 0 ? put(end, (const unsigned char *)buffer->base, buffer->len) : 0;

		if (some < 0) {
			end_finish_write(end, some);
			return true;
		}
		buffer->base += some;
		buffer->len -= (size_t)some;
		if (buffer->len > 0 && some == 0)
			return false;
		if (buffer->len == 0)
			write->at++;
	}
	end_finish_write(end, 0);
	end_go_wrong(end);
	return true;
}

static void finish_shutdown(struct end *end, int error)
{
	uv_shutdown_t *request = end->shutdown;
	struct piece *piece = error == 0 ? calloc(1, sizeof *piece) : NULL;

	if (error == 0 && piece == NULL)
		error = UV_ENOMEM;
	end->shutdown = NULL;
	end->has_ended = error == 0;
	if (error == 0) {
		end_tell(end, "writes no more", 0);
		end_send(end, piece);
	}
	end->on_shutdown(request, error);
}

static void happen_write(void *of)
{
	struct end *end = of;

	while (end->write != NULL && !end->is_closing)
		if (!go_on_writing(end))
			return;
	if (end->shutdown != NULL && !end->is_closing)
		finish_shutdown(end, end->error);
}

void end_look_at_writes(struct end *end)
{
	struct network *network = end->line->network;

	if (!end->is_closing && (end->write != NULL || end->shutdown != NULL))
		network_after(network, &end->writes, 1 + (int64_t)network_below(network, LOOK_NS), happen_write, end);
}

int end_write(struct end *end, uv_write_t *request, const uv_buf_t *buffers, unsigned count, uv_write_cb on_write)
{
	struct writing *write = malloc(sizeof *write + count * sizeof *buffers);

	if (write == NULL)
		return UV_ENOMEM;
	*write = (struct writing){ .request = request, .on_write = on_write, .count = count };
	memcpy(write->buffers, buffers, count * sizeof *buffers);
	*(end->last_write != NULL ? &end->last_write->next : &end->write) = write;
	end->last_write = write;
	end_look_at_writes(end);
	return 0;
}

int end_shutdown(struct end *end, uv_shutdown_t *request, uv_shutdown_cb on_shutdown)
{
	if (!end->is_connected)
		return UV_ENOTCONN;
	end->shutdown = request;
	end->on_shutdown = on_shutdown;
	end_look_at_writes(end);
	return 0;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Whoever reads is told as long as there is something. */
void end_look_at_reads(struct end *end)
{
	struct network *network = end->line->network;
	int64_t now = network_now(network), wait = 0;

	if (end->on_read == NULL || (end->first == NULL && end->error == 0 && !end->has_read_end))
		return;
	if (end->first != NULL && end->first->due > now)
		wait = end->first->due - now;
	if (end->first == NULL || end->first->due != INT64_MAX)
		network_after(network, &end->reads, wait + 1 + (int64_t)network_below(network, LOOK_NS), happen_read, end);
}

/* As much as came, or by chance less. */
static size_t fetch(struct end *end, unsigned char *room, size_t most)
{
	struct network *network = end->line->network;
	int64_t now = network_now(network);
	size_t length = 0;

	if (most > 1 && network_cuts(network)) {
		most = 1 + (size_t)network_below(network, most < end->held ? most : end->held);
		network->stats.cut_reads++;
	}
	while (end->first != NULL && end->first->length > 0 && end->first->due <= now && length < most) {
		struct piece *piece = end->first;
		size_t some = piece->length - piece->at < most - length ? piece->length - piece->at : most - length;

		memcpy(room + length, piece->bytes + piece->at, some);
		piece->at += some;
		end->held -= some;
		length += some;
		if (piece->at == piece->length)
			end_drop_first(end);
	}
	network->stats.received += length;
	return length;
}

static void read_bytes(struct end *end)
{
	uv_buf_t room = { .base = NULL };
	ssize_t length = UV_ENOBUFS;

	end->on_room(end->handle, 65536, &room);
	if (room.base != NULL && room.len > 0) {
		length = (ssize_t)fetch(end, (unsigned char *)room.base, room.len);
		end_tell(end, "reads", (size_t)length);
		end_look_at_writes(line_other(end));
	}
	end->on_read((uv_stream_t *)end->handle, length, &room);
}

static void read_end(struct end *end, int error)
{
	uv_read_cb on_read = end->on_read;
	uv_buf_t none = { .base = NULL };

	end->on_read = NULL;
	on_read((uv_stream_t *)end->handle, error, &none);
}

static void happen_read(void *of)
{
	struct end *end = of;

	if (end->on_read == NULL)
		return;
	if (end->first != NULL && end->first->length == 0) {
		end_drop_first(end);
		end->has_read_end = true;
		end->line->network->stats.ends++;
	}
	if (end->first != NULL)
		read_bytes(end);
	else if (end->has_read_end || end->error != 0)
		read_end(end, end->has_read_end ? UV_EOF : end->error);
	end_look_at_reads(end);
}

int end_read_start(struct end *end, uv_alloc_cb on_room, uv_read_cb on_read)
{
	if (!end->is_connected)
		return UV_ENOTCONN;
	end->on_room = on_room;
	end->on_read = on_read;
	end_look_at_reads(end);
	return 0;
}

int end_read_stop(struct end *end)
{
	end->on_read = NULL;
	network_cancel(end->line->network, &end->reads);
	return 0;
}
