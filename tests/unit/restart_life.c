/* SPDX-License-Identifier: BSD-2-Clause */
/* restart_life.c - tests of what becomes, over a start anew, of what an actor had: its state, what it held, asked and armed */
#include "supervised.h"

/* ---- a fresh state ----------------------------------------------------------------------------------------------- */

static void other_table(odeon_self *self, struct child *child, struct parcel *parcel)
{
	(void)self;
	(void)child;
	journal_note(&journal, -parcel->number);
}
static void table_parcel(odeon_self *self, void *state, void *message) { other_table(self, state, message); }
static const odeon_handler table[] = {
	{ &ODEON_MESSAGE_parcel, "child", sizeof(struct child), table_parcel },
	{ &ODEON_MESSAGE_errand, "child", sizeof(struct child), ODEON_HANDLER_child_errand },
	{ NULL, NULL, 0, NULL },
};

static void count_release(void *what)
{
	atomic_fetch_add(&plan.released, 1);
	free(what);
}

static void gather_much(odeon_self *self, void *argument)
{
	int why;

	(void)argument;
	must(odeon_attach(self, malloc(10), count_release) == 0);
	must(odeon_monitor(self, other) == 0);
	must(odeon_reserve(self, other, 1, 10, &why) != NULL);
	must(odeon_trap(self, 1) == 0);
	must(odeon_become(self, table) == 0);
}

START_TEST(what_the_former_life_held_is_gone)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED);

	world_do(&world, who, gather_much, NULL);
	world_posts(&world, who, 5, 1);
	world_tell(&world, who, fail_now, NULL);
	expect_down(0, who, 99, true);
	ck_assert_int_eq(atomic_load(&plan.released), 1);
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_posts(&world, who, 6, 1);                 /* by the kind's own table */
	journal_wait(&journal, 2);
	ck_assert_int_eq(odeon_actor_kill(world.system, other), 0);
	world_await_end(&world, other);
	world_do(&world, who, nothing, NULL);           /* no news of it, since nobody monitors it any more */
	journal_expect(&journal, 2, (int[]){ -5, 6 });
}
END_TEST

struct pair { odeon_ref who; int answer; };
static void link_to(odeon_self *self, void *argument)
{
	struct pair *pair = argument;

	pair->answer = odeon_link(self, pair->who);
}

START_TEST(links_and_monitors_of_others_stay)
{
	struct ending ending = ENDING;
	odeon_ref who = spawn(ODEON_FAILED_BURIED), friend = world_catcher(&world, (struct catcher){ .ending = &ending });
	struct pair pair = { friend, 1 };

	world_do(&world, who, link_to, &pair);
	ck_assert_int_eq(pair.answer, 0);
	world_do(&world, friend, nothing, NULL);
	make_fail(who, 0);
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_do(&world, who, nothing, NULL);
	world_do(&world, friend, nothing, NULL);        /* lives */
	ck_assert_uint_eq(gate_count(&ending.ended), 0);
	ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, ODEON_EKILLED);
	expect_down(1, who, ODEON_EKILLED, false);
}
END_TEST

START_TEST(one_that_ends_with_who_it_is_linked_to_is_halted)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED), friend = world_catcher(&world, (struct catcher){ 0 });
	struct pair pair = { friend, 1 };

	world_do(&world, who, link_to, &pair);
	world_do(&world, friend, nothing, NULL);
	world_tell(&world, friend, fail_now, NULL);
	expect_down(0, who, 99, true);
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_do(&world, who, nothing, NULL);
	expect_no_more(1);
}
END_TEST

static int got;
static void read_life(odeon_self *self, struct child *child, struct parcel *parcel)
{
	(void)self;
	(void)parcel;
	got = child->handled;
}
static void life_parcel(odeon_self *self, void *state, void *message) { read_life(self, state, message); }
static const odeon_handler life_handlers[] = {
	{ &ODEON_MESSAGE_parcel, "child", sizeof(struct child), life_parcel },
	{ &ODEON_MESSAGE_errand, "child", sizeof(struct child), ODEON_HANDLER_child_errand },
	{ NULL, NULL, 0, NULL },
};

START_TEST(a_start_anew_gets_the_argument)
{
	odeon_kind kind = ODEON_KIND_INIT(child, life_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child));
	struct given given = { 41 };
	struct at at = { spawn_kind(world_kind(&world, kind), NULL), &given, 1 };

	ck_assert_int_eq(halt_at(chief, at.who), 0);
	expect_down(0, at.who, ODEON_EKILLED, true);
	world_do(&world, chief, restart, &at);
	ck_assert_int_eq(at.answer, 0);
	world_posts(&world, at.who, 1, 1);
	world_do(&world, at.who, nothing, NULL);
	ck_assert_int_eq(got, 41);
}
END_TEST

struct copied { int number; struct journal *journal; };
ODEON_HANDLER(copied, parcel)
{
	journal_note(copied->journal, copied->number++);
	if (parcel->number == UNLUCKY)
		odeon_fail(self, 13, "unlucky");
}
ODEON_HANDLERS(copied_handlers, ODEON_ON(copied, parcel));
ODEON_KIND(copied, copied_handlers);

START_TEST(without_a_start_the_argument_is_copied_anew)
{
	struct copied first = { 100, &journal };
	odeon_kind kind = ODEON_KIND_INIT(copied, copied_handlers);
	struct at at = { spawn_kind(world_kind(&world, kind), NULL), &first, 1 };

	ck_assert_int_eq(halt_at(chief, at.who), 0);    /* before it has a message: its state is zero */
	expect_down(0, at.who, ODEON_EKILLED, true);
	world_do(&world, chief, restart, &at);
	ck_assert_int_eq(at.answer, 0);
	world_posts(&world, at.who, 1, 1);
	world_posts(&world, at.who, UNLUCKY, 2);
	expect_down(1, at.who, 13, true);
	world_do(&world, chief, restart, &at);
	ck_assert_int_eq(at.answer, 0);
	journal_wait(&journal, 3);
	journal_expect(&journal, 3, (int[]){ 100, 101, 100 });
}
END_TEST

/* ---- starts that fail -------------------------------------------------------------------------------------------- */

START_TEST(one_that_is_not_born_is_not_supervised)
{
	struct birth birth = { &child_kind, NULL, ODEON_NOBODY, 1 };

	atomic_store(&plan.to_fail, 1);
	world_do(&world, chief, supervise, &birth);
	ck_assert_int_eq(birth.answer, ODEON_EFAILED);
	ck_assert(odeon_ref_is_nobody(birth.who));
	expect_no_more(0);
}
END_TEST

static void gather_some(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_attach(self, malloc(10), count_release) == 0);
	must(odeon_monitor(self, other) == 0);
	must(odeon_become(self, table) == 0);
}

START_TEST(a_start_that_fails_leaves_it_halted)
{
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	plan.on_start = gather_some;
	make_fail(who, 0);
	world_posts(&world, who, 14, 2);
	atomic_store(&plan.to_fail, 3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(restart_at(chief, who), ODEON_EFAILED);
		ck_assert_int_eq(atomic_load(&plan.released), i + 1);
	}
	expect_no_more(1);
	ck_assert_uint_eq(journal_count(&journal), 0);
	plan.on_start = NULL;
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 3);
	journal_expect(&journal, 3, (int[]){ 13, 14, 15 });
	ck_assert_uint_eq(world_stats(&world).restarted, 1);
}
END_TEST

/* ---- what waits elsewhere -------------------------------------------------------------------------------------------- */

static unsigned stash_until;                            /* numbers below are laid aside */
static void stash_or_note(odeon_self *self, struct child *child, struct parcel *parcel)
{
	int number = parcel->number;

	(void)child;
	if (number < (int)stash_until) {
		int why = 1;

		must(odeon_stash(self, parcel, &why) == NULL && why == 0);
		return;
	}
	if (number == UNLUCKY) {
		int before = atomic_load(&plan.fails);

		fail_if_unlucky(self);
		if (before != atomic_load(&plan.fails))
			return;
	}
	journal_note(&journal, number);
}
static void stashing_parcel(odeon_self *self, void *state, void *message) { stash_or_note(self, state, message); }
static const odeon_handler stashing_handlers[] = {
	{ &ODEON_MESSAGE_parcel, "child", sizeof(struct child), stashing_parcel },
	{ &ODEON_MESSAGE_errand, "child", sizeof(struct child), ODEON_HANDLER_child_errand },
	{ NULL, NULL, 0, NULL },
};
static const odeon_kind stashing_kind = ODEON_KIND_INIT(child, stashing_handlers, .start = ODEON_STARTS(child),
                                                        .stop = ODEON_STOPS(child));

START_TEST(what_was_laid_aside_comes_after_what_failed_and_before_the_queue)
{
	odeon_ref who = spawn_kind(&stashing_kind, &(odeon_supervision)ODEON_SUPERVISION(.failed = (enum odeon_failed)_i));

	stash_until = 10;
	atomic_store(&plan.fails, 1);
	world_posts(&world, who, 1, 3);
	world_posts(&world, who, UNLUCKY, 1);
	world_posts(&world, who, 20, 2);
	expect_down(0, who, 13, true);
	stash_until = 0;
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, _i == ODEON_FAILED_AGAIN ? 6 : 5);
	if (_i == ODEON_FAILED_AGAIN)
		journal_expect(&journal, 6, (int[]){ UNLUCKY, 1, 2, 3, 20, 21 });
	else
		journal_expect(&journal, 5, (int[]){ 1, 2, 3, 20, 21 });
}
END_TEST

START_TEST(what_was_laid_aside_by_a_halted_one_that_ends_is_dead)
{
	odeon_ref who = spawn_kind(&stashing_kind, &(odeon_supervision)ODEON_SUPERVISION(.failed = ODEON_FAILED_AGAIN));

	stash_until = 10;
	atomic_store(&plan.fails, 1);
	world_posts(&world, who, 1, 3);
	world_posts(&world, who, UNLUCKY, 1);
	expect_down(0, who, 13, true);
	ck_assert_int_eq(odeon_actor_kill(world.system, who), 0);
	expect_down(1, who, ODEON_EKILLED, false);
	eventually(world_letters(&world) == 4);
}
END_TEST

static unsigned odd_first(const odeon_type *type, const void *message)
{
	(void)type;
	return ((const struct parcel *)message)->number % 2 == 0;
}

static void sort_by_band(odeon_self *self, void *argument)
{
	static const odeon_bands bands = { .count = 2, .quota = { 100, 100 }, .of = odd_first };

	(void)argument;
	must(odeon_band(self, &bands) == 0);
}

/* Without bands, which the next life has not set, what was sorted comes as it came. */
START_TEST(what_was_sorted_into_bands_is_not_lost)
{
	struct plug plug = PLUG;
	odeon_ref who = spawn(ODEON_FAILED_AGAIN);

	world_do(&world, who, sort_by_band, NULL);
	world_tell(&world, who, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	atomic_store(&plan.fails, 1);
	world_posts(&world, who, 10, 6);                /* 11, 13 fails */
	plug_release(&plug);
	expect_down(0, who, 13, true);
	world_posts(&world, who, 20, 4);
	ck_assert_int_eq(restart_at(chief, who), 0);
	journal_wait(&journal, 10);
	journal_expect(&journal, 10, (int[]){ 11, 13, 10, 12, 14, 15, 20, 21, 22, 23 });
}
END_TEST

static void pass(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	(void)type;
	journal_note(data, 1000);
	odeon_proceed(self, rest, message);
}

static void put_around(odeon_self *self, void *argument)
{
	static odeon_interceptor interceptor;

	interceptor = (odeon_interceptor){ .around = pass, .data = argument };
	must(odeon_intercept(self, &interceptor) == 0);
}

START_TEST(interceptors_are_gone)
{
	odeon_ref who = spawn(ODEON_FAILED_BURIED);

	world_do(&world, who, put_around, &journal);
	world_posts(&world, who, 1, 1);
	journal_wait(&journal, 2);
	ck_assert_int_eq(halt_at(chief, who), 0);
	expect_down(0, who, ODEON_EKILLED, true);
	ck_assert_int_eq(restart_at(chief, who), 0);
	world_posts(&world, who, 2, 1);
	journal_wait(&journal, 3);
	journal_expect(&journal, 3, (int[]){ 1000, 1, 2 });
}
END_TEST

/* ---- requests and timers ------------------------------------------------------------------------------------------------ */

struct tale { int base; };
ODEON_ANSWER(child, tale, note)
{
	must((note != NULL) == (error == 0));
	must(child->life != 0);                         /* whose state it is */
	journal_note(&journal, tale->base + (note ? note->number : error));
}

static struct { odeon_ref to; void *duty; struct gate came; } kept;
static void keep_duty(odeon_self *self, struct catcher *unused, struct parcel *parcel)
{
	(void)unused;
	if (parcel->number == 0) {
		kept.duty = odeon_duty(self);
		gate_open(&kept.came);
	} else {
		must(odeon_reply_to(self, kept.duty, odeon_new(note, .number = 1)) <= 0);
		odeon_free(kept.duty);
	}
}

static void request_and_arm(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_request(self, kept.to, parcel_new(0), odeon_deadline(self, ODEON_SECONDS(100)),
	                   ODEON_THEN(self, child, tale, note, .base = 5000)) == 0);
	must(odeon_tick_every(self, ODEON_MS(1), 7) == 0);
	must(odeon_idle_after(self, ODEON_MS(1)) == 0);
	must(!odeon_ref_is_nobody(odeon_self_ref(self)));
}

START_TEST(what_the_former_life_asked_and_armed_is_over)
{
	odeon_ref who;

	kept.came = (struct gate)GATE;
	kept.to = world_catcher(&world, (struct catcher){ .on_parcel = keep_duty });
	who = spawn(ODEON_FAILED_BURIED);
	world_do(&world, who, request_and_arm, NULL);
	gate_wait(&kept.came, 1);
	world_tell(&world, who, fail_now, NULL);
	expect_down(0, who, 99, true);
	journal_expect(&journal, 1, (int[]){ 5000 + ODEON_ESTOPPING });
	ck_assert_uint_eq(world_stats(&world).timers, 0);
	if (_i == 0)
		ck_assert_int_eq(restart_at(chief, who), 0);
	world_posts(&world, kept.to, 1, 1);             /* too late, for the life before */
	if (_i == 1) {
		world_do(&world, kept.to, nothing, NULL);
		ck_assert_int_eq(restart_at(chief, who), 0);
	}
	world_posts(&world, who, 1, 1);
	journal_wait(&journal, 2);
	journal_expect(&journal, 2, (int[]){ 5000 + ODEON_ESTOPPING, 1 });
}
END_TEST

KIT_MAIN("unit/restart_life",
	{ "start", KIT_TESTS(one_that_is_not_born_is_not_supervised, a_start_that_fails_leaves_it_halted), setup, teardown, 0 },
	{ "aside", KIT_TESTS(what_was_laid_aside_comes_after_what_failed_and_before_the_queue), setup, teardown, 3 },
	{ "elsewhere", KIT_TESTS(what_was_laid_aside_by_a_halted_one_that_ends_is_dead, what_was_sorted_into_bands_is_not_lost,
	                         interceptors_are_gone), setup, teardown, 0 },
	{ "asker", KIT_TESTS(what_the_former_life_asked_and_armed_is_over), setup, teardown, 2 },
	{ "fresh", KIT_TESTS(what_the_former_life_held_is_gone, links_and_monitors_of_others_stay,
	                     one_that_ends_with_who_it_is_linked_to_is_halted, a_start_anew_gets_the_argument,
	                     without_a_start_the_argument_is_copied_anew), setup, teardown, 0 })
