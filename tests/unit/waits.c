/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - tests of odeon_system_waits: who waits for whom, what goes round, and who does not say
 *
 * Most of them run with workers, with the host alone, and simulated: `places` below.
 */
#include "../harness/kit.h"
#include <string.h>

static struct world world;
static bool is_hosted;

static const odeon_options places[] = {
	ODEON_OPTIONS(.workers = 2),
	ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE),
	ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 7 }),
};
enum { PLACES = sizeof(places) / sizeof(places[0]), HELD_MOST = 64 };

/* ---- actors that keep what they are asked -------------------------------------------------------------------------------------- */

static void *held[HELD_MOST];
static atomic_uint held_places, held_count;            /* taken, and filled */
static unsigned asked_count;                           /* requests that will be held */

static void hold(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	held[atomic_fetch_add(&held_places, 1)] = odeon_keep(self, parcel);
	atomic_fetch_add(&held_count, 1);
}

static void hold_nothing(void)
{
	atomic_store(&held_places, 0);
	atomic_store(&held_count, 0);
	asked_count = 0;
}

static void open_at(int place)
{
	is_hosted = places[place].workers < 0 || places[place].simulation.enabled;
	world_open(&world, places[place]);
	hold_nothing();
}

static void run(void)
{
	int taken = is_hosted ? odeon_system_run(world.system, ODEON_AT_ONCE) : 0;

	must(taken >= 0 || taken == ODEON_ESTOPPING);
}

static void give_up_all(void)
{
	run();
	eventually(atomic_load(&held_count) == asked_count);
	for (unsigned i = 0; i < asked_count; i++)
		odeon_free(held[i]);
	hold_nothing();
	run();
}

static void setup(void) { open_at(0); }
static void setup_nowhere(void) { hold_nothing(); }
static void teardown(void)
{
	give_up_all();
	world_close(&world);
}

static void have(odeon_ref actor, errand_run *errand, void *argument)
{
	if (!is_hosted) {
		world_do(&world, actor, errand, argument);
		return;
	}
	world_tell(&world, actor, errand, argument);
	run();
}

static odeon_ref holder(void)
{
	return world_catcher(&world, (struct catcher){ .on_parcel = hold });
}

struct tale { int unused; };
ODEON_ANSWER(catcher, tale, parcel) { }
struct all { int unused; };
ODEON_GATHERED(catcher, all) { }

struct plan { odeon_ref to; odeon_time until; odeon_ref others[3]; };

static void ask_by_plan(odeon_self *self, void *argument)
{
	struct plan *plan = argument;

	must(odeon_request(self, plan->to, parcel_new(1), plan->until, ODEON_THEN(self, catcher, tale, parcel, 0)) == 0);
}

static void ask_until(odeon_ref who, odeon_ref whom, odeon_time until)
{
	struct plan plan = { .to = whom, .until = until };

	asked_count++;
	have(who, ask_by_plan, &plan);
}

static void ask(odeon_ref who, odeon_ref whom) { ask_until(who, whom, ODEON_NEVER); }

static odeon_waits *look(void)
{
	odeon_waits *waits = NULL;

	ck_assert_int_eq(odeon_system_waits(world.system, ODEON_NEVER, &waits), 0);
	ck_assert_ptr_nonnull(waits);
	ck_assert_uint_eq(waits->bytes, sizeof *waits);
	ck_assert_uint_eq(waits->silent, 0);
	return waits;
}

/* The first so many waits are a round, in its order. */
static void expect_round(const odeon_wait *waits, size_t count, uint32_t number)
{
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_eq(waits[i].cycle, number);
		ck_assert_uint_eq(waits[i].whom.bits, waits[(i + 1) % count].who.bits);
	}
}

/* ---- what is said --------------------------------------------------------------------------------------------------------------- */

START_TEST(where_nobody_waits_nothing_is_said)
{
	odeon_waits *waits;

	open_at(_i);
	for (int i = 0; i < 20; i++)
		(void)holder();
	waits = look();
	ck_assert_uint_eq(waits->count, 0);
	odeon_waits_free(waits);
}
END_TEST

START_TEST(a_request_is_said_with_who_whom_what_where_and_until)
{
	odeon_ref from, to;
	odeon_time until;
	odeon_waits *waits;
	char text[400];

	open_at(_i);
	from = holder();
	to = holder();
	until = odeon_system_deadline(world.system, ODEON_SECONDS(3600));
	ask_until(from, to, until);
	waits = look();
	ck_assert_uint_eq(waits->count, 1);
	ck_assert_uint_eq(waits->waits[0].who.bits, from.bits);
	ck_assert_uint_eq(waits->waits[0].whom.bits, to.bits);
	ck_assert_str_eq(waits->waits[0].kind, "catcher");
	ck_assert_ptr_eq(waits->waits[0].type, ODEON_TYPE(parcel));
	ck_assert_ptr_nonnull(strstr(waits->waits[0].site->file, "waits.c"));
	ck_assert_int_eq(waits->waits[0].until.ns, until.ns);
	ck_assert_uint_eq(waits->waits[0].cycle, 0);
	ck_assert_int_gt(odeon_waits_print(waits, text, sizeof text), 0);
	ck_assert_msg(strstr(text, "(catcher) waits for ") && strstr(text, "struct parcel, asked at ") && strstr(text, "until "), "%s", text);
	odeon_waits_free(waits);
}
END_TEST

START_TEST(what_was_answered_is_not_said)
{
	odeon_waits *waits;

	open_at(_i);
	ask(holder(), holder());
	give_up_all();
	for (;;) {                                             /* the answer may be on its way */
		waits = look();
		if (waits->count == 0)
			break;
		odeon_waits_free(waits);
		run();
	}
	odeon_waits_free(waits);
}
END_TEST

static void ask_them_all(odeon_self *self, void *argument)
{
	struct plan *plan = argument;
	odeon_gather gather = odeon_gather_open(self, 0, ODEON_NEVER, ODEON_THEN_GATHERED(self, catcher, all, 0));

	for (int i = 0; i < 3; i++)
		must(odeon_gather_request(self, gather, plan->others[i], parcel_new(i)) == 0);
	must(odeon_gather_close(self, gather) == 0);
}

static void answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel) == 0);
}

START_TEST(of_a_gather_those_are_said_who_have_not_answered)
{
	struct plan plan;
	odeon_ref from;
	odeon_waits *waits;

	open_at(_i);
	plan = (struct plan){ .others = { holder(), world_catcher(&world, (struct catcher){ .on_parcel = answer }), holder() } };
	from = holder();
	asked_count = 2;
	have(from, ask_them_all, &plan);
	for (;;) {
		run();
		waits = look();
		ck_assert_uint_ge(waits->count, 2);
		if (waits->count == 2)
			break;
		odeon_waits_free(waits);
	}
	ck_assert_uint_eq(waits->waits[0].whom.bits, plan.others[0].bits);
	ck_assert_uint_eq(waits->waits[1].whom.bits, plan.others[2].bits);
	odeon_waits_free(waits);
}
END_TEST

/* ---- rounds ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(ask_cycle_is_named)
{
	odeon_ref ring[3], outside;
	odeon_waits *waits;
	char text[2000];

	open_at(_i);
	outside = holder();
	for (int i = 0; i < 3; i++)
		ring[i] = holder();
	ask(outside, ring[0]);                                 /* waits for the round, and is not in it */
	for (int i = 0; i < 3; i++)
		ask(ring[i], ring[(i + 1) % 3]);
	waits = look();
	ck_assert_uint_eq(waits->count, 4);
	expect_round(waits->waits, 3, 1);
	ck_assert_uint_eq(waits->waits[3].who.bits, outside.bits);
	ck_assert_uint_eq(waits->waits[3].cycle, 0);
	ck_assert_int_lt(odeon_waits_print(waits, text, sizeof text), sizeof text);
	ck_assert_msg(strstr(text, "for ever; round 1\n"), "%s", text);
	odeon_waits_free(waits);
}
END_TEST

START_TEST(two_rounds_have_two_numbers)
{
	odeon_ref pairs[4];
	odeon_waits *waits;

	open_at(_i);
	for (int i = 0; i < 4; i++)
		pairs[i] = holder();
	for (int i = 0; i < 4; i++)
		ask(pairs[i], pairs[i ^ 1]);
	ask(pairs[0], pairs[2]);
	waits = look();
	ck_assert_uint_eq(waits->count, 5);
	expect_round(waits->waits, 2, 1);
	expect_round(waits->waits + 2, 2, 2);
	ck_assert_uint_eq(waits->waits[4].cycle, 0);
	odeon_waits_free(waits);
}
END_TEST

START_TEST(one_that_asks_itself_is_a_round)
{
	odeon_ref self;
	odeon_waits *waits;

	open_at(_i);
	self = holder();
	ask(self, self);
	waits = look();
	ck_assert_uint_eq(waits->count, 1);
	expect_round(waits->waits, 1, 1);
	odeon_waits_free(waits);
}
END_TEST

/* ---- those who do not say --------------------------------------------------------------------------------------------------------- */

START_TEST(one_that_is_stuck_is_silent_and_the_others_are_said)
{
	struct plug plug = PLUG;
	odeon_ref stuck = world_plug(&world, &plug);
	odeon_waits *waits = NULL;
	odeon_duration within = ODEON_MS(30);
	char text[400];

	ask(holder(), holder());
	do {                                            /* until the others have had the time to say it */
		odeon_waits_free(waits);
		ck_assert_int_eq(odeon_system_waits(world.system, odeon_clock_deadline(within), &waits), 0);
		within *= 2;
	} while (waits->silent > 1);
	ck_assert_uint_eq(waits->silent, 1);
	ck_assert_uint_eq(waits->count, 1);
	ck_assert_int_gt(odeon_waits_print(waits, text, sizeof text), 0);
	ck_assert_ptr_nonnull(strstr(text, "1 actors did not say"));
	odeon_waits_free(waits);
	plug_release(&plug);
	(void)stuck;
	odeon_waits_free(look());
}
END_TEST

static void stand_still_and_exit(odeon_self *self, void *plug)
{
	errand_plug(self, plug);
	odeon_exit(self);
}

static void *release_soon(void *plug)
{
	for (int i = 0; i < 20; i++)
		kit_pause();
	plug_release(plug);
	return NULL;
}

/* It was asked, ends with the handler that it is in, and the order goes with it. */
START_TEST(one_that_ends_before_it_says_is_not_waited_for)
{
	struct plug plug = PLUG;
	pthread_t thread;

	world_tell(&world, holder(), stand_still_and_exit, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(pthread_create(&thread, NULL, release_soon, &plug), 0);
	odeon_waits_free(look());
	pthread_join(thread, NULL);
}
END_TEST

START_TEST(each_place_says_it)
{
	static const enum odeon_place at[] = { ODEON_POOLED, ODEON_PINNED, ODEON_OWN_THREAD };
	odeon_ref from = world_placed(&world, (struct catcher){ .on_parcel = hold }, at[_i], 0);
	odeon_waits *waits;

	ask(from, holder());
	waits = look();
	ck_assert_uint_eq(waits->count, 1);
	ck_assert_uint_eq(waits->waits[0].who.bits, from.bits);
	odeon_waits_free(waits);
}
END_TEST

static void *look_often(void *argument)
{
	(void)argument;
	for (int i = 0; i < KIT_SLOWER(200); i++) {
		odeon_waits *waits;

		must(odeon_system_waits(world.system, kit_deadline(), &waits) == 0);
		must(waits->silent == 0);
		odeon_waits_free(waits);
	}
	return NULL;
}

/* While actors ask, are answered, are born and end. */
START_TEST(several_threads_may_look_at_once)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, look_often, NULL), 0);
	for (int i = 0; i < KIT_SLOWER(400); i++) {
		odeon_ref from = holder(), to = world_catcher(&world, (struct catcher){ .on_parcel = answer });
		struct plan plan = { .to = to, .until = ODEON_NEVER };

		world_do(&world, from, ask_by_plan, &plan);
		eventually(world_stats(&world).queued == 0);
		ck_assert_int_eq(odeon_actor_kill(world.system, _i == 0 ? to : from), 0);
		ck_assert_int_eq(odeon_actor_stop(world.system, _i == 0 ? from : to), 0);
	}
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}
END_TEST

/* ---- errors ----------------------------------------------------------------------------------------------------------------------- */

static void look_in_a_handler(odeon_self *self, void *error)
{
	odeon_waits *waits;

	*(int *)error = odeon_system_waits(odeon_system_of(self), ODEON_NEVER, &waits);
	must(waits == NULL);
}

START_TEST(where_it_may_not_be_called_it_says_so)
{
	odeon_waits *waits;
	int error = 1;

	open_at(_i);
	waits = (odeon_waits *)(void *)&world;
	ck_assert_int_eq(odeon_system_waits(NULL, ODEON_NEVER, &waits), ODEON_EINVAL);
	ck_assert_ptr_null(waits);
	ck_assert_int_eq(odeon_system_waits(world.system, ODEON_NEVER, NULL), ODEON_EINVAL);
	have(holder(), look_in_a_handler, &error);
	ck_assert_int_eq(error, ODEON_EWOULDBLOCK);
	odeon_waits_free(NULL);
	ck_assert_int_eq(odeon_waits_print(NULL, NULL, 0), 0);
	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_int_eq(odeon_system_waits(world.system, ODEON_NEVER, &waits), ODEON_ESTOPPING);
}
END_TEST

START_TEST(a_text_that_does_not_fit_is_cut_off)
{
	char whole[1000], part[1000];
	odeon_waits *waits;
	int length;

	open_at(_i);
	ask(holder(), holder());
	ask(holder(), holder());
	waits = look();
	length = odeon_waits_print(waits, whole, sizeof whole);
	ck_assert_int_eq((int)strlen(whole), length);
	ck_assert_int_eq(odeon_waits_print(waits, NULL, 0), length);
	for (int bytes = 1; bytes <= length + 1; bytes++) {
		memset(part, 'x', sizeof part);
		ck_assert_int_eq(odeon_waits_print(waits, part, (size_t)bytes), length);
		ck_assert_int_eq((int)strlen(part), bytes - 1);
		ck_assert_int_eq(memcmp(part, whole, (size_t)bytes - 1), 0);
		ck_assert_int_eq(part[bytes], 'x');
	}
	odeon_waits_free(waits);
}
END_TEST

KIT_MAIN("unit/waits",
	{ "said", KIT_TESTS(where_nobody_waits_nothing_is_said, a_request_is_said_with_who_whom_what_where_and_until,
	                    what_was_answered_is_not_said, of_a_gather_those_are_said_who_have_not_answered, ask_cycle_is_named,
	                    two_rounds_have_two_numbers, one_that_asks_itself_is_a_round, where_it_may_not_be_called_it_says_so,
	                    a_text_that_does_not_fit_is_cut_off), setup_nowhere, teardown, PLACES },
	{ "silent", KIT_TESTS(one_that_is_stuck_is_silent_and_the_others_are_said, one_that_ends_before_it_says_is_not_waited_for),
	  setup, teardown, 0 },
	{ "places", KIT_TESTS(each_place_says_it), setup, teardown, 3 },
	{ "threads", KIT_TESTS(several_threads_may_look_at_once), setup, teardown, 2 })
