/* SPDX-License-Identifier: BSD-2-Clause */
/* about.c - commands about the commands, and about the server */
#include "families.h"
#include <stdarg.h>
#include <stdio.h>

/* ---- COMMAND ------------------------------------------------------------------------------------------------------------ */

static void reply_flags(struct reply *reply, const struct command *command)
{
	static const struct { unsigned flag; const char *name; } names[] = {
		{ COMMAND_WRITE, "write" }, { COMMAND_READ, "readonly" }, { COMMAND_GROWS, "denyoom" }, { COMMAND_SESSION, "noscript" },
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		count += (command->flags & names[i].flag) != 0;
	reply_set(reply, count);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if ((command->flags & names[i].flag) != 0)
			reply_status(reply, names[i].name);
}

/* Ten things; of the last four, which are about access lists and documentation, there is nothing. */
static void reply_command(struct reply *reply, const struct command *command)
{
	reply_array(reply, 10);
	reply_bulk_of(reply, command->name);
	reply_integer(reply, command->arity);
	reply_flags(reply, command);
	reply_integer(reply, command->first);
	reply_integer(reply, command->last);
	reply_integer(reply, command->step);
	reply_set(reply, 0);
	for (int i = 0; i < 3; i++)
		reply_array(reply, 0);
}

static bool is_child(const struct command *command)
{
	return text_matches(text_of(command->name), TEXT("*|*"), false);
}

static unsigned count_all(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < command_count(); i++)
		count += !is_child(command_at(i));
	return count;
}

void command_command(struct call *call)
{
	reply_array(call->reply, count_all());
	for (unsigned i = 0; i < command_count(); i++)
		if (!is_child(command_at(i)))
			reply_command(call->reply, command_at(i));
}

void command_command_count(struct call *call)
{
	reply_integer(call->reply, count_all());
}

void command_command_docs(struct call *call)
{
	reply_map(call->reply, 0);
}

void command_command_info(struct call *call)
{
	reply_array(call->reply, call->words_count > 2 ? call->words_count - 2 : count_all());
	for (unsigned at = 0; call->words_count == 2 && at < command_count(); at++)
		if (!is_child(command_at(at)))
			reply_command(call->reply, command_at(at));
	for (size_t i = 2; i < call->words_count; i++) {
		unsigned at = 0;

		while (at < command_count() && !call_is(call, i, command_at(at)->name))
			at++;
		if (at < command_count())
			reply_command(call->reply, command_at(at));
		else
			reply_null_array(call->reply);
	}
}

/* ---- CONFIG ------------------------------------------------------------------------------------------------------------- */

struct setting { const char *name; char value[32]; };

static bool is_asked(const struct call *call, const struct setting *setting)
{
	for (size_t i = 2; i < call->words_count; i++)
		if (text_matches(text_of(setting->name), call->words[i], true))
			return true;
	return false;
}

void command_config_get(struct call *call)
{
	struct setting settings[] = {
		{ "appendonly", "no" }, { "databases", "1" }, { "maxmemory", "" }, { "maxmemory-policy", "noeviction" },
		{ "proto-max-bulk-len", "536870912" }, { "save", "" },
	};
	enum { SETTINGS = sizeof settings / sizeof settings[0] };
	size_t count = 0;

	settings[2].value[integer_write(settings[2].value, (long long)(call->server->memory_most * call->count))] = 0;
	for (size_t i = 0; i < SETTINGS; i++)
		count += is_asked(call, &settings[i]);
	reply_map(call->reply, count);
	for (size_t i = 0; i < SETTINGS; i++)
		if (is_asked(call, &settings[i])) {
			reply_bulk_of(call->reply, settings[i].name);
			reply_bulk_of(call->reply, settings[i].value);
		}
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

void command_info(struct call *call)
{
	struct sums sums = sum(call);
	struct reply text;

	reply_init(&text, 2);
	if (is_wanted(call, "server")) {
		begin_section(&text, "Server");
		say(&text, "redis_version:%s\r\nserver_name:odeon-kv\r\nredis_mode:standalone\r\nshards:%u", call->server->version, call->count);
	}
	if (is_wanted(call, "memory")) {
		begin_section(&text, "Memory");
		say(&text, "used_memory:%llu\r\nmaxmemory:%zu\r\nmaxmemory_policy:noeviction", sums.used, call->server->memory_most * call->count);
	}
	if (is_wanted(call, "stats")) {
		begin_section(&text, "Stats");
		say(&text, "expired_keys:%llu\r\nkeyspace_hits:%llu\r\nkeyspace_misses:%llu", sums.expired, sums.hits, sums.misses);
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
