/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scout.c - commands that a scout goes ahead of: whatever they do to what it looked at, they do what each of them does alone
 *
 * Two connections with a store each run the same units: one all of a pack at once, the other each by itself, where there is nothing to go ahead of.
 */
#include "../../examples/kv/effects.h"
#include "../../examples/kv/pack.h"
#include "../../examples/kv/scout.h"
#include "chance.h"
#include "engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 400, UNITS_MOST = 3 * SCOUT_MOST, PACKS = 400, BYTES_MOST = 64 << 10 };

static struct chance chance;
static struct engine together, apart;
static char bytes[BYTES_MOST];                         /* of all packs: what is remembered of one is wrong of the next */

static void setup(void)
{
	engine_open(&together, 1);
	engine_open(&apart, 1);
}

static void teardown(void)
{
	engine_close(&together);
	engine_close(&apart);
}

/* ---- units -------------------------------------------------------------------------------------------------------------- */

static void add(struct pack *pack, const char *text)
{
	struct line line;
	struct reply none;

	reply_init(&none, 2);
	line_read(&line, text);
	must(pack_add(pack, command_find(line.words, line.count, &none), line.words, line.count) && none.length == 0);
}

/* Each %u is a key. */
static void add_command(struct pack *pack)
{
	static const char *const lines[] = {
		"SET %u abc", "SET %u 17", "GET %u", "GET %u", "SET %u abc PX 3", "INCR %u", "APPEND %u xyz", "DEL %u %u %u", "MGET %u %u %u",
		"MSET %u a %u b %u c", "RENAME %u %u", "EXISTS %u %u", "LPUSH %u a b", "RPOP %u", "SADD %u a", "PERSIST %u", "TYPE %u",
		"OBJECT ENCODING %u", "SUNION %u %u", "LRANGE %u 0 -1", "PUBSUB NUMSUB %u", "DBSIZE",
	};
	const char *line = lines[choose(&chance, sizeof lines / sizeof lines[0])];
	char text[128];

	(void)snprintf(text, sizeof text, line, choose(&chance, KEYS), choose(&chance, KEYS), choose(&chance, KEYS));
	add(pack, choose(&chance, 2 * KEYS) == 0 ? "FLUSHALL" : text);
}

static void add_transaction(struct pack *pack)
{
	struct pack commands, watched;
	char text[32];

	pack_init(&commands);
	pack_init(&watched);
	for (unsigned i = choose(&chance, 4); i > 0; i--)
		add_command(&commands);
	(void)snprintf(text, sizeof text, "WATCH %u", choose(&chance, KEYS));
	add(&watched, text);
	must(pack_add_transaction(pack, &commands, choose(&chance, 2) == 0 ? &watched : NULL, client_turn(together.session.client, CLIENT_WATCHES)));
	pack_fini(&commands);
	pack_fini(&watched);
}

/* ---- running ------------------------------------------------------------------------------------------------------------ */

/* So many units of those from `at` on; answers behind what they are. */
static size_t run(struct engine *engine, const struct pack *pack, size_t at, size_t units, struct reply *reply)
{
	struct pack_place place = { &engine->server, engine->stores, 1, engine->session.client, &engine->post, engine->stores[0]->now, NULL };
	struct pack_run run = { .bytes = { bytes + at, pack->bytes.length - at }, .units = units, .words_most = pack->words_most, .reply_most = SIZE_MAX };

	pack_run(&place, &run, reply, NULL);
	must(run.done == units && engine->stores[0]->known.name.at == NULL);
	return at + run.used;
}

static void run_both(const struct pack *pack)
{
	struct reply all, each;
	size_t at = 0;

	must(pack->bytes.length <= BYTES_MOST);
	memcpy(bytes, pack->bytes.bytes, pack->bytes.length);
	reply_init(&all, 2);
	reply_init(&each, 2);
	must(run(&together, pack, 0, pack->units, &all) == pack->bytes.length);
	for (size_t unit = 0; unit < pack->units; unit++)
		at = run(&apart, pack, at, 1, &each);
	must(all.length == each.length && memcmp(all.bytes, each.bytes, all.length) == 0);
	reply_fini(&all);
	reply_fini(&each);
}

static void expect_same_stores(void)
{
	struct store *one = together.stores[0], *other = apart.stores[0];

	must(store_count(one) == store_count(other) && one->expired == other->expired);
	must(one->hits == other->hits && one->misses == other->misses);
	for (struct key *key = store_next(one, NULL); key != NULL; key = store_next(one, key)) {
		struct entry *entry = table_find(&other->keys, entry_name(&key->entry), key->entry.hash);
		const struct key *same = entry != NULL ? ENTRY_OF(entry, key) : NULL;

		must(same != NULL && same->expires == key->expires && same->value->type == key->value->type);
	}
}

START_TEST(commands_of_a_pack_do_what_each_does_alone)
{
	struct pack pack;
	size_t most = 0;

	chance_begin(&chance, _i);
	for (unsigned round = 0; round < PACKS; round++) {
		engine_time(&together, round);
		engine_time(&apart, round);
		pack_init(&pack);
		for (unsigned units = 1 + choose(&chance, UNITS_MOST); units > 0; units--)
			if (choose(&chance, 20) == 0)
				add_transaction(&pack);
			else
				add_command(&pack);
		run_both(&pack);
		pack_fini(&pack);
		most = store_count(together.stores[0]) > most ? store_count(together.stores[0]) : most;
	}
	must(most > SCOUT_KEYS_LEAST);
	expect_same_stores();
}
END_TEST

/* ---- names -------------------------------------------------------------------------------------------------------------- */

START_TEST(a_name_is_known_where_it_lies)
{
	static const char names[] = "one two one";
	struct text one = { names, 3 }, two = { names + 4, 3 }, again = { names + 8, 3 }, shorter = { names, 2 };
	struct store *store = together.stores[0];
	uint32_t hash = store_hash(store, one);
	struct scout scout;

	store_know(store, one, hash + 1);
	must(store_hash(store, one) == hash + 1 && store_hash(store, again) == hash && store_hash(store, shorter) != hash + 1);
	store_forget(store);
	must(store_hash(store, one) == hash && store_hash(store, (struct text){ NULL, 0 }) == store_hash(store, TEXT("")));
	scout_begin(&scout, store);
	scout_add(&scout, one);
	scout_add(&scout, again);
	scout_go(&scout);
	scout_tell(&scout, one);
	must(store->known.name.at == one.at && store->known.hash == hash);
	scout_tell(&scout, two);                               /* was not added */
	must(store->known.name.at == one.at);
	scout_tell(&scout, again);
	must(store->known.name.at == again.at && store->known.hash == hash);
	store_forget(store);
}
END_TEST

KIT_MAIN("kv/scout",
	{ .name = "packs", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(commands_of_a_pack_do_what_each_does_alone), .loop = 4 },
	{ .name = "names", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_name_is_known_where_it_lies) })
