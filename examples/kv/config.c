/* SPDX-License-Identifier: BSD-2-Clause */
/* config.c - CONFIG and INFO: what can be set, and what there is */
#include "families.h"
#include "saving.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- CONFIG ------------------------------------------------------------------------------------------------------------- */

static size_t memory_most(const struct call *call)
{
	const struct store *store = call->stores[0];

	return store->is_overruled ? store->memory_all : call->server->memory_most * call->count;
}

static bool is_asked(const struct call *call, const struct setting *setting)
{
	for (size_t i = 2; i < call->words_count; i++)
		if (text_matches(text_of(setting->name), call->words[i], true))
			return true;
	return false;
}

enum { SETTINGS = 9 };                                 /* beside those about what is saved */

void command_config_get(struct call *call)
{
	struct setting settings[SETTINGS + SAVING_SETTINGS] = {
		{ "maxmemory", "" }, { "bind", "" }, { "client-output-buffer-limit", "normal 0 0 0 slave 0 0 0 pubsub 33554432 8388608 60" },
		{ "databases", "1" }, { "maxmemory-policy", "noeviction" }, { "notify-keyspace-events", "" },
		{ "proto-max-bulk-len", "536870912" }, { "save", "" }, { "timeout", "0" },
	};
	unsigned all = SETTINGS + saving_settings(call, settings + SETTINGS), count = 0;

	settings[0].value[integer_write(settings[0].value, (long long)memory_most(call))] = 0;
	for (unsigned i = 0; i < all; i++)
		count += is_asked(call, &settings[i]);
	reply_map(call->reply, count);
	for (unsigned i = 0; i < all; i++)
		if (is_asked(call, &settings[i])) {
			reply_bulk_of(call->reply, settings[i].name);
			reply_bulk_of(call->reply, settings[i].value);
		}
}

/* Bytes, also as 100mb, 1gb, ...; false: it is no number. */
static bool read_bytes(struct text word, unsigned long long *bytes)
{
	static const struct { const char *name; unsigned long long times; } units[] = {
		{ "kb", 1ull << 10 }, { "mb", 1ull << 20 }, { "gb", 1ull << 30 }, { "k", 1000 }, { "m", 1000000 }, { "g", 1000000000 }, { "b", 1 },
	};
	unsigned long long times = 1;
	long long number;

	for (size_t i = 0; times == 1 && i < sizeof units / sizeof units[0]; i++) {
		size_t length = strlen(units[i].name);

		if (word.length <= length || !text_is((struct text){ word.at + word.length - length, length }, units[i].name))
			continue;
		word.length -= length;
		times = units[i].times;
		break;
	}
	if (word.length == 0)
		word = TEXT("0");
	return text_integer(word, &number) && number >= 0 && !__builtin_mul_overflow((unsigned long long)number, times, bytes);
}

/* What is to be memory_most; what is saved is set when all are right, and everything else stays as it is. NULL, or what is wrong. */
static const char *check_setting(const struct call *call, size_t word, unsigned long long *bytes, bool *sets)
{
	if (call_is(call, word, "maxmemory")) {
		*sets = true;
		return read_bytes(call->words[word + 1], bytes) ? NULL : "argument must be a memory value";
	}
	if (call_is(call, word, "maxmemory-policy"))
		return call_is(call, word + 1, "noeviction") ? NULL : "this server has noeviction only";
	if (call_is(call, word, "notify-keyspace-events") || call_is(call, word, "save"))
		return call->words[word + 1].length == 0 ? NULL : "this server has none";
	if (call_is(call, word, "timeout"))
		return call_is(call, word + 1, "0") ? NULL : "this server has none";
	return saving_set(call->server->persistence, call->words[word], call->words[word + 1], false);
}

void command_config_set(struct call *call)
{
	unsigned long long bytes = 0;
	bool sets = false;

	if (call->words_count % 2 != 0) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	for (size_t i = 2; i < call->words_count; i += 2) {
		const char *wrong = check_setting(call, i, &bytes, &sets);
		int length = (int)(call->words[i].length < 128 ? call->words[i].length : 128);

		if (wrong != NULL && wrong[0] == 0)
			reply_error(call->reply, "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'", length, call->words[i].at);
		else if (wrong != NULL)
			reply_error(call->reply, "ERR CONFIG SET failed (possibly related to argument '%.*s') - %s", length, call->words[i].at, wrong);
		if (wrong != NULL)
			return;
	}
	for (size_t i = 2; i < call->words_count; i += 2)
		(void)saving_set(call->server->persistence, call->words[i], call->words[i + 1], true);
	for (unsigned i = 0; sets && i < call->count; i++)
		store_limit_memory(call->stores[i], (size_t)bytes, call->count);
	reply_ok(call->reply);
}

void command_config_resetstat(struct call *call)
{
	for (unsigned i = 0; i < call->count; i++)
		call->stores[i]->hits = call->stores[i]->misses = call->stores[i]->expired = 0;
	reply_ok(call->reply);
}

void command_config_rewrite(struct call *call)
{
	reply_error(call->reply, "ERR The server is running without a config file");
}

/* ---- INFO --------------------------------------------------------------------------------------------------------------- */

struct sums { unsigned long long keys, timed, used, hits, misses, expired; };

static struct sums sum(const struct call *call)
{
	struct sums sums = { 0 };

	for (unsigned i = 0; i < call->count; i++) {
		const struct store *store = call->stores[i];

		sums.keys += store_count(store);
		sums.timed += store->timed.count;
		sums.used += store->memory.used;
		sums.hits += store->hits;
		sums.misses += store->misses;
		sums.expired += store->expired;
	}
	return sums;
}

static bool is_wanted(const struct call *call, const char *section)
{
	bool wanted = call->words_count == 1;

	for (size_t i = 1; i < call->words_count; i++)
		wanted |= call_is(call, i, section) || call_is(call, i, "all") || call_is(call, i, "everything") || call_is(call, i, "default");
	return wanted;
}

__attribute__((format(printf, 2, 3))) static void say(struct reply *text, const char *format, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	reply_raw(text, text_of(line));
	reply_raw(text, TEXT("\r\n"));
}

static void begin_section(struct reply *text, const char *name)
{
	say(text, text->length > 0 ? "\r\n# %s" : "# %s", name);
}

static int port_of(const struct client *client)
{
	const char *colon = strrchr(client->here, ':');
	long long port = 0;

	return colon != NULL && text_integer(text_of(colon + 1), &port) ? (int)port : 0;
}

static void say_server(const struct call *call, struct reply *text)
{
	long long up = call->server->started > 0 ? (long long)(call->now - call->server->started) / 1000 : 0;

	begin_section(text, "Server");
	say(text, "redis_version:%s\r\nserver_name:odeon-kv\r\nredis_mode:standalone\r\narch_bits:%u\r\nshards:%u", call->server->version,
	    (unsigned)sizeof(void *) * 8, call->count);
	say(text, "process_id:%ld\r\ntcp_port:%d\r\nuptime_in_seconds:%lld\r\nuptime_in_days:%lld", (long)getpid(), port_of(call->client), up,
	    up / 86400);
}

static void say_clients(const struct call *call, struct reply *text)
{
	struct clients *clients = call->server->clients;
	unsigned count = 0, waiting = 0;

	if (clients != NULL) {
		(void)pthread_mutex_lock(&clients->lock);
		for (const struct client *client = clients->first; client != NULL; client = client->after, count++)
			waiting += client_turn(client, CLIENT_WAITS) != 0;
		(void)pthread_mutex_unlock(&clients->lock);
	}
	begin_section(text, "Clients");
	say(text, "connected_clients:%u\r\nblocked_clients:%u", count, waiting);
}

static void say_stats(const struct call *call, const struct sums *sums, struct reply *text)
{
	size_t channels = 0;

	for (unsigned i = 0; i < call->count; i++)
		channels += call->stores[i]->listeners[LISTENS_CHANNELS].table.count;
	begin_section(text, "Stats");
	say(text, "expired_keys:%llu\r\nkeyspace_hits:%llu\r\nkeyspace_misses:%llu\r\npubsub_channels:%zu\r\npubsub_patterns:%zu",
	    sums->expired, sums->hits, sums->misses, channels, call->stores[0]->listeners[LISTENS_PATTERNS].table.count);
}

void command_info(struct call *call)
{
	struct sums sums = sum(call);
	struct reply text;

	reply_init(&text, 2);
	if (is_wanted(call, "server"))
		say_server(call, &text);
	if (is_wanted(call, "clients"))
		say_clients(call, &text);
	if (is_wanted(call, "memory")) {
		begin_section(&text, "Memory");
		say(&text, "used_memory:%llu\r\nmaxmemory:%zu\r\nmaxmemory_policy:noeviction", sums.used, memory_most(call));
	}
	if (is_wanted(call, "persistence")) {
		char lines[SAVING_INFO_BYTES];

		begin_section(&text, "Persistence");
		reply_raw(&text, (struct text){ lines, saving_info(call, lines, sizeof lines) });
	}
	if (is_wanted(call, "stats"))
		say_stats(call, &sums, &text);
	if (is_wanted(call, "replication")) {
		begin_section(&text, "Replication");
		say(&text, "role:master\r\nconnected_slaves:0");
	}
	if (is_wanted(call, "cluster")) {
		begin_section(&text, "Cluster");
		say(&text, "cluster_enabled:0");
	}
	if (is_wanted(call, "keyspace")) {
		begin_section(&text, "Keyspace");
		if (sums.keys > 0)
			say(&text, "db0:keys=%llu,expires=%llu,avg_ttl=0", sums.keys, sums.timed);
	}
	call->reply->failed |= text.failed;
	reply_verbatim(call->reply, (struct text){ text.bytes, text.length });
	reply_fini(&text);
}
