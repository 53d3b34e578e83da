/* SPDX-License-Identifier: BSD-2-Clause */
/* offspring - started, ended, waited for */
#include "offspring.h"

#include <signal.h>
#include <stdlib.h>

struct offspring *offspring_new(odeon_system *system, odeon_ref actor)
{
	struct offspring *offspring = calloc(1, sizeof *offspring);

	if (offspring == NULL)
		return NULL;
	offspring->stir = odeon_new(stir);
	if (offspring->stir == NULL) {
		free(offspring);
		return NULL;
	}
	offspring->system = system;
	offspring->actor = actor;
	return offspring;
}

static void free_offspring(struct offspring *offspring)
{
	odeon_free(offspring->stir);
	free(offspring);
}

static void on_close(uv_handle_t *handle)
{
	struct offspring *offspring = handle->data;

	if (--offspring->handles == 0)
		free_offspring(offspring);
}

static void close_handles(struct offspring *offspring)
{
	uv_close((uv_handle_t *)&offspring->handle, on_close);
	uv_close((uv_handle_t *)&offspring->timer, on_close);
}

static void on_end(uv_process_t *handle, int64_t status, int signal)
{
	struct offspring *offspring = handle->data;
	struct stir *stir = offspring->stir;

	(void)uv_timer_stop(&offspring->timer);
	offspring->has_ended = true;
	offspring->status = signal == 0 ? (int)status : 0;
	offspring->signal = signal;
	if (odeon_ref_is_nobody(offspring->actor)) {
		offspring->poller->leaving--;
		close_handles(offspring);
		return;
	}
	offspring->stir = NULL;
	if (stir != NULL)
		(void)odeon_post(offspring->system, offspring->actor, stir);
}

int offspring_start(struct offspring *offspring, struct poller *poller, uv_process_options_t *options, const int descriptors[3])
{
	uv_stdio_container_t streams[3];
	int error;

	for (int i = 0; i < 3; i++) {
		streams[i].flags = descriptors[i] >= 0 ? UV_INHERIT_FD : UV_IGNORE;
		streams[i].data.fd = descriptors[i];
	}
	options->exit_cb = on_end;
	options->stdio = streams;
	options->stdio_count = 3;
	offspring->poller = poller;
	(void)uv_timer_init(&poller->loop, &offspring->timer);
	error = uv_spawn(&poller->loop, &offspring->handle, options);
	offspring->handles = 2;                         /* also when it failed */
	offspring->handle.data = offspring->timer.data = offspring;
	offspring->runs = error == 0;
	return error;
}

int offspring_signal(struct offspring *offspring, int number)
{
	return offspring->runs && !offspring->has_ended ? uv_process_kill(&offspring->handle, number) : UV_ESRCH;
}

static void on_time(uv_timer_t *timer) { (void)offspring_signal(timer->data, SIGKILL); }

void offspring_end(struct offspring *offspring, odeon_duration kill_after)
{
	if (!offspring->runs || offspring->has_ended)
		return;
	(void)offspring_signal(offspring, kill_after > 0 ? SIGTERM : SIGKILL);
	if (kill_after > 0 && !uv_is_active((uv_handle_t *)&offspring->timer))
		(void)uv_timer_start(&offspring->timer, on_time, (uint64_t)kill_after / 1000000 + 1, 0);
}

void offspring_leave(struct offspring *offspring, odeon_duration kill_after)
{
	offspring->actor = ODEON_NOBODY;
	if (offspring->handles == 0) {
		free_offspring(offspring);
	} else if (!offspring->runs || offspring->has_ended) {
		close_handles(offspring);
	} else {
		offspring->poller->leaving++;
		offspring_end(offspring, kill_after);
	}
}
