/* SPDX-License-Identifier: BSD-2-Clause */
/* drum.c - a thread that beats */
#include "drum.h"
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define WORKERS_MOST 16

static struct {
	pthread_t thread, workers[WORKERS_MOST];
	unsigned count;
	long pause;                                    /* nanoseconds */
	atomic_bool ends;
} drum;
static atomic_uint beats;                              /* that were heard */

static void on_beat(int number)
{
	(void)number;
	atomic_fetch_add_explicit(&beats, 1, memory_order_relaxed);
}

/* In a worker. */
static void listen_to_drum(odeon_self *self, void *argument)
{
	sigset_t beat;

	(void)self;
	(void)argument;
	sigemptyset(&beat);
	sigaddset(&beat, SIGUSR1);
	must(pthread_sigmask(SIG_UNBLOCK, &beat, NULL) == 0);
	drum.workers[drum.count] = pthread_self();
}

static void *beat(void *unused)
{
	while (!atomic_load(&drum.ends)) {
		for (unsigned i = 0; i < drum.count; i++)
			(void)pthread_kill(drum.workers[i], SIGUSR1);
		nanosleep(&(struct timespec){ .tv_nsec = drum.pause }, NULL);
	}
	return unused;
}

void drum_begin(struct world *world, unsigned workers)
{
	const char *often = getenv("KIT_SIGNALS");
	struct sigaction action = { .sa_handler = on_beat };

	drum.count = 0;
	drum.pause = 1000000000 / (often != NULL && atol(often) > 1 ? atol(often) : 1000);
	if (often == NULL)
		return;
	must(sigaction(SIGUSR1, &action, NULL) == 0 && workers <= WORKERS_MOST);
	for (unsigned worker = 0; worker < workers; worker++) {
		odeon_ref listener = world_placed(world, (struct catcher){ .journal = NULL }, ODEON_PINNED, worker);

		world_do(world, listener, listen_to_drum, NULL);
		drum.count++;
		world_tell(world, listener, errand_exit, NULL);
		world_await_end(world, listener);
	}
	atomic_store(&drum.ends, false);
	atomic_store(&beats, 0);
	must(pthread_create(&drum.thread, NULL, beat, NULL) == 0);
	eventually(atomic_load(&beats) >= workers);
}

bool drum_beats(void) { return drum.count > 0; }

void drum_end(void)
{
	if (drum.count == 0)
		return;
	atomic_store(&drum.ends, true);
	must(pthread_join(drum.thread, NULL) == 0);
	drum.count = 0;
}
