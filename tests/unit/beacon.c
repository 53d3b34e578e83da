/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * beacon.c - odeon_receiver_fd: readable while there is something to receive or the channel is disconnected, and no longer after a
 * receive has found nothing; a loop of poll(2) misses nothing
 */
#include "../harness/kit.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>

static odeon_sender *out;
static odeon_receiver *in;

static const odeon_channel_options kinds[] = {
	ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED),
	ODEON_CHANNEL_OPTIONS(.capacity = 1),
	ODEON_CHANNEL_OPTIONS(.capacity = 5, .capacity_bytes = 1000),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_ONESHOT),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 4),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH),
	ODEON_CHANNEL_OPTIONS(.capacity = 0),
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), ONESHOT = 3, RENDEZVOUS = KINDS - 1 };

static void open_kind(int kind)
{
	ck_assert_int_eq(odeon_channel_open_with(ODEON_TYPE(note), &kinds[kind], &out, &in), 0);
}

static void setup(void)
{
	out = NULL;
	in = NULL;
}

static void teardown(void)
{
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}

static bool is_readable(int fd, int milliseconds)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };
	int count = poll(&look, 1, milliseconds);

	must(count >= 0 && (look.revents & ~POLLIN) == 0);
	return count == 1;
}

enum { PATIENCE = KIT_PATIENCE / 1000000 };            /* milliseconds */

static int try_one(odeon_receiver *receiver)
{
	int why = 1;
	struct note *note = odeon_try_recv(note, receiver, &why);

	if (note)
		why = note->number;
	odeon_free(note);
	return why;
}

static void *send_one(void *number)
{
	must(odeon_sender_send(out, odeon_new(note, .number = *(int *)number)) == 0);
	return NULL;
}

/* ---- a level ---------------------------------------------------------------------------------------------------------------- */

START_TEST(it_is_readable_while_there_is_something)
{
	int fd, number = 7;
	pthread_t sender;

	open_kind(_i);
	fd = odeon_receiver_fd(in);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(odeon_receiver_fd(in), fd);
	ck_assert(!is_readable(fd, 0));
	ck_assert_int_eq(try_one(in), ODEON_EEMPTY);
	ck_assert(!is_readable(fd, 0));
	must(pthread_create(&sender, NULL, send_one, &number) == 0);
	ck_assert(is_readable(fd, PATIENCE));
	ck_assert(is_readable(fd, 0));                 /* still */
	ck_assert_int_eq(try_one(in), 7);
	pthread_join(sender, NULL);
	ck_assert_int_eq(try_one(in), _i == ONESHOT ? ODEON_EDISCONNECTED : ODEON_EEMPTY);
	ck_assert(is_readable(fd, 0) == (_i == ONESHOT));
}
END_TEST

START_TEST(what_was_there_before_makes_it_readable)
{
	int fd, number = 7;
	pthread_t sender;

	open_kind(_i);
	must(pthread_create(&sender, NULL, send_one, &number) == 0);
	if (_i != RENDEZVOUS)
		pthread_join(sender, NULL);
	fd = odeon_receiver_fd(in);
	ck_assert(is_readable(fd, _i != RENDEZVOUS ? 0 : PATIENCE));
	ck_assert_int_eq(try_one(in), 7);
	if (_i == RENDEZVOUS)
		pthread_join(sender, NULL);
}
END_TEST

START_TEST(it_stays_readable_once_the_channel_is_disconnected)
{
	int fd;

	open_kind(_i);
	fd = odeon_receiver_fd(in);
	odeon_sender_drop(out);
	out = NULL;
	ck_assert(is_readable(fd, 0));
	ck_assert_int_eq(try_one(in), ODEON_EDISCONNECTED);
	ck_assert_int_eq(try_one(in), ODEON_EDISCONNECTED);
	ck_assert(is_readable(fd, 0));
}
END_TEST

START_TEST(each_half_has_its_own_and_takes_it_along)
{
	odeon_receiver *clone;
	int fd, other, number = 1;

	open_kind(0);
	fd = odeon_receiver_fd(in);
	clone = odeon_receiver_clone(in);
	other = odeon_receiver_fd(clone);
	ck_assert_int_ge(other, 0);
	ck_assert_int_ne(fd, other);
	send_one(&number);
	ck_assert(is_readable(fd, 0) && is_readable(other, 0));
	ck_assert_int_eq(try_one(clone), 1);
	ck_assert_int_eq(try_one(in), ODEON_EEMPTY);   /* readable in vain, once */
	ck_assert(!is_readable(fd, 0));
	odeon_receiver_drop(clone);
	ck_assert(fcntl(other, F_GETFD) == -1 && errno == EBADF);
	send_one(&number);
	ck_assert(is_readable(fd, 0));
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(a_receive_that_waits_finds_it_lowered_too)
{
	int fd, why = 0;

	open_kind(0);
	fd = odeon_receiver_fd(in);
	send_one(&(int){ 1 });
	ck_assert_int_eq(try_one(in), 1);
	ck_assert(is_readable(fd, 0));                 /* nobody has seen it empty yet */
	ck_assert_ptr_null(odeon_recv_until(note, in, odeon_clock_deadline(ODEON_MS(1)), &why));
	ck_assert_int_eq(why, ODEON_ETIMEDOUT);
	ck_assert(!is_readable(fd, 0));
}
END_TEST

START_TEST(what_can_have_none_is_an_error)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 });
	odeon_channel_options simulated = ODEON_CHANNEL_OPTIONS(.capacity = 4);
	odeon_receiver *tick;

	ck_assert_int_eq(odeon_receiver_fd(NULL), ODEON_EINVAL);
	must(odeon_system_start(&options, &simulated.system) == 0);
	must(odeon_channel_open_with(ODEON_TYPE(note), &simulated, &out, &in) == 0);
	ck_assert_int_eq(odeon_receiver_fd(in), ODEON_EINVAL);
	tick = odeon_receiver_tick(simulated.system, ODEON_SECONDS(1));
	ck_assert_int_eq(odeon_receiver_fd(tick), ODEON_EINVAL);
	odeon_receiver_drop(tick);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	out = NULL;
	in = NULL;
	must(odeon_system_free(simulated.system) == 0);
}
END_TEST

/* ---- time ------------------------------------------------------------------------------------------------------------------- */

static bool take_tick(void)
{
	struct odeon_tick *tick = odeon_try_recv(odeon_tick, in, NULL);
	bool is = tick != NULL;

	odeon_free(tick);
	return is;
}

START_TEST(a_tick_makes_it_readable_when_it_is_due)
{
	odeon_time began = odeon_clock_now();
	int fd, i;

	in = odeon_receiver_tick(NULL, ODEON_MS(20));
	fd = odeon_receiver_fd(in);
	for (i = 1; i <= 3; i++) {
		ck_assert(is_readable(fd, PATIENCE));
		ck_assert_int_ge(odeon_clock_now().ns - began.ns, i * ODEON_MS(20));
		ck_assert(take_tick());
		if (odeon_clock_now().ns - began.ns < (i + 1) * ODEON_MS(20))
			ck_assert(!is_readable(fd, 0) || odeon_clock_now().ns - began.ns >= (i + 1) * ODEON_MS(20));
	}
}
END_TEST

START_TEST(a_clone_that_was_faster_leaves_it_readable_in_vain_once)
{
	odeon_receiver *clone;
	int fd;

	in = odeon_receiver_tick(NULL, ODEON_SECONDS(1));
	clone = odeon_receiver_clone(in);
	fd = odeon_receiver_fd(in);
	ck_assert(is_readable(fd, PATIENCE));
	must(odeon_receiver_len(clone) == 1);
	odeon_free(odeon_try_recv(odeon_tick, clone, NULL));
	ck_assert(is_readable(fd, 0));
	ck_assert(!take_tick());
	ck_assert(!is_readable(fd, 0));
	odeon_receiver_drop(clone);
}
END_TEST

START_TEST(after_makes_it_readable_once_and_never_not_at_all)
{
	static const int64_t moments[] = { 0, 1, -5 };
	int fd;
	size_t i;

	for (i = 0; i < 3; i++) {                      /* the past */
		in = odeon_receiver_after(NULL, (odeon_time){ moments[i] });
		ck_assert(is_readable(odeon_receiver_fd(in), PATIENCE));
		ck_assert(take_tick());
		ck_assert(!is_readable(odeon_receiver_fd(in), 0));
		ck_assert(!take_tick());
		ck_assert(!is_readable(odeon_receiver_fd(in), 5));
		odeon_receiver_drop(in);
	}
	in = odeon_receiver_never(NULL);
	fd = odeon_receiver_fd(in);
	ck_assert_int_ge(fd, 0);
	ck_assert(!take_tick() && !is_readable(fd, 5));
}
END_TEST

/* ---- nothing is missed ------------------------------------------------------------------------------------------------------ */

enum { MANY = KIT_SLOWER(60000), SENDERS = 2 };

static void *send_many(void *argument)
{
	odeon_sender *mine = argument;
	unsigned state = (unsigned)(uintptr_t)argument;
	int i;

	for (i = 0; i < MANY; i++) {
		must(odeon_sender_send(mine, odeon_new(note, .number = i)) == 0);
		state = state * 1103515245 + 12345;
		if ((state >> 20) % 16 == 0)
			sched_yield();
	}
	odeon_sender_drop(mine);
	return NULL;
}

/* Sleeps in poll and nowhere else. Each time takes one message, or all that there are. */
static int poll_until_disconnected(odeon_receiver *receiver, bool takes_all)
{
	int received = 0, got = 0, fd = odeon_receiver_fd(receiver);

	while (got != ODEON_EDISCONNECTED) {
		must(is_readable(fd, PATIENCE));
		do {
			got = try_one(receiver);
			received += got >= 0;
		} while (takes_all && got >= 0);
		must(got >= 0 || got == ODEON_EEMPTY || got == ODEON_EDISCONNECTED);
	}
	return received;
}

START_TEST(a_loop_of_poll_misses_nothing)
{
	static const int capacities[] = { 0, 1, RENDEZVOUS };
	pthread_t threads[SENDERS];
	int i, received;

	open_kind(capacities[_i / 2]);
	for (i = 0; i < SENDERS; i++)
		must(pthread_create(&threads[i], NULL, send_many, odeon_sender_clone(out)) == 0);
	odeon_sender_drop(out);
	out = NULL;
	received = poll_until_disconnected(in, _i % 2);
	ck_assert_int_eq(received, SENDERS * MANY);
	for (i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
}
END_TEST

static void *poll_beside(void *argument)
{
	odeon_receiver *mine = argument;
	intptr_t received = poll_until_disconnected(mine, true);

	odeon_receiver_drop(mine);
	return (void *)received;
}

START_TEST(two_loops_of_poll_share_what_comes)
{
	pthread_t sender, receiver;
	void *others;
	int received;

	open_kind(0);
	must(pthread_create(&receiver, NULL, poll_beside, odeon_receiver_clone(in)) == 0);
	must(pthread_create(&sender, NULL, send_many, out) == 0);
	out = NULL;
	received = poll_until_disconnected(in, true);
	pthread_join(sender, NULL);
	pthread_join(receiver, &others);
	ck_assert_int_eq(received + (int)(intptr_t)others, MANY);
}
END_TEST

static void *send_until(void *stop)
{
	while (gate_count(stop) == 0) {
		must(odeon_sender_send(out, odeon_new(note)) == 0);
		sched_yield();
	}
	return NULL;
}

/* Halves with a descriptor come and go while somebody sends. */
START_TEST(a_half_may_end_while_its_descriptor_is_raised)
{
	struct gate stop = GATE;
	pthread_t sender;
	int i;

	open_kind(4);
	must(pthread_create(&sender, NULL, send_until, &stop) == 0);
	for (i = 0; i < KIT_SLOWER(20000); i++) {
		odeon_receiver *clone = odeon_receiver_clone(in);

		must(odeon_receiver_fd(clone) >= 0);
		(void)try_one(clone);
		odeon_receiver_drop(clone);
		(void)try_one(in);
	}
	gate_open(&stop);
	pthread_join(sender, NULL);
}
END_TEST

KIT_MAIN("unit/beacon",
	{ .name = "level", .setup = setup, .teardown = teardown, .loop = KINDS,
	  .tests = KIT_TESTS(it_is_readable_while_there_is_something, what_was_there_before_makes_it_readable,
	                     it_stays_readable_once_the_channel_is_disconnected) },
	{ .name = "half", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(each_half_has_its_own_and_takes_it_along, a_receive_that_waits_finds_it_lowered_too,
	                     what_can_have_none_is_an_error) },
	{ .name = "time", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_tick_makes_it_readable_when_it_is_due, a_clone_that_was_faster_leaves_it_readable_in_vain_once,
	                     after_makes_it_readable_once_and_never_not_at_all) },
	{ .name = "missed", .setup = setup, .teardown = teardown, .loop = 6,
	  .tests = KIT_TESTS(a_loop_of_poll_misses_nothing) },
	{ .name = "several", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(two_loops_of_poll_share_what_comes, a_half_may_end_while_its_descriptor_is_raised) })
