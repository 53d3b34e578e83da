/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.c - each command is the number of its line in the table, the count of its words, and for each word its length and its bytes; a
 * transaction is TRANSACTION, the count of its commands, and these. All numbers have 32 bits, in the machine's own order.
 */
#include "call.h"
#include "pack.h"
#include <stdlib.h>
#include <string.h>

#define TRANSACTION UINT32_MAX

void pack_init(struct pack *pack)
{
	*pack = (struct pack){ .units = 0 };
	reply_init(&pack->bytes, 2);
}

void pack_fini(struct pack *pack)
{
	reply_fini(&pack->bytes);
	pack_init(pack);
}

static void put_number(struct reply *bytes, size_t number)
{
	uint32_t word = (uint32_t)number;

	reply_raw(bytes, (struct text){ (const char *)&word, sizeof word });
}

static bool is_added(struct pack *pack, size_t before, size_t words_most)
{
	if (pack->bytes.failed) {
		reply_cut(&pack->bytes, before);
		return false;
	}
	pack->units++;
	if (words_most > pack->words_most)
		pack->words_most = words_most;
	return true;
}

bool pack_add(struct pack *pack, const struct command *command, const struct text *words, size_t count)
{
	size_t before = pack->bytes.length;

	put_number(&pack->bytes, command_index(command));
	put_number(&pack->bytes, count);
	for (size_t i = 0; i < count; i++) {
		put_number(&pack->bytes, words[i].length);
		reply_raw(&pack->bytes, words[i]);
	}
	return is_added(pack, before, count);
}

bool pack_take(struct pack *pack, struct pack *other)
{
	size_t before = pack->bytes.length, units = pack->units;

	if (units == 0) {
		struct pack empty = *pack;

		*pack = *other;
		*other = empty;
		return true;
	}
	reply_raw(&pack->bytes, (struct text){ other->bytes.bytes, other->bytes.length });
	if (!is_added(pack, before, other->words_most))
		return false;
	pack->units = units + other->units;
	return true;
}

bool pack_add_transaction(struct pack *pack, const struct pack *commands)
{
	size_t before = pack->bytes.length;

	put_number(&pack->bytes, TRANSACTION);
	put_number(&pack->bytes, commands->units);
	reply_raw(&pack->bytes, (struct text){ commands->bytes.bytes, commands->bytes.length });
	return is_added(pack, before, commands->words_most);
}

/* ---- running ---------------------------------------------------------------------------------------------------------- */

struct runner { struct call call; const char *at; struct text *words; };

static uint32_t take_number(struct runner *runner)
{
	uint32_t number;

	memcpy(&number, runner->at, sizeof number);
	runner->at += sizeof number;
	return number;
}

static void run_command(struct runner *runner, uint32_t index)
{
	uint32_t count = take_number(runner);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t length = take_number(runner);

		runner->words[i] = (struct text){ runner->at, length };
		runner->at += length;
	}
	runner->call.command = command_at(index);
	runner->call.words = runner->words;
	runner->call.words_count = count;
	command_run(&runner->call);
}

static void run_unit(struct runner *runner)
{
	uint32_t index = take_number(runner), count;

	if (index != TRANSACTION) {
		run_command(runner, index);
		return;
	}
	count = take_number(runner);
	reply_array(runner->call.reply, count);
	for (; count > 0; count--) {
		index = take_number(runner);
		run_command(runner, index);
	}
}

/* The reply to a transaction is in pieces: where the first of them had no memory, it is an error as a whole. What its commands
 * have done they have done. */
static void finish_unit(struct reply *reply, size_t before)
{
	if (!reply->failed)
		return;
	reply_cut(reply, before);
	reply_error(reply, CALL_NO_MEMORY);
}

void pack_run(const struct pack_place *place, struct text bytes, size_t units, size_t words_most, struct reply *reply, size_t *ends)
{
	struct text few[16];
	struct text *words = words_most <= sizeof few / sizeof few[0] ? few : malloc(words_most * sizeof *words);
	struct runner runner = {
		.call = { .server = place->server, .stores = place->stores, .count = place->count, .reply = reply },
		.at = bytes.at,
		.words = words,
	};

	for (size_t i = 0; i < units; i++) {
		size_t before = reply->length;

		reply_cut(reply, before);                      /* whatever became of the others */
		if (words != NULL)
			run_unit(&runner);
		else
			reply_error(reply, CALL_NO_MEMORY);
		finish_unit(reply, before);
		if (ends != NULL)
			ends[i] = reply->length;
	}
	if (words != few)
		free(words);
}
