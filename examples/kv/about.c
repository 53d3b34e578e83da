/* SPDX-License-Identifier: BSD-2-Clause */
/* about.c - commands about the commands */
#include "families.h"

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
	bool has_keys = (command->flags & (COMMAND_CHANNELS | COMMAND_COUNTED)) == 0;

	reply_array(reply, 10);
	reply_bulk_of(reply, command->name);
	reply_integer(reply, command->arity);
	reply_flags(reply, command);
	reply_integer(reply, has_keys ? command->first : 0);
	reply_integer(reply, has_keys ? command->last : 0);
	reply_integer(reply, has_keys ? command->step : 0);
	reply_set(reply, 0);
	for (int i = 0; i < 3; i++)
		reply_array(reply, 0);
}

static bool is_child(const struct command *command)
{
	return (command->flags & COMMAND_HIDDEN) != 0 || text_matches(text_of(command->name), TEXT("*|*"), false);
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

		while (at < command_count() && (!call_is(call, i, command_at(at)->name) || (command_at(at)->flags & COMMAND_HIDDEN) != 0))
			at++;
		if (at < command_count())
			reply_command(call->reply, command_at(at));
		else
			reply_null_array(call->reply);
	}
}

/* Of a command that is spelled out behind. */
void command_command_getkeys(struct call *call)
{
	const struct text *words = call->words + 2;
	size_t count = call->words_count - 2, at = call->reply->length, found = 0;
	const struct command *command = command_find(words, count, call->reply);
	struct command_keys keys;

	if (command == NULL) {
		bool is_known = call->reply->length - at > 15 && call->reply->bytes[at + 5] == 'w';

		reply_cut(call->reply, at);
		reply_error(call->reply, is_known ? "ERR Invalid number of arguments specified for command" : "ERR Invalid command specified");
		return;
	}
	keys = command_keys_of(command, words, count);
	if (command->first == 0 || (command->flags & COMMAND_CHANNELS) != 0) {
		reply_error(call->reply, "ERR The command has no key arguments");
		return;
	}
	if (keys.has_target) {
		reply_bulk(call->reply, words[1]);
		found++;
	}
	for (size_t i = keys.from; i < keys.to; i += keys.step, found++)
		reply_bulk(call->reply, words[i]);
	if (keys.to > keys.from) {
		reply_array_at(call->reply, at, found);
		return;
	}
	reply_cut(call->reply, at);
	reply_error(call->reply, "ERR Invalid arguments specified for command");
}

static bool is_listed(const struct call *call, const struct command *command)
{
	bool is_named = call->words_count == 2 || text_matches(text_of(command->name), call->words[4], true);

	return (command->flags & COMMAND_HIDDEN) == 0 && is_named;
}

void command_command_list(struct call *call)
{
	size_t at = call->reply->length, found = 0;

	if (call->words_count != 2 && (call->words_count != 5 || !call_is(call, 2, "FILTERBY") || !call_is(call, 3, "PATTERN"))) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	for (unsigned i = 0; i < command_count(); i++)
		if (is_listed(call, command_at(i))) {
			reply_bulk_of(call->reply, command_at(i)->name);
			found++;
		}
	reply_array_at(call->reply, at, found);
}
