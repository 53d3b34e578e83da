/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipe.c - odeon_receiver_pipe: what a channel carries comes to an actor, in order, no faster than its mailbox has room, until one of
 * the two ends
 */
#include "../harness/kit.h"
#include <sched.h>

static struct world world;
static odeon_sender *out;
static odeon_receiver *in;
static struct journal journal;

static void setup(void)
{
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	journal = (struct journal)JOURNAL;
	out = NULL;
	in = NULL;
}

static void teardown(void)
{
	odeon_sender_drop(out);
	world_close(&world);
	odeon_receiver_drop(in);
}

static void open_channel(size_t capacity)
{
	ck_assert_int_eq(odeon_channel_open(ODEON_TYPE(parcel), capacity, &out, &in), 0);
}

/* The half is the pipe's from here on. */
static int pipe_to(odeon_ref to)
{
	odeon_receiver *half = in;

	in = NULL;
	return odeon_receiver_pipe(half, world.system, to);
}

static void send_parcels(int first, int count)
{
	int i;

	for (i = first; i < first + count; i++)
		must(odeon_sender_send(out, parcel_new(i)) == 0);
}

static bool is_disconnected(void)
{
	int why = 0;
	struct parcel *parcel = odeon_sender_try(out, parcel_new(0), ODEON_AT_ONCE, &why);

	odeon_free(parcel);
	return why == ODEON_EDISCONNECTED;
}

static uint64_t actors(void)
{
	return world_stats(&world).actors;
}

/* ---- order -------------------------------------------------------------------------------------------------------------------- */

static void note_the_number(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	must(odeon_ref_is_nobody(odeon_from(self)));
	journal_note(catcher->journal, parcel->number);
}

START_TEST(what_is_sent_comes_in_order)
{
	static const size_t capacities[] = { ODEON_UNBOUNDED, 0, 1, 10 };
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal, .on_parcel = note_the_number });
	int i, many = KIT_SLOWER(JOURNAL_MOST);

	open_channel(capacities[_i]);
	if (capacities[_i] == ODEON_UNBOUNDED)
		send_parcels(0, many / 2);             /* some wait already */
	ck_assert_int_eq(pipe_to(to), 0);
	send_parcels(capacities[_i] == ODEON_UNBOUNDED ? many / 2 : 0, capacities[_i] == ODEON_UNBOUNDED ? many / 2 : many);
	journal_wait(&journal, (unsigned)many);
	for (i = 0; i < many; i++)
		must(journal_at(&journal, (unsigned)i) == i);
	odeon_sender_drop(out);
	out = NULL;
	eventually(actors() == 1);                     /* the pipe has ended, the actor has not */
	ck_assert_uint_eq(journal_count(&journal), (unsigned)many);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

START_TEST(what_waits_when_the_channel_is_disconnected_comes_too)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });

	open_channel(100);
	send_parcels(0, 100);
	odeon_sender_drop(out);
	out = NULL;
	ck_assert_int_eq(pipe_to(to), 0);
	journal_wait(&journal, 100);
	ck_assert_int_eq(journal_at(&journal, 99), 99);
	eventually(actors() == 1);
}
END_TEST

START_TEST(a_simulated_one_works_under_every_seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = kit_seed() + (uint64_t)_i });
	odeon_channel_options bounded = ODEON_CHANNEL_OPTIONS(.capacity = 8);
	odeon_kind kind = *catcher;
	odeon_ref to;
	int i;

	kind.mailbox = (odeon_mailbox){ .messages = 3 };
	must(odeon_system_start(&options, &bounded.system) == 0);
	must(odeon_channel_open_with(ODEON_TYPE(parcel), &bounded, &out, &in) == 0);
	must(odeon_system_spawn(bounded.system, &kind, &(struct catcher){ .journal = &journal }, &to) == 0);
	must(odeon_receiver_pipe(in, bounded.system, to) == 0);
	in = NULL;
	for (i = 0; i < 50; i++)
		must(odeon_sender_send(out, parcel_new(i)) == 0);      /* waiting runs the system */
	odeon_sender_drop(out);
	out = NULL;
	must(odeon_system_run(bounded.system, odeon_system_deadline(bounded.system, ODEON_SECONDS(1))) >= 0);
	ck_assert_uint_eq(journal_count(&journal), 50);
	for (i = 0; i < 50; i++)
		must(journal_at(&journal, (unsigned)i) == i);
	must(odeon_system_free(bounded.system) == 0);
}
END_TEST

/* ---- no faster than there is room ----------------------------------------------------------------------------------------------- */

/* The mailbox holds 4, the pipe 1, the channel 3: the ninth is refused, until the actor goes on. */
START_TEST(a_full_mailbox_holds_up_the_channel_and_its_senders)
{
	struct plug plug = PLUG;
	odeon_ref to = world_bounded(&world, (struct catcher){ .journal = &journal }, (odeon_mailbox){ .messages = 4 });
	int why = 0, i;
	struct parcel *parcel;

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	open_channel(3);
	ck_assert_int_eq(pipe_to(to), 0);
	for (i = 0; i < 8; i++) {
		parcel = odeon_sender_try(out, parcel_new(i), kit_deadline(), &why);
		ck_assert_ptr_null(parcel);
	}
	parcel = odeon_sender_try(out, parcel_new(8), odeon_clock_deadline(ODEON_MS(20)), &why);
	ck_assert_ptr_nonnull(parcel);
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	plug_release(&plug);
	must(odeon_sender_send(out, parcel) == 0);
	send_parcels(9, 1000);
	journal_wait(&journal, 1009);
	for (i = 0; i < 1009; i++)
		must(journal_at(&journal, (unsigned)i) == i);
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

/* However slow: at no instant do more wait than the bound, and nothing is lost. */
static atomic_uint most_seen;

static void look_at_the_queue(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	must(odeon_actor_stats(odeon_system_of(self), odeon_self_ref(self), &stats) == 0);
	if (stats.queued > atomic_load(&most_seen))
		atomic_store(&most_seen, (unsigned)stats.queued);
	if (parcel->number % 50 == 0)
		sched_yield();
	journal_note(catcher->journal, parcel->number);
}

START_TEST(the_bound_of_the_mailbox_holds)
{
	odeon_ref to = world_bounded(&world, (struct catcher){ .journal = &journal, .on_parcel = look_at_the_queue },
	                             (odeon_mailbox){ .messages = 2 });
	int many = KIT_SLOWER(JOURNAL_MOST);

	open_channel(1);
	ck_assert_int_eq(pipe_to(to), 0);
	send_parcels(0, many);
	journal_wait(&journal, (unsigned)many);
	ck_assert_int_eq(journal_at(&journal, (unsigned)many - 1), many - 1);
	ck_assert_uint_le(atomic_load(&most_seen), 2 + 2);      /* the one in hand, and news of room, which takes no place */
	ck_assert_uint_eq(world_letters(&world), 0);
}
END_TEST

START_TEST(a_policy_that_drops_drops)
{
	struct plug plug = PLUG;
	odeon_ref to = world_bounded(&world, (struct catcher){ .journal = &journal },
	                             (odeon_mailbox){ .messages = 2, .policy = ODEON_DROP_NEWEST });

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	open_channel(5);
	ck_assert_int_eq(pipe_to(to), 0);
	send_parcels(0, 10);
	eventually(world_stats(&world).dropped == 8);
	plug_release(&plug);
	journal_expect(&journal, 2, (int[]){ 0, 1 });
}
END_TEST

START_TEST(a_message_that_never_fits_is_a_dead_letter_and_the_next_one_comes)
{
	odeon_ref to = world_bounded(&world, (struct catcher){ .journal = &journal }, (odeon_mailbox){ .bytes = 256 });

	must(odeon_channel_open(ODEON_TYPE(note), 4, &out, &in) == 0);
	ck_assert_int_eq(pipe_to(to), 0);
	must(odeon_sender_send(out, odeon_new_sized(note, 1000)) == 0);
	must(odeon_sender_send(out, odeon_new(note)) == 0);
	journal_wait(&journal, 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EFULL);
}
END_TEST

START_TEST(the_systems_own_bound_is_not_the_pipes)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .mailbox = { .bytes = 1 });
	odeon_kind kind = *catcher;
	odeon_ref to;

	world_close(&world);
	world_open(&world, options);
	kind.mailbox = (odeon_mailbox){ .messages = 5000 };
	to = world_spawn(&world, world_kind(&world, kind), &(struct catcher){ .journal = &journal });
	open_channel(ODEON_UNBOUNDED);
	send_parcels(0, 1000);                         /* more than a batch */
	ck_assert_int_eq(pipe_to(to), 0);
	journal_wait(&journal, 1000);
}
END_TEST

static void look_at_the_channel(odeon_self *self, void *left)
{
	(void)self;
	*(size_t *)left = odeon_sender_len(out);
}

struct course { odeon_ref to, other; size_t left; struct gate looked; };

/* In a handler of the only worker, so that the other waits its turn before the pipe has its first. */
static void pipe_past_another(odeon_self *self, void *argument)
{
	struct course *course = argument;

	must(odeon_send(self, course->other, odeon_new(errand, .run = look_at_the_channel, .argument = &course->left,
	                                               .done = &course->looked)) == 0);
	must(pipe_to(course->to) == 0);
}

static atomic_uint arrived;

static void count_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	(void)parcel;
	atomic_fetch_add(&arrived, 1);
}

START_TEST(a_channel_that_never_empties_leaves_the_worker_to_others)
{
	struct course course = { .looked = GATE };
	unsigned many = KIT_SLOWER(200000);

	world_close(&world);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	course.to = world_catcher(&world, (struct catcher){ .on_parcel = count_it });
	course.other = world_catcher(&world, (struct catcher){ 0 });
	open_channel(ODEON_UNBOUNDED);
	send_parcels(0, (int)many);
	world_errand(&world, pipe_past_another, &course);
	gate_wait(&course.looked, 1);
	ck_assert_uint_gt(course.left, 0);             /* it had its turn before all had gone through */
	eventually(atomic_load(&arrived) == many);
}
END_TEST

/* ---- ends ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(when_the_actor_has_ended_a_next_message_shows_it)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });

	open_channel(ODEON_UNBOUNDED);
	ck_assert_int_eq(pipe_to(to), 0);
	send_parcels(1, 1);
	journal_wait(&journal, 1);
	must(odeon_actor_kill(world.system, to) == 0);
	world_await_end(&world, to);
	must(odeon_sender_send(out, parcel_new(2)) == 0);
	eventually(is_disconnected());
	eventually(actors() == 0);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_EGONE);
	ck_assert_ptr_eq(world_letter(&world, 0).type, ODEON_TYPE(parcel));
}
END_TEST

START_TEST(the_end_of_a_full_actor_ends_the_pipe)
{
	struct plug plug = PLUG;
	odeon_ref to = world_bounded(&world, (struct catcher){ .journal = &journal }, (odeon_mailbox){ .messages = 1 });

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	open_channel(1);
	ck_assert_int_eq(pipe_to(to), 0);
	send_parcels(0, 3);
	must(odeon_actor_kill(world.system, to) == 0);
	plug_release(&plug);
	eventually(actors() == 0);
	ck_assert(is_disconnected());
}
END_TEST

/* Stopped or killed with the rest: what it has kept is not lost without a word, and the half is dropped. */
START_TEST(a_system_that_stops_ends_the_pipe)
{
	struct plug plug = PLUG;
	odeon_ref to = world_bounded(&world, (struct catcher){ .journal = &journal }, (odeon_mailbox){ .messages = 1 });

	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	open_channel(2);
	ck_assert_int_eq(pipe_to(to), 0);
	send_parcels(0, 4);                            /* one in the mailbox, one kept, two in the channel */
	eventually(odeon_sender_len(out) == 2);
	if (_i == 0)
		plug_release(&plug);
	ck_assert_int_eq(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_MS(_i == 0 ? 10000 : 50)), NULL),
	                 _i == 0 ? 0 : ODEON_EBUSY);
	if (_i == 1)
		plug_release(&plug);
	eventually(is_disconnected());
}
END_TEST

static void *send_until_disconnected(void *argument)
{
	int i, error = 0;

	(void)argument;
	for (i = 0; error == 0; i++)
		error = odeon_sender_send(out, parcel_new(i));
	must(error == ODEON_EDISCONNECTED);
	return NULL;
}

START_TEST(an_actor_killed_while_much_is_sent_loses_nothing_without_a_word)
{
	static const size_t capacities[] = { ODEON_UNBOUNDED, 0, 1, 4 };
	int round;

	for (round = 0; round < KIT_SLOWER(100); round++) {
		odeon_ref to = world_catcher(&world, (struct catcher){ 0 });
		pthread_t sender;

		open_channel(capacities[_i]);
		ck_assert_int_eq(pipe_to(to), 0);
		must(pthread_create(&sender, NULL, send_until_disconnected, NULL) == 0);
		if (round % 3 == 0)
			sched_yield();
		must(odeon_actor_kill(world.system, to) == 0);
		pthread_join(sender, NULL);
		odeon_sender_drop(out);
		out = NULL;
	}
	eventually(actors() == 0);
}
END_TEST

/* ---- errors ------------------------------------------------------------------------------------------------------------------------- */

START_TEST(what_cannot_be_piped_is_an_error_and_the_half_is_taken)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ 0 });
	odeon_system *other = NULL;
	odeon_options options = ODEON_OPTIONS(.workers = 1);
	odeon_ref stranger;

	must(odeon_system_start(&options, &other) == 0);
	must(odeon_system_spawn(other, catcher, NULL, &stranger) == 0);
	ck_assert_int_eq(odeon_receiver_pipe(NULL, world.system, to), ODEON_EINVAL);
	open_channel(1);
	ck_assert_int_eq(odeon_receiver_pipe(in, NULL, to), ODEON_EINVAL);
	ck_assert(is_disconnected());
	odeon_sender_drop(out);
	open_channel(1);
	ck_assert_int_eq(pipe_to(world_ended(&world)), ODEON_EGONE);
	ck_assert(is_disconnected());
	odeon_sender_drop(out);
	open_channel(1);
	ck_assert_int_eq(pipe_to(ODEON_NOBODY), ODEON_EGONE);
	ck_assert(is_disconnected());
	odeon_sender_drop(out);
	open_channel(1);
	ck_assert_int_eq(pipe_to(stranger), ODEON_EFOREIGN);
	ck_assert(is_disconnected());
	ck_assert_int_eq(odeon_receiver_pipe(odeon_receiver_tick(NULL, 1), world.system, to), ODEON_EINVAL);
	ck_assert_int_eq(odeon_receiver_pipe(odeon_receiver_after(NULL, ODEON_AT_ONCE), world.system, to), ODEON_EINVAL);
	ck_assert_int_eq(odeon_receiver_pipe(odeon_receiver_never(NULL), world.system, to), ODEON_EINVAL);
	eventually(actors() == 1);
	must(odeon_system_free(other) == 0);
}
END_TEST

static void pipe_as_it_stops(odeon_self *self, void *argument)
{
	(void)self;
	gate_open(argument);
	eventually(odeon_system_spawn(world.system, catcher, NULL, NULL) == ODEON_ESTOPPING);
	ck_assert_int_eq(pipe_to(odeon_self_ref(self)), ODEON_ESTOPPING);
}

static void *stop_the_system(void *entered)
{
	gate_wait(entered, 1);
	must(odeon_system_stop(world.system, kit_deadline(), NULL) == 0);
	return NULL;
}

START_TEST(a_system_that_stops_refuses)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ 0 });
	struct gate entered = GATE;
	pthread_t stopper;

	open_channel(1);
	must(pthread_create(&stopper, NULL, stop_the_system, &entered) == 0);
	world_tell(&world, actor, pipe_as_it_stops, &entered);
	pthread_join(stopper, NULL);
	ck_assert(is_disconnected());
}
END_TEST

static void pipe_in_a_handler(odeon_self *self, void *to)
{
	must(odeon_receiver_pipe(in, odeon_system_of(self), *(odeon_ref *)to) == 0);
	in = NULL;
}

START_TEST(a_handler_may_open_one)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .journal = &journal });

	open_channel(1);
	world_do(&world, to, pipe_in_a_handler, &to);  /* to itself */
	send_parcels(0, 100);
	journal_wait(&journal, 100);
}
END_TEST

KIT_MAIN("contract/pipe",
	{ .name = "order", .setup = setup, .teardown = teardown, .loop = 4, .tests = KIT_TESTS(what_is_sent_comes_in_order) },
	{ .name = "rest", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_waits_when_the_channel_is_disconnected_comes_too, a_handler_may_open_one) },
	{ .name = "simulated", .setup = setup, .teardown = teardown, .loop = 20,
	  .tests = KIT_TESTS(a_simulated_one_works_under_every_seed) },
	{ .name = "room", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_full_mailbox_holds_up_the_channel_and_its_senders, the_bound_of_the_mailbox_holds,
	                     a_policy_that_drops_drops,
	                     a_message_that_never_fits_is_a_dead_letter_and_the_next_one_comes, the_systems_own_bound_is_not_the_pipes,
	                     a_channel_that_never_empties_leaves_the_worker_to_others) },
	{ .name = "ends", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(when_the_actor_has_ended_a_next_message_shows_it, the_end_of_a_full_actor_ends_the_pipe) },
	{ .name = "stops", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_system_that_stops_ends_the_pipe) },
	{ .name = "kills", .setup = setup, .teardown = teardown, .loop = 4,
	  .tests = KIT_TESTS(an_actor_killed_while_much_is_sent_loses_nothing_without_a_word) },
	{ .name = "errors", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_cannot_be_piped_is_an_error_and_the_half_is_taken, a_system_that_stops_refuses) })
