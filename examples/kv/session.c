/* SPDX-License-Identifier: BSD-2-Clause */
/* session.c - transactions, and commands that need no store */
#include "call.h"
#include "session.h"

void session_init(struct session *session, const struct server *server, unsigned stores, uint64_t id)
{
	*session = (struct session){ .client = { .id = id, .protocol = 2 }, .server = server, .stores = stores };
	pack_init(&session->gathered);
}

void session_fini(struct session *session)
{
	pack_fini(&session->gathered);
}

/* ---- here ------------------------------------------------------------------------------------------------------------- */

static void run_here(struct session *session, const struct command *command, const struct text *words, size_t count,
                     struct reply *reply)
{
	struct call call = {
		.server = session->server, .count = session->stores, .client = &session->client, .reply = reply,
		.command = command, .words = words, .words_count = count,
	};

	command_run(&call);
}

/* ---- transactions ------------------------------------------------------------------------------------------------------ */

static void forget(struct session *session)
{
	session->in_transaction = session->has_failed = false;
	session->gathered_stores = 0;
	pack_fini(&session->gathered);
}

/* Without keys in it, it runs here. */
static uint64_t execute(struct session *session, struct reply *reply, struct pack *pack)
{
	struct pack_place nowhere = { .server = session->server, .count = session->stores };
	struct pack here;
	uint64_t stores = session->gathered_stores;
	bool is_added;

	pack_init(&here);
	is_added = pack_add_transaction(stores != 0 ? pack : &here, &session->gathered);
	if (!is_added)
		reply_error(reply, CALL_NO_MEMORY);
	else if (stores == 0)
		pack_run(&nowhere, (struct text){ here.bytes.bytes, here.bytes.length }, 1, here.words_most, reply, NULL);
	pack_fini(&here);
	forget(session);
	return is_added ? stores : 0;
}

static bool is_word(const struct command *command, const char *name)
{
	return text_is(text_of(command->name), name);
}

static uint64_t begin_or_end(struct session *session, const struct command *command, struct reply *reply, struct pack *pack)
{
	if (is_word(command, "multi")) {
		if (session->in_transaction)
			reply_error(reply, "ERR MULTI calls can not be nested");
		else
			reply_ok(reply);
		session->in_transaction = true;
	} else if (!session->in_transaction) {
		reply_error(reply, is_word(command, "exec") ? "ERR EXEC without MULTI" : "ERR DISCARD without MULTI");
	} else if (is_word(command, "discard")) {
		forget(session);
		reply_ok(reply);
	} else if (session->has_failed) {
		forget(session);
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

	if ((command->flags & COMMAND_SESSION) != 0)
		wrong = "ERR Command not allowed inside a transaction";
	else if (session->gathered.bytes.length > SESSION_BYTES_MOST)
		wrong = "ERR transaction is too large";
	else if (!pack_add(&session->gathered, command, words, count))
		wrong = CALL_NO_MEMORY;
	if (wrong != NULL) {
		session->has_failed = true;
		reply_error(reply, "%s", wrong);
		return;
	}
	session->gathered_stores |= command_stores(command, words, count, &session->server->seed, session->stores);
	reply_status(reply, "QUEUED");
}

/* ---- all commands ------------------------------------------------------------------------------------------------------- */

uint64_t session_take(struct session *session, const struct text *words, size_t count, struct reply *reply, struct pack *pack)
{
	const struct command *command;
	size_t before = reply->length;
	uint64_t stores;

	reply->protocol = session->client.protocol;
	command = command_find(words, count, reply);
	if (command == NULL && text_is(words[0], "exec")) {
		reply_cut(reply, before);
		forget(session);
		reply_error(reply, "EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command");
		return 0;
	}
	if (command == NULL) {
		session->has_failed = session->in_transaction;
		return 0;
	}
	if ((command->flags & COMMAND_MULTI) != 0)
		return begin_or_end(session, command, reply, pack);
	if (is_word(command, "reset"))
		forget(session);
	if (session->in_transaction && !is_word(command, "quit")) {
		gather(session, command, words, count, reply);
		return 0;
	}
	stores = command_stores(command, words, count, &session->server->seed, session->stores);
	if (stores == 0) {
		run_here(session, command, words, count, reply);
	} else if (!pack_add(pack, command, words, count)) {
		reply_error(reply, CALL_NO_MEMORY);
		stores = 0;
	}
	return stores;
}
