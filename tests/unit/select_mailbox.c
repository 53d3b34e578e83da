/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select_mailbox.c - tests of ODEON_CASE_MAILBOX: a handler that waits for its own actor's mailbox, among other things
 *
 * How the wait ends, and what races with it, is in select_mailbox_end.c.
 */
#include "nested.h"

/* ---- what happens --------------------------------------------------------------------------------------------------------- */

/* Takes its mailbox message by message, until there is one that says to stop; then looks at its own message. */
static bool is_over;
static void loop_outer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error;

	if (parcel->number < OUTER) {
		journal_note(catcher->journal, parcel->number);
		return;
	}
	if (parcel->number == STOP_HERE) {
		is_over = true;
		return;
	}
	is_over = false;
	for (unsigned before = journal_count(catcher->journal); !is_over; before = journal_count(catcher->journal)) {
		must(select_mailbox(self, ODEON_NEVER, &error) == 0);
		must(error == 0);
		must(is_over || journal_count(catcher->journal) == before + 1);       /* exactly one */
	}
	must(parcel->number == OUTER);
	must(odeon_send(self, other, parcel) == 0);     /* still ours to give away */
}

START_TEST(messages_come_one_by_one_and_in_order_and_the_outer_one_stays)
{
	int i;

	actor = spawn_own(loop_outer);
	other = world_catcher(&world, (struct catcher){ .journal = &notes });
	world_posts(&world, actor, OUTER, 1);
	for (i = 0; i < 2000; i += 100) {
		world_posts(&world, actor, i, 100);
		if (i % 300 == 0)
			kit_pause();                    /* it falls asleep */
	}
	world_posts(&world, actor, STOP_HERE, 1);
	journal_wait(&notes, 2001);
	for (i = 0; i < 2000; i++)
		ck_assert_int_eq(journal_at(&notes, (unsigned)i), i);
	ck_assert_int_eq(journal_at(&notes, 2000), OUTER);
}
END_TEST

static void free_then_select(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error;

	if (parcel->number < OUTER) {
		journal_note(catcher->journal, parcel->number);
		return;
	}
	odeon_free(parcel);
	for (int i = 0; i < 3; i++)
		must(select_mailbox(self, ODEON_NEVER, &error) == 0 && error == 0);
}

START_TEST(the_outer_message_may_be_gone_before)
{
	actor = spawn_own(free_then_select);
	world_posts(&world, actor, OUTER, 1);
	world_posts(&world, actor, 0, 5);               /* the last two after the outer handler */
	journal_wait(&notes, 5);
	journal_expect(&notes, 5, (int[]){ 0, 1, 2, 3, 4 });
}
END_TEST

/* The nested handler gives away what the outer one holds. */
static struct parcel *outer_parcel;
static void give_outer_away(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error;

	(void)catcher;
	if (parcel->number == OUTER) {
		outer_parcel = parcel;
		must(select_mailbox(self, ODEON_NEVER, &error) == 0 && error == 0);
		return;
	}
	must(odeon_send(self, other, outer_parcel) == 0);
	must(odeon_send(self, other, parcel) == 0);
}

START_TEST(the_nested_handler_may_give_the_outer_message_away)
{
	actor = spawn_own(give_outer_away);
	other = world_catcher(&world, (struct catcher){ .journal = &notes });
	world_posts(&world, actor, OUTER, 1);
	world_posts(&world, actor, 7, 1);
	journal_wait(&notes, 2);
	journal_expect(&notes, 2, (int[]){ OUTER, 7 });
}
END_TEST

/* What to do with a request, by its number: reply, forward, keep, drop. */
static void treat(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error;

	if (parcel->number >= OUTER) {
		while (parcel->number == OUTER && select_mailbox(self, ODEON_NEVER, &error) == 0 && error == 0)
			if (catcher->kept != NULL && journal_count(&notes) == 0)
				journal_note(&notes, 1);
		return;
	}
	switch (parcel->number) {
	case 0:
		parcel->number = 50;
		must(odeon_reply(self, parcel) == 0);
		break;
	case 1:
		must(odeon_forward(self, other, parcel) == 0);
		break;
	case 2:
		catcher->kept = odeon_keep(self, parcel);
		break;
	case 3:
		must(odeon_reply_to(self, catcher->kept, parcel_new(53)) == 0);
		break;
	case 4:
		odeon_exit(self);
		break;
	}
}

static void reply_51(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	parcel->number = 51;
	must(odeon_reply(self, parcel) == 0);
}

static int ask(int number, int *why)
{
	struct parcel *answer = odeon_ask(parcel, world.system, actor, parcel_new(number), kit_deadline(), why);
	int got = answer != NULL ? answer->number : -1;

	odeon_free(answer);
	return got;
}

static void *ask_kept(void *result)
{
	int why;

	*(int *)result = ask(2, &why);
	return NULL;
}

START_TEST(nested_handlers_reply_forward_keep_and_owe)
{
	pthread_t asker;
	int why, kept = 0;

	actor = spawn_own(treat);
	other = world_catcher(&world, (struct catcher){ .on_parcel = reply_51 });
	world_posts(&world, actor, OUTER, 1);
	ck_assert_int_eq(ask(0, &why), 50);
	ck_assert_int_eq(ask(1, &why), 51);
	ck_assert_int_eq(ask(9, &why), -1);
	ck_assert_int_eq(why, ODEON_EUNANSWERED);
	must(pthread_create(&asker, NULL, ask_kept, &kept) == 0);
	journal_wait(&notes, 1);
	ck_assert_int_eq(odeon_post(world.system, actor, parcel_new(3)), 0);
	pthread_join(asker, NULL);
	ck_assert_int_eq(kept, 53);
	world_posts(&world, actor, 4, 1);
	gate_wait(&ending.ended, 1);
}
END_TEST

/* The outer request is answered after the nested ones were. */
static void answer_late(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error;

	(void)catcher;
	if (parcel->number == OUTER) {
		gate_open(&plug.entered);
		must(select_mailbox(self, ODEON_NEVER, &error) == 0 && error == 0);
		parcel->number++;
	}
	must(odeon_reply(self, parcel) == 0);
}

static void *ask_outer(void *result)
{
	int why;

	*(int *)result = ask(OUTER, &why);
	return NULL;
}

START_TEST(the_outer_request_keeps_its_own_sender_and_duty)
{
	pthread_t asker;
	int why, outer = 0;

	actor = spawn_own(answer_late);
	must(pthread_create(&asker, NULL, ask_outer, &outer) == 0);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(ask(5, &why), 5);
	pthread_join(asker, NULL);
	ck_assert_int_eq(outer, OUTER + 1);
}
END_TEST

/* ---- beside other cases -------------------------------------------------------------------------------------------------- */

static void mailbox_and_channel(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_case cases[2] = { ODEON_CASE_MAILBOX(self), ODEON_CASE_RECV(in) };

	if (parcel->number < OUTER) {
		journal_note(catcher->journal, parcel->number);
		return;
	}
	while (odeon_select(cases, 2, ODEON_NEVER) == 0 || cases[1].error == 0) {
		struct parcel *got = odeon_case_message(parcel, &cases[1]);

		if (got != NULL)
			journal_note(catcher->journal, 100 + got->number);
		odeon_free(got);
	}
	must(cases[1].error == ODEON_EDISCONNECTED);
	journal_note(catcher->journal, 999);
}

START_TEST(a_mailbox_beside_a_channel)
{
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(parcel), _i % 3 == 0 ? ODEON_UNBOUNDED : (size_t)(_i % 3 - 1), &out, &in), 0);
	actor = spawn_own(mailbox_and_channel);
	world_posts(&world, actor, OUTER, 1);
	for (int i = 0; i < 20; i++) {
		if (i % 2 == 0)
			world_posts(&world, actor, i, 1);
		else
			ck_assert_int_eq(odeon_sender_send(out, parcel_new(i)), 0);
		journal_wait(&notes, (unsigned)i + 1);
		ck_assert_int_eq(journal_at(&notes, (unsigned)i), i % 2 == 0 ? i : 100 + i);
		if (i % 5 == 0)
			kit_pause();
	}
	odeon_sender_drop(out);
	journal_wait(&notes, 21);
	odeon_receiver_drop(in);
}
END_TEST

static void with_a_deadline(odeon_self *self, void *argument)
{
	odeon_case cases[2] = { ODEON_CASE_MAILBOX(self), ODEON_CASE_DEFAULT };
	odeon_time until = odeon_clock_deadline(ODEON_MS(20));
	int error, *result = argument;

	*result = select_mailbox(self, ODEON_AT_ONCE, &error);
	must(*result == ODEON_ETIMEDOUT);
	must(odeon_select(cases, 2, ODEON_NEVER) == 1);
	must(odeon_select_ready(cases, 1, ODEON_AT_ONCE) == ODEON_ETIMEDOUT);
	*result = select_mailbox(self, until, &error);
	must(odeon_clock_now().ns >= until.ns);
}

START_TEST(a_deadline_and_a_default)
{
	int result = 0;

	actor = spawn_own(NULL);
	world_do(&world, actor, with_a_deadline, &result);
	ck_assert_int_eq(result, ODEON_ETIMEDOUT);
	world_posts(&world, actor, 3, 1);               /* the token is back: the actor goes on as ever */
	journal_wait(&notes, 1);
}
END_TEST

/* ---- a bounded mailbox --------------------------------------------------------------------------------------------------- */

START_TEST(room_that_nested_messages_make_is_told)
{
	odeon_kind kind = *catcher;
	int why;

	heard = 0;
	kind.place = ODEON_OWN_THREAD;
	kind.mailbox = (odeon_mailbox){ .messages = 2 };
	actor = world_spawn(&world, world_kind(&world, kind),
	                    &(struct catcher){ .on_parcel = until_stopping, .journal = &notes, .ending = &ending });
	world_posts(&world, actor, OUTER, 1);
	gate_wait(&plug.entered, 1);
	for (int i = 20; i < 220; i++)                  /* waits for room, which only nested turns make */
		ck_assert_ptr_null(odeon_try_post(world.system, actor, parcel_new(i), kit_deadline(), &why));
	journal_wait(&notes, 200);
	ck_assert_int_eq(odeon_actor_stop(world.system, actor), 0);
	expect_end(0);
}
END_TEST

/* ---- where it may not be --------------------------------------------------------------------------------------------------- */

static odeon_self *stranger;
static void lend_self(odeon_self *self, void *argument)
{
	stranger = self;
	errand_plug(self, argument);
}

static void try_stranger(odeon_self *self, void *result)
{
	int error;

	(void)self;
	*(int *)result = select_mailbox(stranger, ODEON_AT_ONCE, &error);
}

static void try_own(odeon_self *self, void *result)
{
	int error;

	*(int *)result = select_mailbox(self, ODEON_AT_ONCE, &error);
}

static void try_nested(odeon_self *self, void *result)
{
	int error;

	world_tell(&world, actor, try_own, result);
	must(select_mailbox(self, ODEON_NEVER, &error) == 0 && error == 0);
}

struct results { int *started, *stopped; struct gate *done; };
struct hooked { struct results results; };
ODEON_HANDLER(hooked, note) { odeon_exit(self); }
ODEON_START(hooked, results)
{
	hooked->results = *results;
	try_own(self, results->started);
	return 0;
}
ODEON_STOP(hooked)
{
	try_own(self, hooked->results.stopped);
	gate_open(hooked->results.done);
}
ODEON_HANDLERS(hooked_handlers, ODEON_ON(hooked, note));
ODEON_KIND(hooked, hooked_handlers, .start = ODEON_STARTS(hooked), .stop = ODEON_STOPS(hooked), .place = ODEON_OWN_THREAD);

START_TEST(elsewhere_it_is_an_error)
{
	int result = 0, started = 0, stopped = 0, error;
	odeon_ref pooled = world_catcher(&world, (struct catcher){ 0 }), hooks;
	struct gate done = GATE;

	actor = spawn_own(NULL);
	ck_assert_int_eq(select_mailbox(NULL, ODEON_AT_ONCE, &error), ODEON_EINVAL);
	world_do(&world, pooled, try_own, &result);
	ck_assert_int_eq(result, ODEON_EINVAL);
	result = 0;
	world_do(&world, actor, try_nested, &result);
	ck_assert_int_eq(result, ODEON_EINVAL);
	other = world_placed(&world, (struct catcher){ 0 }, ODEON_OWN_THREAD, 0);
	world_tell(&world, other, lend_self, &plug);
	gate_wait(&plug.entered, 1);
	ck_assert_int_eq(select_mailbox(stranger, ODEON_AT_ONCE, &error), ODEON_EINVAL);       /* a plain thread */
	world_do(&world, actor, try_stranger, &result);
	ck_assert_int_eq(result, ODEON_EINVAL);
	plug_release(&plug);
	hooks = world_spawn(&world, &hooked_kind, &(struct results){ &started, &stopped, &done });
	ck_assert_int_eq(started, ODEON_EINVAL);
	ck_assert_int_eq(odeon_post(world.system, hooks, odeon_new(note, .number = 0)), 0);
	gate_wait(&done, 1);
	ck_assert_int_eq(stopped, ODEON_EINVAL);
}
END_TEST

KIT_MAIN("unit/select_mailbox",
	{ "nested", KIT_TESTS(messages_come_one_by_one_and_in_order_and_the_outer_one_stays, the_outer_message_may_be_gone_before,
	                      the_nested_handler_may_give_the_outer_message_away, nested_handlers_reply_forward_keep_and_owe,
	                      the_outer_request_keeps_its_own_sender_and_duty), setup, teardown, 5 },
	{ "beside", KIT_TESTS(a_mailbox_beside_a_channel, a_deadline_and_a_default, room_that_nested_messages_make_is_told),
	  setup, teardown, 3 },
	{ "misuse", KIT_TESTS(elsewhere_it_is_an_error), setup, teardown, 0 })
