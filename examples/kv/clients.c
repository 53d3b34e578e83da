/* SPDX-License-Identifier: BSD-2-Clause */
/* clients.c - CLIENT: who is connected, and what to do with him */
#include "families.h"
#include "wait.h"
#include <stdio.h>
#include <string.h>

/* ---- one client as a line ----------------------------------------------------------------------------------------------- */

static char flags_of(const struct client *client)
{
	if (client_is_listening(client))
		return 'P';
	if (atomic_load_explicit(&client->gathered, memory_order_relaxed) >= 0)
		return 'x';
	return client_turn(client, CLIENT_WAITS) != 0 ? 'b' : 'N';
}

static const char *command_of(const struct client *client)
{
	return command_at(atomic_load_explicit(&client->command, memory_order_relaxed))->name;
}

/* The fields that Redis has; what there is nothing of here is 0. */
static void write_client(const struct call *call, const struct client *client, struct reply *text)
{
	long long used = atomic_load_explicit(&client->used, memory_order_relaxed);
	char line[1024];
	int length;

	length = snprintf(line, sizeof line, "id=%llu addr=%s laddr=%s fd=0 name=%s age=%lld idle=%lld flags=%c db=0 sub=%u psub=%u ssub=%u multi=%d"
	                  " qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=%zu tot-mem=%zu events=r cmd=%s user=default"
	                  " redir=-1 resp=%u\n",
	                  (unsigned long long)client->id, client->there, client->here, client->name, (long long)(call->now - client->since) / 1000,
	                  used > 0 ? ((long long)call->now - used) / 1000 : 0, flags_of(client), client_count(client, LISTENS_CHANNELS),
	                  client_count(client, LISTENS_PATTERNS), client_count(client, LISTENS_SHARD_CHANNELS),
	                  atomic_load_explicit(&client->gathered, memory_order_relaxed),
	                  atomic_load_explicit(&client->unread, memory_order_relaxed), sizeof *client + client->memory.used,
	                  command_of(client), atomic_load_explicit(&client->spoken, memory_order_relaxed));
	reply_raw(text, (struct text){ line, length < (int)sizeof line ? (size_t)length : sizeof line - 1 });
}

static void reply_text(struct call *call, struct reply *text)
{
	call->reply->failed |= text->failed;
	reply_verbatim(call->reply, (struct text){ text->bytes, text->length });
	reply_fini(text);
}

void command_client_info(struct call *call)
{
	struct reply text;

	reply_init(&text, 2);
	write_client(call, call->client, &text);
	reply_text(call, &text);
}

/* ---- those that are meant ----------------------------------------------------------------------------------------------- */

struct filter { struct text address, local, ids[64]; size_t ids_count; bool has_id, pubsub_only, normal_only, skips_me, nobody; };

static bool is_meant(const struct call *call, const struct filter *filter, const struct client *client)
{
	bool is_pubsub = client_is_listening(client), has_id = !filter->has_id;
	long long id;

	for (size_t i = 0; i < filter->ids_count; i++)
		has_id |= text_integer(filter->ids[i], &id) && (uint64_t)id == client->id;
	return has_id && !filter->nobody && !(filter->skips_me && client == call->client)
	    && (filter->address.at == NULL || text_equal(filter->address, text_of(client->there)))
	    && (filter->local.at == NULL || text_equal(filter->local, text_of(client->here)))
	    && (!filter->pubsub_only || is_pubsub) && (!filter->normal_only || !is_pubsub);
}

/* TYPE normal|master|replica|slave|pubsub: false: it is none, and that is said. */
static bool take_type(struct call *call, size_t word, struct filter *filter)
{
	if (call_is(call, word, "normal"))
		filter->normal_only = true;
	else if (call_is(call, word, "pubsub"))
		filter->pubsub_only = true;
	else if (call_is(call, word, "master") || call_is(call, word, "replica") || call_is(call, word, "slave"))
		filter->nobody = true;
	else {
		reply_error(call->reply, "ERR Unknown client type '%.*s'", (int)(call->words[word].length < 128 ? call->words[word].length : 128),
		            call->words[word].at);
		return false;
	}
	return true;
}

static bool read_list(struct call *call, struct filter *filter)
{
	long long id;

	if (call->words_count == 2)
		return true;
	if (call->words_count == 4 && call_is(call, 2, "TYPE"))
		return take_type(call, 3, filter);
	if (call->words_count < 4 || !call_is(call, 2, "ID") || call->words_count - 3 > 64) {
		reply_error(call->reply, CALL_SYNTAX);
		return false;
	}
	filter->has_id = true;
	for (size_t i = 3; i < call->words_count; i++) {
		if (!text_integer(call->words[i], &id)) {
			reply_error(call->reply, "ERR Invalid client ID");
			return false;
		}
		filter->ids[filter->ids_count++] = call->words[i];
	}
	return true;
}

void command_client_list(struct call *call)
{
	struct clients *clients = call->server->clients;
	struct filter filter = { .ids_count = 0 };
	struct reply text;

	if (!read_list(call, &filter))
		return;
	reply_init(&text, 2);
	if (clients != NULL) {
		(void)pthread_mutex_lock(&clients->lock);
		for (const struct client *client = clients->first; client != NULL; client = client->after)
			if (is_meant(call, &filter, client))
				write_client(call, client, &text);
		(void)pthread_mutex_unlock(&clients->lock);
	}
	reply_text(call, &text);
}

/* ---- KILL --------------------------------------------------------------------------------------------------------------- */

static bool is_user(struct call *call, size_t word)
{
	if (text_equal(call->words[word], TEXT("default")))
		return true;
	reply_error(call->reply, "ERR No such user '%.*s'", (int)(call->words[word].length < 128 ? call->words[word].length : 128),
	            call->words[word].at);
	return false;
}

static bool take_kill_option(struct call *call, size_t i, struct filter *filter)
{
	long long id;

	if (call_is(call, i, "ID")) {
		if (!text_integer(call->words[i + 1], &id) || id < 1) {
			reply_error(call->reply, "ERR client-id should be greater than 0");
			return false;
		}
		filter->has_id = true;
		filter->ids[0] = call->words[i + 1];
		filter->ids_count = 1;
		return true;
	}
	if (call_is(call, i, "TYPE"))
		return take_type(call, i + 1, filter);
	if (call_is(call, i, "ADDR"))
		filter->address = call->words[i + 1];
	else if (call_is(call, i, "LADDR"))
		filter->local = call->words[i + 1];
	else if (call_is(call, i, "USER"))
		return is_user(call, i + 1);
	else if (call_is(call, i, "SKIPME") && (call_is(call, i + 1, "yes") || call_is(call, i + 1, "no")))
		filter->skips_me = call_is(call, i + 1, "yes");
	else {
		reply_error(call->reply, CALL_SYNTAX);
		return false;
	}
	return true;
}

static bool read_kill(struct call *call, struct filter *filter)
{
	if (call->words_count == 3) {
		filter->address = call->words[2];
		filter->skips_me = false;
		return true;
	}
	for (size_t i = 2; i < call->words_count; i += 2) {
		if (i + 1 == call->words_count) {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
		if (!take_kill_option(call, i, filter))
			return false;
	}
	return true;
}

void command_client_kill(struct call *call)
{
	struct clients *clients = call->server->clients;
	struct filter filter = { .skips_me = true };
	long long killed = 0;

	if (!read_kill(call, &filter))
		return;
	if (clients != NULL) {
		(void)pthread_mutex_lock(&clients->lock);
		for (struct client *client = clients->first; client != NULL; client = client->after) {
			if (!is_meant(call, &filter, client))
				continue;
			killed++;
			if (client == call->client)
				client->closes = true;
			else
				call->post->dismiss(call->post, client);
		}
		(void)pthread_mutex_unlock(&clients->lock);
	}
	if (call->words_count > 3)
		reply_integer(call->reply, killed);
	else if (killed > 0)
		reply_ok(call->reply);
	else
		reply_error(call->reply, "ERR No such client");
}

/* ---- UNBLOCK ------------------------------------------------------------------------------------------------------------ */

static bool unblock(struct call *call, struct client *client, bool with_error)
{
	unsigned turn = client_turn(client, CLIENT_WAITS);
	struct reply reply;

	if (turn == 0 || atomic_load_explicit(&client->is_postponed, memory_order_relaxed) || !client_claim(client, turn))
		return false;
	reply_init(&reply, client->protocol);
	if (with_error)
		reply_error(&reply, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
	else
		wait_over(client, &reply);
	call->post->served(call->post, client, &reply);
	reply_fini(&reply);
	return true;
}

void command_client_unblock(struct call *call)
{
	struct clients *clients = call->server->clients;
	bool with_error = call->words_count == 4 && call_is(call, 3, "ERROR"), is_done = false;
	long long id;

	if (call->words_count > 4) {
		call_wrong_count(call);
		return;
	}
	if (call->words_count == 4 && !with_error && !call_is(call, 3, "TIMEOUT")) {
		reply_error(call->reply, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
		return;
	}
	if (!call_integer(call, 2, &id))
		return;
	if (clients != NULL) {
		(void)pthread_mutex_lock(&clients->lock);
		for (struct client *client = clients->first; client != NULL && !is_done; client = client->after)
			is_done = client->id == (uint64_t)id && unblock(call, client, with_error);
		(void)pthread_mutex_unlock(&clients->lock);
	}
	reply_integer(call->reply, is_done);
}

/* ---- PAUSE -------------------------------------------------------------------------------------------------------------- */

/* Of two pauses the stricter one holds, and as long as the longer one. */
static void pause_until(struct clients *clients, int64_t until, bool is_for_all, int64_t now)
{
	(void)pthread_mutex_lock(&clients->lock);
	is_for_all |= now < atomic_load_explicit(&clients->all_paused, memory_order_relaxed);
	if (until < atomic_load_explicit(&clients->writes_paused, memory_order_relaxed))
		until = atomic_load_explicit(&clients->writes_paused, memory_order_relaxed);
	atomic_store_explicit(&clients->writes_paused, until, memory_order_relaxed);
	if (is_for_all)
		atomic_store_explicit(&clients->all_paused, until, memory_order_relaxed);
	(void)pthread_mutex_unlock(&clients->lock);
}

void command_client_pause(struct call *call)
{
	bool is_for_all = call->words_count == 3 || call_is(call, 3, "ALL");
	long long milliseconds;

	if (call->words_count > 4)
		reply_error(call->reply, "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try CLIENT HELP.",
		            (int)call->words[1].length, call->words[1].at);
	else if (!is_for_all && !call_is(call, 3, "WRITE"))
		reply_error(call->reply, "ERR CLIENT PAUSE mode must be WRITE or ALL");
	else if (!text_integer(call->words[2], &milliseconds))
		reply_error(call->reply, "ERR timeout is not an integer or out of range");
	else if (milliseconds < 0)
		reply_error(call->reply, "ERR timeout is negative");
	else {
		if (call->server->clients != NULL)
			pause_until(call->server->clients, milliseconds > INT64_MAX - call->now ? INT64_MAX : call->now + milliseconds, is_for_all, call->now);
		reply_ok(call->reply);
	}
}

/* Who waits for its end looks again what it may do. */
static void resume(struct call *call, struct client *client)
{
	const struct reply nothing = { .protocol = 2 };

	if (atomic_load_explicit(&client->is_postponed, memory_order_relaxed) && client_claim(client, client_turn(client, CLIENT_WAITS)))
		call->post->served(call->post, client, &nothing);
}

void command_client_unpause(struct call *call)
{
	struct clients *clients = call->server->clients;

	if (clients != NULL) {
		(void)pthread_mutex_lock(&clients->lock);
		atomic_store_explicit(&clients->writes_paused, 0, memory_order_relaxed);
		atomic_store_explicit(&clients->all_paused, 0, memory_order_relaxed);
		for (struct client *client = clients->first; client != NULL; client = client->after)
			resume(call, client);
		(void)pthread_mutex_unlock(&clients->lock);
	}
	reply_ok(call->reply);
}

/* ---- about this one ------------------------------------------------------------------------------------------------------- */

bool call_set_name(struct call *call, struct text name)
{
	struct clients *clients = call->server->clients;

	for (size_t i = 0; i < name.length; i++)
		if (name.at[i] < '!' || name.at[i] > '~') {
			reply_error(call->reply, "ERR Client names cannot contain spaces, newlines or special characters.");
			return false;
		}
	if (name.length >= CLIENT_NAME_BYTES) {
		reply_error(call->reply, "ERR Client names have at most %d bytes", CLIENT_NAME_BYTES - 1);
		return false;
	}
	if (clients != NULL)
		(void)pthread_mutex_lock(&clients->lock);
	if (name.length > 0)
		memcpy(call->client->name, name.at, name.length);
	call->client->name[name.length] = 0;
	if (clients != NULL)
		(void)pthread_mutex_unlock(&clients->lock);
	return true;
}

void command_client_setname(struct call *call)
{
	if (call_set_name(call, call->words[2]))
		reply_ok(call->reply);
}

void command_client_getname(struct call *call)
{
	if (call->client->name[0] != 0)
		reply_bulk_of(call->reply, call->client->name);
	else
		reply_null(call->reply);
}

void command_client_id(struct call *call)
{
	reply_integer(call->reply, (long long)call->client->id);
}

void command_client_reply(struct call *call)
{
	struct client *client = call->client;

	if (call_is(call, 2, "ON")) {
		client->answers = ANSWERS_ON;
		reply_ok(call->reply);
	} else if (call_is(call, 2, "OFF")) {
		client->answers = ANSWERS_OFF;
		reply_ok(call->reply);
	} else if (call_is(call, 2, "SKIP")) {
		if (client->answers != ANSWERS_OFF)
			client->answers = ANSWERS_SKIP_NEXT;
		reply_ok(call->reply);
	} else {
		reply_error(call->reply, CALL_SYNTAX);
	}
}

/* Nobody is evicted, and nothing is tracked. */
void command_client_no_evict(struct call *call)
{
	if (call_is(call, 2, "on") || call_is(call, 2, "off"))
		reply_ok(call->reply);
	else
		reply_error(call->reply, CALL_SYNTAX);
}

void command_client_tracking(struct call *call)
{
	if (call_is(call, 2, "off") && call->words_count == 3)
		reply_ok(call->reply);
	else if (call_is(call, 2, "on"))
		reply_error(call->reply, "ERR client tracking is not supported");
	else
		reply_error(call->reply, CALL_SYNTAX);
}

void command_client_trackinginfo(struct call *call)
{
	reply_map(call->reply, 3);
	reply_bulk_of(call->reply, "flags");
	reply_set(call->reply, 1);
	reply_bulk_of(call->reply, "off");
	reply_bulk_of(call->reply, "redirect");
	reply_integer(call->reply, -1);
	reply_bulk_of(call->reply, "prefixes");
	reply_array(call->reply, 0);
}

void command_client_getredir(struct call *call)
{
	reply_integer(call->reply, -1);
}
