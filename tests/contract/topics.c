/* SPDX-License-Identifier: BSD-2-Clause */
/* topics.c - publish and subscribe: who gets what, how often, in which order, and what nobody gets */
#include "audience.h"

/* ---- patterns -------------------------------------------------------------------------------------------------------- */

/* The cases of MQTT 5, section 4.7, and some more. */
static const struct { const char *pattern, *topic; bool matches; } cases[] = {
	{ "sport/tennis/player1/#", "sport/tennis/player1", true },
	{ "sport/tennis/player1/#", "sport/tennis/player1/ranking", true },
	{ "sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true },
	{ "sport/tennis/player1/#", "sport/tennis/player12", false },
	{ "sport/#", "sport", true }, { "#", "sport", true }, { "#", "/", true }, { "#", "a/b/c", true },
	{ "sport/tennis/+", "sport/tennis/player1", true },
	{ "sport/tennis/+", "sport/tennis/player1/ranking", false },
	{ "sport/+", "sport", false }, { "sport/+", "sport/", true }, { "sport/+/x", "sport//x", true },
	{ "+", "finance", true }, { "+", "/finance", false }, { "+/+", "/finance", true }, { "/+", "/finance", true },
	{ "+/tennis/#", "sport/tennis", true }, { "+/tennis/#", "sport/tennis/a/b", true },
	{ "#", "$SYS/x", false }, { "+/x", "$SYS/x", false }, { "+/#", "$SYS/x", false }, { "$SYS/#", "$SYS/x", true },
	{ "$SYS/#", "$SYS", true }, { "$SYS/+", "$SYS/x", true }, { "#", "a/$b", true }, { "a/+", "a/$b", true },
	{ "a", "A", false }, { "a/b", "a/b", true }, { "a/b", "a/b/", false }, { "a/b/", "a/b", false }, { "a/b", "a", false },
	{ "/", "/", true }, { "/", "//", false }, { "//", "//", true }, { "+/+/+", "//", true }, { "+/#", "/", true }, { "/#", "/", true },
	{ "a/+/c", "a/b/c", true }, { "a/+/c", "a/b/d", false }, { "+/b/+", "a/b/c", true }, { "$", "$", true }, { "+", "$", false },
};

START_TEST(a_pattern_matches_what_mqtt_says)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		must(subscribe(cases[i].pattern, a) == 0 && publish(cases[i].topic, 1) == 0);
		ck_assert_msg(count.reached == cases[i].matches, "%s and %s", cases[i].pattern, cases[i].topic);
		must(unsubscribe(cases[i].pattern, a) == 0);
		must(retain(cases[i].topic, 2) == 0 && count.reached == 0 && subscribe(cases[i].pattern, a) == 0);
		ck_assert_msg(count.reached == cases[i].matches, "%s and retained %s", cases[i].pattern, cases[i].topic);
		must(clear(cases[i].topic) == 0 && unsubscribe(cases[i].pattern, a) == 0);
	}
	expect_counts(0, 0, 0);
}
END_TEST

START_TEST(a_wildcard_in_a_wrong_place_is_refused)
{
	static const char *const wrong[] = { "", "a#", "#/a", "a/#/b", "a+", "+a", "a/b+/c", "##", "++", "a/#b", "#/" };
	static const char *const no_topics[] = { "", "+", "#", "a/+", "a/#", "a/b+c" };

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert_msg(subscribe(wrong[i], a) == ODEON_EINVAL && unsubscribe(wrong[i], a) == ODEON_EINVAL, "%s", wrong[i]);
	for (size_t i = 0; i < sizeof no_topics / sizeof *no_topics; i++) {
		ck_assert_msg(publish(no_topics[i], 1) == ODEON_EINVAL && retain(no_topics[i], 1) == ODEON_EINVAL, "%s", no_topics[i]);
		must(clear(no_topics[i]) == ODEON_EINVAL);
	}
	must(subscribe(NULL, a) == ODEON_EINVAL && publish(NULL, 1) == ODEON_EINVAL && clear(NULL) == ODEON_EINVAL);
	expect_counts(0, 0, 0);
	ck_assert_uint_eq(count.refused_ever, 13);
	must(odeon_topics_subscribe(sys, topics, "a", topics, soon(), NULL) == ODEON_EINVAL);
	must(odeon_topics_subscribe(sys, topics, "a", ODEON_NOBODY, soon(), NULL) == ODEON_EINVAL);
}
END_TEST

/* ---- subscriptions --------------------------------------------------------------------------------------------------- */

START_TEST(a_publication_comes_once_for_each_subscription_and_overlapping_ones_are_two)
{
	must(subscribe("x/y", a) == 0 && subscribe("x/y", a) == 0 && subscribe("x/+", b) == 0);
	must(publish("x/y", 7) == 0 && count.reached == 2 && count.subscriptions == 2);
	expect("a:x/y=7 b:x/y=7 ");
	must(subscribe("#", a) == 0 && publish("x/y", 8) == 0 && count.reached == 3);
	expect("a:x/y=8 a:x/y=8 b:x/y=8 ");
	must(publish("y", 9) == 0 && publish("x", 10) == 0);
	expect("a:y=9 a:x=10 ");
}
END_TEST

START_TEST(who_unsubscribed_gets_nothing_more)
{
	must(unsubscribe("x", a) == ODEON_EGONE);
	must(subscribe("x", a) == 0 && subscribe("+", a) == 0 && subscribe("x", b) == 0);
	must(unsubscribe("x", a) == 0 && unsubscribe("x", a) == ODEON_EGONE && publish("x", 1) == 0);
	expect("a:x=1 b:x=1 ");
	must(unsubscribe("+", a) == 0 && unsubscribe("x", b) == 0 && publish("x", 2) == 0 && count.reached == 0);
	expect("");
	expect_counts(0, 0, 0);
}
END_TEST

START_TEST(of_who_unsubscribed_the_end_is_no_news)
{
	odeon_stats_actor before = ODEON_STATS(odeon_stats_actor), after = before;

	must(subscribe("x", a) == 0 && subscribe("y", a) == 0 && unsubscribe("x", a) == 0 && unsubscribe("y", a) == 0);
	must(odeon_actor_stats(sys, topics, &before) == 0 && odeon_actor_kill(sys, a) == 0);
	run();
	must(odeon_actor_stats(sys, topics, &after) == 0);
	ck_assert_uint_eq(after.handled, before.handled);
}
END_TEST

static void ask_out(odeon_self *self, void *unused)
{
	(void)unused;
	must(odeon_request(self, topics, odeon_topics_question_new(ODEON_TOPIC_UNSUBSCRIBE, "x", odeon_self_ref(self)), ODEON_NEVER,
	                   ODEON_THEN(self, person, asked, odeon_topics_count, .unused = 0)) == 0);
}

START_TEST(nothing_comes_after_the_answer_to_who_unsubscribed_itself)
{
	const char *answer;

	for (int i = 0; i < 50; i++) {
		must(subscribe("x", a) == 0);
		for (int j = 0; j < 5; j++) {
			if (j == i % 5)
				tell(a, ask_out, NULL);
			must(odeon_post(sys, topics, odeon_publication_new("x", odeon_freeze(parcel_new(j)), 0)) == 0);
		}
		run();
		answer = strstr(told(), "aok0 ");
		must(answer != NULL && answer[5] == 0);
	}
}
END_TEST

START_TEST(a_subscriber_that_ends_is_forgotten)
{
	char pattern[20];

	for (int i = 0; i < 100; i++) {
		(void)snprintf(pattern, sizeof pattern, "%d/+/%d/#", i % 7, i);
		must(subscribe(pattern, a) == 0);
	}
	must(subscribe("0/#", b) == 0);
	expect_counts(101, 2, 0);
	must(odeon_actor_kill(sys, a) == 0);
	run();
	expect_counts(1, 1, 0);
	must(subscribe("x", a) == ODEON_EGONE && publish("0/1/0", 1) == 0 && count.reached == 1 && count.missed == 0);
	must(odeon_actor_stop(sys, b) == 0);
	run();
	expect_counts(0, 0, 0);
}
END_TEST

START_TEST(one_of_another_system_is_refused)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 2 });
	odeon_system *other;
	odeon_ref stranger;

	must(odeon_system_start(&options, &other) == 0);
	must(odeon_system_spawn(other, &person_kind, NULL, &stranger) == 0);
	must(subscribe("x", stranger) == ODEON_EFOREIGN && unsubscribe("x", stranger) == ODEON_EGONE);
	expect_counts(0, 0, 0);
	must(odeon_system_free(other) == 0);
}
END_TEST

/* ---- what is retained ------------------------------------------------------------------------------------------------ */

START_TEST(a_new_subscriber_gets_the_last_retained_values_at_once)
{
	must(retain("t/1", 1) == 0 && retain("t/2", 2) == 0 && retain("t/1", 3) == 0 && publish("t/1", 4) == 0 && retain("u", 5) == 0);
	must(subscribe("t/1", a) == 0 && count.reached == 1 && publish("t/1", 6) == 0);
	expect("a~t/1=3 a:t/1=6 ");
	must(subscribe("t/+", b) == 0 && count.reached == 2);
	expect("b~t/2=2 b~t/1=3 ");
	must(subscribe("t/1", a) == 0 && count.reached == 1 && count.subscriptions == 2);
	expect("a~t/1=3 ");
	expect_counts(2, 2, 3);
	must(retain("t/2", 7) == 0);
	expect("b:t/2=7 ");
}
END_TEST

START_TEST(what_is_cleared_comes_no_more)
{
	must(clear("t/1") == ODEON_EGONE);
	must(retain("t/1", 1) == 0 && retain("t", 2) == 0 && clear("t") == 0 && clear("t") == ODEON_EGONE && clear("t/1/2") == ODEON_EGONE);
	must(subscribe("#", a) == 0);
	expect("a~t/1=1 ");
	must(clear("t/1") == 0 && subscribe("#", b) == 0 && count.reached == 0);
	expect_counts(2, 2, 0);
	expect("");
}
END_TEST

/* ---- payloads -------------------------------------------------------------------------------------------------------- */

START_TEST(a_payload_is_not_copied_and_goes_once)
{
	unsigned long made = parcels_made(), dropped = parcels_dropped();

	must(subscribe("x", a) == 0 && subscribe("x", b) == 0 && subscribe("+", a) == 0 && retain("x", 1) == 0);
	must(parcels_made() == made + 1 && parcels_dropped() == dropped);
	run();
	must(seen_count == 3 && seen[0] == seen[1] && seen[1] == seen[2]);
	must(parcels_dropped() == dropped);                    /* retained yet */
	must(clear("x") == 0 && parcels_dropped() == dropped + 1);
	must(publish("y", 1) == 0);
	run();
	must(parcels_dropped() == dropped + 2);
}
END_TEST

START_TEST(what_never_arrives_is_dropped_too)
{
	unsigned long dropped = parcels_dropped();

	must(odeon_publication_new("x", NULL, 1) == NULL && odeon_publication_new(NULL, NULL, 0) == NULL);
	odeon_free(odeon_publication_new("x", odeon_freeze(parcel_new(1)), 1));
	must(parcels_dropped() == dropped + 1);
	must(subscribe("x", a) == 0 && retain("x", 1) == 0 && odeon_actor_kill(sys, a) == 0);
	must(odeon_actor_kill(sys, topics) == 0);
	run();
	must(parcels_dropped() == dropped + 2);
	must(publish("x", 1) == ODEON_EGONE && count.reached == 0 && subscribe("x", b) == ODEON_EGONE);
	must(odeon_post(sys, topics, odeon_publication_new("x", odeon_freeze(parcel_new(1)), 0)) == ODEON_EGONE);
}
END_TEST

/* ---- publishers ------------------------------------------------------------------------------------------------------ */

static void publish_without_answer(odeon_self *self, void *topic)
{
	must(odeon_send(self, topics, odeon_publication_new(topic, odeon_freeze(parcel_new(1)), 0)) == 0);
}

static void publish_with_answer(odeon_self *self, void *topic)
{
	must(odeon_request(self, topics, odeon_publication_new(topic, odeon_freeze(parcel_new(1)), 0), ODEON_NEVER,
	                   ODEON_THEN(self, person, asked, odeon_topics_count, .unused = 0)) == 0);
}

START_TEST(a_publisher_is_answered_when_it_asks_and_only_then)
{
	odeon_ref listener;

	must(odeon_system_spawn(sys, &listener_kind, NULL, &listener) == 0 && subscribe("x", listener) == 0);
	tell(a, publish_without_answer, "x");
	expect("");
	must(odeon_ref_equal(from, a) && counts_told == 0);
	tell(b, publish_with_answer, "x");
	expect("bok0 ");
	must(odeon_ref_equal(from, b));
	must(publish("x", 1) == 0);
	run();
	must(odeon_ref_is_nobody(from));
}
END_TEST

START_TEST(an_error_is_told_who_asks_and_counted)
{
	tell(a, publish_with_answer, "x/#");
	tell(a, publish_without_answer, "x/#");
	expect("aok-2 ");
	expect_counts(0, 0, 0);
	ck_assert_uint_eq(count.refused_ever, 2);
	must(counts_told == 0);
}
END_TEST

KIT_MAIN("contract/topics",
	{ .name = "patterns", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_pattern_matches_what_mqtt_says,
		a_wildcard_in_a_wrong_place_is_refused) },
	{ .name = "subscriptions", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_publication_comes_once_for_each_subscription_and_overlapping_ones_are_two, who_unsubscribed_gets_nothing_more,
		of_who_unsubscribed_the_end_is_no_news,
		nothing_comes_after_the_answer_to_who_unsubscribed_itself, a_subscriber_that_ends_is_forgotten,
		one_of_another_system_is_refused) },
	{ .name = "retained", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_new_subscriber_gets_the_last_retained_values_at_once, what_is_cleared_comes_no_more) },
	{ .name = "payloads", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_payload_is_not_copied_and_goes_once,
		what_never_arrives_is_dropped_too) },
	{ .name = "publishers", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(
		a_publisher_is_answered_when_it_asks_and_only_then, an_error_is_told_who_asks_and_counted) })
