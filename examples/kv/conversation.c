/* SPDX-License-Identifier: BSD-2-Clause */
/* conversation.c - rounds */
#include "conversation.h"
#include <stdlib.h>
#include <string.h>

enum { HERE = STORES_MOST + 1 };
enum { ROOM_KEPT = 4096, ROOM_KEPT_LEAST = 256 };       /* from round to round: about ninety short commands; of a shard among many */

static unsigned last_part(const struct conversation *conversation)
{
	return conversation->cluster->shards;
}

static struct conversation_part *placed_part(const struct conversation *conversation, unsigned index)
{
	return &conversation->parts[conversation->placed[index]];
}

int conversation_open(struct conversation *conversation, const struct kv_cluster *cluster, struct client *client, struct post *post)
{
	const struct resp_limits limits = RESP_LIMITS;

	*conversation = (struct conversation){ .cluster = cluster };
	conversation->parts = calloc(cluster->shards + 1, sizeof *conversation->parts);
	if (!session_init(&conversation->session, &cluster->server, cluster->shards, client) || conversation->parts == NULL) {
		session_fini(&conversation->session);
		free(conversation->parts);
		return ODEON_ENOMEM;
	}
	for (unsigned i = 0; i <= cluster->shards; i++)
		pack_init(&conversation->parts[i].pack);
	conversation->session.post = post;
	pack_init(&conversation->unit);
	resp_init(&conversation->parser, limits);
	reply_init(&conversation->here, 2);
	conversation->here.most = cluster->server.reply_most;
	return 0;
}

/* A pipeline is spread over the shards, and so is what is kept for the next one. */
static void clear_parts(struct conversation *conversation)
{
	size_t share = ROOM_KEPT / conversation->cluster->shards, kept = share > ROOM_KEPT_LEAST ? share : ROOM_KEPT_LEAST;

	for (unsigned i = 0; i < conversation->placed_count; i++) {
		struct conversation_part *part = placed_part(conversation, i);

		pack_empty(&part->pack, kept);
		odeon_free(part->answer);
		*part = (struct conversation_part){ .pack = part->pack };
	}
	conversation->placed_count = 0;
}

void conversation_close(struct conversation *conversation)
{
	clear_parts(conversation);
	for (unsigned i = 0; i <= last_part(conversation); i++)
		pack_fini(&conversation->parts[i].pack);
	pack_fini(&conversation->unit);
	free(conversation->parts);
	free(conversation->entries);
	session_fini(&conversation->session);
	resp_fini(&conversation->parser);
	reply_fini(&conversation->here);
}

/* ---- taking -------------------------------------------------------------------------------------------------------------- */

static bool has_room(struct conversation *conversation)
{
	size_t room = conversation->room > 0 ? conversation->room * 2 : 8;
	void *entries;

	if (conversation->count < conversation->room)
		return true;
	entries = realloc(conversation->entries, room * sizeof *conversation->entries);
	if (entries == NULL)
		return false;
	conversation->entries = entries;
	conversation->room = room;
	return true;
}

/* CLIENT REPLY says what is not answered: the command itself, where it says OFF or SKIP, and the next one. */
static void note(struct conversation *conversation, unsigned part)
{
	struct client *client = conversation->session.client;
	struct conversation_entry *entry = &conversation->entries[conversation->count++];

	*entry = (struct conversation_entry){ part, client->answers != ANSWERS_ON, conversation->here.length };
	if (client->answers == ANSWERS_SKIP)
		client->answers = ANSWERS_ON;
	else if (client->answers == ANSWERS_SKIP_NEXT)
		client->answers = ANSWERS_SKIP;
}

/* What the session made of the command, or that itself. */
static bool add_unit(struct conversation *conversation, struct pack *pack, const struct command *command)
{
	if (conversation->unit.units > 0)
		return pack_take(pack, &conversation->unit);
	return pack_add(pack, command, conversation->parser.words, conversation->parser.count);
}

static void place(struct conversation *conversation, const struct command *command, uint64_t stores)
{
	bool is_last = (stores & (stores - 1)) != 0 || conversation->session.is_late;
	unsigned number = is_last ? last_part(conversation) : (unsigned)__builtin_ctzll(stores);
	struct conversation_part *part = &conversation->parts[number];
	size_t before = part->pack.bytes.length;
	bool is_first = part->pack.units == 0;

	if (add_unit(conversation, &part->pack, command)) {
		if (is_first)
			conversation->placed[conversation->placed_count++] = number;
		conversation->bytes += part->pack.bytes.length - before;
		part->stores = stores;
		note(conversation, number);
	} else {
		reply_error(&conversation->here, "OOM no memory");
		note(conversation, HERE);
	}
}

/* Whatever comes late is the last, but for more of the same to the same place. */
static bool must_wait(const struct conversation *conversation, const struct command *command)
{
	const struct conversation_part *last = &conversation->parts[last_part(conversation)];
	const struct session *session = &conversation->session;

	if (conversation->count > 0 && session_is_alone(session, command))
		return true;
	if (last->pack.units == 0)
		return false;
	return (command->flags & COMMAND_LATE) == 0 || session->in_transaction || (last->stores & (last->stores - 1)) != 0
	    || command_stores(command, conversation->parser.words, conversation->parser.count, &session->server->seed, session->stores) != last->stores;
}

/* All before it is answered first. */
static bool is_paused(struct conversation *conversation, const struct command *command)
{
	if (!session_is_paused(&conversation->session, command))
		return false;
	if (conversation->count > 0)
		return true;
	conversation->is_postponed = session_postpone(&conversation->session, command);
	return conversation->is_postponed;
}

/* False: it is for the next round. */
static bool take_command(struct conversation *conversation)
{
	struct session *session = &conversation->session;
	const struct resp *parser = &conversation->parser;
	const struct command *command = session_find(session, parser->words, parser->count, &conversation->here);
	uint64_t stores;

	if (command != NULL && (must_wait(conversation, command) || is_paused(conversation, command)))
		return false;
	if (session->client->answers == ANSWERS_SKIP_NEXT)     /* said in a transaction, elsewhere */
		session->client->answers = ANSWERS_SKIP;
	if (conversation->count == 0)
		conversation->protocol = session->client->protocol;
	if (conversation->unit.bytes.room > 0)                 /* few have had a transaction */
		pack_empty(&conversation->unit, ROOM_KEPT);
	stores = command != NULL ? session_take(session, command, parser->words, parser->count, &conversation->here, &conversation->unit) : 0;
	if (stores == 0)
		note(conversation, HERE);
	else
		place(conversation, command, stores);
	conversation->is_waiting = session->is_blocked;
	conversation->is_ended = session->ends_round;
	conversation->is_closing |= session->client->closes || conversation->here.failed;
	return true;
}

static bool is_full(const struct conversation *conversation)
{
	return conversation->is_closing || conversation->is_ended || conversation->count >= CONVERSATION_UNITS_MOST
	    || conversation->bytes > CONVERSATION_BYTES_MOST;
}

static void take_error(struct conversation *conversation)
{
	reply_error(&conversation->here, "ERR %s", conversation->parser.error);
	note(conversation, HERE);
	conversation->is_closing = true;
}

size_t conversation_take(struct conversation *conversation, const char *bytes, size_t length)
{
	size_t used = 0;

	while (used < length && !is_full(conversation)) {
		enum resp_outcome outcome;

		if (!has_room(conversation)) {
			conversation->is_closing = true;
			break;
		}
		outcome = resp_parse(&conversation->parser, bytes + used, length - used);
		if (outcome == RESP_MORE)
			break;
		if (outcome == RESP_ERROR)
			take_error(conversation);
		if (outcome != RESP_COMMAND) {
			conversation->is_closing = true;
			break;
		}
		if (conversation->parser.count > 0 && !take_command(conversation))
			break;
		used += conversation->parser.used;
	}
	return used;
}

/* ---- asking -------------------------------------------------------------------------------------------------------------- */

static bool is_unasked(const struct conversation_part *part)
{
	return part->done < part->pack.units && part->answer == NULL && part->error == 0;
}

/* Not all of it has been told. */
static bool is_under_way(const struct conversation_part *part)
{
	return part->done < part->pack.units;
}

/* Those that may be asked: shards, or, when they have said all, the last. */
static bool is_askable(const struct conversation *conversation, unsigned number)
{
	const struct conversation_part *part = &conversation->parts[number];

	if (!is_unasked(part))
		return false;
	for (unsigned i = 0; number == last_part(conversation) && i < conversation->placed_count; i++)
		if (placed_part(conversation, i) != part && is_under_way(placed_part(conversation, i)))
			return false;
	return true;
}

enum conversation_goal conversation_goal(const struct conversation *conversation)
{
	if (conversation->is_postponed)
		return CONVERSATION_WAITS;
	if (conversation->at == conversation->count)
		return CONVERSATION_DONE;
	return conversation->is_waiting && conversation->at + 1 == conversation->count ? CONVERSATION_WAITS : CONVERSATION_ASKS;
}

unsigned conversation_choose(struct conversation *conversation)
{
	conversation->asked_count = 0;
	for (unsigned i = 0; i < conversation->placed_count; i++)
		if (is_askable(conversation, conversation->placed[i]))
			conversation->asked[conversation->asked_count++] = conversation->placed[i];
	return conversation->asked_count;
}

static struct kv_order *order_for(const struct conversation *conversation, const struct conversation_part *part, size_t most)
{
	struct kv_order *order = kv_order_new(&part->pack, part->at, part->done, part->stores, conversation->session.client);

	if (order == NULL)
		return NULL;
	order->reply_most = most;
	order->protocol = conversation->protocol;
	return order;
}

static odeon_ref place_of(const struct conversation *conversation, const struct conversation_part *part)
{
	return kv_cluster_place(conversation->cluster, part->stores, conversation->session.client->id);
}

void conversation_ask(odeon_self *self, struct conversation *conversation, odeon_gather gather)
{
	unsigned count = conversation->asked_count;

	conversation->asked_count = 0;
	for (unsigned i = 0; i < count; i++) {
		unsigned number = conversation->asked[i];
		struct conversation_part *part = &conversation->parts[number];

		part->error = odeon_gather_request(self, gather, place_of(conversation, part), order_for(conversation, part, CONVERSATION_REPLIES / count));
		if (part->error == 0)
			conversation->asked[conversation->asked_count++] = number;
	}
}

bool conversation_ask_one(odeon_self *self, struct conversation *conversation, odeon_then *then)
{
	struct conversation_part *part = &conversation->parts[conversation->asked[0]];

	part->error = odeon_request(self, place_of(conversation, part), order_for(conversation, part, CONVERSATION_REPLIES), ODEON_NEVER, then);
	if (part->error != 0)
		conversation->asked_count = 0;
	return part->error == 0;
}

/* An answer to nothing: a pause has come between. */
static void ask_later(struct conversation *conversation, struct conversation_part *part)
{
	odeon_free(part->answer);
	part->answer = NULL;
	if (!conversation->is_postponed)
		conversation->is_postponed = session_postpone(&conversation->session, NULL);
}

/* There was none before: else it was not asked. */
static void hear_part(struct conversation *conversation, struct conversation_part *part, struct kv_answer *answer, int error)
{
	part->answer = answer;
	part->error = error;
	part->told = 0;
	if (answer == NULL)                                    /* it may have been to watch something: that is not known to be unchanged */
		client_touch(conversation->session.client, client_turn(conversation->session.client, CLIENT_WATCHES));
	conversation->is_waiting |= answer != NULL && answer->is_blocked;
	if (answer != NULL && answer->units == 0)
		ask_later(conversation, part);
}

void conversation_hear(struct conversation *conversation, odeon_answers *answers)
{
	for (unsigned i = 0; i < conversation->asked_count; i++) {
		int error;
		struct kv_answer *answer = odeon_answer(kv_answer, answers, i, &error);

		hear_part(conversation, &conversation->parts[conversation->asked[i]], answer, error);
	}
	conversation->asked_count = 0;
}

void conversation_hear_one(struct conversation *conversation, struct kv_answer *answer, int error)
{
	conversation->asked_count = 0;
	hear_part(conversation, &conversation->parts[conversation->asked[0]], answer, error);
}

bool conversation_asks_late(const struct conversation *conversation)
{
	for (unsigned i = 0; i < conversation->asked_count; i++)
		if (conversation->asked[i] == last_part(conversation))
			return true;
	return false;
}

void conversation_refuse(struct conversation *conversation, int error)
{
	for (unsigned i = 0; i < conversation->placed_count; i++)
		if (is_unasked(placed_part(conversation, i)))
			placed_part(conversation, i)->error = error;
	conversation->asked_count = 0;
}

void conversation_serve(struct conversation *conversation, struct text reply)
{
	struct conversation_entry *entry;

	if (conversation->is_postponed) {
		conversation->is_postponed = false;
		atomic_store_explicit(&conversation->session.client->is_postponed, false, memory_order_relaxed);
		return;
	}
	if (!conversation->is_waiting)
		return;
	entry = &conversation->entries[conversation->count - 1];
	conversation->is_waiting = false;
	if (reply.length > 0)
		reply_raw(&conversation->here, reply);
	else
		reply_error(&conversation->here, "OOM no memory");
	entry->part = HERE;
	entry->end = conversation->here.length;
}

/* ---- telling --------------------------------------------------------------------------------------------------------------- */

static void tell_error(struct reply *output, struct conversation_part *part)
{
	reply_error(output, "%s%s", part->error == ODEON_ENOMEM ? "OOM " : part->error == ODEON_ESYSTEM ? "MISCONF not on the disk: " :
	            "ERR no answer: ", odeon_error_text(part->error));
	part->done++;
}

/* An answer that was told goes, and the rest of the order may be asked for. */
static void finish_answer(struct conversation_part *part)
{
	part->at += part->answer->used;
	part->done += part->answer->units;
	odeon_free(part->answer);
	part->answer = NULL;
}

/* False: it is not there yet. */
static bool tell_unit(struct reply *output, struct conversation_part *part)
{
	size_t unit = part->told, from, *ends;

	if (part->answer == NULL && part->error == 0)
		return false;
	if (part->answer == NULL) {
		tell_error(output, part);
		return true;
	}
	part->told++;
	ends = kv_answer_ends(part->answer);
	from = unit > 0 ? ends[unit - 1] : 0;
	if (ends[unit] > from)
		reply_raw(output, (struct text){ part->answer->bytes + from, ends[unit] - from });
	else
		reply_error(output, "OOM no memory");          /* there was none even to say so */
	if (part->told == part->answer->units)
		finish_answer(part);
	return true;
}

static void tell_here(struct conversation *conversation, struct reply *output, size_t end)
{
	if (end > conversation->here_at)
		reply_raw(output, (struct text){ conversation->here.bytes + conversation->here_at, end - conversation->here_at });
	conversation->here_at = end;
}

/* Entries whose replies stand one behind the other in an answer, all at once. How many; 0: the next one is another one. */
static size_t tell_row(struct conversation *conversation, struct reply *output)
{
	const struct conversation_entry *first = &conversation->entries[conversation->at], *entry = first;
	const struct conversation_entry *end = &conversation->entries[conversation->count - conversation->is_waiting];
	struct conversation_part *part = first->part != HERE ? &conversation->parts[first->part] : NULL;
	size_t from, to, *ends;

	if (part == NULL || part->answer == NULL)
		return 0;
	ends = kv_answer_ends(part->answer);
	from = to = part->told > 0 ? ends[part->told - 1] : 0;
	for (; entry < end && entry->part == first->part && !entry->is_silent && part->told < part->answer->units && ends[part->told] > to; entry++)
		to = ends[part->told++];
	reply_raw(output, (struct text){ part->answer->bytes + from, to - from });
	if (part->told == part->answer->units)
		finish_answer(part);
	return (size_t)(entry - first);
}

static bool tell_entry(struct conversation *conversation, const struct conversation_entry *entry, struct reply *output)
{
	size_t before = output->length;
	bool is_told = true;

	if (conversation->is_waiting && conversation->at + 1 == conversation->count)
		return false;
	if (entry->part == HERE)
		tell_here(conversation, output, entry->end);
	else
		is_told = tell_unit(output, &conversation->parts[entry->part]);
	if (is_told && entry->is_silent && !output->failed)
		reply_cut(output, before);
	return is_told;
}

static void end_round(struct conversation *conversation, struct reply *output)
{
	conversation->count = conversation->bytes = conversation->at = conversation->here_at = 0;
	conversation->is_ended = false;
	clear_parts(conversation);
	output->failed |= conversation->here.failed;
	reply_cut(&conversation->here, 0);
}

void conversation_tell(struct conversation *conversation, struct reply *output)
{
	size_t told;

	while (conversation->at < conversation->count) {
		told = tell_row(conversation, output);
		if (told == 0 && !tell_entry(conversation, &conversation->entries[conversation->at], output))
			break;
		conversation->at += told > 0 ? told : 1;
	}
	if (conversation->count > 0 && conversation->at == conversation->count)
		end_round(conversation, output);
}
