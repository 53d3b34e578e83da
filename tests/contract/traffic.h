/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traffic.h - what the questions about channels share: a channel of the sort asked about, and those who use it
 *
 *   talkers, listeners    threads that send and receive, each with a clone of its own; `seen` is what came to each
 */
#ifndef TESTS_TRAFFIC_H
#define TESTS_TRAFFIC_H

#include "../harness/one.h"

static inline void open_sort(int sort) { sort_open(sort, &out, &in); }

static inline void fill(int sort, int first)
{
	int i, fits = sort_fits(sort);

	for (i = 0; i < fits; i++)
		ck_assert_int_eq(put(out, first + i, ODEON_AT_ONCE), 0);
}

/* Of fits messages that were put into an empty channel, what the first receive gives: a watch has the last only. */
static inline int first_inside(int sort, int fits) { return sort == SORT_WATCH ? fits - 1 : 0; }

/* ---- those who send and those who receive ---------------------------------------------------------------------------- */

enum { SIDE = 3, SEEN_MOST = 2000 };                   /* how many halves of each side; how many messages of each */

struct talker { struct mate mate; odeon_sender *out; unsigned sender; int count, sent, why; };
struct listener { struct mate mate; odeon_receiver *in; int after[SIDE], received, why; };

static struct talker talkers[SIDE];
static struct listener listeners[SIDE];
static atomic_int sends_done, receives_begun;
static atomic_uchar seen[SIDE][SEEN_MOST];

static inline void talk(void *argument)
{
	struct talker *talker = argument;

	for (; talker->sent < talker->count && talker->why == 0; talker->sent++) {
		talker->why = odeon_sender_send(talker->out, load_of(talker->sender, talker->sent));
		if (talker->why == 0)
			atomic_fetch_add(&sends_done, 1);
	}
	odeon_sender_drop(talker->out);
}

static inline struct load *listen_for_one(struct listener *listener)
{
	struct load *load;

	atomic_fetch_add(&receives_begun, 1);
	load = odeon_recv_until(load, listener->in, ODEON_NEVER, &listener->why);
	must(load != NULL || listener->why == ODEON_EDISCONNECTED);
	return load;
}

static inline void listen(void *argument)
{
	struct listener *listener = argument;
	struct load *load;

	while ((load = listen_for_one(listener))) {
		must(load->number >= listener->after[load->sender]);
		listener->after[load->sender] = load->number + 1;
		atomic_fetch_add(&seen[load->sender][load->number], 1);
		listener->received++;
		odeon_free(load);
	}
	odeon_receiver_drop(listener->in);
}

static inline void begin_talking_beside(int count)
{
	unsigned i;

	must(count <= SEEN_MOST);
	for (i = 0; i < SIDE; i++) {
		talkers[i] = (struct talker){ .out = odeon_sender_clone(out), .sender = i, .count = count };
		ck_assert_ptr_nonnull(talkers[i].out);
		mate_begin(&talkers[i].mate, talk, &talkers[i]);
	}
}

static inline void begin_talking(int count)
{
	begin_talking_beside(count);
	drop_sender();
}

static inline void begin_listening(void)
{
	int i;

	for (i = 0; i < SIDE; i++) {
		listeners[i] = (struct listener){ .in = odeon_receiver_clone(in) };
		ck_assert_ptr_nonnull(listeners[i].in);
		mate_begin(&listeners[i].mate, listen, &listeners[i]);
	}
}

static inline void end_talking(void)
{
	int i;

	for (i = 0; i < SIDE; i++)
		mate_end(&talkers[i].mate);
}

static inline void end_listening(void)
{
	int i;

	for (i = 0; i < SIDE; i++)
		mate_end(&listeners[i].mate);
}

static inline void expect_each_seen(int count, int times)
{
	int i, j;

	for (i = 0; i < SIDE; i++)
		for (j = 0; j < count; j++)
			must(atomic_load(&seen[i][j]) == times);
}

static inline int how_many(int sort) { return KIT_SLOWER(sort == SORT_RENDEZVOUS ? 500 : SEEN_MOST); }

#endif
