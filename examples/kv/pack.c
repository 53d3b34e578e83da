/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.c - each command is the number of its line in the table, the count of its words, and for each word its length and its bytes; a
 * transaction is TRANSACTION, the count of its commands, and these. In front of it may stand GUARD, a turn, and a count of commands whose
 * words but the first are keys. All numbers have 32 bits, in the machine's own order.
 */
#include "call.h"
#include "effects.h"
#include "pack.h"
#include "scout.h"
#include "wait.h"
#include <stdlib.h>
#include <string.h>

#define TRANSACTION UINT32_MAX
#define GUARD (UINT32_MAX - 1)

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

void pack_empty(struct pack *pack, size_t room_kept)
{
	if (pack->bytes.room > room_kept)
		reply_fini(&pack->bytes);
	reply_cut(&pack->bytes, 0);
	pack->units = pack->words_most = 0;
}

static char *number_write(char *to, size_t number)
{
	uint32_t word = (uint32_t)number;

	memcpy(to, &word, sizeof word);
	return to + sizeof word;
}

static char *word_write(char *to, struct text word)
{
	to = number_write(to, word.length);
	if (word.length > 0)
		memcpy(to, word.at, word.length);
	return to + word.length;
}

static void put_number(struct reply *bytes, size_t number)
{
	char *to = reply_more(bytes, sizeof(uint32_t));

	if (to != NULL)
		(void)number_write(to, number);
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
	size_t before = pack->bytes.length, bytes = (2 + count) * sizeof(uint32_t);
	char *to;

	for (size_t i = 0; i < count; i++)
		bytes += words[i].length;
	to = reply_more(&pack->bytes, bytes);
	if (to != NULL) {
		to = number_write(number_write(to, command_index(command)), count);
		for (size_t i = 0; i < count; i++)
			to = word_write(to, words[i]);
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

bool pack_add_transaction(struct pack *pack, const struct pack *commands, const struct pack *watched, uint32_t turn)
{
	size_t before = pack->bytes.length, most = commands->words_most;

	if (watched != NULL) {
		put_number(&pack->bytes, GUARD);
		put_number(&pack->bytes, turn);
		put_number(&pack->bytes, watched->units);
		reply_raw(&pack->bytes, (struct text){ watched->bytes.bytes, watched->bytes.length });
		most = most > watched->words_most ? most : watched->words_most;
	}
	put_number(&pack->bytes, TRANSACTION);
	put_number(&pack->bytes, commands->units);
	reply_raw(&pack->bytes, (struct text){ commands->bytes.bytes, commands->bytes.length });
	return is_added(pack, before, most);
}

/* ---- running ---------------------------------------------------------------------------------------------------------- */

/* scout: NULL: there is nothing to go ahead of, or no single store. */
struct runner { struct call call; const char *at; struct text *words; struct scout *scout; };

static uint32_t take_number(struct runner *runner)
{
	uint32_t number;

	memcpy(&number, runner->at, sizeof number);
	runner->at += sizeof number;
	return number;
}

static void take_words(struct runner *runner, uint32_t index)
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
}

static void run_command(struct runner *runner, uint32_t index)
{
	size_t first;

	take_words(runner, index);
	first = (size_t)runner->call.command->first;
	if (runner->scout != NULL && first > 0 && first < runner->call.words_count)
		scout_tell(runner->scout, runner->words[first]);
	command_run(&runner->call);
}

/* Takes the keys from all who watch; the client watches them no more. A key that has expired by now has changed. */
static bool take_guard(struct runner *runner)
{
	const struct call *call = &runner->call;
	uint32_t turn = take_number(runner);

	for (uint32_t count = take_number(runner); count > 0; count--) {
		take_words(runner, take_number(runner));
		for (size_t i = 1; i < call->words_count; i++) {
			struct store *store = call_store(call, call->words[i]);

			(void)store_find(store, call->words[i]);
			crowd_leave(&store->marks, call->words[i], call_hash(call, call->words[i]), call->client, CLIENT_WATCHES);
		}
	}
	return !client_is_touched(call->client, turn);
}

/* Answers their flags, all together. */
static unsigned skip_commands(struct runner *runner, uint32_t count)
{
	unsigned flags = 0;

	for (; count > 0; count--) {
		take_words(runner, take_number(runner));
		flags |= runner->call.command->flags;
	}
	return flags;
}

static void run_transaction(struct runner *runner, bool is_wanted)
{
	uint32_t count = take_number(runner);

	if (!is_wanted) {
		(void)skip_commands(runner, count);
		reply_null_array(runner->call.reply);
		return;
	}
	runner->call.may_block = false;
	reply_array(runner->call.reply, count);
	for (; count > 0; count--) {
		run_command(runner, take_number(runner));
		if (runner->call.only == NULL && runner->call.stores != NULL)
			wait_note(&runner->call);              /* one store knows the order by itself */
	}
	runner->call.may_block = true;
}

static void run_unit(struct runner *runner)
{
	uint32_t index = take_number(runner);
	bool is_wanted = true;

	if (index == GUARD) {
		is_wanted = take_guard(runner);
		index = take_number(runner);
	}
	if (index != TRANSACTION)
		run_command(runner, index);
	else
		run_transaction(runner, is_wanted);
}

/* The reply to a transaction is in pieces: where the first of them had no memory, it is an error as a whole. What its commands
 * have done they have done. */
static void finish_unit(struct reply *reply, size_t before)
{
	if (!reply->failed)
		return;
	reply_cut(reply, before);
	reply_error(reply, CALL_NO_MEMORY);
	if (reply->failed)
		reply_cut(reply, before);                       /* no half an error: what has no bytes is told of by who passes it on */
}

static void run_one(struct runner *runner, struct pack_run *run, struct reply *reply)
{
	size_t before = reply->length;

	reply_cut(reply, before);                              /* whatever became of the others */
	runner->call.is_blocked = false;
	runner->call.reply = reply;
	if (runner->call.effects != NULL)
		effects_begin(runner->call.effects);
	if (runner->words != NULL)
		run_unit(runner);
	else
		reply_error(reply, CALL_NO_MEMORY);
	finish_unit(reply, before);
	run->is_blocked = runner->call.is_blocked;
	if (runner->call.stores != NULL)
		wait_serve(&runner->call);
	if (runner->call.effects != NULL)                      /* with what those who waited took */
		effects_end(runner->call.effects);
}

/* ---- pauses ------------------------------------------------------------------------------------------------------------- */

/* The next unit, which is not taken. */
static bool may_write(struct runner *runner)
{
	const char *before = runner->at;
	uint32_t index = take_number(runner);
	unsigned flags;

	if (index == GUARD) {
		(void)take_number(runner);
		(void)skip_commands(runner, take_number(runner));
		index = take_number(runner);
	}
	flags = index == TRANSACTION ? skip_commands(runner, take_number(runner)) : command_at(index)->flags;
	runner->at = before;
	return (flags & COMMAND_PAUSED_WITH_WRITES) != 0;
}

static bool is_paused(struct runner *runner)
{
	return clients_pause_writes(runner->call.server->clients, runner->call.now) && runner->words != NULL && may_write(runner);
}

/* ---- going ahead -------------------------------------------------------------------------------------------------------- */

static struct store *only_store(const struct pack_place *place)
{
	struct store *only = NULL;

	for (unsigned i = 0; place->stores != NULL && i < place->count; i++) {
		if (only != NULL && place->stores[i] != NULL)
			return NULL;
		only = only != NULL ? only : place->stores[i];
	}
	return only;
}

static void scout_keys(struct runner *runner)
{
	const struct command *command = runner->call.command;
	struct command_keys keys = command_keys_of(command, runner->words, runner->call.words_count);

	if ((command->flags & COMMAND_CHANNELS) != 0)
		return;
	for (size_t i = keys.from; i < keys.to && !scout_is_full(runner->scout); i += keys.step)
		scout_add(runner->scout, runner->words[i]);
}

/* The keys of the next units, as far as these are plain commands. Answers how many that are, one at least; none of them was taken. */
static size_t go_ahead(struct runner *runner, size_t units)
{
	const char *before = runner->at;
	size_t seen = 0;

	scout_begin(runner->scout, runner->call.only);
	for (; seen < units && !scout_is_full(runner->scout); seen++) {
		uint32_t index = take_number(runner);

		if (index >= GUARD)
			break;
		take_words(runner, index);
		scout_keys(runner);
	}
	runner->at = before;
	scout_go(runner->scout);
	return seen > 0 ? seen : 1;
}

void pack_run(const struct pack_place *place, struct pack_run *run, struct reply *reply, size_t *ends)
{
	struct text few[16];
	struct text *words = run->words_most <= sizeof few / sizeof few[0] ? few : calloc(run->words_most, sizeof *words);
	struct runner runner = {
		.call = { .server = place->server, .stores = place->stores, .count = place->count, .only = only_store(place),
		          .client = place->client, .post = place->post, .now = place->now, .may_block = true, .effects = place->effects },
		.at = run->bytes.at,
		.words = words,
	};
	struct scout scout;
	size_t seen = 0;                                       /* the scout went over so many units */

	if (words != NULL && run->units > 1 && runner.call.only != NULL && scout_is_worth_it(runner.call.only))
		runner.scout = &scout;
	for (run->done = 0; run->done < run->units && (run->done == 0 || reply->length < run->reply_most) && !is_paused(&runner); run->done++) {
		if (runner.scout != NULL && run->done == seen)
			seen += go_ahead(&runner, run->units - run->done);
		run_one(&runner, run, reply);
		if (ends != NULL)
			ends[run->done] = reply->length;
	}
	run->used = (size_t)(runner.at - run->bytes.at);
	if (runner.scout != NULL)
		store_forget(runner.call.only);
	if (words != few)
		free(words);
}
