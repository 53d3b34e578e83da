/* SPDX-License-Identifier: BSD-2-Clause */
/* commands.c - the table, and running what is in it */
#include "effects.h"
#include "families.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define W COMMAND_WRITE
#define R COMMAND_READ
#define G COMMAND_GROWS
#define A COMMAND_ALL_STORES
#define S COMMAND_SESSION
#define P COMMAND_PARENT
#define M COMMAND_MULTI
#define C COMMAND_CHANNELS
#define N COMMAND_COUNTED
#define T COMMAND_TARGET
#define L COMMAND_LATE
#define B COMMAND_BLOCKS
#define U COMMAND_SUBSCRIBED
#define H COMMAND_HIDDEN
#define D COMMAND_DEFERRED
#define COMMAND(name, function, arity, flags, first, last, step) \
	{ name, arity, flags, first, last, step, command_##function },
static const struct command commands[] = {
#include "commands.inc"
};
#undef COMMAND
#undef W
#undef R
#undef G
#undef A
#undef S
#undef P
#undef M
#undef C
#undef N
#undef T
#undef L
#undef B
#undef U
#undef H
#undef D

enum { COMMANDS = sizeof commands / sizeof commands[0], NAME_BYTES = 40 };

unsigned command_count(void)
{
	return COMMANDS;
}

const struct command *command_at(unsigned index)
{
	return &commands[index];
}

unsigned command_index(const struct command *command)
{
	return (unsigned)(command - commands);
}

/* ---- finding ---------------------------------------------------------------------------------------------------------- */

static const struct command *find(const char *name)
{
	unsigned low = 0, high = COMMANDS;

	while (low < high) {
		unsigned middle = (low + high) / 2;
		int order = strcmp(commands[middle].name, name);

		if (order == 0)
			return &commands[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct command *command_named(const char *name)
{
	return find(name);
}

/* In lower case behind what is there; false: no command has so long a name, or one with such a letter. */
static bool add_name(char *name, struct text word)
{
	size_t at = strlen(name);

	if (at + word.length >= NAME_BYTES || (word.length > 0 && memchr(word.at, '|', word.length) != NULL))
		return false;
	for (size_t i = 0; i < word.length; i++)
		name[at + i] = (char)tolower((unsigned char)word.at[i]);
	name[at + word.length] = 0;
	return strlen(name) == at + word.length;
}

static void reply_unknown(const struct text *words, size_t count, struct reply *reply)
{
	char arguments[200] = "";
	size_t at = 0;

	for (size_t i = 1; i < count && at < 128; i++)
		at += (size_t)snprintf(arguments + at, sizeof arguments - at, "'%.*s' ",
		                       (int)(words[i].length < 128 - at ? words[i].length : 128 - at), words[i].length > 0 ? words[i].at : "");
	reply_error(reply, "ERR unknown command '%.*s', with args beginning with: %s",
	            (int)(words[0].length < 128 ? words[0].length : 128), words[0].length > 0 ? words[0].at : "", arguments);
}

static void reply_unknown_child(const struct command *parent, struct text child, struct reply *reply)
{
	char name[NAME_BYTES];
	size_t i = 0;

	for (; parent->name[i] != 0; i++)
		name[i] = (char)toupper((unsigned char)parent->name[i]);
	name[i] = 0;
	reply_error(reply, "ERR unknown subcommand '%.*s'. Try %s HELP.", (int)(child.length < 128 ? child.length : 128),
	            child.length > 0 ? child.at : "", name);
}

bool command_takes(const struct command *command, size_t count)
{
	return command->arity > 0 ? count == (size_t)command->arity : count >= (size_t)-command->arity;
}

const struct command *command_find(const struct text *words, size_t count, struct reply *reply)
{
	char name[NAME_BYTES] = "";
	const struct command *command = add_name(name, words[0]) ? find(name) : NULL;

	if (command == NULL || (command->flags & COMMAND_HIDDEN) != 0) {
		reply_unknown(words, count, reply);
		return NULL;
	}
	if ((command->flags & COMMAND_PARENT) != 0 && count > 1) {
		const struct command *parent = command;

		strcat(name, "|");
		command = add_name(name, words[1]) ? find(name) : NULL;
		if (command == NULL) {
			reply_unknown_child(parent, words[1], reply);
			return NULL;
		}
	}
	if (command_takes(command, count))
		return command;
	reply_error(reply, "ERR wrong number of arguments for '%s' command", command->name);
	return NULL;
}

struct command_keys command_keys_of(const struct command *command, const struct text *words, size_t count)
{
	struct command_keys keys = { (size_t)command->first, 0, (size_t)command->step, (command->flags & COMMAND_TARGET) != 0 };
	long long counted;

	if (command->first == 0)
		return (struct command_keys){ 0, 0, 1, false };
	keys.to = (command->last < 0 ? count - (size_t)-command->last : (size_t)command->last) + 1;
	if ((command->flags & COMMAND_COUNTED) == 0)
		return keys;
	if (!text_integer(words[keys.from - 1], &counted) || counted < 1 || (size_t)counted > count - keys.from)
		counted = 0;
	keys.to = keys.from + (size_t)counted;
	return keys;
}

uint64_t command_stores(const struct command *command, const struct text *words, size_t count, const struct text_seed *seed,
                        unsigned stores)
{
	uint64_t needed = 0, all = stores < 64 ? ((uint64_t)1 << stores) - 1 : UINT64_MAX;
	struct command_keys keys;

	if ((command->flags & COMMAND_ALL_STORES) != 0)
		return all;
	if (command->first == 0)
		return 0;
	if (stores == 1)
		return 1;
	keys = command_keys_of(command, words, count);
	if (keys.has_target)
		needed |= (uint64_t)1 << store_of(words[1], seed, stores);
	for (size_t i = keys.from; i < keys.to && needed != all; i += keys.step)
		needed |= (uint64_t)1 << store_of(words[i], seed, stores);
	if (needed == 0)                                       /* it names none: all channels, or a mistake that it will tell */
		needed = (command->flags & COMMAND_CHANNELS) != 0 ? all : 1;
	return needed;
}

/* ---- running ---------------------------------------------------------------------------------------------------------- */

static bool is_full(const struct call *call)
{
	for (unsigned i = 0; i < call->count; i++) {
		size_t most = call->stores[i] != NULL ? store_memory_most(call->stores[i], call->server->memory_most) : 0;

		if (most > 0 && call->stores[i]->memory.used > most)
			return true;
	}
	return false;
}

void command_run(struct call *call)
{
	bool is_noted = call->effects != NULL && (call->command->flags & COMMAND_WRITE) != 0;
	size_t before = call->reply->length;

	if (is_noted && call->effects->refusal != NULL)
		reply_error(call->reply, "%s", call->effects->refusal);
	else if ((call->command->flags & COMMAND_GROWS) != 0 && is_full(call))
		reply_error(call->reply, "OOM command not allowed when used memory > 'maxmemory'.");
	else
		call->command->run(call);
	if (call->reply->failed) {
		call->is_blocked = false;
		reply_cut(call->reply, before);
		reply_error(call->reply, CALL_NO_MEMORY);
	}
	if (is_noted && !call->is_blocked)
		effects_note(call, before);
}

/* For what the session does itself, and names with something behind them: they never come here. */
void command_parent(struct call *call)
{
	reply_error(call->reply, "ERR Command not allowed inside a transaction");
}
