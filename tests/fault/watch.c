/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watch.c - what joins channels to actors and to a host's loop, with everything that it asks for failing in turn: each call answers a
 * named error or does what it says, a pipe goes on when there is memory again, and nothing is left behind
 *
 * While a failure is armed nothing of the library check is called, as its memory comes by the same way.
 */
#include "../harness/kit.h"
#include "faults.h"

enum { SWEEP_MOST = 1000, PIPED = 200 };

static struct world world;
static odeon_sender *out;
static odeon_receiver *in;

/* ---- asking -------------------------------------------------------------------------------------------------------------------- */

struct listener { atomic_int *readable, *writable; };

ODEON_HANDLER(listener, odeon_readable)
{
	atomic_fetch_add(listener->readable, 1);
}

ODEON_HANDLER(listener, odeon_writable)
{
	atomic_fetch_add(listener->writable, 1);
}

ODEON_HANDLER(listener, errand)
{
	struct gate *done = errand->done;

	errand->run(self, errand->argument);
	if (done)
		gate_open(done);
}

ODEON_HANDLERS(listener_handlers,
	ODEON_ON(listener, odeon_readable), ODEON_ON(listener, odeon_writable), ODEON_ON(listener, errand));
ODEON_KIND(listener, listener_handlers);

static int asked[2];
static unsigned refused[2];

static void ask_both(odeon_self *self, void *nth)
{
	unsigned long failed;

	faults_arm(*(unsigned long *)nth, false);
	asked[0] = odeon_receiver_when_ready(self, in);
	asked[1] = odeon_sender_when_room(self, out);
	failed = faults_disarm();
	must((asked[0] != 0) + (asked[1] != 0) <= (int)failed);        /* one may be made up for: messages have a second source */
	refused[0] += asked[0] != 0;
	refused[1] += asked[1] != 0;
	must(asked[0] == 0 || asked[0] == ODEON_ENOMEM);
	must(asked[1] == 0 || asked[1] == ODEON_ENOMEM);
	*(unsigned long *)nth = failed;
}

static unsigned long ask_with_each_failure(void)
{
	unsigned long nth, failed = 1;

	for (nth = 1; failed > 0; nth++) {
		atomic_int readable = 0, writable = 0;
		odeon_ref actor;
		unsigned long never = SWEEP_MOST;

		must(nth < SWEEP_MOST);
		world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
		must(odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) == 0);
		must(odeon_sender_send(out, odeon_new(note)) == 0);
		actor = world_spawn(&world, &listener_kind, &(struct listener){ &readable, &writable });
		failed = nth;
		world_do(&world, actor, ask_both, &failed);
		world_do(&world, actor, ask_both, &never);
		odeon_free(odeon_recv(note, in));
		eventually(atomic_load(&readable) >= 1 && atomic_load(&writable) == 1);
		odeon_sender_drop(out);
		odeon_receiver_drop(in);
		world_close(&world);
	}
	return nth;
}

/* Another thread may ask for memory meanwhile, and get the refusal. */
START_TEST(asking_without_memory_is_an_error_and_may_be_tried_again)
{
	for (int sweep = 0; sweep < 5 && (refused[0] == 0 || refused[1] == 0); sweep++)
		ck_assert_uint_gt(ask_with_each_failure(), 4);
	ck_assert_uint_ge(refused[0], 1);
	ck_assert_uint_ge(refused[1], 1);
}
END_TEST

static void ask_and_drop(odeon_self *self, void *argument)
{
	long before = 0, after;
	int i;

	(void)argument;
	for (i = 0; i < 10000; i++) {
		odeon_receiver *clone = odeon_receiver_clone(in);

		must(clone && odeon_receiver_when_ready(self, clone) == 0);
		odeon_receiver_drop(clone);
		if (i == 1000)
			before = faults_blocks();
	}
	after = faults_blocks();
	must(after - before < 100);
}

START_TEST(an_actor_that_asks_for_ever_new_halves_does_not_grow)
{
	atomic_int readable = 0, writable = 0;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	must(odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) == 0);
	world_do(&world, world_spawn(&world, &listener_kind, &(struct listener){ &readable, &writable }), ask_and_drop, NULL);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	world_close(&world);
}
END_TEST

/* What a thread keeps from its first channel on, and from its first small one. */
static void warm_up(void)
{
	must(odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) == 0);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	in = odeon_receiver_tick(NULL, 1);
	must(in != NULL);
	odeon_receiver_drop(in);
}

/* ---- descriptors and selectors ------------------------------------------------------------------------------------------------------ */

START_TEST(a_descriptor_that_is_not_to_be_had_is_an_error)
{
	unsigned long nth, failed = 1;
	long before;
	int fd;

	warm_up();
	before = faults_blocks();
	for (nth = 1; failed > 0; nth++) {
		must(odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) == 0);
		if (_i == 1) {
			odeon_receiver_drop(in);
			in = odeon_receiver_tick(NULL, 1);
		}
		faults_arm(nth, false);
		fd = odeon_receiver_fd(in);
		failed = faults_disarm();
		must(failed > 0 ? fd == ODEON_ESYSTEM : fd >= 0);
		must(odeon_receiver_fd(in) >= 0);
		odeon_sender_drop(out);
		odeon_receiver_drop(in);
	}
	must(nth == 4);                                /* memory, the descriptor, nothing */
	must(faults_blocks() == before);
}
END_TEST

static void fill_without_memory(void)
{
	odeon_case one = ODEON_CASE_NOTHING;
	odeon_selector *selector;
	int i, refused = 0;

	faults_arm(1, true);
	selector = odeon_selector_open();
	(void)faults_disarm();
	must(selector == NULL);
	selector = odeon_selector_open();
	must(odeon_channel_open(ODEON_TYPE(parcel), 1, &out, &in) == 0);
	for (i = 0; i < 100; i++) {
		one = (odeon_case)ODEON_CASE_SEND(out, parcel_new(i));
		faults_arm(1, true);
		if (odeon_selector_add(selector, &one) == ODEON_ENOMEM) {
			(void)faults_disarm();
			must(((struct parcel *)one.message)->number == i);     /* still the caller's */
			must(odeon_selector_add(selector, &one) == i);
			refused++;
		}
		(void)faults_disarm();
		must(odeon_selector_case(selector, i)->message == one.message);
	}
	must(refused >= 3);
	odeon_selector_drop(selector);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	must(parcels_made() == parcels_dropped());
}

START_TEST(a_selector_without_memory_stays_as_it_was)
{
	long before;

	fill_without_memory();                         /* and what a thread keeps of messages that are gone */
	before = faults_blocks();
	fill_without_memory();
	must(faults_blocks() == before);
}
END_TEST

/* ---- pipes ---------------------------------------------------------------------------------------------------------------------------- */

static atomic_int arrived;

static void count_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	must(parcel->number == atomic_load(&arrived));
	atomic_fetch_add(&arrived, 1);
}

static struct parcel *make_parcel(int number)
{
	struct parcel *parcel = NULL;

	while (parcel == NULL)                         /* what fails is the pipe's to bear */
		parcel = parcel_new(number);
	return parcel;
}

/* Opens one with the nth failure, and sends through a small mailbox; answers whether anything failed. */
static bool pipe_with_failure(unsigned long nth)
{
	odeon_mailbox small = { .messages = 2 };
	unsigned long failed;
	odeon_ref to;
	int error, i;

	atomic_store(&arrived, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	to = world_bounded(&world, (struct catcher){ .on_parcel = count_it }, small);
	must(odeon_channel_open(ODEON_TYPE(parcel), 4, &out, &in) == 0);
	faults_arm(nth, false);
	error = odeon_receiver_pipe(in, world.system, to);
	must(error == 0 || error == ODEON_ENOMEM);
	for (i = 0; i < PIPED && error == 0; i++)
		must(odeon_sender_send(out, make_parcel(i)) == 0);
	failed = faults_disarm();
	must(failed > 0 || error == 0);
	if (error == 0)
		eventually(atomic_load(&arrived) == PIPED);
	odeon_sender_drop(out);
	eventually(world_stats(&world).actors == 1);
	must(world_letters(&world) == 0);
	world_close(&world);
	return failed > 0;
}

START_TEST(a_pipe_bears_every_failure)
{
	unsigned long nth;

	for (nth = 1; nth < SWEEP_MOST && pipe_with_failure(nth); nth += 1 + nth / 8)
		;
	ck_assert_uint_gt(nth, 20);
}
END_TEST

/* Nothing is to be had for a while: the pipe goes on trying, and then has lost nothing. */
START_TEST(a_pipe_goes_on_when_there_is_memory_again)
{
	static struct parcel *parcels[PIPED];
	struct plug plug = PLUG;
	odeon_ref to;
	int i;

	atomic_store(&arrived, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
	to = world_bounded(&world, (struct catcher){ .on_parcel = count_it }, (odeon_mailbox){ .messages = 2 });
	must(odeon_channel_open(ODEON_TYPE(parcel), ODEON_UNBOUNDED, &out, &in) == 0);
	must(odeon_receiver_pipe(in, world.system, to) == 0);
	for (i = 0; i < PIPED; i++)
		must((parcels[i] = parcel_new(i)) != NULL);
	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	faults_arm(1, true);
	for (i = 0; i < PIPED; i++)
		must(odeon_sender_send(out, parcels[i]) == 0);
	plug_release(&plug);
	while (atomic_load(&arrived) < PIPED / 2 && i++ < 100)
		kit_pause();
	(void)faults_disarm();
	eventually(atomic_load(&arrived) == PIPED);
	odeon_sender_drop(out);
	eventually(world_stats(&world).actors == 1);
	world_close(&world);
}
END_TEST

KIT_MAIN("fault/watch",
	{ .name = "ask", .tests = KIT_TESTS(asking_without_memory_is_an_error_and_may_be_tried_again,
	                                    an_actor_that_asks_for_ever_new_halves_does_not_grow) },
	{ .name = "descriptor", .loop = 2, .tests = KIT_TESTS(a_descriptor_that_is_not_to_be_had_is_an_error) },
	{ .name = "selector", .tests = KIT_TESTS(a_selector_without_memory_stays_as_it_was) },
	{ .name = "pipe", .tests = KIT_TESTS(a_pipe_bears_every_failure, a_pipe_goes_on_when_there_is_memory_again) })
