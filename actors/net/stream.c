/* SPDX-License-Identifier: BSD-2-Clause */
/* stream - opened, set, closed */
#include "stream.h"

static int enter(struct wire *wire, struct poller *poller)
{
	int error = poller == NULL ? UV_EINVAL
	          : wire->is_local ? uv_pipe_init(&poller->loop, &wire->uv.pipe, 0) : uv_tcp_init(&poller->loop, &wire->uv.tcp);

	if (error == 0)
		wire->poller = poller;
	return error;
}

int stream_open(struct wire *wire, struct poller *poller, int descriptor)
{
	struct network *network = network_of(wire->system);
	int error;

	wire->uv.handle.data = wire;
	if (network != NULL) {
		wire->end = end_open(network, descriptor, &wire->uv.handle);
		return 0;
	}
	error = enter(wire, poller);
	wire->uv.handle.data = wire;
	if (error == 0)
		error = wire->is_local ? uv_pipe_open(&wire->uv.pipe, descriptor) : uv_tcp_open(&wire->uv.tcp, descriptor);
	return error;
}

int stream_connect(struct wire *wire, struct poller *poller, uv_connect_t *request, const struct address *address,
                   uv_connect_cb on_connect)
{
	struct network *network = network_of(wire->system);
	int error;

	if (network != NULL) {
		wire->uv.handle.data = wire;
		return end_connect(network, &wire->uv.handle, address, request, on_connect, &wire->end);
	}
	error = enter(wire, poller);
	wire->uv.handle.data = wire;
	if (error != 0)
		return error;
	if (!wire->is_local)
		return uv_tcp_connect(request, &wire->uv.tcp, &address->of.any, on_connect);
	uv_pipe_connect(request, &wire->uv.pipe, address->of.local.sun_path, on_connect);
	return 0;
}

/* What cannot be set is not worth a connection. */
void stream_set(struct wire *wire, bool delays, unsigned keep_alive)
{
	if (wire->is_local)
		return;
	if (wire->end != NULL) {
		wire->end->keep_alive = keep_alive;
		return;
	}
	(void)uv_tcp_nodelay(&wire->uv.tcp, !delays);
	if (keep_alive > 0)
		(void)uv_tcp_keepalive(&wire->uv.tcp, 1, keep_alive);
}

void stream_close(struct wire *wire, bool resets, uv_close_cb on_close)
{
	resets = resets && !wire->is_local;
	if (wire->end != NULL)
		end_close(wire->end, resets, on_close);
	else if (!resets || uv_tcp_close_reset(&wire->uv.tcp, on_close) != 0)
		uv_close(&wire->uv.handle, on_close);
}

bool stream_is_closing(const struct wire *wire)
{
	return wire->end != NULL ? wire->end->is_closing : uv_is_closing(&wire->uv.handle) != 0;
}

void stream_leave(struct wire *wire, uv_timer_t *timer, uv_timer_cb on_timer, uint64_t milliseconds)
{
	if (wire->end != NULL) {
		end_timer(wire->end, timer, on_timer, milliseconds);
		return;
	}
	wire->poller->leaving++;
	(void)uv_timer_init(&wire->poller->loop, timer);
	(void)uv_timer_start(timer, on_timer, milliseconds, 0);
}

void stream_left(struct wire *wire, uv_timer_t *timer, uv_close_cb on_close)
{
	if (wire->end != NULL) {
		end_timer_close(wire->end);
		on_close((uv_handle_t *)timer);
		return;
	}
	wire->poller->leaving--;
	uv_close((uv_handle_t *)timer, on_close);
}
