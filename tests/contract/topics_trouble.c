/* SPDX-License-Identifier: BSD-2-Clause */
/* topics_trouble.c - publish and subscribe with slow subscribers, at the limits, without memory, and with some started anew */
#include "audience.h"

/* ---- slow subscribers ------------------------------------------------------------------------------------------------ */

/* Those that run only when the host's thread runs them: so a mailbox is full when the test says so. */
static odeon_ref host_person(char name, uint32_t messages)
{
	static odeon_kind kinds[2];
	odeon_kind *kind = &kinds[messages > 0];
	odeon_ref who;

	*kind = person_kind;
	kind->place = ODEON_HOST_THREAD;
	kind->mailbox = (odeon_mailbox){ .messages = messages };
	must(odeon_system_spawn(sys, kind, &(struct person){ name }, &who) == 0);
	return who;
}

static void setup_real(void)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .on_dead_letter = on_letter);

	(void)told();
	must(odeon_system_start(&options, &sys) == 0);
	must(odeon_topics_start(sys, NULL, &topics) == 0);
	a = host_person('a', 0);
	b = host_person('b', 2);
}

static void host_runs(void) { must(odeon_system_run(sys, ODEON_AT_ONCE) >= 0); }
#define expect_host(text) do { host_runs(); ck_assert_str_eq(told(), text); } while (0)

START_TEST(a_slow_subscriber_misses_what_does_not_fit_and_is_told_how_much)
{
	must(subscribe("x", a) == 0 && subscribe("x", b) == 0 && subscribe("y", b) == 0);
	must(publish("x", 1) == 0 && count.reached == 2 && publish("x", 2) == 0 && count.reached == 2 && count.missed == 0);
	for (int i = 3; i <= 5; i++)
		must(publish("x", i) == 0 && count.reached == 1 && count.missed == 1);
	must(odeon_topics_look(sys, topics, soon(), &count) == 0 && count.missed_ever == 3 && count.missed == 0);
	host_runs();
	ck_assert_str_eq(told(), "a:x=1 a:x=2 a:x=3 a:x=4 a:x=5 b:x=1 b:x=2 ");
	must(unsubscribe("x", a) == 0 && publish("y", 6) == 0 && publish("x", 7) == 0);
	expect_host("b:y=6 b:x=7-3 ");
	must(publish("x", 8) == 0);
	expect_host("b:x=8 ");
}
END_TEST

START_TEST(retained_values_that_do_not_fit_are_missed_and_come_when_asked_for_again)
{
	must(retain("r/1", 1) == 0 && retain("r/2", 2) == 0 && retain("r/3", 3) == 0);
	must(subscribe("r/+", b) == 0 && count.reached == 2 && count.missed == 1);
	expect_host("b~r/3=3 b~r/2=2 ");
	must(subscribe("r/1", b) == 0 && count.reached == 1);
	expect_host("b~r/1=1 ");
	must(publish("r/4", 4) == 0);
	expect_host("b:r/4=4-1 ");
}
END_TEST

/* ---- limits ---------------------------------------------------------------------------------------------------------- */

static void setup_limited(void)
{
	odeon_topics limits = ODEON_TOPICS(.subscriptions = 3, .subscriptions_each = 2, .retained = 2, .levels = 3,
	                                   .topic_bytes = 10, .mailbox = { .messages = 4 });
	open_limited(&limits);
}

START_TEST(a_topic_that_is_too_long_or_too_deep_is_refused)
{
	static char huge[ODEON_TOPIC_BYTES_MOST + 2];
	odeon_topics too_deep = ODEON_TOPICS(.levels = ODEON_TOPIC_LEVELS_MOST + 1);
	odeon_topics too_long = ODEON_TOPICS(.topic_bytes = ODEON_TOPIC_BYTES_MOST + 1);
	odeon_topics unknown = ODEON_TOPICS(.levels = 1);
	odeon_ref none;

	memset(huge, 'h', sizeof huge - 1);
	unknown.bytes++;
	must(publish("1234567890", 1) == 0 && publish("12345678901", 1) == ODEON_EINVAL && publish(huge, 1) == ODEON_EINVAL);
	must(publish("a/b/c", 1) == 0 && publish("a/b/c/d", 1) == ODEON_EINVAL && publish("///", 1) == ODEON_EINVAL);
	must(subscribe("a/b/c/#", a) == ODEON_EINVAL && subscribe("12345678901", a) == ODEON_EINVAL && subscribe(huge, a) == ODEON_EINVAL);
	must(odeon_topics_start(sys, &too_deep, &none) == ODEON_EINVAL && odeon_ref_is_nobody(none));
	must(odeon_topics_start(sys, &too_long, &none) == ODEON_EINVAL && odeon_topics_start(sys, &unknown, &none) == ODEON_EVERSION);
}
END_TEST

START_TEST(limits_are_errors_and_change_nothing)
{
	must(subscribe("1", a) == 0 && subscribe("2", a) == 0 && subscribe("3", a) == ODEON_EFULL && subscribe("2", a) == 0);
	must(subscribe("1", b) == 0 && subscribe("2", b) == ODEON_EFULL);
	expect_counts(3, 2, 0);
	must(unsubscribe("1", a) == 0 && subscribe("2", b) == 0);
	must(retain("r", 1) == 0 && retain("s", 2) == 0 && retain("r", 3) == 0);
	must(retain("1", 4) == ODEON_EFULL && publish("1", 5) == 0);
	expect("b:1=5 ");                                      /* and not 4 */
	must(clear("s") == 0 && retain("1", 6) == 0);
	expect("b:1=6 ");
	expect_counts(3, 2, 2);
}
END_TEST

START_TEST(a_publisher_that_is_faster_is_refused_by_the_bound_of_the_topics_actor)
{
	for (int i = 0; i < 10; i++)
		must(odeon_post(sys, topics, odeon_publication_new("x", odeon_freeze(parcel_new(i)), 0)) == (i < 4 ? 0 : ODEON_EFULL));
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

/* Whichever is refused: a subscription is there whole or not at all. */
START_TEST(without_memory_nobody_is_subscribed_by_half)
{
	int refused = 0, error = 0;

	must(retain("x", 1) == 0);
	for (int nth = 0; nth < 100; nth++) {
		allowed = nth;
		error = subscribe("x", a);
		must(error == 0 || error == ODEON_ENOMEM || error == ODEON_EUNANSWERED);
		if (allowed >= 0)
			break;
		refused++;
		if (error == 0)
			must(count.reached + count.missed == 1 && unsubscribe("x", a) == 0);
		expect_counts(0, 0, 1);
		run();
		(void)told();
	}
	allowed = -1;
	must(error == 0 && refused >= 3);
	expect("a~x=1 ");
}
END_TEST

START_TEST(without_memory_a_publication_is_refused_whole_or_missed_and_counted)
{
	int refused = 0, partly = 0, error = 0;

	must(subscribe("x", a) == 0 && subscribe("x", b) == 0);
	for (int nth = 0; nth < 100; nth++) {
		allowed = nth;
		error = publish("x", nth);
		must(error == 0 || error == ODEON_ENOMEM);
		must(error == 0 ? count.reached + count.missed == 2 : count.reached == 0);
		if (allowed >= 0)
			break;
		refused++;
		partly += error == 0 && count.missed == 1;
		run();
		must(told()[0] == 0 || error == 0);
	}
	allowed = -1;
	must(error == 0 && refused >= 4 && partly == 2);
}
END_TEST

/* ---- starting anew --------------------------------------------------------------------------------------------------- */

static void fail_now(odeon_self *self, void *unused)
{
	(void)unused;
	odeon_fail(self, 1, "as told");
}

START_TEST(a_subscriber_that_is_started_anew_keeps_its_subscriptions)
{
	const struct person carl = { 'c' };
	const odeon_child children[] = { ODEON_CHILD(.name = "carl", .kind = &person_kind, .argument = &carl,
	                                             .argument_bytes = sizeof carl, .failed = ODEON_FAILED_DROPPED) };
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 1);
	struct odeon_child_is *is;
	odeon_ref supervisor, who;

	must(odeon_supervise(sys, &rule, &supervisor) == 0);
	is = odeon_ask(odeon_child_is, sys, supervisor, odeon_child_find_new("carl"), soon(), NULL);
	must(is != NULL);
	who = is->who;
	odeon_free(is);
	must(subscribe("x", who) == 0);
	tell(who, fail_now, NULL);
	must(publish("x", 1) == 0 && count.reached == 1);
	expect("c:x=1 ");
	expect_counts(1, 1, 0);
}
END_TEST

START_TEST(the_topics_themselves_may_be_supervised)
{
	odeon_topics limits = ODEON_TOPICS(.levels = 1);
	const odeon_child children[] = { ODEON_CHILD(.name = "topics", .kind = &odeon_topics_kind, .argument = &limits,
	                                             .argument_bytes = sizeof limits) };
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 1);
	struct odeon_child_is *is;
	odeon_ref supervisor;

	must(odeon_supervise(sys, &rule, &supervisor) == 0);
	is = odeon_ask(odeon_child_is, sys, supervisor, odeon_child_find_new("topics"), soon(), NULL);
	must(is != NULL);
	topics = is->who;
	odeon_free(is);
	must(subscribe("x", a) == 0 && subscribe("x/y", a) == ODEON_EINVAL && retain("x", 1) == 0);
	expect("a:x=1 ");
}
END_TEST

KIT_MAIN("contract/topics_trouble",
	{ .name = "slow", .setup = setup_real, .teardown = teardown, .tests = KIT_TESTS(
		a_slow_subscriber_misses_what_does_not_fit_and_is_told_how_much,
		retained_values_that_do_not_fit_are_missed_and_come_when_asked_for_again) },
	{ .name = "limits", .setup = setup_limited, .teardown = teardown, .tests = KIT_TESTS(
		a_topic_that_is_too_long_or_too_deep_is_refused, limits_are_errors_and_change_nothing,
		a_publisher_that_is_faster_is_refused_by_the_bound_of_the_topics_actor) },
	{ .name = "memory", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(without_memory_nobody_is_subscribed_by_half,
		without_memory_a_publication_is_refused_whole_or_missed_and_counted) },
	{ .name = "anew", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_subscriber_that_is_started_anew_keeps_its_subscriptions, the_topics_themselves_may_be_supervised) })
