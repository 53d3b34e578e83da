/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * end.c - tests of odeon/actor.h: every way in which an actor ends
 */
#include "../harness/kit.h"
#include <string.h>

static struct world world;
static struct journal journal;
static struct ending ending;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

static int end_code;
static const char *end_text;

static void errand_fail(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_fail(self, end_code, end_text);
}

static void expect_end(int code, const char *text)
{
	gate_wait(&ending.ended, 1);
	ck_assert_int_eq(ending.code, code);
	if (text)
		ck_assert_str_eq(ending.text, text);
	ck_assert_uint_eq(gate_count(&ending.ended), 1);
}

static odeon_ref mortal(void)
{
	return world_catcher(&world, (struct catcher){ .journal = &journal, .ending = &ending });
}

START_TEST(an_exit_has_reason_zero)
{
	world_do(&world, mortal(), errand_exit, NULL);
	expect_end(0, NULL);
}
END_TEST

START_TEST(a_failure_tells_code_and_text)
{
	end_code = 42;
	end_text = "the disk is on fire";
	world_do(&world, mortal(), errand_fail, NULL);
	expect_end(42, "the disk is on fire");
}
END_TEST

START_TEST(a_failure_without_text_has_the_text_of_its_code)
{
	end_code = ODEON_EDISCONNECTED;
	end_text = NULL;
	world_do(&world, mortal(), errand_fail, NULL);
	expect_end(ODEON_EDISCONNECTED, odeon_error_text(ODEON_EDISCONNECTED));
}
END_TEST

START_TEST(a_failure_with_code_zero_is_a_failure)
{
	end_code = 0;
	end_text = NULL;
	world_do(&world, mortal(), errand_fail, NULL);
	expect_end(ODEON_EFAILED, odeon_error_text(ODEON_EFAILED));
}
END_TEST

static void fail_with_a_local_text(odeon_self *self, void *argument)
{
	char text[600];

	(void)argument;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	odeon_fail(self, 1, text);
	memset(text, 'y', sizeof(text));                       /* it was copied */
}

START_TEST(a_long_text_is_cut_at_120_bytes)
{
	world_do(&world, mortal(), fail_with_a_local_text, NULL);
	gate_wait(&ending.ended, 1);
	ck_assert_uint_ge(strlen(ending.text), 119);
	ck_assert_uint_le(strlen(ending.text), 120);
	ck_assert_uint_eq(strspn(ending.text, "x"), strlen(ending.text));
}
END_TEST

START_TEST(a_kill_has_the_reason_killed)
{
	odeon_ref actor = mortal();

	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	expect_end(ODEON_EKILLED, NULL);
	world_await_end(&world, actor);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), ODEON_EGONE);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), ODEON_EGONE);
}
END_TEST

START_TEST(a_stop_comes_after_what_is_queued)
{
	struct plug plug = PLUG;
	odeon_ref actor = mortal();

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 0, 200);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	plug_release(&plug);
	expect_end(0, NULL);
	ck_assert_uint_eq(journal_count(&journal), 200);       /* all of them, and before the end */
}
END_TEST

START_TEST(a_kill_overtakes_what_is_queued_and_a_stop)
{
	struct plug plug = PLUG;
	odeon_ref actor = mortal();

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 0, 200);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	plug_release(&plug);
	expect_end(ODEON_EKILLED, NULL);
	ck_assert_uint_eq(journal_count(&journal), 0);
	eventually(world_stats(&world).dead_letters == 200);
}
END_TEST

START_TEST(several_stops_and_kills_end_an_actor_once)
{
	struct plug plug = PLUG;
	odeon_ref actor = mortal();
	int i;

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (i = 0; i < 100; i++) {
		int error = i % 2 ? odeon_actor_stop(world.system, actor) : odeon_actor_kill(world.system, actor);

		ck_assert(error == 0 || error == ODEON_EGONE);
	}
	plug_release(&plug);
	world_await_end(&world, actor);
	expect_end(ODEON_EKILLED, NULL);
}
END_TEST

static void exit_and_go_on(odeon_self *self, void *argument)
{
	odeon_ref *to = argument;

	odeon_exit(self);
	must(odeon_send(self, *to, parcel_new(1)) == 0);       /* the rest of the handler runs, and its sends go out */
	odeon_exit(self);                                      /* twice is once */
}

START_TEST(what_is_sent_after_an_exit_goes_out)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });

	world_do(&world, mortal(), exit_and_go_on, &to);
	expect_end(0, NULL);
	journal_expect(&journal, 1, (const int[]){ 1 });
}
END_TEST

/* The trap: a batch that was begun is handled to its end although the actor has gone. */
static void exit_in_first(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	journal_note(catcher->journal, parcel->number);
	if (catcher->argument)
		odeon_fail(self, 3, "enough");
	else
		odeon_exit(self);
}

START_TEST(after_an_exit_the_rest_of_the_batch_is_dead_letters)
{
	struct plug plug = PLUG;
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = exit_in_first, .journal = &journal,
	                                                          .ending = &ending, .argument = _i ? &plug : NULL });

	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, actor, 1, 10);
	plug_release(&plug);
	expect_end(_i ? 3 : 0, _i ? "enough" : NULL);
	eventually(world_stats(&world).dead_letters == 9);
	ck_assert_uint_eq(journal_count(&journal), 1);         /* no handler ran again */
	ck_assert_int_eq(world_letter(&world, 8).why, ODEON_EGONE);
}
END_TEST

static void exit_then_fail(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_exit(self);
	odeon_fail(self, 5, "after all");
}

START_TEST(a_failure_after_an_exit_ends_it_once)
{
	world_do(&world, mortal(), exit_then_fail, NULL);
	gate_wait(&ending.ended, 1);
	ck_assert(ending.code == 0 || ending.code == 5);
}
END_TEST

/* ---- what stop may do ------------------------------------------------------------------------------------------------------- */

struct closer { odeon_ref to; int code; };
static void stop_and_call(odeon_self *self, void *state, const odeon_reason *reason)
{
	struct closer *closer = state;
	odeon_ref child = { 99 };

	must(reason->text != NULL);
	must(odeon_ref_is_nobody(odeon_from(self)));
	must(odeon_send(self, closer->to, parcel_new(8)) == 0);
	must(odeon_send(self, odeon_self_ref(self), parcel_new(9)) == ODEON_EGONE);
	must(odeon_spawn(self, catcher, NULL, &child) == ODEON_ESTOPPING);
	must(odeon_ref_is_nobody(child));
	must(odeon_reply(self, parcel_new(10)) == ODEON_EINVAL);
	must(odeon_reply_error(self, ODEON_EGONE) == ODEON_EINVAL);
	must(odeon_duty(self) == NULL);
	journal_note(&journal, reason->code);
}
ODEON_HANDLER(closer, parcel) { }
ODEON_HANDLERS(closer_handlers, ODEON_ON(closer, parcel));
ODEON_KIND(closer, closer_handlers, .stop = stop_and_call);

START_TEST(what_stop_sends_goes_out_and_the_rest_is_refused)
{
	struct journal sent = JOURNAL;
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &sent });
	odeon_ref actor = world_spawn(&world, &closer_kind, &(struct closer){ .to = to });

	ck_assert_int_eq(_i ? odeon_actor_kill(world.system, actor) : odeon_actor_stop(world.system, actor), 0);
	journal_expect(&journal, 1, (const int[]){ _i ? ODEON_EKILLED : 0 });
	journal_expect(&sent, 1, (const int[]){ 8 });
}
END_TEST

KIT_MAIN("unit/end",
	{ .name = "end", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(an_exit_has_reason_zero, a_failure_tells_code_and_text,
	                     a_failure_without_text_has_the_text_of_its_code, a_failure_with_code_zero_is_a_failure,
	                     a_long_text_is_cut_at_120_bytes, a_kill_has_the_reason_killed, a_stop_comes_after_what_is_queued,
	                     a_kill_overtakes_what_is_queued_and_a_stop, several_stops_and_kills_end_an_actor_once,
	                     what_is_sent_after_an_exit_goes_out, a_failure_after_an_exit_ends_it_once) },
	{ .name = "batch", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(after_an_exit_the_rest_of_the_batch_is_dead_letters, what_stop_sends_goes_out_and_the_rest_is_refused) })
