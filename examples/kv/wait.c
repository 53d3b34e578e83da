/* SPDX-License-Identifier: BSD-2-Clause */
/* wait.c - noting who waits, and serving */
#include "families.h"
#include "wait.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool wait_read(struct call *call, size_t word, int64_t *until)
{
	long double seconds;

	if (!text_long_double(call->words[word], &seconds)) {
		reply_error(call->reply, "ERR timeout is not a float or out of range");
	} else if (seconds * 1000 > (long double)INT64_MAX) {
		reply_error(call->reply, "ERR timeout is out of range");
	} else if (seconds < 0) {
		reply_error(call->reply, "ERR timeout is negative");
	} else {
		int64_t milliseconds = (int64_t)ceill(seconds * 1000);

		*until = milliseconds == 0 || milliseconds > INT64_MAX - call->now ? INT64_MAX : call->now + milliseconds;
		return true;
	}
	return false;
}

/* ---- noting ------------------------------------------------------------------------------------------------------------- */

/* The words go where they are found again. */
static bool keep_words(struct call *call)
{
	struct reply *wanted = &call->client->wanted;

	reply_cut(wanted, 0);
	for (size_t i = 0; i < call->words_count; i++) {
		reply_raw(wanted, (struct text){ (const char *)&call->words[i].length, sizeof call->words[i].length });
		reply_raw(wanted, call->words[i]);
	}
	call->client->wanted_words = call->words_count;
	return !wanted->failed;
}

static bool note_key(struct call *call, size_t word, enum value_type type, uint64_t stores)
{
	struct text name = call->words[word];
	struct mark *mark = crowd_join(&call_store(call, name)->marks, name, call_hash(call, name), call->client, CLIENT_WAITS);

	if (mark == NULL)
		return false;
	mark->type = (int)type;
	mark->stores = stores;
	return true;
}

void wait_until(struct call *call, int64_t until)
{
	atomic_store_explicit(&call->client->command, command_index(call->command), memory_order_relaxed);
	(void)client_next_turn(call->client, CLIENT_WAITS);
	call->client->wait_until = until;
	call->is_blocked = true;
}

void wait_for(struct call *call, enum value_type type, int64_t until, uint64_t stores)
{
	struct command_keys keys = command_keys_of(call->command, call->words, call->words_count);
	bool is_noted = keep_words(call);

	wait_until(call, until);
	if (stores != 0)                                       /* the target is not waited for */
		keys.to = keys.from + 1;
	for (size_t i = keys.from; i < keys.to && is_noted; i += keys.step)
		is_noted = note_key(call, i, type, stores);
	if (is_noted)
		return;
	(void)client_next_turn(call->client, CLIENT_WAITS);
	call->is_blocked = false;
	reply_error(call->reply, CALL_NO_MEMORY);
}

bool wait_find(struct call *call, size_t word, enum value_type type, struct key **key)
{
	*key = NULL;
	if (call->ready != NULL && !text_equal(*call->ready, call->words[word]))
		return true;
	return call_find(call, call->words[word], type, key);
}

bool wait_find_first(struct call *call, enum value_type type, struct key **key, size_t *word)
{
	struct command_keys keys = command_keys_of(call->command, call->words, call->words_count);

	*key = NULL;
	for (*word = keys.from; *word < keys.to; ++*word) {
		if (!wait_find(call, *word, type, key))
			return false;
		if (*key != NULL)
			return true;
	}
	return true;
}

static bool read_count(struct call *call, size_t word, long long *count)
{
	if (word + 1 < call->words_count && call_is(call, word, "COUNT")) {
		if (!text_integer(call->words[word + 1], count) || *count < 1) {
			reply_error(call->reply, "ERR count should be greater than 0");
			return false;
		}
		if (word + 2 == call->words_count)
			return true;
	}
	reply_error(call->reply, CALL_SYNTAX);
	return false;
}

bool wait_read_many(struct call *call, size_t word, const char *first, const char *second, struct wait_many *many)
{
	size_t where;
	long long keys;

	if (!text_integer(call->words[word], &keys) || keys < 1) {
		reply_error(call->reply, "ERR numkeys should be greater than 0");
		return false;
	}
	where = word + 1 + (keys < (long long)call->words_count ? (size_t)keys : call->words_count);
	if (where >= call->words_count || (!call_is(call, where, first) && !call_is(call, where, second))) {
		reply_error(call->reply, CALL_SYNTAX);
		return false;
	}
	*many = (struct wait_many){ call_is(call, where, second), 1 };
	return where + 1 == call->words_count || read_count(call, where + 1, &many->count);
}

void wait_over(const struct client *client, struct reply *reply)
{
	const char *name = command_at(atomic_load_explicit(&client->command, memory_order_relaxed))->name;

	if (strcmp(name, "wait") == 0)
		reply_integer(reply, 0);
	else
		reply_null_array(reply);
}

/* ---- serving ------------------------------------------------------------------------------------------------------------ */

static bool has_stores(const struct call *call, uint64_t stores)
{
	for (unsigned i = 0; i < call->count; i++)
		if ((stores >> i & 1) != 0 && call->stores[i] == NULL)
			return false;
	return true;
}

/* Its command once more. What it is answered without memory is for its connection to say. */
static void serve(const struct call *from, struct client *client, struct text name)
{
	struct text *words = malloc(client->wanted_words * sizeof *words);
	const char *at = client->wanted.bytes;
	struct call call = *from;
	struct reply reply;

	reply_init(&reply, client->protocol);
	for (size_t i = 0; words != NULL && i < client->wanted_words; i++) {
		memcpy(&words[i].length, at, sizeof words[i].length);
		words[i].at = at + sizeof words[i].length;
		at = words[i].at + words[i].length;
	}
	call.client = client;
	call.reply = &reply;
	call.command = command_at(atomic_load_explicit(&client->command, memory_order_relaxed));
	call.words = words;
	call.words_count = client->wanted_words;
	call.ready = &name;
	call.is_blocked = false;
	if (words != NULL)
		command_run(&call);
	else
		reply_error(&reply, CALL_NO_MEMORY);
	call.post->served(call.post, client, &reply);
	reply_fini(&reply);
	free(words);
}

static void serve_crowd(struct call *call, struct store *store, struct crowd *crowd)
{
	struct text name = entry_name(&crowd->entry);
	struct key *key;

	for (struct mark *mark = crowd->first; mark != NULL; mark = mark->after) {
		if (mark->cause != CLIENT_WAITS || client_turn(mark->client, CLIENT_WAITS) != mark->turn)
			continue;
		key = store_find(store, name);
		if (key == NULL)
			return;
		if ((int)key->value->type != mark->type)
			continue;
		if (!has_stores(call, mark->stores)) {
			crowd_owe(&store->marks, crowd);
			call->post->elsewhere(call->post, name, mark->stores);
			return;
		}
		if (!client_claim(mark->client, mark->turn))
			continue;
		serve(call, mark->client, name);
		wait_note(call);
	}
}

void wait_note(struct call *call)
{
	if (call->only != NULL) {
		crowds_take_ready(&call->only->marks, &call->ready_keys);
		return;
	}
	for (unsigned i = 0; i < call->count; i++)
		if (call->stores[i] != NULL)
			crowds_take_ready(&call->stores[i]->marks, &call->ready_keys);
}

/* Serving one may make another key ready. */
void wait_serve(struct call *call)
{
	struct ready *ready = &call->ready_keys;
	struct crowd *crowd;

	wait_note(call);
	while ((crowd = ready->first) != NULL) {
		struct store *store = call_store(call, entry_name(&crowd->entry));

		serve_crowd(call, store, crowd);               /* it is ready meanwhile, so that it does not go */
		ready->first = crowd->ready_after;
		crowd->is_ready = false;
		crowd_thin(&store->marks, crowd);
	}
}

/* The first that could be served with what is there; NULL: none. */
static const struct mark *first_owed(struct store *store, const struct crowd *crowd)
{
	const struct key *key = store_find(store, entry_name(&crowd->entry));

	for (const struct mark *mark = crowd->first; mark != NULL && key != NULL; mark = mark->after)
		if (mark->cause == CLIENT_WAITS && mark->type == (int)key->value->type && client_turn(mark->client, CLIENT_WAITS) == mark->turn)
			return mark;
	return NULL;
}

void wait_remind(struct store *store, unsigned number, struct post *post)
{
	const struct crowd *last = store->marks.owed_last;
	struct crowd *crowd = NULL;
	enum { REMINDED_MOST = 256 };

	for (unsigned count = 0; crowd != last && count < REMINDED_MOST && (crowd = crowd_take_owed(&store->marks)) != NULL; count++) {
		const struct mark *mark = first_owed(store, crowd);

		if (mark != NULL) {
			crowd_owe(&store->marks, crowd);
			post->elsewhere(post, entry_name(&crowd->entry), mark->stores | UINT64_C(1) << number);
		} else {
			crowd_thin(&store->marks, crowd);
		}
	}
}

/* |serve key: who waits for it needs several stores, which are here now. */
void command_serve(struct call *call)
{
	store_wake(call_store(call, call->words[1]), call->words[1]);
	reply_ok(call->reply);
}
