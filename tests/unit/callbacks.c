/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * callbacks.c - tests that the library holds no lock while it calls users' code: whatever it calls calls it back, about the very
 * same thing, and gets through. One that does not runs into the time limit of its test
 */
#include "../harness/kit.h"

static struct world world;
static odeon_sender *sender;                            /* of the channel that the test is about */
static odeon_receiver *receiver;
static atomic_uint called;
static _Thread_local bool is_within;                    /* a callback; what it causes calls no more */

/* ---- messages that own a half of the channel they are in -------------------------------------------------------------------- */

struct loop { odeon_sender *sender; odeon_receiver *receiver; };
ODEON_MESSAGE_DROP(loop)
{
	atomic_fetch_add(&called, 1);
	if (loop->sender != NULL)
		(void)odeon_sender_len(loop->sender);
	if (loop->receiver != NULL)
		(void)odeon_receiver_len(loop->receiver);
	odeon_sender_drop(loop->sender);
	odeon_receiver_drop(loop->receiver);
}

static int copy_loop(void *to, const void *from)
{
	struct loop *copy = to;
	const struct loop *original = from;

	atomic_fetch_add(&called, 1);
	*copy = (struct loop){ NULL, NULL };
	must(odeon_receiver_len(receiver) > 0 && odeon_sender_len(sender) > 0);
	must(odeon_sender_send(sender, odeon_new(loop)) == 0);  /* pushes the original out */
	copy->sender = odeon_sender_clone(sender);
	copy->receiver = odeon_receiver_clone(receiver);
	must(copy->sender != NULL && copy->receiver != NULL && original->sender == NULL);
	return 0;
}

/* Its receiver is not the last one: the message has it. */
static struct loop *loop_new(void)
{
	struct loop *loop = odeon_new(loop);

	must(loop != NULL);
	loop->sender = odeon_sender_clone(sender);
	loop->receiver = odeon_receiver_clone(receiver);
	must(loop->sender != NULL && loop->receiver != NULL);
	return loop;
}

static void open_channel(odeon_channel_options options)
{
	called = 0;
	must(odeon_channel_open_with(ODEON_TYPE(loop), &options, &sender, &receiver) == 0);
}

static void close_channel(void)
{
	odeon_sender_drop(sender);
	odeon_receiver_drop(receiver);
}

START_TEST(a_drop_may_drop_halves_of_the_channel_it_came_through)
{
	static const size_t capacities[] = { ODEON_UNBOUNDED, 4, 1 };

	open_channel((odeon_channel_options)ODEON_CHANNEL_OPTIONS(.capacity = capacities[_i]));
	must(odeon_sender_send(sender, loop_new()) == 0);
	odeon_free(odeon_recv(loop, receiver));
	ck_assert_uint_eq(called, 1);
	must(odeon_sender_send(sender, odeon_new(loop, .sender = odeon_sender_clone(sender))) == 0);
	close_channel();
	ck_assert_uint_eq(called, 2);
}
END_TEST

START_TEST(a_message_that_is_pushed_out_may_drop_halves_of_its_channel)
{
	open_channel((odeon_channel_options)ODEON_CHANNEL_OPTIONS(.kind = _i == 0 ? ODEON_CHANNEL_BROADCAST : ODEON_CHANNEL_WATCH,
	                                                          .capacity = _i == 0, .copy = copy_loop));
	must(odeon_sender_send(sender, loop_new()) == 0);
	must(odeon_sender_send(sender, odeon_new(loop, .sender = odeon_sender_clone(sender))) == 0);
	ck_assert_uint_eq(called, 1);
	close_channel();
	ck_assert_uint_eq(called, 2);
}
END_TEST

START_TEST(a_copy_may_use_its_channel_and_push_out_what_it_copies)
{
	struct loop *loop;

	open_channel((odeon_channel_options)ODEON_CHANNEL_OPTIONS(.kind = _i == 0 ? ODEON_CHANNEL_BROADCAST : ODEON_CHANNEL_WATCH,
	                                                          .capacity = _i == 0, .copy = copy_loop));
	must(odeon_sender_send(sender, odeon_new(loop)) == 0);
	loop = odeon_recv(loop, receiver);
	must(loop != NULL);
	ck_assert_uint_eq(called, 2);                   /* the copy, and the drop of the original */
	odeon_free(loop);
	close_channel();
	ck_assert_uint_eq(called, 4);
}
END_TEST

/* ---- hooks of the host, and of actors ----------------------------------------------------------------------------------------- */

/* All that any thread may do, about the system that calls. */
static void call_back(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	odeon_ref child;
	int error;

	if (is_within)
		return;
	is_within = true;
	atomic_fetch_add(&called, 1);
	must(odeon_system_stats(world.system, &stats) == 0);
	(void)odeon_post(world.system, ODEON_NOBODY, odeon_new(note, .number = 1));
	if (odeon_system_spawn(world.system, catcher, &(struct catcher){ 0 }, &child) == 0) {
		(void)odeon_post(world.system, child, odeon_new(note, .number = 1));
		error = odeon_actor_kill(world.system, child);
		must(error == 0 || error == ODEON_EGONE);       /* the system may be ending */
	}
	is_within = false;
}

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
	call_back();
}

static void on_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
	call_back();
}

static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
	call_back();
}

static void release(void *what)
{
	(void)what;
	call_back();
}

static void attach(odeon_self *self, void *argument)
{
	must(odeon_attach(self, argument, release) == 0);
	call_back();
}

static void run_fail(odeon_self *self, void *argument)
{
	(void)argument;
	odeon_fail(self, 1, "to be told of");
}

START_TEST(hooks_of_the_host_may_call_back)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2);
	odeon_ref who;
	int what;

	if (_i == 0)
		options.on_dead_letter = on_letter;
	if (_i == 1)
		options.on_log = on_log;
	if (_i == 2)
		options.on_failure = on_failure;
	called = 0;
	must(odeon_system_start(&options, &world.system) == 0);
	must(odeon_system_spawn(world.system, catcher, &(struct catcher){ 0 }, &who) == 0);
	(void)odeon_post(world.system, ODEON_NOBODY, odeon_new(note, .number = 1));
	must(odeon_post(world.system, who, odeon_new(errand, .run = attach, .argument = &what)) == 0);
	must(odeon_post(world.system, who, odeon_new(errand, .run = run_fail)) == 0);
	eventually(atomic_load(&called) >= 3);          /* a handler, the hook, the release */
	must(odeon_system_free(world.system) == 0);
}
END_TEST

KIT_MAIN("unit/callbacks",
	{ .name = "drop", .loop = 3, .tests = KIT_TESTS(a_drop_may_drop_halves_of_the_channel_it_came_through) },
	{ .name = "spread", .loop = 2, .tests = KIT_TESTS(a_message_that_is_pushed_out_may_drop_halves_of_its_channel,
	                                                  a_copy_may_use_its_channel_and_push_out_what_it_copies) },
	{ .name = "hooks", .loop = 3, .tests = KIT_TESTS(hooks_of_the_host_may_call_back) })
