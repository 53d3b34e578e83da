/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - channels of every sort with everything that they ask for failing in turn: an open or a clone is refused and nothing is
 * there, or it works; a message that exists is taken whatever fails, and is received once there is memory for its copy; a select says
 * so or happens, and a loop of selects asks for nothing; nothing is left behind
 *
 * Each play is in a new thread, which has no memory of its own yet. While a failure is armed nothing of the library check is called.
 */
#include "../harness/kit.h"
#include "faults.h"
#include <odeon/select.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { HALVES = 3, SENT = 5, ALL = HALVES * SENT };

/* A message that owns memory. */
struct owner { int *owned; };
static atomic_long alive;

ODEON_MESSAGE_DROP(owner)
{
	atomic_fetch_sub(&alive, owner->owned != NULL);
	free(owner->owned);
}

static int copy_owner(void *to, const void *from)
{
	struct owner *owner = to;

	(void)from;
	owner->owned = malloc(sizeof(int));
	atomic_fetch_add(&alive, owner->owned != NULL);
	return owner->owned != NULL ? 0 : ODEON_ENOMEM;
}

static struct owner *owner_new(void)                   /* NULL: no memory */
{
	struct owner *owner = odeon_new(owner);

	if (owner == NULL || copy_owner(owner, NULL) == 0)
		return owner;
	odeon_free(owner);
	return NULL;
}

/* Whatever has a bound has room for all that is sent here. */
static const odeon_channel_options sorts[] = {
	ODEON_CHANNEL_OPTIONS(.capacity = ALL),
	ODEON_CHANNEL_OPTIONS(.capacity = 70000),
	ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED, .capacity_bytes = 100000),
	ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = ALL, .copy = copy_owner),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH, .copy = copy_owner),
	ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_ONESHOT),
	ODEON_CHANNEL_OPTIONS(.capacity = 0),
};
enum { SORTS = sizeof(sorts) / sizeof(sorts[0]), QUEUES = 4, BROADCAST = QUEUES, WATCH, ONESHOT, RENDEZVOUS };

struct play { unsigned long nth, failed; int sort; bool is_for_ever; odeon_sender *out[HALVES]; odeon_receiver *in[HALVES]; };

static int send_all(struct play *play)
{
	int sent = 0, why, i;

	for (i = 0; i < ALL; i++) {
		odeon_sender *out = play->out[i % HALVES];
		struct owner *owner = out != NULL ? owner_new() : NULL;

		if (owner == NULL)
			continue;
		owner = odeon_sender_try(out, owner, ODEON_AT_ONCE, &why);
		must((owner == NULL) == (why == 0));
		must(why == 0 || (play->sort == RENDEZVOUS && why == ODEON_EFULL)
		     || (play->sort == ONESHOT && why == ODEON_EDISCONNECTED));    /* never for want of memory */
		sent += owner == NULL;
		odeon_free(owner);
	}
	return sent;
}

/* What there is; what cannot be copied stays. */
static int receive_all(odeon_receiver *in, bool is_short)
{
	struct owner *owner;
	int received = 0, why = 0;

	while (in != NULL && (owner = odeon_try_recv(owner, in, &why)) != NULL) {
		must(owner->owned != NULL);
		odeon_free(owner);
		received++;
	}
	must(in == NULL || why == ODEON_EEMPTY || why == ODEON_EDISCONNECTED || (is_short && why == ODEON_ENOMEM));
	return received;
}

/* With cases of channels only it asks for nothing but copies; with a descriptor for what it waits by. Answers how many were received. */
static int select_some(odeon_receiver *in)
{
	odeon_case cases[] = { ODEON_CASE_RECV(in), ODEON_CASE_FD(-1, POLLIN) };
	int fds[2], index, received = 0, count;

	must(pipe(fds) == 0);
	cases[1].fd = fds[0];
	for (count = 1; count <= 2; count++) {
		index = odeon_select(cases, (size_t)count, odeon_clock_deadline(ODEON_US(10)));
		must(index <= 0);
		must(index == 0 || index == ODEON_ETIMEDOUT || (count == 2 && (index == ODEON_ENOMEM || index == ODEON_ESYSTEM)));
		must(index < 0 || cases[0].error == 0 || cases[0].error == ODEON_ENOMEM || cases[0].error == ODEON_EDISCONNECTED);
		received += index == 0 && cases[0].error == 0;
		odeon_case_clear(&cases[0]);
	}
	close(fds[0]);
	close(fds[1]);
	return received;
}

static void expect_as_many(const struct play *play, int sent, const int *received)
{
	int all = received[0] + received[1] + received[2], half;

	if (play->sort < QUEUES || play->sort >= ONESHOT)
		must(all == sent);
	for (half = 0; half < HALVES && play->sort == BROADCAST; half++)
		must(received[half] == (play->in[half] != NULL ? sent : 0));
	for (half = 0; half < HALVES && play->sort == WATCH; half++)
		must(received[half] == (play->in[half] != NULL && sent > 0));
}

static void play_on(struct play *play)
{
	int received[HALVES] = { 0 }, sent, half;

	for (half = 1; half < HALVES; half++) {
		play->out[half] = odeon_sender_clone(play->out[0]);
		play->in[half] = odeon_receiver_clone(play->in[0]);
	}
	sent = send_all(play);
	for (half = 0; half < HALVES; half++)
		received[half] = receive_all(play->in[half], true);
	received[0] += select_some(play->in[0]);
	play->failed = faults_disarm();
	for (half = 0; half < HALVES; half++)
		received[half] += receive_all(play->in[half], false);
	expect_as_many(play, sent, received);
	must(play->sort == ONESHOT || play->sort == RENDEZVOUS || send_all(play) > 0);         /* they go with the last receiver */
	for (half = 0; half < HALVES; half++) {
		odeon_receiver_drop(play->in[half]);
		odeon_sender_drop(play->out[half]);
	}
}

static void *play_once(void *argument)
{
	struct play *play = argument;
	int error;

	faults_arm(play->nth, play->is_for_ever);
	error = odeon_channel_open_with(ODEON_TYPE(owner), &sorts[play->sort], &play->out[0], &play->in[0]);
	must(error == 0 || error == ODEON_ENOMEM);
	must((error == 0) == (play->out[0] != NULL) && (error == 0) == (play->in[0] != NULL));
	if (error == 0)
		play_on(play);
	else
		play->failed = faults_disarm();
	must(error == 0 || play->failed > 0);
	return NULL;
}

/* Time as a channel: a tick that cannot be made is made later. */
static void *play_time(void *argument)
{
	struct play *play = argument;
	struct odeon_tick *tick = NULL;
	odeon_receiver *in[3];
	int why = 0, i;

	faults_arm(play->nth, play->is_for_ever);
	in[0] = odeon_receiver_after(NULL, ODEON_AT_ONCE);
	in[1] = odeon_receiver_tick(NULL, ODEON_SECONDS(1000));
	in[2] = odeon_receiver_never(NULL);
	if (in[0] != NULL)
		tick = odeon_try_recv(odeon_tick, in[0], &why);
	must(in[0] == NULL || (tick != NULL) == (why == 0));
	must(why == 0 || why == ODEON_ENOMEM);
	play->failed = faults_disarm();
	must(play->failed > 0 || (in[0] != NULL && in[1] != NULL && in[2] != NULL && tick != NULL));
	if (in[0] != NULL && tick == NULL)
		tick = odeon_try_recv(odeon_tick, in[0], NULL);
	must((tick != NULL) == (in[0] != NULL));
	odeon_free(tick);
	for (i = 0; i < 3; i++)
		odeon_receiver_drop(in[i]);
	return NULL;
}

static bool play_in_a_thread(void *(*run)(void *), struct play play)
{
	long blocks = faults_blocks(), mappings = faults_mappings();
	pthread_t thread;

	must(pthread_create(&thread, NULL, run, &play) == 0);
	must(pthread_join(thread, NULL) == 0);
	must(atomic_load(&alive) == 0);
	must(faults_blocks() == blocks && faults_mappings() == mappings);
	return play.failed > 0;
}

static bool play_channel(unsigned long nth, int how)
{
	return play_in_a_thread(play_once, (struct play){ .nth = nth, .sort = how / 2, .is_for_ever = how % 2 });
}

static bool play_clock(unsigned long nth, int how)
{
	return play_in_a_thread(play_time, (struct play){ .nth = nth, .is_for_ever = how % 2 });
}

START_TEST(a_channel_is_refused_or_works_whatever_fails)
{
	ck_assert_uint_gt(faults_sweep(play_channel, _i), 10);
}
END_TEST

START_TEST(time_is_refused_or_passes_whatever_fails)
{
	ck_assert_uint_gt(faults_sweep(play_clock, _i), 3);
}
END_TEST

/* One message goes through a channel again and again, by the cases of an array or of a selector; and each time a wait is in vain. */
START_TEST(a_loop_of_selects_asks_for_nothing)
{
	odeon_sender *out;
	odeon_receiver *in;
	odeon_selector *selector = odeon_selector_open();
	odeon_case array[2], *cases = array;
	int i;

	must(selector != NULL && odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) == 0);
	array[0] = (odeon_case)ODEON_CASE_RECV(in);
	array[1] = (odeon_case)ODEON_CASE_SEND(out, odeon_new(note));
	for (i = 0; i < 2 && _i == 1; i++) {
		must(odeon_selector_add(selector, &array[i]) == i);
		cases = odeon_selector_case(selector, 0);
	}
#define CHOOSE(until) (_i == 1 ? odeon_selector_select(selector, until) : odeon_select(cases, 2, until))
	faults_arm(1, true);
	for (i = 0; i < 1000; i++) {
		cases[1].what = ODEON_ON_SEND;
		must(CHOOSE(ODEON_AT_ONCE) == 1 && cases[1].error == 0 && cases[1].message == NULL);
		cases[1].what = ODEON_ON_NOTHING;
		must(CHOOSE(ODEON_NEVER) == 0 && cases[0].error == 0);
		cases[1].message = odeon_case_message(note, &cases[0]);
		must(CHOOSE(odeon_clock_deadline(ODEON_US(1))) == ODEON_ETIMEDOUT);
	}
	must(faults_disarm() == 0);
	if (_i == 0)
		odeon_case_clear(&cases[1]);
	odeon_selector_drop(selector);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}
END_TEST

/* A broadcast whose row cannot grow keeps as many as there was memory for, and receivers hear what they missed by that. */
START_TEST(a_broadcast_that_cannot_grow_lags_sooner)
{
	enum { KEPT = 65536, MORE = 10 };
	static struct note *notes[KEPT + MORE];
	odeon_sender *out;
	odeon_receiver *in;
	struct note *note;
	int i, why;

	must(odeon_broadcast_open(ODEON_TYPE(note), 10 * KEPT, &out, &in) == 0);
	for (i = 0; i < KEPT + MORE; i++)
		must((notes[i] = odeon_new(note, .number = i)) != NULL);
	faults_arm(1, _i);
	for (i = 0; i < KEPT + MORE; i++)
		must(odeon_sender_send(out, notes[i]) == 0);
	must(faults_disarm() == 1);
	must(odeon_receiver_len(in) == KEPT);
	must(odeon_try_recv(note, in, &why) == NULL && why == ODEON_ELAGGED && odeon_receiver_missed(in) == MORE);
	for (i = MORE; (note = odeon_try_recv(note, in, &why)) != NULL; i++) {
		must(note->number == i);
		odeon_free(note);
	}
	must(why == ODEON_EEMPTY && i == KEPT + MORE);
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}
END_TEST

KIT_MAIN("fault/channels",
	{ .name = "channel", .loop = 2 * SORTS, .tests = KIT_TESTS(a_channel_is_refused_or_works_whatever_fails) },
	{ .name = "time", .loop = 2, .tests = KIT_TESTS(time_is_refused_or_passes_whatever_fails) },
	{ .name = "select", .loop = 2, .tests = KIT_TESTS(a_loop_of_selects_asks_for_nothing) },
	{ .name = "broadcast", .loop = 2, .tests = KIT_TESTS(a_broadcast_that_cannot_grow_lags_sooner) })
