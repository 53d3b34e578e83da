/* SPDX-License-Identifier: BSD-2-Clause */
/* net_poller.c - a wait ends in time, although the thread was held up between setting its alarm and sleeping */
#include "../harness/kit.h"
#include <odeon/net/loop.h>
#include <time.h>
#include <uv.h>

int __real_uv_timer_start(uv_timer_t *timer, uv_timer_cb call, uint64_t timeout, uint64_t repeat);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb call, uint64_t timeout, uint64_t repeat);
int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb call, uint64_t timeout, uint64_t repeat)
{
	int error = __real_uv_timer_start(timer, call, timeout, repeat);

	nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);      /* longer than the wait: it is due before the sleep */
	return error;
}

START_TEST(a_wait_ends_although_its_alarm_was_due_before_it_began)
{
	const odeon_poller *poller = odeon_net_poller();
	odeon_time before = odeon_clock_now();
	void *state;

	ck_assert_int_eq(poller->open(NULL, 0, &state), 0);
	for (int i = 0; i < 10; i++)
		poller->poll(state, ODEON_MS(1));
	ck_assert_int_lt(odeon_clock_now().ns - before.ns, KIT_PATIENCE);
	poller->close(state);
}
END_TEST

KIT_MAIN("unit/net_poller", { .name = "alarm", .tests = KIT_TESTS(a_wait_ends_although_its_alarm_was_due_before_it_began) })
