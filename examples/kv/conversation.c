/* SPDX-License-Identifier: BSD-2-Clause */
/* conversation.c - rounds */
#include "conversation.h"
#include <stdlib.h>

enum { HERE = STORES_MOST + 1 };

static unsigned clerk_part(const struct conversation *conversation)
{
	return conversation->cluster->shards;
}

int conversation_open(struct conversation *conversation, const struct kv_cluster *cluster, uint64_t id)
{
	const struct resp_limits limits = RESP_LIMITS;

	*conversation = (struct conversation){ .cluster = cluster, .most = CONVERSATION_UNITS_FIRST };
	conversation->parts = calloc(cluster->shards + 1, sizeof *conversation->parts);
	if (conversation->parts == NULL)
		return ODEON_ENOMEM;
	for (unsigned i = 0; i <= cluster->shards; i++)
		pack_init(&conversation->parts[i].pack);
	session_init(&conversation->session, &cluster->server, cluster->shards, id);
	resp_init(&conversation->parser, limits);
	reply_init(&conversation->here, 2);
	return 0;
}

static void clear_parts(struct conversation *conversation)
{
	for (unsigned i = 0; i <= clerk_part(conversation); i++) {
		struct conversation_part *part = &conversation->parts[i];

		pack_fini(&part->pack);
		odeon_free(part->answer);
		*part = (struct conversation_part){ .pack = part->pack };
	}
}

void conversation_close(struct conversation *conversation)
{
	clear_parts(conversation);
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

static void note(struct conversation *conversation, unsigned part)
{
	conversation->entries[conversation->count].part = part;
	conversation->entries[conversation->count++].end = conversation->here.length;
}

/* A unit is made for the last part, and moves to the one of its shard if it needs no other. */
static void take_command(struct conversation *conversation)
{
	struct session *session = &conversation->session;
	struct conversation_part *across = &conversation->parts[clerk_part(conversation)], *part;
	const struct resp *parser = &conversation->parser;
	struct pack unit;
	uint64_t stores;

	if (conversation->count == 0)
		conversation->protocol = session->client.protocol;
	pack_init(&unit);
	stores = session_take(session, parser->words, parser->count, &conversation->here, &unit);
	if (stores == 0) {
		note(conversation, HERE);
	} else {
		conversation->bytes += unit.bytes.length;
		part = (stores & (stores - 1)) != 0 ? across : &conversation->parts[__builtin_ctzll(stores)];
		if (pack_take(&part->pack, &unit)) {
			part->stores = stores;
			note(conversation, (unsigned)(part - conversation->parts));
		} else {
			reply_error(&conversation->here, "OOM no memory");
			note(conversation, HERE);
		}
	}
	pack_fini(&unit);
	conversation->is_closing |= session->client.closes || conversation->here.failed;
}

static bool is_full(const struct conversation *conversation)
{
	return conversation->is_closing || conversation->count >= conversation->most
	    || conversation->parts[clerk_part(conversation)].pack.units > 0
	    || conversation->bytes > CONVERSATION_BYTES_MOST
	    || (conversation->count > 0 && conversation->protocol != conversation->session.client.protocol);
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
		used += conversation->parser.used;
		if (conversation->parser.count > 0)
			take_command(conversation);
	}
	return used;
}

/* ---- asking -------------------------------------------------------------------------------------------------------------- */

static bool is_unasked(const struct conversation_part *part)
{
	return part->pack.units > 0 && part->answer == NULL && part->error == 0;
}

static bool has_unasked_shard(const struct conversation *conversation)
{
	for (unsigned i = 0; i < clerk_part(conversation); i++)
		if (is_unasked(&conversation->parts[i]))
			return true;
	return false;
}

bool conversation_asks(const struct conversation *conversation)
{
	return has_unasked_shard(conversation) || is_unasked(&conversation->parts[clerk_part(conversation)]);
}

static void ask_part(odeon_self *self, struct conversation *conversation, odeon_gather gather, unsigned number)
{
	struct conversation_part *part = &conversation->parts[number];
	odeon_ref to = kv_cluster_place(conversation->cluster, part->stores, conversation->session.client.id);

	part->error = odeon_gather_request(self, gather, to, kv_order_new(&part->pack, part->stores, conversation->protocol));
	if (part->error == 0)
		conversation->asked[conversation->asked_count++] = number;
}

void conversation_ask(odeon_self *self, struct conversation *conversation, odeon_gather gather)
{
	unsigned clerk = clerk_part(conversation);
	bool shards = has_unasked_shard(conversation);

	conversation->asked_count = 0;
	for (unsigned i = shards ? 0 : clerk; i < (shards ? clerk : clerk + 1); i++)
		if (is_unasked(&conversation->parts[i]))
			ask_part(self, conversation, gather, i);
}

void conversation_hear(struct conversation *conversation, odeon_answers *answers)
{
	for (unsigned i = 0; i < conversation->asked_count; i++) {
		struct conversation_part *part = &conversation->parts[conversation->asked[i]];
		struct kv_answer *answer = odeon_answer(kv_answer, answers, i, &part->error);

		odeon_free(part->answer);
		part->answer = answer;
	}
	conversation->asked_count = 0;
}

void conversation_refuse(struct conversation *conversation, int error)
{
	for (unsigned i = 0; i <= clerk_part(conversation); i++)
		if (is_unasked(&conversation->parts[i]))
			conversation->parts[i].error = error;
}

/* ---- telling --------------------------------------------------------------------------------------------------------------- */

static void tell(struct reply *output, struct conversation_part *part)
{
	size_t unit = part->told++, from, *ends;

	if (part->answer == NULL) {
		reply_error(output, "%s%s", part->error == ODEON_ENOMEM ? "OOM " : "ERR no answer: ", odeon_error_text(part->error));
		return;
	}
	ends = kv_answer_ends(part->answer);
	from = unit > 0 ? ends[unit - 1] : 0;
	if (ends[unit] > from)
		reply_raw(output, (struct text){ part->answer->bytes + from, ends[unit] - from });
	else
		reply_error(output, "OOM no memory");          /* there was none even to say so */
}

/* Replies as long as these: then how many commands may the next round have? At most twice as many as this one might. */
static void measure(struct conversation *conversation, size_t replies)
{
	size_t most = conversation->most * 2, fitting = replies > 0 ? conversation->count * CONVERSATION_REPLIES / replies : most;

	most = most < CONVERSATION_UNITS_MOST ? most : CONVERSATION_UNITS_MOST;
	conversation->most = fitting < 1 ? 1 : fitting < most ? fitting : most;
}

void conversation_finish(struct conversation *conversation, struct reply *output)
{
	size_t from = 0, before = output->length;

	for (size_t i = 0; i < conversation->count; i++) {
		size_t end = conversation->entries[i].end;

		if (conversation->entries[i].part != HERE)
			tell(output, &conversation->parts[conversation->entries[i].part]);
		else if (end > from)
			reply_raw(output, (struct text){ conversation->here.bytes + from, end - from });
		from = end;
	}
	if (conversation->count > 0)
		measure(conversation, output->length - before);
	conversation->count = conversation->bytes = 0;
	clear_parts(conversation);
	output->failed |= conversation->here.failed;
	reply_cut(&conversation->here, 0);
}
