/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreign.c - tests with a ref of another system: every function says so, and the stranger hears nothing
 *
 * Both actors are the first of their systems, so they have the same slot and the same generation: only the tag of the
 * system tells them apart.
 */
#include "../harness/kit.h"

static struct world world, abroad;
static struct journal journal;
static odeon_ref stranger;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	world_open(&abroad, (odeon_options)ODEON_OPTIONS(.workers = 1));
	world_catcher(&world, (struct catcher){ .journal = &journal });
	stranger = world_catcher(&abroad, (struct catcher){ .journal = &journal });
}

static void teardown(void)
{
	unsigned heard = journal_count(&journal);

	world_close(&world);
	world_close(&abroad);
	ck_assert_uint_eq(heard, 0);
}

static void every_call(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *back;
	int why = 1;

	must(odeon_send(self, stranger, parcel_new(1)) == ODEON_EFOREIGN);
	back = odeon_try_send(self, stranger, parcel_new(2), &why);
	must(back && back->number == 2 && why == ODEON_EFOREIGN);
	odeon_free(back);
	must(odeon_reserve(self, stranger, 1, 16, &why) == NULL && why == ODEON_EFOREIGN);
	must(odeon_when_room(self, stranger) == ODEON_EFOREIGN);
	must(odeon_forward(self, stranger, parcel) == ODEON_EFOREIGN);
	gate_open(catcher->argument);
}

START_TEST(a_handler_hears_foreign_of_every_call)
{
	struct gate done = GATE;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = every_call, .argument = &done });

	world_posts(&world, actor, 1, 1);
	gate_wait(&done, 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFOREIGN);
	eventually(world_stats(&world).dead[-ODEON_EFOREIGN] == 2);
	ck_assert_uint_eq(world_stats(&abroad).accepted, 0);
}
END_TEST

START_TEST(a_thread_hears_foreign_of_every_call)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	struct parcel *back;
	int why = 1;

	ck_assert_int_eq(odeon_post(world.system, stranger, parcel_new(1)), ODEON_EFOREIGN);
	back = odeon_try_post(world.system, stranger, parcel_new(2), ODEON_NEVER, &why);
	ck_assert_int_eq(why, ODEON_EFOREIGN);
	ck_assert_ptr_nonnull(back);
	odeon_free(back);
	ck_assert_ptr_null(odeon_ask(parcel, world.system, stranger, parcel_new(3), ODEON_NEVER, &why));
	ck_assert_int_eq(why, ODEON_EFOREIGN);
	ck_assert_int_eq(odeon_actor_stop(world.system, stranger), ODEON_EFOREIGN);
	ck_assert_int_eq(odeon_actor_kill(world.system, stranger), ODEON_EFOREIGN);
	ck_assert_int_eq(odeon_actor_stats(world.system, stranger, &stats), ODEON_EFOREIGN);
	ck_assert_uint_eq(world_stats(&abroad).actors, 1);
}
END_TEST

START_TEST(a_mailbox_is_not_redirected_abroad)
{
	struct plug plug = PLUG;
	odeon_ref child = ODEON_NOBODY;
	odeon_kind kind = *catcher;
	int error;

	kind.mailbox = (odeon_mailbox){ .messages = 1, .policy = ODEON_REDIRECT, .redirect = stranger };
	error = odeon_system_spawn(world.system, world_kind(&world, kind), NULL, &child);
	if (error) {                                           /* refused early, or each message is: both are fine */
		ck_assert(error == ODEON_EFOREIGN || error == ODEON_EINVAL);
		return;
	}
	world_tell(&world, child, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, child, 1, 1);
	error = odeon_post(world.system, child, parcel_new(2));
	ck_assert(error == ODEON_EFOREIGN || error == ODEON_EFULL);
	plug_release(&plug);
}
END_TEST

/* Systems come and go: a ref of one that has gone names nobody in its successors. They may have its place in memory, and
 * so its number, but then their generations are others. */
START_TEST(a_ref_of_a_system_that_has_gone_names_nobody_in_its_successors)
{
	struct world successor;
	odeon_ref old;
	int i, error;

	world_open(&successor, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE));
	old = world_catcher(&successor, (struct catcher){ 0 });
	world_close(&successor);
	for (i = 0; i < 20; i++) {
		world_open(&successor, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE));
		world_catcher(&successor, (struct catcher){ .journal = &journal });
		error = odeon_post(successor.system, old, parcel_new(1));
		ck_assert(error == ODEON_EFOREIGN || error == ODEON_EGONE);
		world_close(&successor);
	}
}
END_TEST

KIT_MAIN("unit/foreign",
	{ .name = "foreign", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_handler_hears_foreign_of_every_call, a_thread_hears_foreign_of_every_call,
	                     a_mailbox_is_not_redirected_abroad,
	                     a_ref_of_a_system_that_has_gone_names_nobody_in_its_successors) })
