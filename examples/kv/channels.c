/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - publish and subscribe
 *
 * A channel is in the store that a key of its name would be in, with those who subscribed to it; every store has all patterns. So what is
 * published needs one store only. A client itself knows what it subscribed to.
 */
#include "families.h"
#include <string.h>

/* ---- letters ------------------------------------------------------------------------------------------------------------ */

size_t letter_write(const struct posting *letter, struct reply *reply)
{
	static const char *const names[] = { "message", "pmessage", "smessage" };
	size_t before = reply->length;

	reply_push(reply, letter->what == LISTENS_PATTERNS ? 4 : 3);
	reply_bulk_of(reply, names[letter->what]);
	if (letter->what == LISTENS_PATTERNS)
		reply_bulk(reply, letter->pattern);
	reply_bulk(reply, letter->channel);
	reply_bulk(reply, letter->payload);
	return reply->length - before;
}

/* To whoever publishes it too: then it comes in front of the answer. */
static long long deliver(struct call *call, struct posting *letter, const struct mark *mark)
{
	long long count = 0;

	for (; mark != NULL; mark = crowd_next(mark), count++) {
		if (mark->client == call->client)
			(void)letter_write(letter, call->reply);
		else
			call->post->letter(call->post, mark->client, letter);
	}
	call->post->letter_end(call->post, letter);
	return count;
}

static long long publish_by_pattern(struct call *call, struct store *store, struct posting *letter)
{
	struct crowds *patterns = &store->listeners[LISTENS_PATTERNS];
	const struct entry *entry = NULL;
	long long count = 0;

	letter->what = LISTENS_PATTERNS;
	while ((entry = table_next(&patterns->table, entry)) != NULL) {
		letter->pattern = entry_name(entry);
		if (text_matches(letter->channel, letter->pattern, false))
			count += deliver(call, letter, crowd_first(patterns, letter->pattern, entry->hash));
	}
	return count;
}

static void publish(struct call *call, enum client_listening what)
{
	struct store *store = call_store(call, call->words[1]);
	struct posting letter = { .what = what, .channel = call->words[1], .payload = call->words[2] };
	long long count = deliver(call, &letter, crowd_first(&store->listeners[what], letter.channel, call_hash(call, letter.channel)));

	if (what == LISTENS_CHANNELS)
		count += publish_by_pattern(call, store, &letter);
	reply_integer(call->reply, count);
}

void command_publish(struct call *call) { publish(call, LISTENS_CHANNELS); }
void command_spublish(struct call *call) { publish(call, LISTENS_SHARD_CHANNELS); }

/* ---- subscribing -------------------------------------------------------------------------------------------------------- */

static void say(struct call *call, const char *verb, const struct text *name, enum client_listening what)
{
	const struct client *client = call->client;
	unsigned count = what == LISTENS_SHARD_CHANNELS ? client_count(client, what)
	               : client_count(client, LISTENS_CHANNELS) + client_count(client, LISTENS_PATTERNS);

	reply_push(call->reply, 3);
	reply_bulk_of(call->reply, verb);
	if (name != NULL)
		reply_bulk(call->reply, *name);
	else
		reply_null(call->reply);
	reply_integer(call->reply, count);
}

/* The stores that it is noted in: one, or all. */
static struct store *next_store(const struct call *call, enum client_listening what, struct text name, unsigned *at)
{
	if (what != LISTENS_PATTERNS)
		return (*at)++ == 0 ? call_store(call, name) : NULL;
	return *at < call->count ? call->stores[(*at)++] : NULL;
}

static void unsubscribe_from(struct call *call, enum client_listening what, struct text name)
{
	uint32_t hash = call_hash(call, name);
	struct store *store;
	unsigned at = 0;

	(void)client_unlisten(call->client, what, name, hash);
	while ((store = next_store(call, what, name, &at)) != NULL)
		crowd_leave(&store->listeners[what], name, hash, call->client, CLIENT_LISTENS);
}

/* False: no memory. */
static bool subscribe_to(struct call *call, enum client_listening what, struct text name)
{
	uint32_t hash = call_hash(call, name);
	int is_new = client_listen(call->client, what, name, hash);
	struct store *store;
	unsigned at = 0;

	if (is_new <= 0)
		return is_new == 0;
	while ((store = next_store(call, what, name, &at)) != NULL)
		if (crowd_join(&store->listeners[what], name, hash, call->client, CLIENT_LISTENS) == NULL) {
			unsubscribe_from(call, what, name);
			return false;
		}
	return true;
}

static void subscribe(struct call *call, enum client_listening what)
{
	static const char *const verbs[] = { "subscribe", "psubscribe", "ssubscribe" };

	if (what == LISTENS_SHARD_CHANNELS && !call->may_block) {
		reply_error(call->reply, "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
		return;
	}
	for (size_t i = 1; i < call->words_count; i++) {
		if (subscribe_to(call, what, call->words[i]))
			say(call, verbs[what], &call->words[i], what);
		else
			reply_error(call->reply, CALL_NO_MEMORY);
	}
}

static const char *const endings[] = { "unsubscribe", "punsubscribe", "sunsubscribe" };

static void unsubscribe_all(struct call *call, enum client_listening what)
{
	struct table *names = &call->client->names[what];

	if (names->count == 0)
		say(call, endings[what], NULL, what);
	while (names->count > 0 && !call->reply->failed) {
		struct text name = entry_name(table_next(names, NULL));
		struct reply copy;                             /* the name goes with the entry */

		reply_init(&copy, 2);
		reply_raw(&copy, name);
		call->reply->failed |= copy.failed;
		name = (struct text){ copy.bytes, copy.length };
		if (!copy.failed) {
			unsubscribe_from(call, what, name);
			say(call, endings[what], &name, what);
		}
		reply_fini(&copy);
	}
}

static void unsubscribe(struct call *call, enum client_listening what)
{
	if (call->words_count == 1)
		unsubscribe_all(call, what);
	for (size_t i = 1; i < call->words_count; i++) {
		unsubscribe_from(call, what, call->words[i]);
		say(call, endings[what], &call->words[i], what);
	}
}

void command_subscribe(struct call *call) { subscribe(call, LISTENS_CHANNELS); }
void command_psubscribe(struct call *call) { subscribe(call, LISTENS_PATTERNS); }
void command_ssubscribe(struct call *call) { subscribe(call, LISTENS_SHARD_CHANNELS); }
void command_unsubscribe(struct call *call) { unsubscribe(call, LISTENS_CHANNELS); }
void command_punsubscribe(struct call *call) { unsubscribe(call, LISTENS_PATTERNS); }
void command_sunsubscribe(struct call *call) { unsubscribe(call, LISTENS_SHARD_CHANNELS); }

/* ---- PUBSUB ------------------------------------------------------------------------------------------------------------- */

static void reply_channels(struct call *call, enum client_listening what)
{
	size_t at = call->reply->length, count = 0;

	if (call->words_count > 3) {
		reply_error(call->reply, "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try PUBSUB HELP.",
		            (int)call->words[1].length, call->words[1].at);
		return;
	}
	for (unsigned i = 0; i < call->count; i++) {
		struct crowds *crowds = &call->stores[i]->listeners[what];
		const struct entry *entry = NULL;

		while ((entry = table_next(&crowds->table, entry)) != NULL) {
			struct text name = entry_name(entry);

			if ((call->words_count == 3 && !text_matches(name, call->words[2], false)) || crowd_first(crowds, name, entry->hash) == NULL)
				continue;
			reply_bulk(call->reply, name);
			count++;
		}
	}
	reply_array_at(call->reply, at, count);
}

void command_pubsub_channels(struct call *call) { reply_channels(call, LISTENS_CHANNELS); }
void command_pubsub_shardchannels(struct call *call) { reply_channels(call, LISTENS_SHARD_CHANNELS); }

static void reply_counts(struct call *call, enum client_listening what)
{
	reply_array(call->reply, (call->words_count - 2) * 2);
	for (size_t i = 2; i < call->words_count; i++) {
		struct crowds *crowds = &call_store(call, call->words[i])->listeners[what];

		reply_bulk(call->reply, call->words[i]);
		reply_integer(call->reply, (long long)crowd_count(crowds, call->words[i], call_hash(call, call->words[i])));
	}
}

void command_pubsub_numsub(struct call *call) { reply_counts(call, LISTENS_CHANNELS); }
void command_pubsub_shardnumsub(struct call *call) { reply_counts(call, LISTENS_SHARD_CHANNELS); }

void command_pubsub_numpat(struct call *call)
{
	struct crowds *patterns = &call->stores[0]->listeners[LISTENS_PATTERNS];
	const struct entry *entry = NULL;
	long long count = 0;

	while ((entry = table_next(&patterns->table, entry)) != NULL)
		count += crowd_first(patterns, entry_name(entry), entry->hash) != NULL;
	reply_integer(call->reply, count);
}
