/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kv.c - the key-value server of examples/kv in a network that the seed makes: what was acknowledged is there
 *
 * The visitors and the shards are the server's own. The clients (guests.h) say commands by chance, many at once, in
 * pieces of any size, and read slowly; their connections break, and they come again.
 */
#include "guests.h"
#include <stdio.h>
#include "../../examples/kv/visitor.h"
#include "../kv/engine.h"

enum { SEEDS = KIT_SLOWER(1000), PARTS = 4, GUESTS = 3 };

static struct { uint64_t resets, losses, stalls; } seen;

static struct {
	struct kv_cluster cluster;
	struct kv_guests guests;
	struct kv_house house;
	odeon_ref listener;
	char address[ODEON_ADDRESS_BYTES];
} town;

static void open_town(void)
{
	const struct server server = { .seed = { { 1, 2 } }, .version = "7.0.15" };
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = kv_visitor_kind, .argument = &town.house,
		.connection = kv_visitor_connection());

	must(kv_cluster_start(scene.system, &town.cluster, server, 1 + pick(4), 1 + pick(2), UNIX_SECONDS * 1000LL) == 0);
	town.house = (struct kv_house){ .cluster = &town.cluster, .guests = &town.guests, .guests_most = 100 };
	if (pick(2) == 0)
		options.connection.high_water = 300 + pick(1000);
	must(odeon_listener_open(scene.system, "127.0.0.1:6379", &options, town.address, &town.listener) == 0);
}

/* ---- the list of all, read by one client more -------------------------------------------------------------------- */

struct reader { struct reply heard; bool is_over; };
struct looker { struct reader *reader; };

ODEON_HANDLER(looker, odeon_connected)
{
	(void)looker;
	(void)odeon_send(self, odeon_connected->who, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	(void)odeon_send(self, odeon_connected->who, odeon_bytes_text("LRANGE everybody 0 -1\r\n"));
	(void)odeon_send(self, odeon_connected->who, odeon_new(odeon_write_end));
}
ODEON_HANDLER(looker, odeon_bytes)
{
	reply_raw(&looker->reader->heard, (struct text){ (const char *)odeon_bytes->data, odeon_bytes->length });
}
ODEON_HANDLER(looker, odeon_disconnected)
{
	looker->reader->is_over = odeon_disconnected->error == 0;
	odeon_exit(self);
}
ODEON_HANDLER(looker, odeon_read_end) { (void)looker; }
ODEON_HANDLERS(looker_handlers, ODEON_ON(looker, odeon_connected), ODEON_ON(looker, odeon_bytes), ODEON_ON(looker, odeon_disconnected),
	ODEON_ON(looker, odeon_read_end));
ODEON_KIND(looker, looker_handlers);

static void check_list(struct guest *const *guests)
{
	struct reader reader = { .is_over = false };
	struct looker looker = { &reader };
	odeon_ref who;

	reply_init(&reader.heard, 2);
	must(odeon_system_spawn(scene.system, &looker_kind, &looker, &who) == 0);
	must(odeon_connection_open(scene.system, town.address, who, NULL, NULL) == 0);
	scene_run(ODEON_SECONDS(5));
	must(reader.is_over && reply_span(reader.heard.bytes, reader.heard.length) == reader.heard.length);
	reply_raw(&reader.heard, (struct text){ "", 1 });
	for (unsigned i = 0; i < GUESTS; i++)
		guest_check_list(guests[i], reader.heard.bytes, reader.heard.length - 1);
	reply_fini(&reader.heard);
}

/* ---- a scene ----------------------------------------------------------------------------------------------------- */

static void finish(struct guest *const *guests)
{
	unsigned finished = 0;

	for (unsigned i = 0; i < GUESTS; i++)
		guest_finish(guests[i]);
	for (int tries = 0; finished < GUESTS; tries++) {
		must(tries < 30);
		scene_run(ODEON_SECONDS(4));
		finished = 0;
		for (unsigned i = 0; i < GUESTS; i++)
			finished += guest_is_finished(guests[i]);
	}
}

static uint64_t play(uint64_t seed)
{
	odeon_network_options network = ODEON_NETWORK_OPTIONS(.faults = seed % 3 != 0 ? 2000 : 0, .cuts = seed % 5 == 0 ? 900000 : 0);
	odeon_network_stats stats = ODEON_NETWORK_STATS;
	struct guest *guests[GUESTS];

	if (seed % 7 == 0)
		network.window = 1 + (uint32_t)(seed / 7 % 100);
	scene_open(seed, &network, NULL);
	open_town();
	for (unsigned i = 0; i < GUESTS; i++)
		guests[i] = guest_new(i + 1, town.address);
	scene_run(ODEON_SECONDS(10));
	must(odeon_network_set(scene.system, NULL) == 0);
	finish(guests);
	check_list(guests);
	must(odeon_network_count(scene.system, &stats) == 0);
	seen.resets += stats.resets;
	seen.losses += stats.losses;
	seen.stalls += stats.stalls;
	uint64_t trace = scene_close();

	for (unsigned i = 0; i < GUESTS; i++)
		guest_free(guests[i]);
	return trace;
}

START_TEST(what_was_acknowledged_is_there)
{
	if (!scenes_play("kv", play, SEEDS, _i, PARTS))
		return;
	printf("# %llu replies, %llu connections ended well, %llu broke, %llu times a command may have been run; reset %llu, lost %llu, stalled %llu\n",
	       (unsigned long long)guests_acknowledged, (unsigned long long)guests_polite_ends, (unsigned long long)guests_breaks,
	       (unsigned long long)guests_unsure, (unsigned long long)seen.resets, (unsigned long long)seen.losses,
	       (unsigned long long)seen.stalls);
	must(guests_breaks > (unsigned)SEEDS / PARTS && guests_polite_ends > (unsigned)SEEDS / PARTS && seen.resets > 0 && seen.losses > 0);
}
END_TEST

KIT_MAIN("simulation/kv", { .name = "kv", .loop = PARTS, .tests = KIT_TESTS(what_was_acknowledged_is_there) })
