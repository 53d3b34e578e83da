/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * leaving - a wire whose actor has ended politely: the loop writes the rest, and closes it
 *
 * The other side's end is waited for, so that what it has not yet read is not lost by a reset; what it still writes is thrown
 * away. All of it ends with a timer.
 */
#include "wire.h"

#include <stdlib.h>
#include "stream.h"

#define ROOM 4096

struct leaving {
	struct wire *wire;
	struct odeon_bytes *chain;
	uv_timer_t timer;
	uv_write_t write;
	uv_shutdown_t shutdown;
	bool has_written, has_read_end;
	char room[ROOM];
};

static void on_timer_close(uv_handle_t *timer)
{
	struct leaving *leaving = timer->data;

	odeon_free(leaving->chain);
	wire_free(leaving->wire);
	free(leaving);
}

/* Requests that were under way have been called back by now. */
static void on_close(uv_handle_t *handle)
{
	struct leaving *leaving = handle->data;

	stream_left(leaving->wire, &leaving->timer, on_timer_close);
}

static void end(struct leaving *leaving, bool resets)
{
	if (!stream_is_closing(leaving->wire))
		stream_close(leaving->wire, resets, on_close);
}

static void on_time(uv_timer_t *timer)
{
	struct leaving *leaving = timer->data;

	end(leaving, !leaving->has_written);
}

static void on_shutdown(uv_shutdown_t *request, int status)
{
	struct leaving *leaving = request->data;

	if (status != 0 || leaving->has_read_end)
		end(leaving, false);
}

static int say_end(struct leaving *leaving)
{
	leaving->has_written = true;
	leaving->shutdown.data = leaving;
	return stream_shutdown(leaving->wire, &leaving->shutdown, on_shutdown);
}

static void on_written(uv_write_t *request, int status)
{
	struct leaving *leaving = request->data;

	if (status != 0 || say_end(leaving) != 0)
		end(leaving, false);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct leaving *leaving = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(leaving->room, ROOM);
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct leaving *leaving = stream->data;

	(void)buffer;
	if (length == UV_EOF)
		leaving->has_read_end = true;
	if (length < 0)
		(void)stream_read_stop(leaving->wire);
	if (length < 0 && (length != UV_EOF || leaving->has_written))
		end(leaving, false);
}

/* One request for all of it, whatever its number; or the error. */
static int write_all(struct leaving *leaving)
{
	unsigned count = 0;
	uv_buf_t *buffers;
	int error;

	for (struct odeon_bytes *bytes = leaving->chain; bytes != NULL; bytes = bytes->next)
		count++;
	buffers = calloc(count, sizeof *buffers);
	if (buffers == NULL)
		return UV_ENOMEM;
	count = 0;
	for (struct odeon_bytes *bytes = leaving->chain; bytes != NULL; bytes = bytes->next)
		buffers[count++] = (uv_buf_t){ .base = (char *)bytes->data, .len = bytes->length };
	leaving->write.data = leaving;
	error = stream_write(leaving->wire, &leaving->write, buffers, count, on_written);
	free(buffers);
	return error;
}

void wire_leave(struct wire *wire, struct odeon_bytes *chain, odeon_duration linger)
{
	struct leaving *leaving = stream_is_open(wire) ? calloc(1, sizeof *leaving) : NULL;

	if (leaving == NULL) {
		wire_close(wire, false);
		odeon_free(chain);
		return;
	}
	if (chain != NULL && wire->is_probing) {        /* the loop has that byte already */
		chain->data++;
		chain->length--;
	}
	wire->actor = ODEON_NOBODY;
	*leaving = (struct leaving){ .wire = wire, .chain = chain };
	(void)stream_read_stop(wire);
	wire->uv.handle.data = leaving;
	leaving->timer.data = leaving;
	stream_leave(wire, &leaving->timer, on_time, (uint64_t)linger / 1000000 + 1);
	if (chain == NULL)
		(void)say_end(leaving);         /* it may have been said */
	if (chain != NULL && write_all(leaving) != 0)
		end(leaving, false);
	else
		(void)stream_read_start(wire, on_room, on_read);
}
