/* SPDX-License-Identifier: BSD-2-Clause */
/* hatch - watched, closed */
#include "hatch.h"

#include <stdlib.h>
#include <unistd.h>

struct hatch *hatch_new(odeon_system *system, int descriptor)
{
	struct hatch *hatch = calloc(1, sizeof *hatch);

	if (hatch == NULL)
		return NULL;
	hatch->stir = odeon_new(stir);
	if (hatch->stir == NULL) {
		free(hatch);
		return NULL;
	}
	hatch->system = system;
	hatch->descriptor = descriptor;
	return hatch;
}

static void on_event(uv_poll_t *poll, int status, int events)
{
	struct hatch *hatch = poll->data;
	struct stir *stir = hatch->stir;

	(void)status;                           /* reading and writing tell */
	(void)events;
	hatch->stir = NULL;
	if (stir != NULL)
		(void)odeon_post(hatch->system, hatch->actor, stir);
}

int hatch_watch(struct hatch *hatch, struct poller *poller, int events)
{
	int error = 0;

	if (events == hatch->events && hatch->is_entered)
		return 0;
	if (!hatch->is_entered)
		error = poller != NULL ? uv_poll_init(&poller->loop, &hatch->poll, hatch->descriptor) : UV_EINVAL;
	if (error != 0)
		return error;
	hatch->is_entered = true;
	hatch->poll.data = hatch;
	hatch->events = events;
	return events != 0 ? uv_poll_start(&hatch->poll, events, on_event) : uv_poll_stop(&hatch->poll);
}

static void free_hatch(struct hatch *hatch)
{
	odeon_free(hatch->stir);
	free(hatch);
}

static void on_close(uv_handle_t *handle) { free_hatch(handle->data); }

void hatch_close(struct hatch *hatch)
{
	if (hatch->is_entered)
		uv_close((uv_handle_t *)&hatch->poll, on_close);
	(void)close(hatch->descriptor);
	if (!hatch->is_entered)
		free_hatch(hatch);
}
