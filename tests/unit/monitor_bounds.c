/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * monitor_bounds.c - tests of what bounds monitors: who may set them, how many there may be, what is not in their way, and who is
 * told when nobody has set one
 */
#include "watched.h"

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

KIT_MAIN("unit/monitor_bounds",
	{ "allowed", KIT_TESTS(nothing_is_set_in_stop, nobody_itself_and_strangers_are_refused, set_in_start,
	                       a_start_that_fails_leaves_no_monitor_and_is_told_of), setup, teardown, 0 },
	{ "place", KIT_TESTS(a_start_that_failed_is_vacant_once), setup_one, teardown, 0 },
	{ "storm", KIT_TESTS(a_storm_of_monitors_is_told, a_watcher_that_ends_takes_all_its_monitors_back,
	                     waiting_for_news_takes_no_time, news_comes_into_a_full_mailbox), setup, teardown, 0 },
	{ "host", KIT_TESTS(the_host_is_told_of_failures_that_nobody_is_told_of), setup_host, teardown, 0 },
	{ "log", KIT_TESTS(without_a_host_that_listens_a_failure_is_logged_and_a_kill_is_not), setup, teardown, 0 })
