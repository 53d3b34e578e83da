/* SPDX-License-Identifier: BSD-2-Clause */
/* system - started, run, waited for, freed */
#include "system.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "actor.h"
#include "alloc.h"
#include "clock.h"
#include "crash.h"
#include "loop.h"
#include "os.h"
#include "own.h"
#include "ready.h"
#include "deliver.h"
#include "faults.h"
#include "simulation.h"
#include "single.h"
#include "step.h"
#include "timer.h"
#include "turn.h"
#include "watchdog.h"
#include "worker.h"

#define BATCH_MESSAGES 64
#define BATCH_TIME ODEON_MS(1)
#define FREE_NS ODEON_SECONDS(10)

/* ---- starting ------------------------------------------------------------------------------------------------------------- */

/* For a simulated system. */
static bool is_fit(const odeon_poller *poller)
{
	return poller != NULL && poller->bytes == sizeof *poller && poller->poll != NULL && poller->wake != NULL && poller->due != NULL;
}

/* Filled in, or the error. */
static int read_options(const odeon_options *given, odeon_options *options, int *pool)
{
	*options = (odeon_options){ .bytes = sizeof *options };
	if (given != NULL && given->bytes != sizeof *given)
		return ODEON_EVERSION;
	if (given != NULL)
		*options = *given;
	if (options->workers < ODEON_WORKERS_NONE || options->workers > ODEON_WORKERS_MOST || options->batch_time < 0
	 || options->watchdog < 0)
		return ODEON_EINVAL;
	if (options->poller != NULL && options->poller->bytes != sizeof *options->poller)
		return ODEON_EVERSION;
	if (options->poller != NULL && (options->poller->poll == NULL || options->poller->wake == NULL))
		return ODEON_EINVAL;
	if (options->simulation.enabled && options->workers == ODEON_WORKERS_NONE)
		return ODEON_EINVAL;
	if (options->simulation.enabled && options->poller != NULL && !is_fit(options->poller->simulated))
		return ODEON_EINVAL;
	if (options->simulation.faults != NULL && !options->simulation.enabled)
		return ODEON_EINVAL;
	if (options->simulation.faults != NULL && options->simulation.faults->bytes != sizeof *options->simulation.faults)
		return ODEON_EVERSION;
	if (options->intercept != NULL && options->intercept->around == NULL)
		return ODEON_EINVAL;
	if (bounds_check(&options->mailbox, ODEON_NOBODY) != 0)
		return ODEON_EINVAL;
	if (options->batch_messages == 0)
		options->batch_messages = BATCH_MESSAGES;
	if (options->batch_messages > INT32_MAX / 2)
		options->batch_messages = INT32_MAX / 2;
	if (options->batch_time == 0)
		options->batch_time = BATCH_TIME;
	*pool = options->simulation.enabled || options->workers == ODEON_WORKERS_NONE ? 0
	      : options->workers == ODEON_WORKERS_AUTO ? os_processors() : options->workers;
	if (*pool > ODEON_WORKERS_MOST)
		*pool = ODEON_WORKERS_MOST;
	return 0;
}

static int open_poller(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	const odeon_poller *poller = system->options.poller;
	int error;

	if (poller != NULL && system->simulation != NULL)
		poller = poller->simulated;
	error = parker_open(&worker->parker, poller, system->options.host, worker->number);

	return error > 0 ? ODEON_EFAILED : error;
}

static void *pool_thread(void *argument)
{
	struct worker *worker = argument;
	odeon_system *system = worker->self.system;
	int error;

	worker_announce(worker, 1);
	crash_enter(worker);
	error = open_poller(worker);
	ck_pr_fence_release();
	ck_pr_store_int(&worker->opened, error == 0 ? 1 : error);
	parker_wake(&system->event);
	if (error == 0) {
		loop_pool(worker);
		parker_close(&worker->parker);
	}
	crash_leave(worker);
	worker_announce(worker, 0);
	return NULL;
}

/* One at a time, so that an error is told and there is no race to stop those that came before. */
static int start_thread(odeon_system *system, struct worker *worker)
{
	char name[32];
	int error, opened;

	snprintf(name, sizeof name, "%.10s-%u", system->name, worker->number);
	error = os_thread_start(&worker->thread, name, pool_thread, worker);
	if (error != 0)
		return error;
	worker->has_thread = true;
	for (;;) {
		uint32_t key = parker_key(&system->event);

		opened = ck_pr_load_int(&worker->opened);
		if (opened != 0)
			break;
		parker_sleep(&system->event, key, INT64_MAX);
	}
	ck_pr_fence_acquire();
	return opened < 0 ? opened : 0;
}

static void join_pool(odeon_system *system)
{
	ck_pr_store_32(&system->closing, 1);
	ck_pr_fence_memory();                   /* before the wakes; pairs with park's look */
	for (int i = 0; i < system->pool; i++)
		if (worker_at(system, (uint32_t)i) != NULL)
			parker_wake(&worker_at(system, (uint32_t)i)->parker);
	for (int i = 0; i < system->pool; i++) {
		struct worker *worker = worker_at(system, (uint32_t)i);

		if (worker != NULL && worker->has_thread)
			pthread_join(worker->thread, NULL);
		if (worker != NULL)
			worker->has_thread = false;
	}
}

static int make_workers(odeon_system *system)
{
	bool host_runs_pool = system->pool == 0 && !system->options.simulation.enabled;

	for (int i = 0; i < system->pool; i++)
		if (worker_make(system, (uint32_t)i, true, false) == NULL)
			return ODEON_ENOMEM;
	if (worker_make(system, (uint32_t)system->pool, host_runs_pool, false) == NULL)
		return ODEON_ENOMEM;
	return 0;
}

static int start_threads(odeon_system *system)
{
	int error = system->pool == 0 ? open_poller(host_worker(system)) : 0;

	for (int i = 0; i < system->pool && error == 0; i++)
		error = start_thread(system, worker_at(system, (uint32_t)i));
	return error;
}

static void unmake(odeon_system *system)
{
	if (system->workers != NULL)
		for (uint32_t i = 0; i < WORKERS_PLACES && i < system->workers_used; i++)
			worker_free(system, i);
	free(system->workers);
	singles_free(system);
	depot_leave(system->depot);
	simulation_fini(system);
	if (system->host_fd >= 0)
		os_event_close(system->host_fd);
	if (system->directory != NULL) {
		for (uint32_t i = 0; i < directory_used(system->directory); i++)
			bounds_free(system->directory->slots[i].bounds);
		directory_fini(system->directory);
	}
	pthread_mutex_destroy(&system->private_lock);
	pthread_mutex_destroy(&system->log_lock);
	pthread_mutex_destroy(&system->inquiries_lock);
	alloc_free_lines(system);
}

static int make(odeon_system *system, const odeon_options *options, int pool)
{
	int error;

	system->options = *options;
	snprintf(system->name, sizeof system->name, "%s", options->name != NULL ? options->name : "odeon");
	system->options.name = system->name;
	system->pool = pool;
	system->own_loop = loop_own;
	system->own_turns = step_turns;
	if (options->simulation.faults != NULL && options->simulation.faults->on_memory != NULL)
		system->refuses = faults_refuse;
	sleepers_init(&system->sleepers, (unsigned)pool);
	slotqueue_init(&system->inject);
	slotqueue_init(&system->vacant);
	parker_init(&system->event);
	system->workers = calloc(WORKERS_PLACES, sizeof system->workers[0]);
	system->depot = depot_open();
	if (system->workers == NULL || system->depot == NULL)
		return ODEON_ENOMEM;
	error = crash_begin(system);
	if (error == 0)
		error = directory_init(&system->directory, options->simulation.enabled ? 0 : (uint32_t)os_entropy());
	if (error == 0 && options->simulation.enabled)
		error = simulation_init(system);
	if (error == 0)
		error = make_workers(system);
	if (error == 0 && options->workers == ODEON_WORKERS_NONE && (system->host_fd = os_timer_open()) < 0)
		error = ODEON_ESYSTEM;
	if (error == 0)
		error = start_threads(system);
	if (error == 0)
		error = watchdog_start(system);
	return error;
}

int odeon_system_start(const odeon_options *given, odeon_system **result)
{
	odeon_options options;
	odeon_system *system;
	int pool, error = read_options(given, &options, &pool);

	if (error != 0 || result == NULL)
		return error != 0 ? error : ODEON_EINVAL;
	system = alloc_lines(sizeof *system);
	if (system == NULL)
		return ODEON_ENOMEM;
	system->host_fd = -1;
	pthread_mutex_init(&system->private_lock, NULL);
	pthread_mutex_init(&system->log_lock, NULL);
	pthread_mutex_init(&system->inquiries_lock, NULL);
	error = make(system, &options, pool);
	if (error != 0) {
		if (system->workers != NULL)
			join_pool(system);
		unmake(system);
		return error;
	}
	*result = system;
	return 0;
}

/* ---- waiting and running ---------------------------------------------------------------------------------------------------- */

void odeon_system_quit(odeon_system *system)
{
	if (system == NULL)
		return;
	ck_pr_store_32(&system->quit, 1);
	ck_pr_fence_memory();                   /* before the wakes; pairs with the looks after the key */
	parker_wake(&system->event);
	ready_wake_host(system);
}

/* What a call that waits may not be in. */
static int check_waiting(odeon_system *system)
{
	if (system == NULL)
		return ODEON_EINVAL;
	if (directory_is_forked(system->directory))
		return ODEON_EFORKED;
	return context_runs_actors() ? ODEON_EWOULDBLOCK : 0;
}

bool system_enter(odeon_system *system)
{
	if (!ck_pr_cas_32(&system->host_taken, 0, 1))
		return false;
	ck_pr_fence_acquire();                  /* pairs with system_leave */
	crash_enter(host_worker(system));
	return true;
}

void system_leave(odeon_system *system)
{
	crash_leave(host_worker(system));
	ck_pr_fence_release();
	ck_pr_store_32(&system->host_taken, 0);
}

/* `seen` as in world_is_empty. */
static bool is_over_since(odeon_system *system, bool quit_counts, uint64_t *seen)
{
	return (quit_counts && ck_pr_load_32(&system->quit) != 0) || world_is_empty(system, seen);
}

static bool is_over(odeon_system *system, bool quit_counts)
{
	return is_over_since(system, quit_counts, &(uint64_t){ 0 });
}

/* A simulated system at rest will do nothing more before the deadline. Messages taken. */
static int simulate(odeon_system *system, int64_t until, bool quit_counts)
{
	uint64_t seen = 0;
	int total = 0, taken;

	while (!is_over_since(system, quit_counts, &seen) && (until == 0 || system->simulation->now < until)) {
		taken = simulation_step(system, until);
		if (taken < 0) {
			simulation_pass(system, until);
			break;
		}
		total = total > INT_MAX - taken ? INT_MAX : total + taken;
	}
	return total;
}

static int await_threads(odeon_system *system, int64_t until, bool quit_counts)
{
	int error = 0;

	(void)ck_pr_faa_32(&system->waiters, 1);
	for (;;) {
		uint32_t key = parker_key(&system->event);

		ck_pr_fence_memory();           /* counted in, before the look; pairs with rest_tell_waiters */
		if (is_over(system, quit_counts))
			break;
		if (until != INT64_MAX && clock_now() >= until) {
			error = ODEON_ETIMEDOUT;
			break;
		}
		parker_sleep(&system->event, key, until);
	}
	(void)ck_pr_faa_32(&system->waiters, (uint32_t)-1);
	return error;
}

int await_actors(odeon_system *system, int64_t until, bool quit_counts)
{
	if (system->pool > 0 && (quit_counts || !system_enter(system)))
		return await_threads(system, until, quit_counts);
	if (system->pool == 0 && !system_enter(system))
		return ODEON_EBUSY;
	if (system->simulation != NULL)
		(void)simulate(system, until, quit_counts);
	else
		while (!is_over(system, quit_counts)) {
			(void)loop_host(host_worker(system), until, HOST_WAITS_FOR_END);
			if (until != INT64_MAX && clock_now() >= until)
				break;
		}
	system_leave(system);
	return is_over(system, quit_counts) ? 0 : ODEON_ETIMEDOUT;
}

int odeon_system_wait(odeon_system *system, odeon_time until)
{
	int error = check_waiting(system);

	if (error != 0)
		return error;
	if (system->pool == 0 && system->simulation == NULL)
		return ODEON_EINVAL;
	return await_actors(system, until.ns, true);
}

int odeon_system_fd(odeon_system *system)
{
	int fd;

	if (system == NULL || system->simulation != NULL)
		return ODEON_EINVAL;
	if (directory_is_forked(system->directory))
		return ODEON_EFORKED;
	if (ck_pr_load_int(&system->host_fd) < 0) {             /* workers, and a host that runs actors of its own */
		fd = os_timer_open();
		if (fd < 0)
			return ODEON_ESYSTEM;
		os_timer_set(fd, 0);
		if (!ck_pr_cas_int(&system->host_fd, -1, fd))
			os_event_close(fd);
	}
	return system->host_fd;
}

int odeon_system_run(odeon_system *system, odeon_time until)
{
	int error = check_waiting(system), taken;

	if (error != 0)
		return error;
	if (ck_pr_load_32(&system->phase) == PHASE_STOPPED)
		return ODEON_ESTOPPING;
	if (!system_enter(system))
		return ODEON_EBUSY;
	if (system->simulation != NULL)
		taken = simulate(system, until.ns, true);
	else
		taken = loop_host(host_worker(system), until.ns, until.ns != 0 ? HOST_WAITS : HOST_LOOKS);
	system_leave(system);
	return taken;
}

odeon_time odeon_system_due(odeon_system *system)
{
	if (system == NULL)
		return ODEON_NEVER;
	if (system->simulation != NULL)
		return (odeon_time){ simulation_due(system) };
	return (odeon_time){ timer_earliest(host_worker(system)) };
}

/* ---- looks ------------------------------------------------------------------------------------------------------------------- */

odeon_time odeon_system_now(odeon_system *system)
{
	return (odeon_time){ system->simulation != NULL ? system->simulation->now : clock_now() };
}

odeon_time odeon_system_deadline(odeon_system *system, odeon_duration from_now)
{
	return (odeon_time){ clock_after(odeon_system_now(system).ns, from_now) };
}

void *odeon_system_host(odeon_system *system)
{
	return system->options.host;
}

uint64_t odeon_system_seed(odeon_system *system)
{
	return system->simulation != NULL ? system->options.simulation.seed : 0;
}

int odeon_system_spawn(odeon_system *system, const odeon_kind *kind, const void *argument, odeon_ref *actor)
{
	if (system == NULL) {
		if (actor != NULL)
			*actor = ODEON_NOBODY;
		return ODEON_EINVAL;
	}
	return actor_spawn(system, worker_here(system), kind, NULL, argument, NULL, actor);
}

int odeon_system_spawn_pinned(odeon_system *system, const odeon_kind *kind, const void *argument, unsigned worker,
                              odeon_ref *actor)
{
	if (system == NULL) {
		if (actor != NULL)
			*actor = ODEON_NOBODY;
		return ODEON_EINVAL;
	}
	return actor_spawn_pinned(system, worker_here(system), kind, argument, worker, actor);
}

const odeon_poller *odeon_system_poller(odeon_system *system)
{
	return system->options.poller;
}

void *odeon_system_poller_state(odeon_system *system)
{
	return system->simulation != NULL ? host_worker(system)->parker.poller_state : NULL;
}

/* ---- the end ------------------------------------------------------------------------------------------------------------------ */

void system_join(odeon_system *system)
{
	watchdog_stop(system);
	join_pool(system);
	own_threads_join(system);
	ready_wake_host(system);                /* it leaves, since the system closes */
	while (!system_enter(system))
		os_yield();
	loop_drain(system);
	system_leave(system);
}

int odeon_system_free(odeon_system *system)
{
	int error;

	if (system == NULL)
		return 0;
	error = odeon_system_stop(system, odeon_system_deadline(system, FREE_NS), NULL);
	if (error != 0)
		return error;
	loop_drain(system);                     /* what was posted while it stopped */
	parker_close(&host_worker(system)->parker);
	unmake(system);
	return 0;
}
