/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * echo.c - the server of examples/17-tcp-echo.c in a network that the seed makes: what is said comes back, and little is held
 *
 * Its session is the example's. The clients are sides (sides.h) that hear themselves. Beyond what must hold of every
 * connection: what a client got back is what it said, from the beginning, and all of it when it had said all and
 * heard the end; and between what it has said and what it got back is never more than the windows, one high water and
 * the reads that were under way, whoever reads or not.
 */
int example_main(int count, char **arguments);
#define main example_main
#include "../../examples/17-tcp-echo.c"
#undef main
#include "sides.h"

enum { SEEDS = KIT_SLOWER(1000), PARTS = 2, CLIENTS = 5, READ_BYTES = 512, HIGH_WATER = 4096 };

static struct { uint64_t connects, resets, losses, whole, returned; } seen;

static void check_held(const odeon_network_options *network)
{
	for (unsigned i = 0; i < sides.count; i++) {
		const struct side *side = &sides.all[i];

		if (side->ends == 1 && !side->has_stopped)
			must(side->end.written - side->end.read <= 2 * network->window + HIGH_WATER + 4 * READ_BYTES);
		seen.returned += side->received;
	}
}

static void collect(void)
{
	odeon_network_stats stats = ODEON_NETWORK_STATS;

	must(odeon_network_count(scene.system, &stats) == 0);
	seen.connects += stats.accepts;
	seen.resets += stats.resets;
	seen.losses += stats.losses;
	seen.whole += sides.whole;
}

static void connect_all(const char *address)
{
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct side *side = side_new();

		side->is_echoed = true;
		side_connect(side, address);
		if (pick(2) == 0)
			scene_run(ODEON_US(pick(1000)));
	}
}

static uint64_t play(uint64_t seed)
{
	odeon_network_options network = ODEON_NETWORK_OPTIONS(.faults = seed % 2 == 0 ? 5000 : 0,
		.window = 1u << seed % 13, .cuts = seed % 3 == 0 ? 800000 : 0);
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &echo_kind,
		.connection = ODEON_CONNECTION_OPTIONS(.read_bytes = READ_BYTES, .high_water = HIGH_WATER, .keep_alive = 5));
	char address[ODEON_ADDRESS_BYTES];

	sides_begin(seed, &network);
	must(odeon_listener_open(scene.system, ":0", &options, address, NULL) == 0);
	connect_all(address);
	scene_run(ODEON_SECONDS(10));
	must(odeon_network_set(scene.system, NULL) == 0);
	scene_run(ODEON_SECONDS(100));
	scene.is_over = true;
	scene_run(ODEON_SECONDS(10));
	must(sides_open() == 0);
	sides_check();
	check_held(&network);
	collect();
	return scene_close();
}

START_TEST(what_is_said_comes_back)
{
	if (!scenes_play("echo", play, SEEDS, _i, PARTS))
		return;
	printf("# %llu connections, %llu bytes came back, %llu clients heard all; %llu reset, %llu lost\n",
	       (unsigned long long)seen.connects, (unsigned long long)seen.returned, (unsigned long long)seen.whole,
	       (unsigned long long)seen.resets, (unsigned long long)seen.losses);
	must(seen.whole > (unsigned)SEEDS / PARTS / 2 && seen.resets > 0 && seen.losses > 0);
}
END_TEST

KIT_MAIN("simulation/echo", { .name = "echo", .loop = PARTS, .tests = KIT_TESTS(what_is_said_comes_back) })
