/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unanswered.c - requests that nobody will ever answer: a simulated system that comes to rest with them says so by itself
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { HELD_MOST = 8 };

static odeon_system *rest;
static void *held[HELD_MOST];                          /* what they were asked, and keep to themselves */
static unsigned held_count;

static void hold(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	held[held_count++] = odeon_keep(self, parcel);
}

struct tale { int unused; };
ODEON_ANSWER(catcher, tale, parcel) { }

struct plan { odeon_ref to; odeon_time until; };

static void ask_by_plan(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	must(odeon_request(self, plan->to, parcel_new(1), plan->until, ODEON_THEN(self, catcher, tale, parcel, 0)) == 0);
}

static struct { unsigned lines; char text[2000]; } logged;

static void on_log(void *host, enum odeon_log_level level, const char *text)
{
	size_t length = strlen(logged.text);

	(void)host, (void)level;
	logged.lines++;
	snprintf(logged.text + length, sizeof logged.text - length, "%s\n", text);
}

static odeon_ref resting[2];

static void open_at_rest(void)
{
	const odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 7 }, .on_log = on_log);

	held_count = 0;
	logged.lines = 0;
	logged.text[0] = '\0';
	ck_assert_int_eq(odeon_system_start(&options, &rest), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(odeon_system_spawn(rest, catcher, &(struct catcher){ .on_parcel = hold }, &resting[i]), 0);
}

static void close_at_rest(void)
{
	for (unsigned i = 0; i < held_count; i++)
		odeon_free(held[i]);
	ck_assert_int_eq(odeon_system_free(rest), 0);
}

static struct plan to_ask[2];

static void ask_each_other(odeon_time until)
{
	for (int i = 0; i < 2; i++) {
		to_ask[i] = (struct plan){ .to = resting[1 - i], .until = until };
		ck_assert_int_eq(odeon_post(rest, resting[i], odeon_new(errand, .run = ask_by_plan, .argument = &to_ask[i])), 0);
	}
}

/* Run for long, wait for the end, ask: whatever a thread does that would wait in vain. */
static void wait_in_vain(int way)
{
	odeon_time until = odeon_system_deadline(rest, ODEON_SECONDS(60));
	int why;

	if (way == 0)
		ck_assert_int_ge(odeon_system_run(rest, ODEON_NEVER), 0);
	else if (way == 1)
		ck_assert_int_eq(odeon_system_wait(rest, until), ODEON_ETIMEDOUT);
	else
		ck_assert_ptr_null(odeon_ask(parcel, rest, resting[0], parcel_new(1), ODEON_NEVER, &why));
}

START_TEST(a_simulated_system_at_rest_names_the_ask_cycle)
{
	open_at_rest();
	ask_each_other(ODEON_NEVER);
	wait_in_vain(_i);
	ck_assert_msg(logged.lines == 3 && strstr(logged.text, "nobody will answer what 2 wait for") && strstr(logged.text, "round 1")
	              && strstr(logged.text, "unanswered.c:"), "%s", logged.text);
	wait_in_vain(_i);
	ck_assert_msg(logged.lines == 3, "said once more: %s", logged.text);
	close_at_rest();
}
END_TEST

START_TEST(what_has_a_deadline_is_not_complained_of)
{
	open_at_rest();
	ask_each_other(odeon_system_deadline(rest, ODEON_SECONDS(5)));
	ck_assert_int_ge(odeon_system_run(rest, odeon_system_deadline(rest, ODEON_SECONDS(1))), 0);
	wait_in_vain(_i);
	ck_assert_msg(logged.lines == 0, "%s", logged.text);
	close_at_rest();
}
END_TEST

START_TEST(a_host_that_only_looks_is_not_told)
{
	open_at_rest();
	ask_each_other(ODEON_NEVER);
	ck_assert_int_ge(odeon_system_run(rest, ODEON_AT_ONCE), 0);
	ck_assert_msg(logged.lines == 0, "%s", logged.text);
	close_at_rest();
}
END_TEST

KIT_MAIN("simulation/unanswered",
	{ "rest", KIT_TESTS(a_simulated_system_at_rest_names_the_ask_cycle, what_has_a_deadline_is_not_complained_of), NULL, NULL, 3 },
	{ "look", KIT_TESTS(a_host_that_only_looks_is_not_told), NULL, NULL, 0 })
