/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * letters.c - tests of odeon/send.h: what comes back, dead letters, and what cannot be sent
 */
#include "../harness/kit.h"
#include <string.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- what comes back ------------------------------------------------------------------------------------------------ */

static odeon_ref full;

static void try_with_an_own_message(odeon_self *self, void *argument)
{
	struct parcel *mine = parcel_new(42), *back;
	int why = 1;

	(void)argument;
	back = odeon_try_send(self, full, mine, &why);
	must(back == mine || back != NULL);
	must(why == ODEON_EFULL && back->number == 42);
	back = odeon_try_send(self, full, back, NULL);         /* why may be NULL; it may be tried again */
	must(back != NULL);
	must(odeon_try_send(self, odeon_self_ref(self), back, &why) == NULL);
	must(why == 0);
	must(odeon_try_send(self, full, (struct parcel *)NULL, &why) == NULL);
	must(why == ODEON_ENOMEM);
}

static void fill(struct plug *plug)
{
	full = world_bounded(&world, (struct catcher){ .journal = &journal }, (odeon_mailbox){ .messages = 2 });
	world_tell(&world, full, errand_plug, plug);
	gate_wait(&plug->entered, 1);
	world_posts(&world, full, 1, 2);
}

START_TEST(what_a_full_mailbox_refuses_comes_back_owned)
{
	struct plug plug = PLUG;

	fill(&plug);
	world_errand(&world, try_with_an_own_message, NULL);   /* it went to itself in the end and was dropped there */
	plug_release(&plug);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
	ck_assert_uint_eq(world_letters(&world), 0);           /* what came back is no dead letter */
}
END_TEST

static void try_with_the_message_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int why = 1;
	struct parcel *back = odeon_try_send(self, full, parcel, &why);

	must(why == ODEON_EFULL && back != NULL && back->number == 43);
	must(odeon_try_send(self, full, back, &why) != NULL);  /* forgotten: it is in hand, so it is dropped when we return */
	journal_note(catcher->argument, 43);
}

START_TEST(what_a_full_mailbox_refuses_comes_back_in_hand)
{
	static struct journal tried;
	struct plug plug = PLUG;
	odeon_ref actor;
	unsigned long before;

	tried = (struct journal)JOURNAL;
	fill(&plug);
	actor = world_catcher(&world, (struct catcher){ .on_parcel = try_with_the_message_in_hand, .argument = &tried });
	before = parcels_dropped();
	world_posts(&world, actor, 43, 1);
	journal_wait(&tried, 1);
	eventually(parcels_dropped() == before + 1);
	plug_release(&plug);
}
END_TEST

/* ---- dead letters ----------------------------------------------------------------------------------------------------- */

START_TEST(a_dead_letter_tells_type_receiver_reason_and_site)
{
	odeon_ref ended = world_ended(&world);
	struct letter letter;
	unsigned line;

	line = __LINE__ + 1;
	ck_assert_int_eq(odeon_post(world.system, ended, parcel_new(1)), ODEON_EGONE);
	letter = world_letter(&world, 0);
	ck_assert_ptr_eq(letter.type, ODEON_TYPE(parcel));
	ck_assert(odeon_ref_equal(letter.to, ended));
	ck_assert(odeon_ref_is_nobody(letter.from));
	ck_assert_int_eq(letter.why, ODEON_EGONE);
	ck_assert_ptr_nonnull(letter.site);
	ck_assert_uint_eq(letter.site->line, line);
	ck_assert_ptr_nonnull(strstr(letter.site->file, "letters.c"));
	ck_assert_ptr_nonnull(strstr(letter.site->function, "a_dead_letter_tells"));
}
END_TEST

static odeon_ref letter_sender;

static void send_to_the_ended(odeon_self *self, void *argument)
{
	letter_sender = odeon_self_ref(self);
	must(odeon_send(self, *(odeon_ref *)argument, parcel_new(1)) == ODEON_EGONE);
	must(odeon_send(self, ODEON_NOBODY, parcel_new(2)) == ODEON_EGONE);
}

START_TEST(a_dead_letter_tells_its_sender)
{
	odeon_ref ended = world_ended(&world);

	world_errand(&world, send_to_the_ended, &ended);
	ck_assert(odeon_ref_equal(world_letter(&world, 0).from, letter_sender));
	ck_assert(odeon_ref_equal(world_letter(&world, 0).to, ended));
	ck_assert(odeon_ref_is_nobody(world_letter(&world, 1).to));
	ck_assert_uint_eq(world_stats(&world).dead[-ODEON_EGONE], 2);
}
END_TEST

START_TEST(a_refused_message_is_a_dead_letter_because_full)
{
	struct plug plug = PLUG;

	fill(&plug);
	ck_assert_int_eq(odeon_post(world.system, full, parcel_new(9)), ODEON_EFULL);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFULL);
	ck_assert_uint_eq(world_stats(&world).dead[-ODEON_EFULL], 1);
	plug_release(&plug);
}
END_TEST

START_TEST(what_waits_for_an_actor_that_is_killed_becomes_dead_letters)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	unsigned i;

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 1, 10);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	plug_release(&plug);
	world_await_end(&world, actor);
	for (i = 0; i < 10; i++) {
		struct letter letter = world_letter(&world, i);

		ck_assert_ptr_eq(letter.type, ODEON_TYPE(parcel));
		ck_assert(odeon_ref_equal(letter.to, actor));
		ck_assert(letter.why == ODEON_EGONE || letter.why == ODEON_EKILLED);
	}
	ck_assert_uint_eq(world_letters(&world), 10);
	ck_assert_uint_eq(journal_count(&journal), 0);
}
END_TEST

START_TEST(a_message_after_the_end_of_the_system_is_refused)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	struct parcel *parcel;
	int why = 1;

	ck_assert_int_eq(odeon_system_stop(world.system, kit_deadline(), NULL), 0);
	ck_assert_int_eq(odeon_post(world.system, actor, parcel_new(1)), ODEON_ESTOPPING);
	parcel = odeon_try_post(world.system, actor, parcel_new(2), ODEON_NEVER, &why);
	ck_assert_int_eq(why, ODEON_ESTOPPING);
	ck_assert_int_eq(parcel->number, 2);
	odeon_free(parcel);
	ck_assert_ptr_null(odeon_ask(note, world.system, actor, parcel_new(3), kit_deadline(), &why));
	ck_assert_int_eq(why, ODEON_ESTOPPING);
}
END_TEST

/* ---- nothing to send ---------------------------------------------------------------------------------------------------- */

static void send_nothing(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_ref me = odeon_self_ref(self);
	odeon_permit *permit = odeon_reserve(self, me, 1, 64, NULL);
	int why = 1;

	(void)parcel;
	must(odeon_send(self, me, NULL) == ODEON_ENOMEM);
	must(odeon_forward(self, me, NULL) == ODEON_ENOMEM);
	must(odeon_reply(self, NULL) == ODEON_ENOMEM);
	must(odeon_reply_to(self, parcel, NULL) == ODEON_ENOMEM);
	must(odeon_post(world.system, me, NULL) == ODEON_ENOMEM);
	must(odeon_try_post(world.system, me, (struct parcel *)NULL, ODEON_AT_ONCE, &why) == NULL);
	must(why == ODEON_ENOMEM);
	must(permit != NULL);
	must(odeon_permit_send(self, permit, NULL) == ODEON_ENOMEM);
	must(odeon_permit_send(self, permit, parcel_new(8)) == 0);     /* no place was used */
	odeon_permit_drop(permit);
	odeon_permit_drop(NULL);
	must(odeon_permit_send(self, NULL, parcel_new(9)) == ODEON_EINVAL);
	catcher->on_parcel = NULL;
	journal_note(catcher->journal, 1);
}

START_TEST(nothing_to_send_answers_out_of_memory)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = send_nothing, .journal = &journal });
	int why = 1;

	world_posts(&world, to, 1, 1);
	journal_expect(&journal, 2, (const int[]){ 1, 8 });
	ck_assert_ptr_null(odeon_ask(note, world.system, to, NULL, kit_deadline(), &why));
	ck_assert_int_eq(why, ODEON_ENOMEM);
	ck_assert_int_lt(odeon_post(NULL, to, NULL), 0);
}
END_TEST

START_TEST(no_system_is_a_bad_argument)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ 0 });

	ck_assert_int_lt(odeon_post(NULL, to, parcel_new(1)), 0);      /* consumed all the same: world_close counts */
	ck_assert_int_lt(odeon_actor_stop(NULL, to), 0);
	ck_assert_int_lt(odeon_actor_kill(NULL, to), 0);
	ck_assert_int_lt(odeon_system_spawn(NULL, catcher, NULL, NULL), 0);
}
END_TEST

/* ---- sites of other languages --------------------------------------------------------------------------------------------- */

START_TEST(a_binding_gives_its_own_site_or_none)
{
	static const odeon_site lua = { "game.lua", "on_tick", 12 };
	odeon_ref ended = world_ended(&world);

	ck_assert_int_eq(odeon_post_at(world.system, ended, parcel_new(1), &lua), ODEON_EGONE);
	ck_assert_int_eq(odeon_post_at(world.system, ended, parcel_new(2), NULL), ODEON_EGONE);
	ck_assert_str_eq(world_letter(&world, 0).site->file, "game.lua");
	ck_assert_uint_eq(world_letter(&world, 0).site->line, 12);
	ck_assert_uint_eq(world_letters(&world), 2);
}
END_TEST

/* ---- what is logged, where nobody takes them ------------------------------------------------------------------------------ */

struct tardy { int number; };
ODEON_MESSAGE_DECLARE(tardy);
ODEON_MESSAGE_DEFINE_LATE(tardy);

static atomic_uint lines;

static void count_line(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	must(strstr(text, "dead letter") != NULL);
	atomic_fetch_add(&lines, 1);
}

static uint64_t dead(odeon_system *system, int why)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(system, &stats) == 0);
	return stats.dead[-why];
}

/* To an actor of one place, which is taken; and when it has ended. */
START_TEST(what_may_be_late_is_logged_for_other_reasons_only)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .on_log = count_line);
	struct ending ending = ENDING;
	struct plug plug = PLUG;
	odeon_system *system;
	odeon_kind narrow = *catcher;
	odeon_ref who;

	atomic_store(&lines, 0);
	must(odeon_system_start(&options, &system) == 0);
	narrow.mailbox = (odeon_mailbox){ .messages = 1 };
	must(odeon_system_spawn(system, &narrow, &(struct catcher){ .ending = &ending }, &who) == 0);
	must(odeon_post(system, who, odeon_new(errand, .run = errand_plug, .argument = &plug)) == 0);
	gate_wait(&plug.entered, 1);
	while (odeon_post(system, who, odeon_new(note)) == 0)
		;
	ck_assert_uint_eq(atomic_load(&lines), 1);
	ck_assert_int_eq(odeon_post(system, who, odeon_new(tardy)), ODEON_EFULL);
	ck_assert_uint_eq(atomic_load(&lines), 2);
	ck_assert_int_eq(odeon_actor_kill(system, who), 0);
	plug_release(&plug);
	gate_wait(&ending.ended, 1);
	eventually(dead(system, ODEON_EGONE) == 1);             /* the note that waited */
	ck_assert_int_eq(odeon_post(system, who, odeon_new(tardy)), ODEON_EGONE);
	ck_assert_uint_eq(dead(system, ODEON_EGONE), 2);
	ck_assert_uint_eq(atomic_load(&lines), 3);
	ck_assert_int_eq(odeon_post(system, who, odeon_new(note)), ODEON_EGONE);
	ck_assert_uint_eq(atomic_load(&lines), 4);
	must(odeon_system_free(system) == 0);
}
END_TEST

KIT_MAIN("unit/letters",
	{ .name = "back", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_a_full_mailbox_refuses_comes_back_owned, what_a_full_mailbox_refuses_comes_back_in_hand) },
	{ .name = "dead", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_dead_letter_tells_type_receiver_reason_and_site, a_dead_letter_tells_its_sender,
	                     a_refused_message_is_a_dead_letter_because_full,
	                     what_waits_for_an_actor_that_is_killed_becomes_dead_letters,
	                     a_message_after_the_end_of_the_system_is_refused, a_binding_gives_its_own_site_or_none) },
	{ .name = "logged", .tests = KIT_TESTS(what_may_be_late_is_logged_for_other_reasons_only) },
	{ .name = "nothing", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(nothing_to_send_answers_out_of_memory, no_system_is_a_bad_argument) })
