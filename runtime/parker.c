/* SPDX-License-Identifier: BSD-2-Clause */
/* parker - the event count's calls of the kernel */
#include "parker.h"

#include <time.h>
#include "clock.h"
#include "os.h"

static int ec_now(const struct ck_ec_ops *ops, struct timespec *now)
{
	(void)ops;
	return clock_gettime(CLOCK_MONOTONIC, now);
}

static void ec_wait(const struct ck_ec_wait_state *state, const uint32_t *address, uint32_t expected,
                    const struct timespec *deadline)
{
	(void)state;
	os_word_sleep(address, expected, deadline);
}

static void ec_wake(const struct ck_ec_ops *ops, const uint32_t *address)
{
	(void)ops;
	os_word_wake(address);
}

/* The event count by itself looks up after 2, 16, 128 ms; with such a first wait it does not: no lost wake-up may hide
 * behind a time-out. */
static const struct ck_ec_ops ec_ops = {
	.gettime = ec_now, .wait32 = ec_wait, .wake32 = ec_wake, .busy_loop_iter = 1, .initial_wait_ns = UINT32_MAX,
};
static const struct ck_ec_mode ec_mode = { .ops = &ec_ops, .single_producer = false };

/* Concurrency Kit 0.7.1 sleeps its own step to the end, beyond the deadline; the predicate may cut the step short. */
static int ec_not_beyond(const struct ck_ec_wait_state *state, struct timespec *step)
{
	const struct timespec *until = state->data;

	if (until->tv_sec < step->tv_sec || (until->tv_sec == step->tv_sec && until->tv_nsec < step->tv_nsec))
		*step = *until;
	return 0;
}

void parker_init(struct parker *parker)
{
	ck_ec32_init(&parker->event, 0);
	parker->poller = NULL;
	parker->poller_state = NULL;
	parker->wakers = 0;
}

int parker_open(struct parker *parker, const odeon_poller *poller, void *host, int worker)
{
	int error = 0;

	if (poller == NULL)
		return 0;
	if (poller->open != NULL)
		error = poller->open(host, worker, &parker->poller_state);
	if (error != 0)
		return error;
	ck_pr_fence_release();
	ck_pr_store_ptr(&parker->poller, poller);
	return 0;
}

void parker_close(struct parker *parker)
{
	const odeon_poller *poller = parker->poller;

	if (poller == NULL)
		return;
	ck_pr_store_ptr(&parker->poller, NULL);
	ck_pr_fence_memory();                   /* before the look; pairs with wake_poller */
	while (ck_pr_load_32(&parker->wakers) != 0)
		os_yield();
	ck_pr_fence_acquire();
	if (poller->close != NULL)
		poller->close(parker->poller_state);
}

/* Counts itself in before it looks whether the poller is still there. */
static void wake_poller(struct parker *parker)
{
	const odeon_poller *poller;

	(void)ck_pr_faa_32(&parker->wakers, 1);
	ck_pr_fence_memory();
	poller = ck_pr_load_ptr(&parker->poller);
	if (poller != NULL) {
		ck_pr_fence_acquire();
		poller->wake(parker->poller_state);
	}
	ck_pr_fence_release();
	(void)ck_pr_faa_32(&parker->wakers, (uint32_t)-1);
}

uint32_t parker_key(struct parker *parker)
{
	return ck_ec32_value(&parker->event);
}

void parker_sleep(struct parker *parker, uint32_t key, int64_t until)
{
	if (parker->poller != NULL) {
		int64_t now = until == INT64_MAX ? 0 : clock_now();

		if (ck_ec32_value(&parker->event) == key && (until == INT64_MAX || until > now))
			parker->poller->poll(parker->poller_state, until == INT64_MAX ? ODEON_POLL_FOR_EVER : until - now);
	} else if (until == INT64_MAX) {
		ck_ec32_wait(&parker->event, &ec_mode, key, NULL);
	} else {
		struct timespec deadline = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };

		ck_ec32_wait_pred(&parker->event, &ec_mode, key, ec_not_beyond, &deadline, &deadline);
	}
}

void parker_wake(struct parker *parker)
{
	ck_ec32_inc(&parker->event, &ec_mode);
	if (ck_pr_load_ptr(&parker->poller) != NULL)
		wake_poller(parker);
}

void parker_poll(struct parker *parker)
{
	if (parker->poller != NULL)
		parker->poller->poll(parker->poller_state, 0);
}
