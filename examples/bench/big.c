/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * big - 120 actors, each pings a random other one, waits for the answer, and pings again
 *
 * Many to many: every actor is a sender and a receiver, and whom it meets next cannot be guessed. A fresh message each
 * way. A sink hears from each actor when it has had all its answers; the clock stops at the last. Then the pings that
 * were answered are added up.
 */
#include "bench.h"

#define ACTORS 120

struct begin { odeon_ref sink, players[ACTORS]; };
struct ping { odeon_ref from; uint64_t place; };
struct pong { uint64_t place; };
struct done { uint64_t place; };
struct query { uint64_t place; };
struct tally { uint64_t answered; };
ODEON_MESSAGE(begin);
ODEON_MESSAGE(ping);
ODEON_MESSAGE(pong);
ODEON_MESSAGE(done);
ODEON_MESSAGE(query);
ODEON_MESSAGE(tally);

struct player {
	struct run *run;
	odeon_ref self, sink;
	uint64_t place, left, random, expected, answered;
	odeon_ref players[ACTORS];
};
struct sink { struct run *run; unsigned done, tallies; uint64_t answered; odeon_ref players[ACTORS]; };

/* Marsaglia's xorshift: any generator will do that is cheap beside a message. */
static uint64_t draw(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static void send_ping(odeon_self *self, struct player *player)
{
	uint64_t other = (draw(&player->random) >> 32) * (ACTORS - 1) >> 32;

	if (other >= player->place)
		other++;                               /* to others only */
	player->expected = other;
	odeon_send(self, player->players[other], odeon_new(ping, .from = player->self, .place = player->place));
}

ODEON_HANDLER(player, begin)
{
	player->self = odeon_self_ref(self);
	player->sink = begin->sink;
	for (int i = 0; i < ACTORS; i++)
		player->players[i] = begin->players[i];
	send_ping(self, player);
}

ODEON_HANDLER(player, ping)
{
	player->answered++;
	odeon_send(self, ping->from, odeon_new(pong, .place = player->place));
}

ODEON_HANDLER(player, pong)
{
	if (pong->place != player->expected)
		run_wrong(player->run, "player %llu was not asked", (unsigned long long)pong->place);
	if (--player->left > 0)
		send_ping(self, player);
	else
		odeon_send(self, player->sink, odeon_new(done, .place = player->place));
}

ODEON_HANDLER(player, query)
{
	odeon_reply(self, odeon_new(tally, .answered = player->answered));
}

ODEON_HANDLER(sink, begin)
{
	for (int i = 0; i < ACTORS; i++)
		sink->players[i] = begin->players[i];
}

ODEON_HANDLER(sink, done)
{
	if (++sink->done < ACTORS)
		return;
	sink->run->ended = odeon_clock_now();
	for (int i = 0; i < ACTORS; i++)
		odeon_send(self, sink->players[i], odeon_new(query));
}

ODEON_HANDLER(sink, tally)
{
	odeon_time ended = sink->run->ended;

	sink->answered += tally->answered;
	if (++sink->tallies < ACTORS)
		return;
	if (sink->answered != ACTORS * sink->run->count)
		run_wrong(sink->run, "%llu pings were answered", (unsigned long long)sink->answered);
	run_over(sink->run, self);
	sink->run->ended = ended;                      /* adding up is not part of the work */
}

ODEON_HANDLERS(player_handlers, ODEON_ON(player, ping), ODEON_ON(player, pong), ODEON_ON(player, begin),
	ODEON_ON(player, query));
ODEON_HANDLERS(sink_handlers, ODEON_ON(sink, begin), ODEON_ON(sink, done), ODEON_ON(sink, tally));
ODEON_KIND(player, player_handlers);
ODEON_KIND(sink, sink_handlers);

static void run(struct run *run)
{
	struct begin begin;

	run_spawn(run, &sink_kind, &(struct sink){ .run = run }, &begin.sink);
	for (uint64_t i = 0; i < ACTORS; i++)
		run_spawn(run, &player_kind, &(struct player){ .run = run, .place = i, .left = run->count,
			.random = 0x9e3779b97f4a7c15u * (i + 1) }, &begin.players[i]);
	odeon_post(run->system, begin.sink, odeon_make(ODEON_TYPE(begin), 0, &begin, ODEON_HERE));
	run_begin(run);
	for (int i = 0; i < ACTORS; i++)
		odeon_post(run->system, begin.players[i], odeon_make(ODEON_TYPE(begin), 0, &begin, ODEON_HERE));
	run_wait(run);
	run->amount = 2 * run->count * ACTORS;
}

const struct bench bench_big = {
	.name = "big", .summary = "120 actors ping random others, who answer",
	.amount = "messages", .counts = "pings from each actor", .count = 20000, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 33, 35 }, 1, 0 } },
};
