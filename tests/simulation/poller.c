/* SPDX-License-Identifier: BSD-2-Clause */
/* poller.c - a poller for simulated systems: opened and closed once, asked when it is due, polled then and not before */
#include "../harness/kit.h"

static struct { odeon_system *system; odeon_ref actor; odeon_time due; int opened, closed, polls, heard; int64_t when; } fake;

static int open_fake(void *host, int worker, void **state)
{
	must(worker == 0);
	*state = host;
	fake.opened++;
	return fake.opened > 0 ? 0 : ODEON_EFAILED;
}

static void close_fake(void *state)
{
	must(state == &fake);
	fake.closed++;
}

static void poll_fake(void *state, odeon_duration at_most)
{
	must(state == &fake && at_most == 0 && odeon_system_now(fake.system).ns >= fake.due.ns);
	fake.polls++;
	fake.due = ODEON_NEVER;
	must(odeon_post(fake.system, fake.actor, odeon_new(note)) == 0);
}

static odeon_time due_fake(void *state)
{
	must(state == &fake);
	return fake.due;
}

static void wake_fake(void *state) { (void)state; }

static const odeon_poller simulated = {
	.bytes = sizeof(odeon_poller), .open = open_fake, .close = close_fake, .poll = poll_fake, .wake = wake_fake, .due = due_fake,
};
static const odeon_poller real = {
	.bytes = sizeof(odeon_poller), .poll = poll_fake, .wake = wake_fake, .simulated = &simulated,
};

struct hearer { int unused; };
ODEON_HANDLER(hearer, note)
{
	(void)hearer;
	(void)note;
	fake.heard++;
	fake.when = odeon_now(self).ns;
	must(odeon_poller_state(self) == NULL);
}
ODEON_HANDLERS(hearer_handlers, ODEON_ON(hearer, note));
ODEON_KIND(hearer, hearer_handlers, .place = ODEON_PINNED);

static int start(const odeon_poller *poller)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }, .poller = poller, .host = &fake);

	return odeon_system_start(&options, &fake.system);
}

START_TEST(time_goes_on_to_when_the_poller_is_due)
{
	fake.due = ODEON_NEVER;
	ck_assert_int_eq(start(&real), 0);
	ck_assert_int_eq(odeon_system_spawn(fake.system, &hearer_kind, NULL, &fake.actor), 0);
	ck_assert_ptr_eq(odeon_system_poller(fake.system), &real);
	ck_assert_ptr_eq(odeon_system_poller_state(fake.system), &fake);
	for (int i = 1; i <= 3; i++) {
		fake.due = odeon_system_deadline(fake.system, ODEON_SECONDS(5));
		int64_t due = fake.due.ns;

		ck_assert_int_eq(odeon_system_due(fake.system).ns, due);
		ck_assert_int_ge(odeon_system_run(fake.system, odeon_system_deadline(fake.system, ODEON_SECONDS(10))), 0);
		ck_assert_int_eq(fake.heard, i);
		ck_assert_int_eq(fake.when, due);
	}
	ck_assert_int_eq(fake.polls, 3);
	ck_assert_int_eq(fake.closed, 0);
	ck_assert_int_eq(odeon_system_free(fake.system), 0);
	ck_assert_int_eq(fake.opened, 1);
	ck_assert_int_eq(fake.closed, 1);
}
END_TEST

START_TEST(a_poller_for_real_systems_only_is_refused)
{
	odeon_poller other = simulated, without = real;

	without.simulated = NULL;
	ck_assert_int_eq(start(&without), ODEON_EINVAL);
	without.simulated = &other;
	other.due = NULL;
	ck_assert_int_eq(start(&without), ODEON_EINVAL);
	other = simulated;
	other.bytes--;
	ck_assert_int_eq(start(&without), ODEON_EINVAL);
	fake.opened = -1;
	ck_assert_int_eq(start(&real), ODEON_EFAILED);          /* and its error is the system's */
	ck_assert_int_eq(fake.closed, 0);
}
END_TEST

KIT_MAIN("simulation/poller", { .name = "poller", .tests = KIT_TESTS(time_goes_on_to_when_the_poller_is_due,
	a_poller_for_real_systems_only_is_refused) })
