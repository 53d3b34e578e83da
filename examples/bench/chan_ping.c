/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-ping-KIND - two threads, two channels, one message that goes back and forth
 *
 * Each hop waits for the one before it, so this measures how soon a thread that waits notices. Whoever has the message
 * adds one to it.
 */
#include <stdlib.h>
#include "chan.h"

/* Receives what is due, adds one, sends it back; `due` is what should be in it. */
static int answer(struct member *member, uint64_t due)
{
	struct word *word = odeon_recv(word, member->from[0]);

	if (word == NULL || word->number != due) {
		run_wrong(member->run, "hop %llu went wrong", (unsigned long long)due);
		odeon_free(word);
		return -1;
	}
	word->number++;
	member->got++;
	return odeon_sender_send(member->to[0], word);
}

static void finish(struct member *member)
{
	odeon_sender_drop(member->to[0]);
	odeon_receiver_drop(member->from[0]);
}

/* Gets the numbers 0, 2, 4, ... */
static void pong(struct member *member)
{
	for (uint64_t i = 0; i < member->count; i++)
		if (answer(member, 2 * i) != 0)
			break;
	finish(member);
}

/* Sends 0, and gets 1, 3, 5, ...; the last is not sent back. */
static void ping(struct member *member)
{
	struct word *last;

	odeon_sender_send(member->to[0], odeon_new(word, .number = 0));
	for (uint64_t i = 0; i + 1 < member->count; i++)
		if (answer(member, 2 * i + 1) != 0)
			break;
	last = odeon_recv(word, member->from[0]);
	if (last == NULL || last->number != 2 * member->count - 1)
		run_wrong(member->run, "the last hop went wrong");
	odeon_free(last);
	finish(member);
}

void chan_ping(struct run *run)
{
	struct member *members = crew_members(run, 2);

	if (members == NULL)
		return;
	if (chan_open(run, run->shape, &members[0].to[0], &members[1].from[0]) != 0 ||
		chan_open(run, run->shape, &members[1].to[0], &members[0].from[0]) != 0)
		abort();
	members[0].work = ping;
	members[1].work = pong;
	members[0].count = members[1].count = run->count / 2;
	crew_work(run, members, 2);
	run->amount = run->count / 2 * 2;
	run->figures[0] = run_seconds(run) * 1e6 / (double)run->amount;
	free(members);
}
