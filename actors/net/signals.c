/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * signals - a watcher, and its handles in a worker's loop
 *
 * The handles outlive the actor by as long as the loop needs to let go of them, and the struct watch with them. Callbacks count, and
 * stir the actor, which tells.
 */
#include <odeon/net/signals.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "errors.h"
#include "news.h"
#include "poller.h"

ODEON_MESSAGE_DEFINE(odeon_watched);
ODEON_MESSAGE_DEFINE(odeon_signal);

struct watch {
	odeon_system *system;
	odeon_ref actor;
	struct stir *stir;                      /* NULL: on its way */
	unsigned count;                         /* of signals */
	unsigned entered;                       /* of these, in the loop */
	struct one { uv_signal_t handle; int number; uint32_t caught; } each[];
};

struct signal_watcher {
	struct news news;
	struct watch *watch;
	struct odeon_watched *watched;
	bool is_over;
};

static void free_watch(struct watch *watch)
{
	odeon_free(watch->stir);
	free(watch);
}

/* ---- in the loop ------------------------------------------------------------------------------------------------------------ */

static void on_signal(uv_signal_t *handle, int number)
{
	struct watch *watch = handle->data;
	struct stir *stir = watch->stir;

	for (unsigned i = 0; i < watch->count; i++)
		if (watch->each[i].number == number && watch->each[i].caught < UINT32_MAX)
			watch->each[i].caught++;
	watch->stir = NULL;
	if (stir != NULL)
		(void)odeon_post(watch->system, watch->actor, stir);
}

static void on_close(uv_handle_t *handle)
{
	struct watch *watch = handle->data;

	if (--watch->entered == 0)
		free_watch(watch);
}

/* Taken. */
static void close_watch(struct watch *watch)
{
	unsigned entered = watch->entered;

	watch->actor = ODEON_NOBODY;
	if (entered == 0)
		free_watch(watch);
	for (unsigned i = 0; i < entered; i++)          /* on_close runs later */
		uv_close((uv_handle_t *)&watch->each[i].handle, on_close);
}

/* 0, or the error of libuv. */
static int enter(struct watch *watch, struct poller *poller)
{
	int error = poller != NULL ? 0 : UV_EINVAL;

	for (unsigned i = 0; error == 0 && i < watch->count; i++) {
		struct one *one = &watch->each[i];

		error = uv_signal_init(&poller->loop, &one->handle);
		if (error != 0)
			break;
		one->handle.data = watch;
		watch->entered++;
		error = uv_signal_start(&one->handle, on_signal, one->number);
	}
	return error;
}

/* ---- the actor ---------------------------------------------------------------------------------------------------------------- */

static void open_watch(odeon_self *self, struct signal_watcher *watcher)
{
	struct odeon_watched *watched = watcher->watched;
	int error = enter(watcher->watch, poller_here(self));

	watcher->watched = NULL;
	watcher->is_over = error != 0;
	if (error != 0) {
		watched->error = error_of(error);
		watched->system_error = -error;
	}
	news_tell(self, &watcher->news, watched);
}

/* One at a time, as there is room. Without memory for it: again. */
static void tell(odeon_self *self, struct signal_watcher *watcher)
{
	struct watch *watch = watcher->watch;

	for (unsigned i = 0; i < watch->count && news_are_told(&watcher->news); i++) {
		struct one *one = &watch->each[i];
		struct odeon_signal *news;

		if (one->caught == 0)
			continue;
		news = odeon_new(odeon_signal, .number = one->number, .count = one->caught);
		if (news == NULL) {
			news_look_again(self, &watcher->news);
			return;
		}
		one->caught = 0;
		news_tell(self, &watcher->news, news);
	}
}

static void look(odeon_self *self, struct signal_watcher *watcher)
{
	if (watcher->watched != NULL)
		open_watch(self, watcher);
	tell(self, watcher);
	if (watcher->is_over && news_are_told(&watcher->news))
		odeon_exit(self);
}

/* There are two: the callbacks', and that of the news. */
ODEON_HANDLER(signal_watcher, stir)
{
	if (signal_watcher->news.stir == NULL)
		news_stirred(self, &signal_watcher->news, stir);
	else
		signal_watcher->watch->stir = odeon_keep(self, stir);
	look(self, signal_watcher);
}

ODEON_HANDLER(signal_watcher, odeon_room)
{
	news_go_on(self, &signal_watcher->news);
	look(self, signal_watcher);
}

ODEON_HANDLER(signal_watcher, odeon_down)
{
	if (news_owner_ended(&signal_watcher->news, odeon_down))
		odeon_exit(self);
}

struct watching { struct watch *watch; odeon_ref owner; };

/* The watch is taken when it has begun. */
ODEON_START(signal_watcher, watching)
{
	int error = odeon_bound(self, NULL);

	signal_watcher->watched = odeon_new(odeon_watched, .who = odeon_self_ref(self));
	if (error == 0)
		error = signal_watcher->watched != NULL ? news_open(self, &signal_watcher->news, watching->owner) : ODEON_ENOMEM;
	if (error != 0) {
		odeon_free(signal_watcher->watched);
		return error;
	}
	signal_watcher->watch = watching->watch;
	signal_watcher->watch->actor = odeon_self_ref(self);
	news_look_again(self, &signal_watcher->news);  /* and begin, on the worker */
	return 0;
}

ODEON_STOP(signal_watcher)
{
	news_close(self, &signal_watcher->news);
	odeon_free(signal_watcher->watched);
	close_watch(signal_watcher->watch);
}

ODEON_HANDLERS(signal_watcher_handlers, ODEON_ON(signal_watcher, stir), ODEON_ON(signal_watcher, odeon_room),
	ODEON_ON(signal_watcher, odeon_down));
ODEON_KIND(signal_watcher, signal_watcher_handlers, .start = ODEON_STARTS(signal_watcher), .stop = ODEON_STOPS(signal_watcher),
	.place = ODEON_PINNED, .is_background = 1);

/* ---- what users call --------------------------------------------------------------------------------------------------------------- */

static bool may_be_watched(int number)
{
	static const int none[] = { SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		if (number == none[i])
			return false;
	return number > 0 && number <= SIGRTMAX;
}

/* 0: there is something wrong. */
static unsigned count_numbers(const int *numbers)
{
	unsigned count = 0;

	while (numbers != NULL && numbers[count] != 0)
		if (count == ODEON_SIGNALS_MOST || !may_be_watched(numbers[count++]))
			return 0;
	return count;
}

static struct watch *new_watch(odeon_system *system, const int *numbers, unsigned count)
{
	struct watch *watch = calloc(1, sizeof *watch + count * sizeof watch->each[0]);

	if (watch == NULL)
		return NULL;
	watch->stir = odeon_new(stir);
	if (watch->stir == NULL) {
		free(watch);
		return NULL;
	}
	watch->system = system;
	watch->count = count;
	for (unsigned i = 0; i < count; i++)
		watch->each[i].number = numbers[i];
	return watch;
}

int odeon_signals_watch(odeon_system *system, const int *numbers, odeon_ref owner, odeon_ref *watcher)
{
	struct watching watching = { .owner = owner };
	unsigned count = count_numbers(numbers);
	int error;

	if (watcher != NULL)
		*watcher = ODEON_NOBODY;
	if (count == 0 || system == NULL || odeon_system_poller(system) != odeon_net_poller() || odeon_ref_is_nobody(owner))
		return ODEON_EINVAL;
	watching.watch = new_watch(system, numbers, count);
	if (watching.watch == NULL)
		return ODEON_ENOMEM;
	error = odeon_system_spawn_pinned(system, &signal_watcher_kind, &watching, ODEON_WORKER_HERE, watcher);
	if (error != 0)
		free_watch(watching.watch);
	return error;
}
