/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * waits.c - channels of a simulated system, wait by wait: whose turn it is meanwhile, on which clock a deadline is, and
 * what becomes of a wait that nothing can end
 */
#include "../harness/kit.h"
#include <odeon/channel.h>
#include <odeon/select.h>
#include <stdio.h>
#include <string.h>

static struct world world;
static odeon_sender *out;
static odeon_receiver *in;
static char log_text[20000];

static void keep_event(void *host, const char *line)
{
	size_t length = strlen(log_text);

	(void)host;
	snprintf(log_text + length, sizeof log_text - length, "%s\n", line);
}

static void setup(void)
{
	log_text[0] = '\0';
	world_open(&world, (odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed(), .on_event = keep_event }));
	out = NULL;
	in = NULL;
}

static void open_parcels(size_t capacity)
{
	const odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.system = world.system, .capacity = capacity);

	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(parcel), &options, &out, &in), 0);
}

static void close_parcels(void)
{
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	out = NULL;
	in = NULL;
}

static void teardown(void)
{
	close_parcels();
	world_close(&world);
}

static odeon_time from_now(odeon_duration duration)
{
	return odeon_system_deadline(world.system, duration);
}

static odeon_ref spawn_at(enum odeon_place place)
{
	return world_placed(&world, (struct catcher){ 0 }, place, 0);
}

static void send_five(odeon_self *self, void *argument)
{
	(void)argument;
	must(odeon_system_of(self) == world.system);
	for (int i = 0; i < 5; i++)
		must(odeon_sender_send(out, parcel_new(i)) == 0);
}

static int recv_number(odeon_time until, int *why)
{
	struct parcel *parcel = odeon_recv_until(parcel, in, until, why);
	int number = parcel != NULL ? parcel->number : -1;

	odeon_free(parcel);
	return number;
}

/* Full at once, and at each message, in a rendezvous too: the actor's handler rests and goes on. */
START_TEST(a_wait_of_the_host_runs_the_actors)
{
	int why;

	open_parcels((size_t)_i % 3);
	world_tell(&world, spawn_at(ODEON_OWN_THREAD), send_five, NULL);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(recv_number(ODEON_NEVER, &why), i);
	ck_assert_int_eq(recv_number(ODEON_NEVER, &why), -1);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);         /* in vain: nobody is left to send */
}
END_TEST

START_TEST(a_deadline_is_on_the_virtual_clock)
{
	odeon_time real = odeon_clock_now(), until = from_now(ODEON_SECONDS(3600));
	int why;

	open_parcels(1);
	ck_assert_int_eq(recv_number(until, &why), -1);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_system_now(world.system).ns, until.ns);
	ck_assert_int_lt(odeon_clock_now().ns, real.ns + ODEON_SECONDS(5));
}
END_TEST

static void send_late(odeon_self *self, void *argument)
{
	must(odeon_select(NULL, 0, odeon_deadline(self, ODEON_MS(15))) == ODEON_ETIMEDOUT);      /* sleeps */
	send_five(self, argument);
}

START_TEST(tick_after_and_actors_come_in_the_order_of_time)
{
	odeon_receiver *tick = odeon_receiver_tick(world.system, ODEON_MS(10));
	odeon_receiver *after = odeon_receiver_after(world.system, from_now(ODEON_MS(35)));
	odeon_case cases[3] = { ODEON_CASE_RECV(tick), ODEON_CASE_RECV(after), ODEON_CASE_NOTHING };
	static const int order[] = { 0, 2, 2, 2, 2, 2, 0, 0, 1 };
	odeon_time began = odeon_system_now(world.system);

	open_parcels(ODEON_UNBOUNDED);
	cases[2] = (odeon_case)ODEON_CASE_RECV(in);
	world_tell(&world, spawn_at(ODEON_OWN_THREAD), send_late, NULL);
	for (unsigned i = 0; i < 9; i++) {
		ck_assert_int_eq(odeon_select(cases, 3, ODEON_NEVER), order[i]);
		ck_assert_int_eq(cases[order[i]].error, 0);
	}
	ck_assert_int_ge(odeon_system_now(world.system).ns, began.ns + ODEON_MS(35));
	ck_assert_int_lt(odeon_system_now(world.system).ns, began.ns + ODEON_MS(36));
	for (int i = 0; i < 3; i++)
		odeon_case_clear(&cases[i]);
	odeon_receiver_drop(tick);
	odeon_receiver_drop(after);
}
END_TEST

struct question { odeon_ref whom; int got, why; odeon_time until; };
static void ask_him(odeon_self *self, void *argument)
{
	struct question *question = argument;
	struct parcel *answer = odeon_ask(parcel, odeon_system_of(self), question->whom, parcel_new(20), question->until, &question->why);

	question->got = answer != NULL ? answer->number : -1;
	odeon_free(answer);
}

static void answer_him(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	parcel->number++;
	must(odeon_reply(self, parcel) == 0);
}

START_TEST(an_actor_with_its_own_thread_may_ask)
{
	odeon_ref knower = world_catcher(&world, (struct catcher){ .on_parcel = answer_him });
	struct question own = { knower, 0, 0, ODEON_NEVER }, pooled = own;

	world_tell(&world, spawn_at(ODEON_OWN_THREAD), ask_him, &own);
	world_tell(&world, spawn_at(ODEON_POOLED), ask_him, &pooled);
	ck_assert_int_ge(odeon_system_run(world.system, from_now(ODEON_MS(1))), 3);
	ck_assert_int_eq(own.got, 21);
	ck_assert_int_eq(own.why, 0);
	ck_assert_int_eq(pooled.got, -1);
	ck_assert_int_eq(pooled.why, ODEON_EWOULDBLOCK);
}
END_TEST

/* Each waits for the other. The stop of the system gives one wait up after the other. */
START_TEST(a_deadlock_ends_with_the_system)
{
	odeon_ref a = spawn_at(ODEON_OWN_THREAD), b = spawn_at(ODEON_OWN_THREAD);
	struct question first = { b, 0, 0, ODEON_NEVER }, second = { a, 0, 0, ODEON_NEVER };

	world_tell(&world, a, ask_him, &first);
	world_tell(&world, b, ask_him, &second);
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_NEVER), ODEON_ETIMEDOUT);
	ck_assert_int_eq(odeon_system_stop(world.system, from_now(ODEON_SECONDS(1)), NULL), 0);
	ck_assert(first.why == ODEON_ETIMEDOUT || second.why == ODEON_ETIMEDOUT);
	ck_assert_int_eq(first.got, -1);
	ck_assert_int_eq(second.got, -1);
}
END_TEST

static void take_own(odeon_self *self, void *argument)
{
	odeon_case cases[2] = { ODEON_CASE_MAILBOX(self), ODEON_CASE_RECV(in) };
	int *result = argument;

	do
		*result = odeon_select(cases, 2, ODEON_NEVER);
	while (*result == 1 || cases[0].error == 0);
	odeon_case_clear(&cases[1]);
	*result = cases[0].error;
}

START_TEST(a_mailbox_case_hears_messages_and_the_end)
{
	struct journal notes = JOURNAL;
	int result = 0;
	odeon_ref actor = world_placed(&world, (struct catcher){ .journal = &notes }, ODEON_OWN_THREAD, 0);

	open_parcels(1);
	world_tell(&world, actor, take_own, &result);
	ck_assert_int_eq(odeon_sender_send(out, parcel_new(1)), 0);
	world_posts(&world, actor, 0, 5);
	ck_assert_int_ge(odeon_system_run(world.system, from_now(ODEON_MS(1))), 0);
	journal_expect(&notes, 5, (int[]){ 0, 1, 2, 3, 4 });
	world_posts(&world, actor, 5, 2);
	ck_assert_int_eq((_i % 2 == 0 ? odeon_actor_kill : odeon_actor_stop)(world.system, actor), 0);
	ck_assert_int_eq(odeon_system_wait(world.system, ODEON_NEVER), 0);
	ck_assert_int_eq(result, ODEON_ESTOPPING);
	ck_assert_uint_eq(journal_count(&notes), _i % 2 == 0 ? 5 : 7);
}
END_TEST

static void fill_him(odeon_self *self, void *argument)
{
	int why;

	for (int i = 0; i < 10; i++)
		must(odeon_try_post(odeon_system_of(self), *(odeon_ref *)argument, parcel_new(i), ODEON_NEVER, &why) == NULL);
}

START_TEST(an_own_thread_waits_for_room_in_a_mailbox)
{
	struct journal notes = JOURNAL;
	odeon_ref full = world_bounded(&world, (struct catcher){ .journal = &notes }, (odeon_mailbox){ .messages = 1 });

	world_tell(&world, spawn_at(ODEON_OWN_THREAD), fill_him, &full);
	ck_assert_int_ge(odeon_system_run(world.system, from_now(ODEON_MS(1))), 10);
	ck_assert_uint_eq(journal_count(&notes), 10);
}
END_TEST

START_TEST(the_log_has_each_operation_and_its_channel)
{
	int why;

	open_parcels(1);
	close_parcels();
	open_parcels(1);
	world_tell(&world, spawn_at(ODEON_OWN_THREAD), send_five, NULL);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(recv_number(ODEON_NEVER, &why), i);
	close_parcels();
	ck_assert_ptr_nonnull(strstr(log_text, "0.1 sends struct parcel, channel 2\n"));
	ck_assert_ptr_nonnull(strstr(log_text, "0.0 receives struct parcel, channel 2\n"));
	ck_assert_ptr_nonnull(strstr(log_text, "0.0 is the last that sends struct parcel, channel 1\n"));
	ck_assert_ptr_nonnull(strstr(log_text, "0.0 is the last that receives struct parcel, channel 2\n"));
}
END_TEST

START_TEST(a_channel_may_outlive_its_system)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 5 });
	odeon_channel_options of = ODEON_CHANNEL_OPTIONS(.capacity = 1);
	odeon_system *gone = NULL;
	odeon_receiver *after;
	int why;

	ck_assert_int_eq(odeon_system_start(&options, &gone), 0);
	of.system = gone;
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(parcel), &of, &out, &in), 0);
	after = odeon_receiver_after(gone, odeon_system_deadline(gone, 10));
	ck_assert_int_eq(odeon_system_free(gone), 0);
	ck_assert_int_eq(odeon_sender_send(out, parcel_new(3)), 0);
	ck_assert_int_eq(recv_number(ODEON_NEVER, &why), 3);
	ck_assert_int_eq(recv_number(ODEON_NEVER, &why), -1);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	odeon_free(odeon_recv(odeon_tick, after));
	odeon_receiver_drop(after);
}
END_TEST

START_TEST(two_worlds_do_not_mix)
{
	odeon_receiver *real = odeon_receiver_tick(NULL, ODEON_MS(1)), *simulated = odeon_receiver_tick(world.system, ODEON_MS(1));
	odeon_case cases[2] = { ODEON_CASE_RECV(real), ODEON_CASE_RECV(simulated) };
	odeon_case others[2] = { ODEON_CASE_RECV(simulated), ODEON_CASE_FD(0, 1) };

	ck_assert_int_eq(odeon_select(cases, 2, ODEON_AT_ONCE), ODEON_EINVAL);
	cases[0] = (odeon_case)ODEON_CASE_RECV(simulated);
	cases[1] = (odeon_case)ODEON_CASE_RECV(real);
	ck_assert_int_eq(odeon_select(cases, 2, ODEON_AT_ONCE), ODEON_EINVAL);
	ck_assert_int_eq(odeon_select(others, 2, ODEON_AT_ONCE), ODEON_EINVAL);
	odeon_receiver_drop(real);
	odeon_receiver_drop(simulated);
}
END_TEST

KIT_MAIN("simulation/waits",
	{ "waits", KIT_TESTS(a_wait_of_the_host_runs_the_actors, a_deadline_is_on_the_virtual_clock,
	                     tick_after_and_actors_come_in_the_order_of_time, an_actor_with_its_own_thread_may_ask,
	                     a_deadlock_ends_with_the_system, a_mailbox_case_hears_messages_and_the_end,
	                     an_own_thread_waits_for_room_in_a_mailbox, the_log_has_each_operation_and_its_channel,
	                     a_channel_may_outlive_its_system, two_worlds_do_not_mix), setup, teardown, 6 })
