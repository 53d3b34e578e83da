/* SPDX-License-Identifier: BSD-2-Clause */
/* bands.c - tests of odeon_band: the order in which an actor gets its messages, and that none is lost or starves */
#include "banded.h"

static struct world world;
static struct journal notes;
static struct ending ending;

static void setup(void)
{
	notes = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void)
{
	world_close(&world);
}

static void take(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	journal_note(catcher->journal, parcel->number);
	if (parcel->number == EXIT)
		odeon_exit(self);
	if (parcel->number == BANDS_OFF)
		must(odeon_band(self, NULL) == 0);
	if (parcel->number == BANDS_TWO)
		must(odeon_band(self, &two) == 0);
}

static void band_it(odeon_self *self, void *argument)
{
	must(odeon_band(self, argument) == 0);
}

static odeon_ref spawn_banded(const odeon_bands *bands, odeon_mailbox mailbox)
{
	odeon_ref actor = world_bounded(&world, (struct catcher){ .on_parcel = take, .journal = &notes, .ending = &ending },
	                                mailbox);

	world_do(&world, actor, band_it, (void *)(uintptr_t)bands);
	return actor;
}

/* An actor of its own with bands, that stands still until all is posted. */
static odeon_ref held_up(const odeon_bands *bands, struct plug *plug)
{
	odeon_ref actor = spawn_banded(bands, (odeon_mailbox){ 0 });

	*plug = (struct plug)PLUG;
	world_tell(&world, actor, errand_plug, plug);
	gate_wait(&plug->entered, 1);
	return actor;
}

static void post(odeon_ref to, int number) { world_posts(&world, to, number, 1); }

/* ---- in an actor -------------------------------------------------------------------------------------------------------------- */

START_TEST(urgent_ones_overtake_and_each_band_is_in_order)
{
	static const int expected[] = { 0, 1, 2, 1000, 2000, 3000, 3, 1001, 2001, 2002, 3001, 2003 };
	struct plug plug;
	odeon_ref actor = held_up(&four, &plug);

	post(actor, 3000), post(actor, 2000), post(actor, 2001), post(actor, 1000), post(actor, 3001);
	world_posts(&world, actor, 0, 4);
	world_posts(&world, actor, 2002, 2);
	post(actor, 1001);
	plug_release(&plug);
	journal_expect(&notes, 12, expected);
}
END_TEST

/* Urgent ones come without end, each sent by the one before; the low one comes all the same. */
static void again(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	journal_note(catcher->journal, parcel->number);
	if (parcel->number != 1000) {
		must(odeon_send(self, odeon_self_ref(self), parcel_new(0)) == 0);
		must(odeon_send(self, odeon_self_ref(self), parcel_new(0)) == 0);
		must(journal_count(catcher->journal) < 100);
	} else
		odeon_exit(self);
}

START_TEST(a_low_band_does_not_starve)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = again, .journal = &notes });
	struct plug plug = PLUG;
	unsigned i;

	world_do(&world, actor, band_it, (void *)(uintptr_t)&two);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	post(actor, 0);
	post(actor, 1000);
	plug_release(&plug);
	world_await_end(&world, actor);
	for (i = 0; journal_at(&notes, i) != 1000; i++)
		;
	ck_assert_uint_eq(i, 4);
}
END_TEST

START_TEST(a_kill_overtakes_all_bands)
{
	struct plug plug;
	odeon_ref actor = held_up(&four, &plug);
	int i;

	for (i = 0; i < 4; i++)
		world_posts(&world, actor, i * BAND, 10);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	plug_release(&plug);
	world_await_end(&world, actor);
	ck_assert_uint_eq(journal_count(&notes), 0);
	eventually(world_letters(&world) == 40);
	ck_assert_int_eq(world_letter(&world, 39).why, ODEON_EGONE);
}
END_TEST

START_TEST(an_end_in_the_midst_buries_the_rest)
{
	struct plug plug;
	odeon_ref actor = held_up(&four, &plug);

	world_posts(&world, actor, 3000, 10);
	world_posts(&world, actor, 1000, 10);
	post(actor, EXIT);
	plug_release(&plug);
	world_await_end(&world, actor);
	ck_assert_uint_eq(journal_count(&notes), 1);
	eventually(world_letters(&world) == 20);
	eventually(world_stats(&world).queued == 0);    /* what a turn handled is counted at its end */
}
END_TEST

/* To stop: what waited then is handled, of all bands, and nothing that comes after it, be it ever so urgent. */
static void stop_in_the_midst(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	journal_note(catcher->journal, parcel->number);
	if (parcel->number == 0)
		must(odeon_actor_stop(odeon_system_of(self), odeon_self_ref(self)) == 0);
	if (parcel->number == 1000)
		must(odeon_send(self, odeon_self_ref(self), parcel_new(7)) == 0);
}

START_TEST(a_stop_comes_after_what_waits_in_all_bands)
{
	static const int expected[] = { 0, 1, 2, 1000, 3000, 3, 1001, 3001 };
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = stop_in_the_midst, .journal = &notes });
	struct plug plug = PLUG;

	world_do(&world, actor, band_it, (void *)(uintptr_t)&four);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 3000, 2);
	world_posts(&world, actor, 1000, 2);
	world_posts(&world, actor, 0, 4);
	if (_i == 1)                            /* seen before any of them is in a band */
		ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	plug_release(&plug);
	world_await_end(&world, actor);
	journal_expect(&notes, 8, expected);
	eventually(world_letters(&world) == 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
}
END_TEST

START_TEST(a_stop_of_one_that_waits_ends_it_at_once)
{
	odeon_ref actor = spawn_banded(&four, (odeon_mailbox){ 0 });

	post(actor, 3000);
	journal_wait(&notes, 1);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	world_await_end(&world, actor);
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, 0);
}
END_TEST

START_TEST(other_bands_or_none_keep_all_and_their_order)
{
	static const int off[] = { BANDS_OFF, 3000, 0, 1000, 2000, 1 };
	static const int fewer[] = { BANDS_TWO, 0, 1, 3000, 1000, 2000 };
	struct plug plug;
	odeon_ref actor = held_up(&four, &plug);

	post(actor, 3000);
	post(actor, _i == 0 ? BANDS_OFF : BANDS_TWO);
	post(actor, 0), post(actor, 1000), post(actor, 2000), post(actor, 1);
	plug_release(&plug);
	journal_expect(&notes, 6, _i == 0 ? off : fewer);
}
END_TEST

START_TEST(a_bound_counts_all_bands_together)
{
	odeon_ref actor = spawn_banded(&four, (odeon_mailbox){ .messages = 6 });
	struct plug plug = PLUG;
	int round;

	for (round = 0; round < 20; round++) {
		plug = (struct plug)PLUG;
		world_tell(&world, actor, errand_plug, &plug);
		gate_wait(&plug.entered, 1);
		world_posts(&world, actor, 0, 3);
		world_posts(&world, actor, 3000, 3);
		ck_assert_int_eq(odeon_post(world.system, actor, parcel_new(0)), ODEON_EFULL);
		plug_release(&plug);
		journal_wait(&notes, (unsigned)(round + 1) * 6);
		eventually(world_stats(&world).queued == 0);
	}
}
END_TEST

/* Half are in bands when the bound is looked at. */
static void look_at_bound(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	if (parcel->number == 0) {
		must(odeon_send(self, odeon_self_ref(self), parcel_new(1000)) == 0);    /* the place of the one in hand */
		must(odeon_send(self, odeon_self_ref(self), parcel_new(1000)) == ODEON_EFULL);
	}
	journal_note(catcher->journal, parcel->number);
}

START_TEST(what_has_gone_to_a_band_still_counts)
{
	odeon_ref actor = world_bounded(&world, (struct catcher){ .on_parcel = look_at_bound, .journal = &notes },
	                                (odeon_mailbox){ .messages = 3 });
	struct plug plug = PLUG;

	world_do(&world, actor, band_it, (void *)(uintptr_t)&four);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 3000, 2);
	post(actor, 0);
	plug_release(&plug);
	journal_wait(&notes, 4);
}
END_TEST

static void band_wrongly(odeon_self *self, void *argument)
{
	odeon_bands wrong = four;

	(void)argument;
	wrong.count = 0;
	must(odeon_band(self, &wrong) == ODEON_EINVAL);
	wrong.count = ODEON_BANDS_MOST + 1;
	must(odeon_band(self, &wrong) == ODEON_EINVAL);
	wrong.count = 4;
	wrong.quota[3] = 0;
	must(odeon_band(self, &wrong) == ODEON_EINVAL);
	wrong.count = 3;                        /* whose quota does not count then */
	wrong.of = NULL;
	must(odeon_band(self, &wrong) == ODEON_EINVAL);
	must(odeon_band(self, NULL) == 0);
}

START_TEST(wrong_bands_are_refused)
{
	world_errand(&world, band_wrongly, NULL);
}
END_TEST

/* ---- from start, with select, at full load -------------------------------------------------------------------------------------- */

static int banded_from_start(odeon_self *self, void *state, const void *argument)
{
	*(struct catcher *)state = *(const struct catcher *)argument;
	return odeon_band(self, &four);
}

static void sends_itself(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int i;

	journal_note(catcher->journal, parcel->number);
	if (parcel->number == EXIT)
		for (i = 3; i >= 0; i--)
			must(odeon_send(self, odeon_self_ref(self), parcel_new(i * BAND)) == 0);
}

START_TEST(a_start_may_say_bands_and_fail)
{
	static const int expected[] = { EXIT, 0, 1000, 2000, 3000 };
	odeon_kind kind = *catcher;

	kind.start = banded_from_start;
	post(world_spawn(&world, world_kind(&world, kind), &(struct catcher){ .on_parcel = sends_itself, .journal = &notes }), EXIT);
	journal_expect(&notes, 5, expected);
}
END_TEST

static int fails_banded(odeon_self *self, void *state, const void *argument)
{
	(void)state;
	(void)argument;
	must(odeon_band(self, &four) == 0);
	return 5;
}

START_TEST(a_start_that_fails_leaves_no_bands)
{
	odeon_kind kind = *catcher;
	odeon_ref actor;
	int i;

	kind.start = fails_banded;
	for (i = 0; i < 10; i++)
		ck_assert_int_eq(odeon_system_spawn(world.system, &kind, NULL, &actor), ODEON_EFAILED);
}
END_TEST

static bool is_over;
static void select_by_band(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_case one = ODEON_CASE_MAILBOX(self);

	journal_note(catcher->journal, parcel->number);
	if (parcel->number == 3)
		is_over = true;
	if (parcel->number != EXIT)
		return;
	is_over = false;
	while (!is_over)
		must(odeon_select(&one, 1, kit_deadline()) == 0 && one.error == 0);
}

START_TEST(a_select_in_a_handler_gets_them_by_band)
{
	static const int expected[] = { EXIT, 0, 1, 3000, 2, 3, 3001 };
	odeon_ref actor = world_placed(&world, (struct catcher){ .on_parcel = select_by_band, .journal = &notes },
	                               ODEON_OWN_THREAD, 0);
	struct plug plug = PLUG;

	world_do(&world, actor, band_it, (void *)(uintptr_t)&four);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	post(actor, EXIT);
	world_posts(&world, actor, 3000, 2);
	world_posts(&world, actor, 0, 4);
	plug_release(&plug);
	journal_expect(&notes, 7, expected);
	odeon_actor_kill(world.system, actor);
	world_await_end(&world, actor);
}
END_TEST

struct poster { pthread_t thread; odeon_ref to; int band; };
static void *post_many(void *argument)
{
	struct poster *poster = argument;
	int i;

	for (i = 0; i < KIT_SLOWER(20000); i++)
		must(odeon_post(world.system, poster->to, parcel_new(poster->band * BAND + i % BAND)) == 0);
	return NULL;
}

static int next_of[4];
static unsigned got;
static void check_order(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	must(parcel->number % BAND == next_of[parcel->number / BAND]++ % BAND);
	if (++got == 4 * KIT_SLOWER(20000))
		gate_open(&catcher->journal->noted);
}

START_TEST(many_producers_keep_the_order_of_their_band)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = check_order, .journal = &notes });
	struct poster posters[4];
	int i;

	got = 0;
	for (i = 0; i < 4; i++)
		next_of[i] = 0;
	world_do(&world, actor, band_it, (void *)(uintptr_t)&four);
	for (i = 0; i < 4; i++) {
		posters[i] = (struct poster){ .to = actor, .band = i };
		must(pthread_create(&posters[i].thread, NULL, post_many, &posters[i]) == 0);
	}
	for (i = 0; i < 4; i++)
		pthread_join(posters[i].thread, NULL);
	gate_wait(&notes.noted, 1);
}
END_TEST

KIT_MAIN("unit/bands",
	{ .name = "order", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(urgent_ones_overtake_and_each_band_is_in_order, a_low_band_does_not_starve,
	                     many_producers_keep_the_order_of_their_band, a_select_in_a_handler_gets_them_by_band) },
	{ .name = "end", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_kill_overtakes_all_bands, an_end_in_the_midst_buries_the_rest,
	                     a_stop_of_one_that_waits_ends_it_at_once) },
	{ .name = "twice", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_stop_comes_after_what_waits_in_all_bands, other_bands_or_none_keep_all_and_their_order) },
	{ .name = "calls", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_bound_counts_all_bands_together, what_has_gone_to_a_band_still_counts, wrong_bands_are_refused,
	                     a_start_may_say_bands_and_fail, a_start_that_fails_leaves_no_bands) })
