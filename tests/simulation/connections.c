/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connections.c - connections and listeners in a network that the seed makes: bytes are conserved, and every end is told
 *
 * The scene: a listener whose sessions are sides (sides.h), and sides that connect to it; all do by chance what owners may do.
 * The network cuts, delays and, with every other seed, breaks; connections are stopped and killed; the listener is drained,
 * stopped, or left alone.
 */
#include "sides.h"
#include <stdio.h>
#include <string.h>

enum { SEEDS = KIT_SLOWER(1000), CLIENTS = 6 };

static struct { odeon_network_stats stats; uint64_t highs, gives, whole, broken; } seen;

/* ---- a scene ----------------------------------------------------------------------------------------------------- */

struct hearing { struct odeon_drained *drained; odeon_time when; };

struct asker { odeon_ref listener; odeon_duration within; };
struct asked { int unused; };
static struct hearing hearing;

ODEON_ANSWER(asker, asked, odeon_drained)
{
	must(error == 0 && hearing.drained == NULL);
	hearing.drained = odeon_new(odeon_drained, .finished = odeon_drained->finished, .closed = odeon_drained->closed);
	hearing.when = odeon_now(self);
	odeon_exit(self);
}

ODEON_HANDLER(asker, note)
{
	(void)note;
	must(odeon_request(self, asker->listener, odeon_new(odeon_drain, .within = asker->within), ODEON_NEVER,
	                   ODEON_THEN(self, asker, asked, odeon_drained)) == 0);
}
ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, note));
ODEON_KIND(asker, asker_handlers);

/* Every owner ends its connection, but those who are late: these linger no longer than half a second. */
static void drain(odeon_ref listener)
{
	odeon_time before = odeon_system_now(scene.system);
	struct asker asker = { listener, ODEON_MS(pick(1000)) };
	odeon_ref who;

	hearing.drained = NULL;
	must(odeon_system_spawn(scene.system, &asker_kind, &asker, &who) == 0);
	must(odeon_post(scene.system, who, odeon_new(note)) == 0);
	scene_run(ODEON_SECONDS(3));
	must(hearing.drained != NULL && hearing.when.ns - before.ns <= asker.within + ODEON_MS(600));
	odeon_free(hearing.drained);
}

static odeon_network_options network_for(uint64_t seed)
{
	odeon_network_options network = ODEON_NETWORK_OPTIONS(.faults = seed % 2 == 0 ? 5000 + (uint32_t)(seed / 2 % 4) * 5000 : 0);

	if (seed % 7 == 0)
		network.window = 1 + (uint32_t)(seed / 7 % 40);
	if (seed % 5 == 0)
		network.cuts = 900000;
	if (seed % 11 == 0)
		network.delay_most = ODEON_MS(100);
	if (seed % 13 == 0)
		network.sockets_most = 8;
	if (seed % 6 == 0)
		network.shortages = 400000;
	return network;
}

static void collect(void)
{
	odeon_network_stats stats = ODEON_NETWORK_STATS;
	uint64_t *from = &stats.connects, *to = &seen.stats.connects;

	must(odeon_network_count(scene.system, &stats) == 0 && stats.received <= stats.sent);
	for (size_t i = 0; i < (sizeof stats - sizeof stats.bytes) / sizeof *from; i++)
		to[i] += from[i];
	seen.highs += sides.highs;
	seen.gives += sides.gives;
	seen.whole += sides.whole;
	seen.broken += sides.broken;
}

/* Whatever came before: one that comes now gets its session. */
static void somebody_is_served(const char *address)
{
	unsigned before = sides.count;

	side_connect(side_new(), address);
	scene_run(ODEON_SECONDS(10));
	must(sides.count == before + 2);
}

/* No connection outlives its owner. */
static void nobody_is_left(bool listens)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(scene.system, &stats) == 0);
	must(stats.actors == (listens ? 2u : 0u) + sides_deaf());
}

static uint64_t play(uint64_t seed)
{
	odeon_network_options network = network_for(seed);
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = side_kind);
	odeon_connection_options connection;
	char address[ODEON_ADDRESS_BYTES];
	odeon_ref listener;
	unsigned ends;

	sides_begin(seed, &network);
	connection = side_options();
	options.connection = connection;
	options.argument = &connection;
	options.connections_most = pick(4) == 0 ? 1 + pick(CLIENTS) : 0;
	options.backlog = pick(4) == 0 ? 1 : 0;
	must(odeon_listener_open(scene.system, pick(4) == 0 ? "unix:/nowhere" : "127.0.0.1:0", &options, address, &listener) == 0);
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (pick(3) == 0)
			scene_run(ODEON_US(pick(1000)));
		side_connect(side_new(), pick(20) == 0 ? "127.0.0.1:9" : address);
	}
	scene_run(ODEON_MS(pick(2000)));
	ends = pick(5);
	if (ends <= 1)
		drain(listener);
	else if (ends == 2)
		(void)odeon_actor_stop(scene.system, listener);
	scene_run(ODEON_SECONDS(5));
	must(odeon_network_set(scene.system, NULL) == 0);
	scene.is_over = scene.is_faulty;
	scene_run(ODEON_SECONDS(100));
	scene.is_over = true;
	scene_run(ODEON_SECONDS(10));
	must(sides_open() == 0);
	sides_check();
	if (ends > 2)
		somebody_is_served(address);
	nobody_is_left(ends > 2);
	collect();
	return scene_close();
}

START_TEST(bytes_are_conserved_and_every_end_is_told)
{
	const odeon_network_stats *stats = &seen.stats;

	if (!scenes_play("connections", play, SEEDS, 0, 1))
		return;
	printf("# %llu bytes of %llu, %llu of %llu connections; refused %llu, silent %llu, crowded %llu, short %llu, reset %llu, stalled %llu, "
	       "lost %llu, unwanted %llu, ended %llu, full %llu; whole %llu, broken %llu, high %llu, given %llu\n",
	       (unsigned long long)stats->received, (unsigned long long)stats->sent, (unsigned long long)stats->accepts,
	       (unsigned long long)stats->connects, (unsigned long long)stats->refusals, (unsigned long long)stats->silences,
	       (unsigned long long)stats->crowds, (unsigned long long)stats->shortages, (unsigned long long)stats->resets,
	       (unsigned long long)stats->stalls, (unsigned long long)stats->losses, (unsigned long long)stats->unwanted,
	       (unsigned long long)stats->ends, (unsigned long long)stats->full, (unsigned long long)seen.whole,
	       (unsigned long long)seen.broken, (unsigned long long)seen.highs, (unsigned long long)seen.gives);
	must(stats->refusals > 0 && stats->silences > 0 && stats->crowds > 0 && stats->shortages > 0 && stats->resets > 0);
	must(stats->stalls > 0 && stats->losses > 0 && stats->unwanted > 0 && stats->ends > (unsigned)SEEDS && stats->full > 0);
	must(stats->cut_reads > (unsigned)SEEDS && stats->cut_writes > (unsigned)SEEDS);
	must(seen.whole > (unsigned)SEEDS / 2 && seen.broken > (unsigned)SEEDS / 2 && seen.highs > 0 && seen.gives > 0);
}
END_TEST

/* ---- a peer that writes exactly while the reader gives credit ---------------------------------------------------- */

enum { SINGLES = 100 };
static struct { unsigned written, read; bool is_over; } edge;

struct writer { odeon_ref connection; };

ODEON_HANDLER(writer, odeon_connected)
{
	writer->connection = odeon_connected->who;
	must(odeon_tick_after(self, 0, 'w') == 0);
}
ODEON_HANDLER(writer, odeon_tick)
{
	unsigned char byte = (unsigned char)edge.written;

	(void)odeon_tick;
	if (edge.written++ == SINGLES) {
		(void)odeon_send(self, writer->connection, odeon_new(odeon_write_end));
		return;
	}
	(void)odeon_send(self, writer->connection, odeon_bytes_copy(&byte, 1));
	must(odeon_tick_after(self, pick(8000), 'w') == 0);
}
ODEON_HANDLER(writer, odeon_read_end) { (void)writer; }
ODEON_HANDLER(writer, odeon_disconnected)
{
	(void)writer;
	must(odeon_disconnected->error == 0);
	odeon_exit(self);
}
ODEON_HANDLERS(writer_handlers, ODEON_ON(writer, odeon_connected), ODEON_ON(writer, odeon_tick), ODEON_ON(writer, odeon_read_end),
	ODEON_ON(writer, odeon_disconnected));
ODEON_KIND(writer, writer_handlers);

struct reader { odeon_ref connection; };

ODEON_START(reader, odeon_session)
{
	reader->connection = odeon_session->connection;
	return odeon_tick_after(self, pick(8000), 'r');
}
ODEON_HANDLER(reader, odeon_tick)
{
	(void)odeon_tick;
	(void)odeon_send(self, reader->connection, odeon_new(odeon_read, .count = 1));
}
ODEON_HANDLER(reader, odeon_bytes)
{
	(void)reader;
	for (size_t i = 0; i < odeon_bytes->length; i++)
		must(odeon_bytes->data[i] == (unsigned char)edge.read++);
	must(odeon_tick_after(self, pick(8000), 'r') == 0);
}
ODEON_HANDLER(reader, odeon_read_end)
{
	must(edge.read == SINGLES);
	edge.is_over = true;
	(void)odeon_send(self, reader->connection, odeon_new(odeon_write_end));
}
ODEON_HANDLER(reader, odeon_disconnected)
{
	(void)reader;
	(void)odeon_disconnected;
	odeon_exit(self);
}
ODEON_HANDLERS(reader_handlers, ODEON_ON(reader, odeon_tick), ODEON_ON(reader, odeon_bytes), ODEON_ON(reader, odeon_read_end),
	ODEON_ON(reader, odeon_disconnected));
ODEON_KIND(reader, reader_handlers, .start = ODEON_STARTS(reader));

static uint64_t play_edge(uint64_t seed)
{
	odeon_network_options network = ODEON_NETWORK_OPTIONS(.delay_most = 100 + (odeon_duration)(seed % 10) * 1000);
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &reader_kind);
	char address[ODEON_ADDRESS_BYTES];
	odeon_ref writer;

	memset(&edge, 0, sizeof edge);
	sides_begin(seed, &network);
	must(odeon_listener_open(scene.system, "127.0.0.1:0", &options, address, NULL) == 0);
	must(odeon_system_spawn(scene.system, &writer_kind, NULL, &writer) == 0);
	must(odeon_connection_open(scene.system, address, writer, NULL, NULL) == 0);
	scene_run(ODEON_SECONDS(1));
	must(edge.is_over);
	return scene_close();
}

START_TEST(no_edge_is_lost)
{
	(void)scenes_play("connections", play_edge, SEEDS, 0, 1);
}
END_TEST

/* ---- an owner that cannot be told yet ---------------------------------------------------------------------------- */

static struct { odeon_ref connection; uint64_t unwritten; unsigned ends; } busy;

struct sleeper { int unused; };
ODEON_HANDLER(sleeper, odeon_connected)
{
	(void)sleeper;
	(void)self;
	busy.connection = odeon_connected->who;
}
ODEON_HANDLER(sleeper, note)
{
	(void)sleeper;
	(void)note;
	must(odeon_select(NULL, 0, odeon_deadline(self, ODEON_SECONDS(1))) == ODEON_ETIMEDOUT);
}
ODEON_HANDLER(sleeper, odeon_disconnected)
{
	(void)sleeper;
	busy.ends++;
	busy.unwritten = odeon_disconnected->unwritten_bytes;
	for (struct odeon_bytes *bytes = odeon_disconnected->unwritten; bytes != NULL; bytes = bytes->next)
		busy.unwritten -= bytes->length;
	must(busy.unwritten == 0);
	busy.unwritten = odeon_disconnected->unwritten_bytes;
	odeon_exit(self);
}
ODEON_HANDLERS(sleeper_handlers, ODEON_ON(sleeper, odeon_connected), ODEON_ON(sleeper, note), ODEON_ON(sleeper, odeon_disconnected));
ODEON_KIND(sleeper, sleeper_handlers, .place = ODEON_OWN_THREAD, .mailbox = { .messages = 1 });

static uint64_t play_busy(uint64_t seed)
{
	const odeon_network_options network = ODEON_NETWORK_OPTIONS(.data = NULL);
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = side_kind, .argument = &(odeon_connection_options)ODEON_CONNECTION_OPTIONS());
	char address[ODEON_ADDRESS_BYTES];
	odeon_ref owner;

	memset(&busy, 0, sizeof busy);
	sides_begin(seed, &network);
	must(odeon_listener_open(scene.system, "127.0.0.1:0", &options, address, NULL) == 0);
	must(odeon_system_spawn(scene.system, &sleeper_kind, NULL, &owner) == 0);
	must(odeon_connection_open(scene.system, address, owner, NULL, NULL) == 0);
	scene_run(ODEON_MS(5));
	must(odeon_post(scene.system, owner, odeon_new(note)) == 0);
	scene_run(ODEON_MS(100));                              /* it sleeps, and one more fills up its mailbox */
	must(odeon_post(scene.system, owner, odeon_new(note)) == 0);
	must(odeon_post(scene.system, busy.connection, odeon_new(odeon_close, .resets = 1)) == 0);
	for (int i = 0; i < 5; i++) {
		scene_run(ODEON_MS(1));
		must(odeon_post(scene.system, busy.connection, odeon_bytes_text("too late")) == 0);
	}
	scene_run(ODEON_SECONDS(5));
	must(busy.ends == 1 && busy.unwritten == 40);
	scene.is_over = true;
	scene_run(ODEON_SECONDS(5));
	return scene_close();
}

START_TEST(what_comes_before_the_news_of_the_end_is_in_it)
{
	(void)scenes_play("connections", play_busy, 40, 0, 1);
}
END_TEST

KIT_MAIN("simulation/connections", { .name = "sides", .tests = KIT_TESTS(bytes_are_conserved_and_every_end_is_told) },
	{ .name = "edge", .tests = KIT_TESTS(no_edge_is_lost) },
	{ .name = "busy", .tests = KIT_TESTS(what_comes_before_the_news_of_the_end_is_in_it) })
