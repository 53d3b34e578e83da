/* SPDX-License-Identifier: BSD-2-Clause */
/* session.c - transactions, and commands that need no store */
#include "call.h"
#include "session.h"
#include <string.h>

bool session_init(struct session *session, const struct server *server, unsigned stores, struct client *client)
{
	*session = (struct session){ .client = client, .server = server, .stores = stores };
	pack_init(&session->gathered);
	pack_init(&session->watched);
	return client != NULL;
}

void session_fini(struct session *session)
{
	pack_fini(&session->gathered);
	pack_fini(&session->watched);
	if (session->client != NULL)
		client_leave(session->client);
	client_let_go(session->client);
}

/* ---- here ------------------------------------------------------------------------------------------------------------- */

static void run_here(struct session *session, const struct command *command, const struct text *words, size_t count,
                     struct reply *reply)
{
	struct call call = {
		.server = session->server, .count = session->stores, .client = session->client, .post = session->post, .reply = reply,
		.command = command, .words = words, .words_count = count, .now = session->now, .may_block = true,
	};

	command_run(&call);
	session->is_blocked = call.is_blocked;
}

/* ---- transactions ------------------------------------------------------------------------------------------------------ */

static void watch_nothing(struct session *session)
{
	if (session->watched.units == 0)
		return;
	pack_fini(&session->watched);
	session->watched_stores = 0;
	(void)client_next_turn(session->client, CLIENT_WATCHES);
}

static void forget(struct session *session)
{
	session->in_transaction = session->has_failed = false;
	session->gathered_stores = 0;
	session->gathered_flags = 0;
	atomic_store_explicit(&session->client->gathered, -1, memory_order_relaxed);
	pack_fini(&session->gathered);
}

/* Where nothing is in it that needs a store, and nothing is watched, it runs here. */
static uint64_t execute(struct session *session, struct reply *reply, struct pack *pack)
{
	struct pack_place nowhere = { session->server, NULL, session->stores, session->client, session->post, session->now, NULL };
	bool is_watching = session->watched.units > 0, is_added;
	uint64_t stores = session->gathered_stores | session->watched_stores;
	struct pack here;

	pack_init(&here);
	is_added = pack_add_transaction(stores != 0 ? pack : &here, &session->gathered, is_watching ? &session->watched : NULL,
	                                client_turn(session->client, CLIENT_WATCHES));
	session->is_late = (session->gathered_flags & COMMAND_LATE) != 0;
	session->ends_round = is_watching || (session->gathered_flags & COMMAND_SESSION) != 0;
	if (!is_added) {
		reply_error(reply, CALL_NO_MEMORY);
	} else if (stores == 0) {
		struct pack_run run = { .bytes = { here.bytes.bytes, here.bytes.length }, .units = 1, .words_most = here.words_most };

		pack_run(&nowhere, &run, reply, NULL);
	}
	pack_fini(&here);
	forget(session);
	pack_fini(&session->watched);                          /* the notes go where the unit runs */
	session->watched_stores = 0;
	return is_added ? stores : 0;
}

static bool is_word(const struct command *command, const char *name)
{
	return command->name[0] == name[0] && strcmp(command->name, name) == 0;
}

static void watch(struct session *session, const struct command *command, const struct text *words, size_t count, struct reply *reply,
                  struct pack *pack)
{
	session->ends_round = true;
	if (session->watched.units == 0)                       /* what was noted in turns before is over by now */
		(void)client_next_turn(session->client, CLIENT_WATCHES);
	if (session->watched.bytes.length <= SESSION_BYTES_MOST && pack_add(&session->watched, command, words, count)) {
		session->watched_stores |= command_stores(command, words, count, &session->server->seed, session->stores);
		if (pack_add(pack, command, words, count))     /* else EXEC looks at them all the same, and needs their stores */
			return;
	}
	reply_error(reply, CALL_NO_MEMORY);
}

static uint64_t begin_or_end(struct session *session, const struct command *command, const struct text *words, size_t count,
                             struct reply *reply, struct pack *pack)
{
	if (is_word(command, "multi")) {
		if (session->in_transaction)
			reply_error(reply, "ERR MULTI calls can not be nested");
		else
			reply_ok(reply);
		session->in_transaction = true;
	} else if (is_word(command, "watch")) {
		if (session->in_transaction)
			reply_error(reply, "ERR WATCH inside MULTI is not allowed");
		else
			watch(session, command, words, count, reply, pack);
		return pack->units > 0 ? command_stores(command, words, count, &session->server->seed, session->stores) : 0;
	} else if (is_word(command, "unwatch")) {
		watch_nothing(session);
		reply_ok(reply);
	} else if (!session->in_transaction) {
		reply_error(reply, is_word(command, "exec") ? "ERR EXEC without MULTI" : "ERR DISCARD without MULTI");
	} else if (is_word(command, "discard")) {
		forget(session);
		watch_nothing(session);
		reply_ok(reply);
	} else if (session->has_failed) {
		forget(session);
		watch_nothing(session);
		reply_error(reply, "EXECABORT Transaction discarded because of previous errors.");
	} else {
		return execute(session, reply, pack);
	}
	return 0;
}

static void gather(struct session *session, const struct command *command, const struct text *words, size_t count,
                   struct reply *reply)
{
	const char *wrong = NULL;

	if (session->gathered.bytes.length > SESSION_BYTES_MOST)
		wrong = "ERR transaction is too large";
	else if (!pack_add(&session->gathered, command, words, count))
		wrong = CALL_NO_MEMORY;
	if (wrong != NULL) {
		session->has_failed = true;
		reply_error(reply, "%s", wrong);
		return;
	}
	session->gathered_flags |= command->flags;
	session->gathered_stores |= command_stores(command, words, count, &session->server->seed, session->stores);
	atomic_store_explicit(&session->client->gathered, (int)session->gathered.units, memory_order_relaxed);
	reply_status(reply, "QUEUED");
}

/* ---- all commands ------------------------------------------------------------------------------------------------------- */

/* By RESP2 a subscriber reads letters, between which only few answers could be told apart. */
static bool is_allowed(const struct session *session, const struct command *command, struct reply *reply)
{
	const struct client *client = session->client;

	if (client->protocol >= 3 || !client_is_listening(client) || (command->flags & COMMAND_SUBSCRIBED) != 0)
		return true;
	reply_error(reply, "ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context",
	            command->name);
	return false;
}

/* EXEC itself was refused: what was written says why. */
static void say_abort(struct reply *reply, size_t before)
{
	char why[256];
	size_t length = reply->length - before;

	if (reply->failed || length < 7)
		return;
	length = length - 7 < sizeof why ? length - 7 : sizeof why; /* without "-ERR ", and the end of the line */
	memcpy(why, reply->bytes + before + 5, length);
	reply_cut(reply, before);
	reply_error(reply, "EXECABORT Transaction discarded because of: %.*s", (int)length, why);
}

/* A browser that a page has sent here: what the page wrote stands further down. Redis closes then, too. */
static bool is_of_http(struct text word)
{
	return text_is(word, "POST") || text_is(word, "Host:");
}

/* Most ask for what they asked for before, and write it as they did. */
static const struct command *find(struct session *session, const struct text *words, size_t count, struct reply *reply)
{
	const struct command *command = session->again.command;
	struct text word = words[0];

	if (command != NULL && word.length == session->again.length && memcmp(word.at, session->again.word, word.length) == 0
	 && command_takes(command, count))
		return command;
	command = command_find(words, count, reply);
	if (command != NULL && (command->flags & COMMAND_PARENT) == 0 && word.length == strlen(command->name) && word.length <= SESSION_WORD_MOST) {
		session->again.command = command;
		session->again.length = word.length;
		memcpy(session->again.word, word.at, word.length);
	}
	return command;
}

const struct command *session_find(struct session *session, const struct text *words, size_t count, struct reply *reply)
{
	const struct command *command;
	size_t before = reply->length;

	reply->protocol = session->client->protocol;
	session->ends_round = session->is_late = session->is_blocked = false;
	if (is_of_http(words[0])) {
		session->client->closes = true;
		return NULL;
	}
	command = find(session, words, count, reply);
	if (command != NULL && is_allowed(session, command, reply))
		return command;
	if (text_is(words[0], "exec")) {
		forget(session);
		watch_nothing(session);
		say_abort(reply, before);
	} else {
		session->has_failed = session->in_transaction;
	}
	return NULL;
}

bool session_is_alone(const struct session *session, const struct command *command)
{
	return (command->flags & COMMAND_BLOCKS) != 0 && !session->in_transaction;
}

/* ---- pauses ------------------------------------------------------------------------------------------------------------- */

/* What ends a pause, and what ends a connection, is not to be paused. */
bool session_is_paused(const struct session *session, const struct command *command)
{
	const struct clients *clients = session->server->clients;
	unsigned flags = command != NULL ? command->flags : COMMAND_WRITE;

	if (!clients_pause_writes(clients, session->now))
		return false;
	if (command != NULL && is_word(command, "exec"))
		flags |= session->gathered_flags;
	if ((flags & COMMAND_PAUSED_WITH_WRITES) != 0)
		return true;
	return session->now < atomic_load_explicit(&clients->all_paused, memory_order_relaxed)
	    && !is_word(command, "client|unpause") && !is_word(command, "quit");
}

/* Under the lock: whoever ends the pause finds it, or it finds that. A pause of all commands ends when that of writes does. */
bool session_postpone(struct session *session, const struct command *command)
{
	struct clients *clients = session->server->clients;
	struct client *client = session->client;
	bool is_paused;

	(void)pthread_mutex_lock(&clients->lock);
	is_paused = session_is_paused(session, command);
	if (is_paused) {
		if (command != NULL)
			atomic_store_explicit(&client->command, command_index(command), memory_order_relaxed);
		client->wait_until = atomic_load_explicit(&clients->writes_paused, memory_order_relaxed);
		atomic_store_explicit(&client->is_postponed, true, memory_order_relaxed);
		(void)client_next_turn(client, CLIENT_WAITS);
	}
	(void)pthread_mutex_unlock(&clients->lock);
	return is_paused;
}

/* ---- taking ------------------------------------------------------------------------------------------------------------- */

static void reset(struct session *session)
{
	forget(session);
	watch_nothing(session);
	client_forget_names(session->client);
	(void)client_next_turn(session->client, CLIENT_LISTENS);
}

uint64_t session_take(struct session *session, const struct command *command, const struct text *words, size_t count, struct reply *reply,
                      struct pack *pack)
{
	uint64_t stores;

	atomic_store_explicit(&session->client->command, command_index(command), memory_order_relaxed);
	atomic_store_explicit(&session->client->used, session->now, memory_order_relaxed);
	if ((command->flags & COMMAND_MULTI) != 0 && !(session->in_transaction && is_word(command, "unwatch")))
		return begin_or_end(session, command, words, count, reply, pack);
	if (is_word(command, "reset"))
		reset(session);
	if (session->in_transaction && !is_word(command, "quit")) {
		gather(session, command, words, count, reply);
		return 0;
	}
	session->ends_round = (command->flags & (COMMAND_SESSION | COMMAND_BLOCKS)) != 0;
	session->is_late = (command->flags & COMMAND_LATE) != 0;
	stores = command_stores(command, words, count, &session->server->seed, session->stores);
	if (stores == 0)
		run_here(session, command, words, count, reply);
	return stores;
}
