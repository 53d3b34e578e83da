/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan-actors-ping-KIND, chan-actors-KIND-SENDERS-RECEIVERS-BYTES - the same work on channels between actors, in place of threads
 *
 * An actor has no stack to wait on: where a thread would wait, it asks for a message when there is something to receive,
 * or room to send, and its handler ends. So these are what goroutines are beside: many of them on a core, and a wait is no
 * system call. Here `workers` are a system's, as in the rows about actors.
 */
#include <stdlib.h>
#include "chan.h"

/* ---- ping ------------------------------------------------------------------------------------------------------- */

struct player {
	struct run *run;
	odeon_sender *to;
	odeon_receiver *from;
	uint64_t due, last;                            /* what comes next; what is not sent back */
};

static void hit(struct player *player, struct word *word)
{
	int why;

	odeon_free(odeon_sender_try(player->to, word, ODEON_AT_ONCE, &why));
	if (why != 0)
		run_wrong(player->run, "sending: %s", odeon_error_text(why));
}

/* All that is there, then to be told when there is more. */
static void play(odeon_self *self, struct player *player)
{
	struct word *word;

	while ((word = odeon_try_recv(word, player->from, NULL)) != NULL) {
		if (word->number != player->due)
			run_wrong(player->run, "hop %llu went wrong", (unsigned long long)player->due);
		player->due += 2;
		if (word->number++ == player->last) {
			odeon_free(word);
			run_over(player->run, self);
			return;
		}
		hit(player, word);
	}
	if (odeon_receiver_when_ready(self, player->from) != 0)
		run_wrong(player->run, "nobody will say that something came");
}

ODEON_HANDLER(player, whistle)
{
	if (whistle->serves)
		hit(player, odeon_new(word, .number = 0));
	play(self, player);
}

ODEON_HANDLER(player, odeon_readable)
{
	(void)odeon_readable;
	play(self, player);
}

ODEON_STOP(player)
{
	(void)self;
	odeon_sender_drop(player->to);
	odeon_receiver_drop(player->from);
}

ODEON_HANDLERS(player_handlers, ODEON_ON(player, whistle), ODEON_ON(player, odeon_readable));
ODEON_KIND(player, player_handlers, .stop = ODEON_STOPS(player));

void chan_actors_ping(struct run *run)
{
	struct player ping = { .run = run, .due = 1, .last = run->count / 2 * 2 - 1 };
	struct player pong = { .run = run, .due = 0, .last = UINT64_MAX };
	odeon_ref pinger, ponger;

	if (chan_open(run, run->shape, &ping.to, &pong.from) != 0 || chan_open(run, run->shape, &pong.to, &ping.from) != 0)
		abort();
	run_spawn(run, &player_kind, &pong, &ponger);
	run_spawn(run, &player_kind, &ping, &pinger);
	run_begin(run);
	odeon_post(run->system, ponger, odeon_new(whistle, .serves = 0));
	odeon_post(run->system, pinger, odeon_new(whistle, .serves = 1));
	run_wait(run);
	run->amount = run->count / 2 * 2;
	run->figures[0] = run_seconds(run) * 1e6 / (double)run->amount;
}

/* ---- a stream ------------------------------------------------------------------------------------------------------ */

/* The halves are the actors': they go with them, when the members have gone. */
struct source { struct member *member; odeon_sender *to; uint64_t place; };    /* of what it sends next */
struct basin { struct member *member; odeon_receiver *from; };

/* As long as there is room; what did not fit is made anew later. */
static inline __attribute__((always_inline)) int flow_on(struct source *source, unsigned bytes)
{
	struct member *member = source->member;
	uint64_t who = (uint64_t)member->number << SENDER_SHIFT;
	int why = 0;

	for (; source->place <= member->count; source->place++) {
		why = payload_try(source->to, bytes, who | source->place);
		if (why != 0)
			break;
	}
	return why;
}

static void flow(odeon_self *self, struct source *source)
{
	struct member *member = source->member;
	int why = member->shape->bytes == sizeof(struct word) ? flow_on(source, sizeof(struct word))
		: flow_on(source, sizeof(struct block));

	if (why == 0)
		odeon_exit(self);
	else if (why != ODEON_EFULL || odeon_sender_when_room(self, source->to) != 0)
		run_wrong(member->run, "sending: %s", odeon_error_text(why));
}

ODEON_HANDLER(source, whistle)
{
	(void)whistle;
	flow(self, source);
}

ODEON_HANDLER(source, odeon_writable)
{
	(void)odeon_writable;
	flow(self, source);
}

ODEON_STOP(source)
{
	(void)self;
	odeon_sender_drop(source->to);
}

ODEON_HANDLERS(source_handlers, ODEON_ON(source, whistle), ODEON_ON(source, odeon_writable));
ODEON_KIND(source, source_handlers, .stop = ODEON_STOPS(source));

static void fill(odeon_self *self, struct basin *basin)
{
	struct member *member = basin->member;
	const odeon_type *type = payload_type(member->shape->bytes);
	uint64_t *message;
	int why;

	while ((message = odeon_receiver_recv(type, basin->from, ODEON_AT_ONCE, &why)) != NULL) {
		member_count(member, *message);
		odeon_free(message);
	}
	if (why == ODEON_EDISCONNECTED)
		odeon_exit(self);
	else if (why != ODEON_EEMPTY || odeon_receiver_when_ready(self, basin->from) != 0)
		run_wrong(member->run, "receiving: %s", odeon_error_text(why));
}

ODEON_HANDLER(basin, whistle)
{
	(void)whistle;
	fill(self, basin);
}

ODEON_HANDLER(basin, odeon_readable)
{
	(void)odeon_readable;
	fill(self, basin);
}

ODEON_STOP(basin)
{
	(void)self;
	odeon_receiver_drop(basin->from);
}

ODEON_HANDLERS(basin_handlers, ODEON_ON(basin, whistle), ODEON_ON(basin, odeon_readable));
ODEON_KIND(basin, basin_handlers, .stop = ODEON_STOPS(basin));

void chan_actors_stream(struct run *run)
{
	unsigned senders = run->shape->senders, receivers = run->shape->receivers;
	struct member *members = crew_members(run, receivers + senders), *sending = members + receivers;
	uint64_t each = run->count / senders;
	odeon_receiver *receiver;
	odeon_sender *sender;

	if (members == NULL || chan_open(run, run->shape, &sender, &receiver) != 0)
		abort();
	chan_give_receivers(members, receivers, 0, receiver);
	chan_give_senders(sending, senders, 0, sender);
	run_begin(run);
	for (unsigned i = 0; i < receivers; i++)
		chan_start(run, &basin_kind, &(struct basin){ &members[i], members[i].from[0] });
	for (unsigned i = 0; i < senders; i++) {
		sending[i].number = i;
		sending[i].count = each;
		chan_start(run, &source_kind, &(struct source){ &sending[i], sending[i].to[0], 1 });
	}
	run_wait_empty(run);
	chan_check(run, members, receivers, each * senders, senders * sum_to(each));
	run->amount = each * senders;
	free(members);
}
