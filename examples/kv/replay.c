/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.c - commands out of a ledger, run */
#include "call.h"
#include "replay.h"
#include <errno.h>
#include <string.h>

static void begin(struct replay *replay, const struct server *server, unsigned count)
{
	const struct resp_limits limits = RESP_LIMITS;

	*replay = (struct replay){ .server = *server, .count = count };
	replay->server.memory_most = 0;                        /* it was within bounds when it was said */
	replay->server.persistence = NULL;
	resp_init(&replay->parser, limits);
}

void replay_init(struct replay *replay, const struct server *server, struct store *const *stores, unsigned count)
{
	begin(replay, server, count);
	replay->stores = stores;
	for (unsigned i = 0; i < count; i++)
		stores[i]->now = INT64_MIN;
}

void replay_init_one(struct replay *replay, const struct server *server, struct store *store, unsigned number, unsigned count)
{
	begin(replay, server, count);
	replay->one = store;
	replay->number = number;
	store->now = INT64_MIN;
}

void replay_fini(struct replay *replay)
{
	resp_fini(&replay->parser);
}

static bool is_elsewhere(const struct replay *replay, const struct command *command)
{
	const struct text *words = replay->parser.words;

	return replay->one != NULL && command->first > 0
	    && store_of(words[command->first], &replay->server.seed, replay->count) != replay->number;
}

static int run(struct replay *replay, const struct command *command, struct reply *reply)
{
	struct call call = {
		.server = &replay->server, .stores = replay->one != NULL ? &replay->one : replay->stores,
		.count = replay->one != NULL ? 1 : replay->count, .reply = reply, .command = command,
		.words = replay->parser.words, .words_count = replay->parser.count,
	};

	if (is_elsewhere(replay, command))
		return 0;
	command_run(&call);
	replay->commands++;
	return reply->length >= strlen(CALL_NO_MEMORY) + 1 && memcmp(reply->bytes + 1, CALL_NO_MEMORY, strlen(CALL_NO_MEMORY)) == 0 ? ENOMEM : 0;
}

/* What stands around effects. */
static bool is_frame_word(struct text word)
{
	return text_is(word, "MULTI") || text_is(word, "EXEC") || text_is(word, "SELECT");
}

static int play_command(struct replay *replay, struct reply *reply)
{
	const struct command *command;

	if (is_frame_word(replay->parser.words[0]))
		return replay->parser.count == 2 && !text_is(replay->parser.words[1], "0") ? EINVAL : 0;
	command = command_find(replay->parser.words, replay->parser.count, reply);
	if (reply->failed)
		return ENOMEM;
	return command == NULL || (command->flags & COMMAND_WRITE) == 0 ? EINVAL : run(replay, command, reply);
}

/* A remark, or a command. */
static int play_next(struct replay *replay, struct text commands, size_t *used, struct reply *reply)
{
	const char *end = commands.at[0] == '#' ? memchr(commands.at, '\n', commands.length) : NULL;
	enum resp_outcome outcome;

	if (end != NULL) {
		*used = (size_t)(end - commands.at) + 1;
		return 0;
	}
	outcome = resp_parse(&replay->parser, commands.at, commands.length);
	*used = replay->parser.used;
	if (outcome != RESP_COMMAND)
		return outcome == RESP_MEMORY ? ENOMEM : EINVAL;
	return replay->parser.count > 0 ? play_command(replay, reply) : 0;
}

int replay_play(void *data, struct text commands)
{
	struct replay *replay = data;
	struct reply reply;
	size_t used;
	int error = 0;

	reply_init(&reply, 2);
	while (commands.length > 0 && error == 0) {
		error = play_next(replay, commands, &used, &reply);
		commands = (struct text){ commands.at + used, commands.length - used };
		reply_cut(&reply, 0);
	}
	reply_fini(&reply);
	return error;
}
