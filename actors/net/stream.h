/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stream - what a wire asks of its socket: of libuv, or of the network of a simulated system
 *
 * Agreement. As libuv has it: the same arguments, callbacks and errors. A wire whose `end` is not NULL has its socket there, and its
 * handle of libuv is no more than what callbacks are given.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "network.h"
#include "wire.h"

static inline bool stream_is_open(const struct wire *wire) { return wire->poller != NULL || wire->end != NULL; }

/* 0, or the error: then stream_close all the same, if it is open. */
int stream_open(struct wire *wire, struct poller *poller, int descriptor);
int stream_connect(struct wire *wire, struct poller *poller, uv_connect_t *request, const struct address *address,
                   uv_connect_cb on_connect);
void stream_set(struct wire *wire, bool delays, unsigned keep_alive);
void stream_close(struct wire *wire, bool resets, uv_close_cb on_close);
bool stream_is_closing(const struct wire *wire);

/* A timer of one who closes later, who is counted meanwhile. */
void stream_leave(struct wire *wire, uv_timer_t *timer, uv_timer_cb on_timer, uint64_t milliseconds);
void stream_left(struct wire *wire, uv_timer_t *timer, uv_close_cb on_close);

static inline int stream_read_start(struct wire *wire, uv_alloc_cb on_room, uv_read_cb on_read)
{
	return wire->end == NULL ? uv_read_start(&wire->uv.stream, on_room, on_read) : end_read_start(wire->end, on_room, on_read);
}

static inline int stream_read_stop(struct wire *wire)
{
	return wire->end == NULL ? uv_read_stop(&wire->uv.stream) : end_read_stop(wire->end);
}

static inline int stream_try_write(struct wire *wire, const uv_buf_t *buffers, unsigned count)
{
	return wire->end == NULL ? uv_try_write(&wire->uv.stream, buffers, count) : end_try_write(wire->end, buffers, count);
}

static inline int stream_write(struct wire *wire, uv_write_t *request, const uv_buf_t *buffers, unsigned count, uv_write_cb on_write)
{
	return wire->end == NULL ? uv_write(request, &wire->uv.stream, buffers, count, on_write)
	                         : end_write(wire->end, request, buffers, count, on_write);
}

static inline int stream_shutdown(struct wire *wire, uv_shutdown_t *request, uv_shutdown_cb on_shutdown)
{
	return wire->end == NULL ? uv_shutdown(request, &wire->uv.stream, on_shutdown)
	                         : end_shutdown(wire->end, request, on_shutdown);
}

#endif
