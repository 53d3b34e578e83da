/* SPDX-License-Identifier: BSD-2-Clause */
/* poller - a worker's loop: opened, polled, woken, closed */
#include "network.h"
#include "poller.h"

#include <stdlib.h>

static void on_wake(uv_async_t *wake) { (void)wake; }
static void on_alarm(uv_timer_t *alarm) { (void)alarm; }

/* The loop runs its timers before it sleeps. Time went on since none was due, so one may have been called, the alarm, too, and
 * may have posted: then it must not sleep. */
static void on_look(uv_prepare_t *look)
{
	struct poller *poller = look->data;

	if (uv_now(&poller->loop) != poller->began)
		uv_stop(&poller->loop);
}

static int fill(struct poller *poller)
{
	if (uv_loop_init(&poller->loop) != 0)
		return ODEON_ESYSTEM;
	if (uv_async_init(&poller->loop, &poller->wake, on_wake) != 0) {
		(void)uv_loop_close(&poller->loop);
		return ODEON_ESYSTEM;
	}
	(void)uv_timer_init(&poller->loop, &poller->alarm);     /* these cannot fail */
	(void)uv_prepare_init(&poller->loop, &poller->look);
	poller->look.data = poller;
	(void)uv_prepare_start(&poller->look, on_look);
	return 0;
}

static int open_loop(void *host, int worker, void **state)
{
	struct poller *poller = calloc(1, sizeof *poller);
	int error = poller != NULL ? fill(poller) : ODEON_ENOMEM;

	(void)host;
	(void)worker;
	if (error == 0)
		*state = poller;
	else
		free(poller);
	return error;
}

/* Of a library that a program's actors use, and whose actors did not close it. */
static void close_forgotten(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void close_loop(void *state)
{
	struct poller *poller = state;

	while (poller->leaving > 0)
		(void)uv_run(&poller->loop, UV_RUN_ONCE);
	uv_walk(&poller->loop, close_forgotten, NULL);
	while (uv_loop_close(&poller->loop) == UV_EBUSY)
		(void)uv_run(&poller->loop, UV_RUN_ONCE);
	free(poller);
}

/* A wait of less than a millisecond is one: the loop counts in these. */
static void wait_in(struct poller *poller, odeon_duration at_most)
{
	uv_update_time(&poller->loop);
	if (uv_backend_timeout(&poller->loop) == 0) {           /* something is due */
		(void)uv_run(&poller->loop, UV_RUN_NOWAIT);
		return;
	}
	poller->began = uv_now(&poller->loop);
	if (at_most != ODEON_POLL_FOR_EVER)
		(void)uv_timer_start(&poller->alarm, on_alarm, ((uint64_t)at_most + 999999) / 1000000, 0);
	(void)uv_run(&poller->loop, UV_RUN_ONCE);
	(void)uv_timer_stop(&poller->alarm);
}

static void poll_loop(void *state, odeon_duration at_most)
{
	struct poller *poller = state;

	if (at_most == 0)
		(void)uv_run(&poller->loop, UV_RUN_NOWAIT);
	else
		wait_in(poller, at_most);
}

static void wake_loop(void *state)
{
	(void)uv_async_send(&((struct poller *)state)->wake);
}

static const odeon_poller net_poller = {
	.bytes = sizeof(odeon_poller), .open = open_loop, .close = close_loop, .poll = poll_loop, .wake = wake_loop,
	.simulated = &network_poller,
};

const odeon_poller *odeon_net_poller(void) { return &net_poller; }

struct poller *poller_here(odeon_self *self)
{
	return odeon_system_poller(odeon_system_of(self)) == &net_poller ? odeon_poller_state(self) : NULL;
}

struct uv_loop_s *odeon_net_loop(odeon_self *self)
{
	struct poller *poller = poller_here(self);

	return poller != NULL ? &poller->loop : NULL;
}
