/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * actor.c - tests of odeon/actor.h: kinds, spawning, tables, and bounds of one's own
 *
 * How an actor begins is in start.c, how it ends in end.c.
 */
#include "../harness/kit.h"
#include <stdint.h>
#include <string.h>

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

/* ---- kinds that are refused -------------------------------------------------------------------------------------------- */

static void receive_anything(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)self;
	(void)state;
	(void)message;
	journal_note(&journal, type == ODEON_TYPE(parcel) ? 1 : 2);
}

struct another { long padding[7]; };
ODEON_HANDLER(another, parcel) { }
ODEON_HANDLERS(another_handlers, ODEON_ON(another, parcel));

static void expect_refused(odeon_kind kind, int error)
{
	odeon_ref child = { 99 };

	ck_assert_int_eq(odeon_system_spawn(world.system, &kind, NULL, &child), error);
	ck_assert(odeon_ref_is_nobody(child));
	ck_assert_uint_eq(world_stats(&world).actors, 0);
}

START_TEST(a_kind_that_contradicts_itself_is_refused)
{
	odeon_kind kind = *catcher;
	odeon_ref child = { 99 };

	ck_assert_int_eq(odeon_system_spawn(world.system, NULL, NULL, &child), ODEON_EINVAL);
	ck_assert(odeon_ref_is_nobody(child));
	kind.receive = receive_anything;                       /* both */
	expect_refused(kind, ODEON_EINVAL);
	kind.receive = NULL;
	kind.handlers = NULL;                                  /* neither */
	expect_refused(kind, ODEON_EINVAL);
	kind.handlers = another_handlers;                      /* a table of another state */
	expect_refused(kind, ODEON_EINVAL);
}
END_TEST

START_TEST(a_kind_of_an_unknown_size_is_refused)
{
	static const size_t sizes[] = { 0, 1, sizeof(odeon_kind) - 1, sizeof(odeon_kind) + 8, SIZE_MAX };
	odeon_kind kind = *catcher;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		kind.bytes = sizes[i];
		expect_refused(kind, ODEON_EVERSION);
	}
}
END_TEST

START_TEST(a_mailbox_that_contradicts_itself_is_refused)
{
	odeon_kind kind = *catcher;

	kind.mailbox = (odeon_mailbox){ .messages = 1, .policy = (enum odeon_policy)77 };
	expect_refused(kind, ODEON_EINVAL);
	kind.mailbox = (odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT };       /* to nobody */
	expect_refused(kind, ODEON_EINVAL);
	kind.mailbox = (odeon_mailbox){ .high_water = 3, .low_water = 3 };
	expect_refused(kind, ODEON_EINVAL);
}
END_TEST

START_TEST(a_place_that_does_not_exist_is_refused)
{
	odeon_kind kind = *catcher;

	kind.place = (enum odeon_place)99;
	expect_refused(kind, ODEON_EINVAL);
}
END_TEST

START_TEST(a_state_of_an_absurd_size_is_refused)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 16, SIZE_MAX - 100, SIZE_MAX / 2 + 1 };
	size_t i;
	odeon_kind kind = *catcher;

	kind.handlers = NULL;
	kind.receive = receive_anything;
	kind.stop = NULL;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		odeon_ref child = { 99 };
		int error;

		kind.state_bytes = sizes[i];
		error = odeon_system_spawn(world.system, &kind, NULL, &child);
		ck_assert(error == ODEON_ENOMEM || error == ODEON_EINVAL);
		ck_assert(odeon_ref_is_nobody(child));
	}
}
END_TEST

/* ---- start ------------------------------------------------------------------------------------------------------------- */

static void spawn_from_a_handler(odeon_self *self, void *argument)
{
	struct catcher first = { .journal = &journal };
	odeon_ref *child = argument;
	odeon_kind bad = *catcher;

	must(odeon_spawn(self, catcher, &first, child) == 0);
	must(odeon_spawn(self, catcher, NULL, NULL) == 0);
	bad.bytes = 3;
	must(odeon_spawn(self, &bad, NULL, child + 1) == ODEON_EVERSION);
	must(odeon_ref_is_nobody(child[1]));
	must(odeon_spawn(self, NULL, NULL, NULL) == ODEON_EINVAL);
	must(odeon_send(self, *child, parcel_new(1)) == 0);
}

START_TEST(a_handler_spawns)
{
	odeon_ref children[2] = { ODEON_NOBODY, { 99 } };

	world_errand(&world, spawn_from_a_handler, children);
	world_posts(&world, children[0], 2, 1);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
}
END_TEST

START_TEST(an_actor_outlives_its_spawner)
{
	odeon_ref children[2] = { ODEON_NOBODY, { 99 } };

	world_errand(&world, spawn_from_a_handler, children); /* its spawner has ended when this returns */
	world_posts(&world, children[0], 2, 1);
	journal_wait(&journal, 2);
	ck_assert_int_eq(odeon_actor_stop(world.system, children[0]), 0);
}
END_TEST

static odeon_ref own_name;
static void see_own_name(odeon_self *self, void *argument)
{
	(void)argument;
	own_name = odeon_self_ref(self);
	must(odeon_system_of(self) == world.system);
}

START_TEST(an_actor_knows_its_name_and_its_system)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });

	world_do(&world, actor, see_own_name, NULL);
	ck_assert(odeon_ref_equal(own_name, actor));
}
END_TEST

/* ---- tables --------------------------------------------------------------------------------------------------------------- */

struct mood { struct journal *journal; };
static void on_other(odeon_self *self, void *state, const odeon_type *type, void *message);
static int change_table(odeon_self *self, struct mood *mood, struct parcel *parcel);

ODEON_HANDLER(mood, parcel)
{
	journal_note(mood->journal, 100 + change_table(self, mood, parcel));
}
ODEON_HANDLER(mood, note)
{
	(void)note;
	journal_note(mood->journal, 200);
}
ODEON_HANDLERS(calm, ODEON_ON(mood, parcel), ODEON_ON(mood, note));
ODEON_HANDLERS(busy, ODEON_ON(mood, parcel));
ODEON_KIND(mood, calm, .on_other = on_other);
ODEON_KIND(another, another_handlers);

static void on_other(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)self;
	must(message != NULL);
	journal_note(((struct mood *)state)->journal, type == ODEON_TYPE(note) ? 300 : 400);
}

/* The number of a parcel says what to do with the table. */
static int change_table(odeon_self *self, struct mood *mood, struct parcel *parcel)
{
	(void)mood;
	switch (parcel->number) {
	case 1: return odeon_become(self, busy);
	case 2: return odeon_unbecome(self);
	case 3: return odeon_become(self, another_handlers);
	case 4: return odeon_become(self, NULL);
	default: return 0;
	}
}

static void mood_gets(odeon_ref actor, int number)
{
	if (number > 0)
		must(odeon_post(world.system, actor, parcel_new(number)) == 0);
	else
		must(odeon_post(world.system, actor, odeon_new(note)) == 0);
}

START_TEST(tables_are_a_stack)
{
	static const int numbers[] = { -1, 1, -1, 1, -1, 2, -1, 2, -1, 2, 3, 4, -1 };
	static const int expected[] = { 200, 100, 300, 100, 300, 100, 300, 100, 200, 100 + ODEON_EINVAL,
	                                100 + ODEON_EINVAL, 100 + ODEON_EINVAL, 200 };
	odeon_ref actor = world_spawn(&world, &mood_kind, &(struct mood){ &journal });
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		mood_gets(actor, numbers[i]);
	journal_expect(&journal, sizeof(expected) / sizeof(expected[0]), expected);
}
END_TEST

START_TEST(a_stack_of_tables_may_be_deep)
{
	odeon_ref actor = world_spawn(&world, &mood_kind, &(struct mood){ &journal });
	int i;

	for (i = 0; i < 500; i++)
		mood_gets(actor, 1);
	for (i = 0; i < 501; i++)
		mood_gets(actor, 2);
	mood_gets(actor, -1);
	journal_wait(&journal, 1002);
	ck_assert_int_eq(journal_at(&journal, 999), 100);
	ck_assert_int_eq(journal_at(&journal, 1000), 100 + ODEON_EINVAL);
	ck_assert_int_eq(journal_at(&journal, 1001), 200);
}
END_TEST

START_TEST(what_the_table_lacks_goes_to_on_other)
{
	static const odeon_type stranger = { "stranger", 8, NULL, 0 };
	odeon_ref actor = world_spawn(&world, &mood_kind, &(struct mood){ &journal });

	ck_assert_int_eq(odeon_post(world.system, actor, odeon_make(&stranger, 0, NULL, NULL)), 0);
	journal_expect(&journal, 1, (const int[]){ 400 });
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

static odeon_kind receiver_kind(void)
{
	odeon_kind kind = { .bytes = sizeof(kind), .name = "receiver", .state_bytes = sizeof(struct mood),
	                    .receive = receive_anything };

	return kind;
}

START_TEST(receive_gets_every_message)
{
	odeon_ref actor = world_spawn(&world, world_kind(&world, receiver_kind()), NULL);

	world_posts(&world, actor, 1, 1);
	ck_assert_int_eq(odeon_post(world.system, actor, odeon_new(note)), 0);
	journal_expect(&journal, 2, (const int[]){ 1, 2 });
}
END_TEST

static void become_in_receive(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)state;
	(void)type;
	(void)message;
	must(odeon_become(self, calm) == ODEON_EINVAL);
	must(odeon_unbecome(self) == ODEON_EINVAL);
	journal_note(&journal, 1);
}

START_TEST(a_kind_with_receive_has_no_table_to_swap)
{
	odeon_kind kind = receiver_kind();
	odeon_ref actor;

	kind.receive = become_in_receive;
	actor = world_spawn(&world, world_kind(&world, kind), NULL);
	world_posts(&world, actor, 1, 1);
	journal_wait(&journal, 1);
}
END_TEST

static int become_in_start(odeon_self *self, void *state, const void *argument)
{
	memcpy(state, argument, sizeof(struct mood));
	return odeon_become(self, busy);
}

START_TEST(start_may_choose_the_first_table)
{
	odeon_kind kind = mood_kind;
	odeon_ref actor;

	kind.start = become_in_start;
	actor = world_spawn(&world, world_kind(&world, kind), &(struct mood){ &journal });
	mood_gets(actor, -1);
	mood_gets(actor, 2);
	mood_gets(actor, -1);
	journal_expect(&journal, 3, (const int[]){ 300, 100, 200 });
}
END_TEST

/* ---- bounds of one's own --------------------------------------------------------------------------------------------------- */

static void bound_badly(odeon_self *self, void *argument)
{
	odeon_ref me = odeon_self_ref(self);

	(void)argument;
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = (enum odeon_policy)-1 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = (enum odeon_policy)5 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .high_water = 2, .low_water = 2 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .high_water = 2, .low_water = 5 }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT }) == ODEON_EINVAL);
	must(odeon_bound(self, &(odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT, .redirect = me }) == ODEON_EINVAL);
	must(odeon_bound(self, NULL) == 0);
}

START_TEST(bounds_that_contradict_themselves_are_refused)
{
	world_errand(&world, bound_badly, NULL);
}
END_TEST

KIT_MAIN("unit/actor",
	{ .name = "kind", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_kind_that_contradicts_itself_is_refused, a_kind_of_an_unknown_size_is_refused,
	                     a_mailbox_that_contradicts_itself_is_refused, a_place_that_does_not_exist_is_refused,
	                     a_state_of_an_absurd_size_is_refused) },
	{ .name = "spawn", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_handler_spawns, an_actor_outlives_its_spawner, an_actor_knows_its_name_and_its_system) },
	{ .name = "table", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(tables_are_a_stack, a_stack_of_tables_may_be_deep, what_the_table_lacks_goes_to_on_other,
	                     receive_gets_every_message, a_kind_with_receive_has_no_table_to_swap,
	                     start_may_choose_the_first_table) },
	{ .name = "bound", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(bounds_that_contradict_themselves_are_refused) })
