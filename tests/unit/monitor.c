/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monitor.c - tests of monitors (odeon/failure.h): the news of an end comes once, says why, comes after all else, and comes
 * however late the monitor was set, unless it was taken back
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct world world;
static struct journal journal;
static struct ending ending;
static struct downs downs;

static void setup_with(odeon_options options)
{
	journal = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	downs = (struct downs)DOWNS;
	world_open(&world, options);
}

static void setup(void) { setup_with((odeon_options)ODEON_OPTIONS(.workers = 2)); }
static void setup_one(void) { setup_with((odeon_options)ODEON_OPTIONS(.workers = 1)); }
static void teardown(void) { world_close(&world); }

/* ---- errands -------------------------------------------------------------------------------------------------------------- */

struct at { odeon_ref who; int answer; };

static void monitor(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_monitor(self, at->who); }
static void unmonitor(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_unmonitor(self, at->who); }

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

struct failure { int code; const char *text; };

static void run_fail(odeon_self *self, void *argument)
{
	struct failure *failure = argument;

	odeon_fail(self, failure->code, failure->text);
}

static void set_monitor(odeon_ref who, odeon_ref whom)
{
	struct at at = { whom, 1 };

	world_do(&world, who, monitor, &at);
	ck_assert_int_eq(at.answer, 0);
}

static int take_back(odeon_ref who, odeon_ref whom)
{
	struct at at = { whom, 1 };

	world_do(&world, who, unmonitor, &at);
	return at.answer;
}

static void fail_it(odeon_ref who, int code, const char *text)
{
	struct failure failure = { code, text };

	world_do(&world, who, run_fail, &failure);
	world_await_end(&world, who);
}

static odeon_ref watcher(void) { return world_catcher(&world, (struct catcher){ .downs = &downs, .journal = &journal }); }
static odeon_ref target(void) { return world_catcher(&world, (struct catcher){ .ending = &ending }); }

/* A bond that was set has arrived when its target has handled what the watcher sent after it. */
static void settle(odeon_ref who, odeon_ref whom)
{
	world_do(&world, who, nothing, NULL);
	world_do(&world, whom, nothing, NULL);
}

static void expect_down(unsigned index, odeon_ref who, int code, const char *text)
{
	struct odeon_down down;

	gate_wait(&downs.told, index + 1);
	down = downs.downs[index];
	ck_assert(odeon_ref_equal(down.who, who));
	ck_assert_int_eq(down.code, code);
	ck_assert_int_eq(down.bond, ODEON_MONITORED);
	ck_assert_int_eq(down.is_halted, 0);
	if (text)
		ck_assert_str_eq(down.text, text);
}

static void expect_no_more(odeon_ref who, unsigned count)
{
	world_do(&world, who, nothing, NULL);
	ck_assert_uint_eq(gate_count(&downs.told), count);
}

/* ---- what it says ----------------------------------------------------------------------------------------------------------- */

START_TEST(an_end_is_told_with_its_reason)
{
	odeon_ref who = watcher(), failed = target(), exited = target(), killed = target(), stopped = target();

	set_monitor(who, failed);
	settle(who, failed);
	fail_it(failed, 17, "seventeen");
	expect_down(0, failed, 17, "seventeen");
	set_monitor(who, exited);
	settle(who, exited);
	world_tell(&world, exited, errand_exit, NULL);
	expect_down(1, exited, 0, "normal");
	set_monitor(who, killed);
	settle(who, killed);
	ck_assert_int_eq(odeon_actor_kill(world.system, killed), 0);
	expect_down(2, killed, ODEON_EKILLED, odeon_error_text(ODEON_EKILLED));
	set_monitor(who, stopped);
	settle(who, stopped);
	ck_assert_int_eq(odeon_actor_stop(world.system, stopped), 0);
	expect_down(3, stopped, 0, "stopped");
	expect_no_more(who, 4);
}
END_TEST

START_TEST(a_text_is_cut_where_the_news_has_no_more_room)
{
	odeon_ref who = watcher(), whom = target();
	char text[400];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	set_monitor(who, whom);
	settle(who, whom);
	fail_it(whom, 1, text);
	gate_wait(&downs.told, 1);
	ck_assert_uint_eq(strlen(downs.downs[0].text), ODEON_REASON_BYTES - 1);
	ck_assert_uint_eq(strlen(ending.text), ODEON_REASON_BYTES - 1);
}
END_TEST

/* ---- late ------------------------------------------------------------------------------------------------------------------- */

START_TEST(one_that_ended_before_is_told_of_at_once_and_with_the_true_reason)
{
	odeon_ref who = watcher(), whom = target();

	fail_it(whom, 23, "long ago");
	set_monitor(who, whom);
	expect_down(0, whom, 23, NULL);
	set_monitor(who, whom);                                /* and anew */
	expect_down(1, whom, 23, NULL);
	expect_no_more(who, 2);
}
END_TEST

struct places { odeon_ref before; bool is_taken; };

static void take_place(odeon_self *self, void *argument)
{
	struct places *places = argument;

	for (int i = 0; i < 4096 && !places->is_taken; i++) {
		odeon_ref other;

		must(odeon_spawn(self, catcher, NULL, &other) == 0);
		places->is_taken = ((other.bits ^ places->before.bits) & 0x3ffffff) == 0;
	}
}

START_TEST(one_whose_place_is_taken_by_another_is_gone_for_a_reason_nobody_knows)
{
	odeon_ref who = watcher(), whom = target();
	struct places places = { whom, false };

	fail_it(whom, 23, "long ago");
	world_do(&world, who, take_place, &places);
	ck_assert(places.is_taken);
	set_monitor(who, whom);
	expect_down(0, whom, ODEON_EGONE, odeon_error_text(ODEON_EGONE));
}
END_TEST

/* The target ends with the monitor in its queue. */
START_TEST(one_that_ends_with_the_monitor_queued_is_told_of)
{
	odeon_ref who = watcher(), whom = target();
	struct plug plug = PLUG;

	world_tell(&world, whom, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	set_monitor(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	plug_release(&plug);
	expect_down(0, whom, ODEON_EKILLED, NULL);
	expect_no_more(who, 1);
}
END_TEST

/* ... and with so many messages before it that they take more than one turn: the reason outlasts these. */
START_TEST(one_that_ends_with_the_monitor_far_back_is_told_of_truly)
{
	odeon_ref who = watcher(), whom = target();
	struct plug plug = PLUG;

	world_tell(&world, whom, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (int i = 0; i < 1000; i++)
		(void)odeon_post(world.system, whom, parcel_new(i));
	set_monitor(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	plug_release(&plug);
	expect_down(0, whom, ODEON_EKILLED, NULL);
}
END_TEST

static void monitor_and_kill(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_monitor(self, at->who);
	must(odeon_actor_kill(odeon_system_of(self), at->who) == 0);
}

static void kill_and_monitor(odeon_self *self, void *argument)
{
	struct at *at = argument;

	must(odeon_actor_kill(odeon_system_of(self), at->who) == 0);
	at->answer = odeon_monitor(self, at->who);
}

START_TEST(killed_in_the_same_handler_before_or_after_it_was_set)
{
	odeon_ref who = watcher();
	struct at first = { target(), 1 }, second = { target(), 1 };

	world_do(&world, who, monitor_and_kill, &first);
	world_do(&world, who, kill_and_monitor, &second);
	gate_wait(&downs.told, 2);
	expect_no_more(who, 2);
	ck_assert_int_eq(downs.downs[0].code, ODEON_EKILLED);
	ck_assert_int_eq(downs.downs[1].code, ODEON_EKILLED);
}
END_TEST

/* A ref that somebody made up: no actor was ever there. */
START_TEST(one_that_never_was_is_gone)
{
	odeon_ref who = watcher(), never = who;

	never.bits = (who.bits & ~(uint64_t)0x3ffffff) | 0x3fffff0;
	set_monitor(who, never);
	expect_down(0, never, ODEON_EGONE, NULL);
	never.bits = (who.bits & ~(uint64_t)0x3ffffff) | ((who.bits + 900) & 0x3ffffff);     /* a slot that is usable already */
	set_monitor(who, never);
	expect_down(1, never, ODEON_EGONE, NULL);
}
END_TEST

/* ---- once ------------------------------------------------------------------------------------------------------------------- */

START_TEST(monitored_twice_is_told_once)
{
	odeon_ref who = watcher(), whom = target();

	set_monitor(who, whom);
	set_monitor(who, whom);
	settle(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	expect_down(0, whom, ODEON_EKILLED, NULL);
	expect_no_more(who, 1);
	ck_assert_int_eq(take_back(who, whom), ODEON_EGONE);
}
END_TEST

START_TEST(taken_back_is_not_told)
{
	odeon_ref who = watcher(), whom = target();

	ck_assert_int_eq(take_back(who, whom), ODEON_EGONE);
	set_monitor(who, whom);
	ck_assert_int_eq(take_back(who, whom), 0);
	ck_assert_int_eq(take_back(who, whom), ODEON_EGONE);
	settle(who, whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	world_await_end(&world, whom);
	expect_no_more(who, 0);
}
END_TEST

/* The news waits in the watcher's mailbox as it takes the monitor back. */
static void end_it_and_take_back(odeon_self *self, void *argument)
{
	struct at *at = argument;

	world_tell(&world, at->who, errand_exit, NULL);
	world_await_end(&world, at->who);
	kit_pause();
	at->answer = odeon_unmonitor(self, at->who);
}

START_TEST(taken_back_flushes_news_that_waits)
{
	odeon_ref who = watcher(), whom = target();
	struct at at = { whom, 1 };

	set_monitor(who, whom);
	settle(who, whom);
	world_do(&world, who, end_it_and_take_back, &at);
	ck_assert_int_eq(at.answer, 0);
	expect_no_more(who, 0);
}
END_TEST

static void three_times(odeon_self *self, void *argument)
{
	struct at *at = argument;

	must(odeon_monitor(self, at->who) == 0);
	must(odeon_unmonitor(self, at->who) == 0);
	must(odeon_monitor(self, at->who) == 0);
	must(odeon_unmonitor(self, at->who) == 0);
	at->answer = odeon_monitor(self, at->who);
}

START_TEST(taken_back_and_set_anew_is_told_once)
{
	odeon_ref who = watcher(), alive = target(), dead = target();
	struct at first = { alive, 1 }, second = { dead, 1 };

	world_do(&world, who, three_times, &first);
	settle(who, alive);
	ck_assert_int_eq(odeon_actor_kill(world.system, alive), 0);
	expect_down(0, alive, ODEON_EKILLED, NULL);
	fail_it(dead, 5, "five");
	world_do(&world, who, three_times, &second);
	expect_down(1, dead, 5, NULL);
	kit_pause();
	expect_no_more(who, 2);
}
END_TEST

/* Set, taken back and dying at the same time, 10,000 times: never twice, and always once if it was not taken back. */
struct racer { struct at at; unsigned told; bool is_undone; struct gate ready; };

static void race(odeon_self *self, void *argument)
{
	struct racer *racer = argument;

	must(odeon_monitor(self, racer->at.who) == 0);
	gate_open(&racer->ready);
	if (racer->is_undone)
		racer->at.answer = odeon_unmonitor(self, racer->at.who);
}

START_TEST(taken_back_against_dying_is_exactly_one_of_both)
{
	odeon_ref who = watcher();
	unsigned told = 0;

	for (int i = 0; i < KIT_SLOWER(10000); i++) {
		struct racer racer = { .at = { target(), 1 }, .is_undone = i % 2 == 0, .ready = GATE };
		unsigned before = gate_count(&downs.told);

		world_tell(&world, who, race, &racer);
		gate_wait(&racer.ready, 1);
		ck_assert_int_eq(odeon_actor_kill(world.system, racer.at.who), 0);
		world_await_end(&world, racer.at.who);
		if (!racer.is_undone)
			gate_wait(&downs.told, before + 1);
		world_do(&world, who, nothing, NULL);
		told += !racer.is_undone;
		ck_assert_uint_eq(gate_count(&downs.told), told);
		if (racer.is_undone)
			ck_assert_int_eq(racer.at.answer, 0);
	}
}
END_TEST

/* ---- order ------------------------------------------------------------------------------------------------------------------ */

struct talker { odeon_ref to; };
ODEON_HANDLER(talker, note)
{
	(void)talker;
	if (note->number == 0)
		odeon_exit(self);
	else
		(void)odeon_post(odeon_system_of(self), talker->to, parcel_new(note->number));
}
ODEON_STOP(talker)
{
	(void)self;
	(void)reason;
	(void)odeon_post(odeon_system_of(self), talker->to, parcel_new(99));
}
ODEON_HANDLERS(talker_handlers, ODEON_ON(talker, note));
ODEON_KIND(talker, talker_handlers, .stop = ODEON_STOPS(talker));

START_TEST(news_comes_after_the_last_message_and_after_what_stop_sent)
{
	static const int expected[] = { 1, 2, 3, 99, JOURNAL_DOWN };
	odeon_ref who = watcher(), whom = world_spawn(&world, &talker_kind, &(struct talker){ who });

	set_monitor(who, whom);
	for (int i = 1; i <= 4; i++)
		ck_assert_int_eq(odeon_post(world.system, whom, odeon_new(note, .number = i % 4)), 0);
	journal_wait(&journal, 5);
	journal_expect(&journal, 5, expected);
}
END_TEST

/* ---- who may -------------------------------------------------------------------------------------------------------------------- */

struct stopper { int answers[4]; odeon_ref other; };
static int in_stop[4];
ODEON_HANDLER(stopper, note) { (void)self; (void)note; (void)stopper; }
ODEON_STOP(stopper)
{
	(void)reason;
	in_stop[0] = odeon_monitor(self, stopper->other);
	in_stop[1] = odeon_link(self, stopper->other);
	in_stop[2] = odeon_trap(self, 1);
	in_stop[3] = odeon_attach(self, stopper, free);
	gate_open(&ending.ended);
}
ODEON_HANDLERS(stopper_handlers, ODEON_ON(stopper, note));
ODEON_KIND(stopper, stopper_handlers, .stop = ODEON_STOPS(stopper));

START_TEST(nothing_is_set_in_stop)
{
	odeon_ref whom = world_spawn(&world, &stopper_kind, &(struct stopper){ .other = target() });

	ck_assert_int_eq(odeon_actor_stop(world.system, whom), 0);
	gate_wait(&ending.ended, 1);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(in_stop[i], ODEON_ESTOPPING);
}
END_TEST

static void monitor_itself(odeon_self *self, void *argument)
{
	struct at *at = argument;

	at->answer = odeon_monitor(self, odeon_self_ref(self));
}

START_TEST(nobody_itself_and_strangers_are_refused)
{
	odeon_ref who = watcher();
	struct at at = { ODEON_NOBODY, 1 };
	struct world other;

	world_do(&world, who, monitor, &at);
	ck_assert_int_eq(at.answer, ODEON_EINVAL);
	world_do(&world, who, monitor_itself, &at);
	ck_assert_int_eq(at.answer, ODEON_EINVAL);
	world_open(&other, (odeon_options)ODEON_OPTIONS(.workers = 1));
	at.who = world_catcher(&other, (struct catcher){ 0 });
	world_do(&world, who, monitor, &at);
	ck_assert_int_eq(at.answer, ODEON_EFOREIGN);
	world_close(&other);
}
END_TEST

/* In start: the start's own actor, monitoring; and an actor that others heard of before its start failed. */
struct born { struct downs *downs; };
struct birth { odeon_ref whom, told; int result; };
static struct at told_in_start;
ODEON_HANDLER(born, odeon_down)
{
	(void)self;
	(void)born;
	downs.downs[0] = *odeon_down;
	gate_open(&downs.told);
}
ODEON_START(born, birth)
{
	(void)born;
	must(odeon_monitor(self, birth->whom) == 0);
	if (!odeon_ref_is_nobody(birth->told)) {
		told_in_start = (struct at){ odeon_self_ref(self), 1 };
		must(odeon_send(self, birth->told, odeon_new(errand, .run = monitor, .argument = &told_in_start)) == 0);
	}
	return birth->result;
}
ODEON_HANDLERS(born_handlers, ODEON_ON(born, odeon_down));
ODEON_KIND(born, born_handlers, .start = ODEON_STARTS(born));

START_TEST(set_in_start)
{
	odeon_ref whom = target(), who = world_spawn(&world, &born_kind, &(struct birth){ .whom = whom });

	ck_assert(!odeon_ref_is_nobody(who));
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	expect_down(0, whom, ODEON_EKILLED, NULL);
}
END_TEST

START_TEST(a_start_that_fails_leaves_no_monitor_and_is_told_of)
{
	odeon_ref whom = target(), who = watcher(), born = ODEON_NOBODY;
	const struct birth birth = { .whom = whom, .told = who, .result = ODEON_EFULL };

	ck_assert_int_eq(odeon_system_spawn(world.system, &born_kind, &birth, &born), ODEON_EFULL);
	expect_down(0, told_in_start.who, ODEON_EFULL, NULL);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	world_await_end(&world, whom);
	expect_no_more(who, 1);
}
END_TEST

/* Messages for one whose start failed come to a vacant slot, which must not be vacant twice over. */
static void fail_to_spawn(odeon_self *self, void *argument)
{
	const struct birth birth = { .whom = *(odeon_ref *)argument, .told = odeon_self_ref(self), .result = ODEON_EFULL };

	must(odeon_spawn(self, &born_kind, &birth, NULL) == ODEON_EFULL);
}

static void spawn_many(odeon_self *self, void *argument)
{
	odeon_ref *children = argument;

	for (int i = 0; i < 100; i++)
		must(odeon_spawn(self, catcher, NULL, &children[i]) == 0);
}

START_TEST(a_start_that_failed_is_vacant_once)
{
	odeon_ref whom = target(), who = watcher(), children[100];

	for (unsigned i = 0; i < 50; i++) {
		world_do(&world, who, fail_to_spawn, &whom);
		gate_wait(&downs.told, i + 1);
	}
	world_do(&world, who, spawn_many, children);
	for (int i = 0; i < 100; i++)
		for (int j = 0; j < i; j++)
			ck_assert_uint_ne(children[i].bits & 0x3ffffff, children[j].bits & 0x3ffffff);
}
END_TEST

/* ---- what it costs ---------------------------------------------------------------------------------------------------------------- */

static void monitor_all(odeon_self *self, void *argument)
{
	odeon_ref *others = argument;

	for (int i = 0; i < 1000; i++)
		must(odeon_monitor(self, others[i]) == 0);
}

/* Each of 10,000 monitors tells, once, of one end; and an actor with 1,000 monitors ends and is forgotten by all. */
START_TEST(a_storm_of_monitors_is_told)
{
	enum { MANY = KIT_SLOWER(10000) };
	static odeon_ref who[MANY];
	static struct at at[MANY];
	odeon_ref whom = target();

	for (int i = 0; i < MANY; i++) {
		who[i] = watcher();
		at[i].who = whom;
		world_tell(&world, who[i], monitor, &at[i]);
	}
	for (int i = 0; i < MANY; i++)
		settle(who[i], whom);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	gate_wait(&downs.told, MANY);
	for (int i = 0; i < MANY; i++)
		world_do(&world, who[i], nothing, NULL);
	ck_assert_uint_eq(gate_count(&downs.told), MANY);
}
END_TEST

START_TEST(a_watcher_that_ends_takes_all_its_monitors_back)
{
	static odeon_ref others[1000];
	odeon_ref who = watcher();

	for (int i = 0; i < 1000; i++)
		others[i] = world_catcher(&world, (struct catcher){ 0 });
	world_do(&world, who, monitor_all, others);
	world_tell(&world, who, errand_exit, NULL);
	world_await_end(&world, who);
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(odeon_actor_kill(world.system, others[i]), 0);
	for (int i = 0; i < 1000; i++)
		world_await_end(&world, others[i]);
	ck_assert_uint_eq(gate_count(&downs.told), 0);
}
END_TEST

/* A watcher with nothing to do but to be told costs no time, and its signals are its own. */
START_TEST(waiting_for_news_takes_no_time)
{
	odeon_ref who = watcher(), whom = target();
	struct timespec before, after;

	set_monitor(who, whom);
	settle(who, whom);
	kit_pause();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (int i = 0; i < 300; i++)
		kit_pause();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	ck_assert_int_lt((after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000, 100);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	expect_down(0, whom, ODEON_EKILLED, NULL);
}
END_TEST

/* ---- no bound is in the way ------------------------------------------------------------------------------------------------- */

START_TEST(news_comes_into_a_full_mailbox)
{
	odeon_ref whom = target(), who = world_bounded(&world, (struct catcher){ .downs = &downs },
	                                               (odeon_mailbox){ .messages = 1, .policy = ODEON_DROP_NEWEST });
	struct plug plug = PLUG;

	set_monitor(who, whom);
	settle(who, whom);
	world_tell(&world, who, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, who, 1, 3);
	ck_assert_int_eq(odeon_actor_kill(world.system, whom), 0);
	world_await_end(&world, whom);
	plug_release(&plug);
	expect_down(0, whom, ODEON_EKILLED, NULL);
}
END_TEST

/* ---- nobody is told: the host is --------------------------------------------------------------------------------------------- */

static struct { struct gate told; odeon_ref who; int code; char text[200], kind[50]; } host;

static void on_failure(void *data, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	must(data == &world);
	host.who = who;
	host.code = reason->code;
	snprintf(host.text, sizeof(host.text), "%s", reason->text);
	snprintf(host.kind, sizeof(host.kind), "%s", kind);
	gate_open(&host.told);
}

static void setup_host(void)
{
	memset(&host, 0, sizeof(host));
	host.told = (struct gate)GATE;
	setup_with((odeon_options)ODEON_OPTIONS(.workers = 2, .on_failure = on_failure));
}

START_TEST(the_host_is_told_of_failures_that_nobody_is_told_of)
{
	odeon_ref who = watcher(), unknown = target(), known = target(), normal = target();

	fail_it(unknown, 12, "twelve");
	gate_wait(&host.told, 1);
	ck_assert(odeon_ref_equal(host.who, unknown));
	ck_assert_int_eq(host.code, 12);
	ck_assert_str_eq(host.text, "twelve");
	ck_assert_str_eq(host.kind, "catcher");
	set_monitor(who, known);
	settle(who, known);
	fail_it(known, 13, "thirteen");
	expect_down(0, known, 13, "thirteen");
	world_tell(&world, normal, errand_exit, NULL);
	world_await_end(&world, normal);
	ck_assert_uint_eq(gate_count(&host.told), 1);
	ck_assert_uint_eq(world_stats(&world).failed, 2);
}
END_TEST

static unsigned log_lines(void)
{
	unsigned count;

	pthread_mutex_lock(&world.lock);
	count = world.log_count;
	pthread_mutex_unlock(&world.lock);
	return count;
}

START_TEST(without_a_host_that_listens_a_failure_is_logged_and_a_kill_is_not)
{
	odeon_ref failed = target(), killed = target();
	unsigned before = log_lines();

	ck_assert_int_eq(odeon_actor_kill(world.system, killed), 0);
	world_await_end(&world, killed);
	fail_it(failed, 12, "twelve");
	eventually(log_lines() == before + 1);
}
END_TEST

KIT_MAIN("unit/monitor",
	{ "reason", KIT_TESTS(an_end_is_told_with_its_reason, a_text_is_cut_where_the_news_has_no_more_room), setup, teardown, 0 },
	{ "late", KIT_TESTS(one_that_ended_before_is_told_of_at_once_and_with_the_true_reason,
	                    one_that_ends_with_the_monitor_queued_is_told_of,
	                    one_that_ends_with_the_monitor_far_back_is_told_of_truly,
	                    killed_in_the_same_handler_before_or_after_it_was_set, one_that_never_was_is_gone), setup, teardown, 0 },
	{ "place", KIT_TESTS(one_whose_place_is_taken_by_another_is_gone_for_a_reason_nobody_knows,
	                     a_start_that_failed_is_vacant_once), setup_one, teardown, 0 },
	{ "once", KIT_TESTS(monitored_twice_is_told_once, taken_back_is_not_told, taken_back_flushes_news_that_waits,
	                    taken_back_and_set_anew_is_told_once, taken_back_against_dying_is_exactly_one_of_both),
	  setup, teardown, 0 },
	{ "order", KIT_TESTS(news_comes_after_the_last_message_and_after_what_stop_sent), setup, teardown, 0 },
	{ "allowed", KIT_TESTS(nothing_is_set_in_stop, nobody_itself_and_strangers_are_refused, set_in_start,
	                       a_start_that_fails_leaves_no_monitor_and_is_told_of), setup, teardown, 0 },
	{ "storm", KIT_TESTS(a_storm_of_monitors_is_told, a_watcher_that_ends_takes_all_its_monitors_back,
	                     waiting_for_news_takes_no_time, news_comes_into_a_full_mailbox), setup, teardown, 0 },
	{ "host", KIT_TESTS(the_host_is_told_of_failures_that_nobody_is_told_of), setup_host, teardown, 0 },
	{ "log", KIT_TESTS(without_a_host_that_listens_a_failure_is_logged_and_a_kill_is_not), setup, teardown, 0 })
