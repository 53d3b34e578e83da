/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - see engine.h */
#include "engine.h"
#include "../../examples/kv/resp.h"
#include "../../examples/kv/wait.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "%s:%d: it does not hold that %s\n", __FILE__, __LINE__, #claim); abort(); } } while (0)

/* ---- letters ------------------------------------------------------------------------------------------------------------ */

static struct engine *engine_of(struct client *client)
{
	struct engine *engine;

	memcpy(&engine, client->there + 1, sizeof engine);     /* an address, of a kind */
	return engine;
}

static void hear_letter(struct post *post, struct client *to, struct posting *letter)
{
	struct engine *engine = engine_of(to);

	(void)post;
	engine->heard.protocol = to->protocol;
	(void)letter_write(letter, &engine->heard);
}

static void end_letter(struct post *post, struct posting *letter)
{
	(void)post;
	(void)letter;
}

static void hear_served(struct post *post, struct client *to, const struct reply *reply)
{
	(void)post;
	reply_raw(&engine_of(to)->heard, (struct text){ reply->bytes, reply->length });
}

/* When the unit is over, as a clerk would. */
static void note_elsewhere(struct post *post, struct text name, uint64_t stores)
{
	struct engine *engine = (struct engine *)(void *)((char *)post - offsetof(struct engine, post));

	(void)stores;
	reply_cut(&engine->elsewhere, 0);
	reply_raw(&engine->elsewhere, name);
}

static void dismiss(struct post *post, struct client *client)
{
	(void)post;
	client->closes = true;
}

/* ---- connections ---------------------------------------------------------------------------------------------------------- */

static void begin(struct engine *engine, uint64_t id)
{
	struct client *client = client_new(id);

	must(session_init(&engine->session, &engine->server, engine->count, client));
	client->there[0] = '@';                                /* whatever follows, it is none that a command could name */
	memcpy(client->there + 1, &engine, sizeof engine);
	engine->post = (struct post){ hear_letter, end_letter, hear_served, note_elsewhere, dismiss };
	engine->session.post = &engine->post;
	client_enter(client, engine->server.clients);
	reply_init(&engine->heard, 2);
	reply_init(&engine->elsewhere, 2);
}

void engine_open(struct engine *engine, unsigned stores)
{
	memset(engine, 0, sizeof *engine);
	engine->clients = (struct clients)CLIENTS;
	engine->server = (struct server){ .seed = { { 1, 2 } }, .version = "7.0.15", .clients = &engine->clients };
	engine->count = stores;
	for (unsigned i = 0; i < stores; i++)
		must((engine->stores[i] = store_new(engine->server.seed, i + 1)) != NULL);
	begin(engine, 1);
}

void engine_join(struct engine *engine, struct engine *home, uint64_t id)
{
	memset(engine, 0, sizeof *engine);
	engine->server = home->server;
	engine->count = home->count;
	engine->home = home;
	begin(engine, id);
}

void engine_close(struct engine *engine)
{
	session_fini(&engine->session);
	reply_fini(&engine->heard);
	reply_fini(&engine->elsewhere);
	for (unsigned i = 0; engine->home == NULL && i < engine->count; i++)
		store_free(engine->stores[i]);
}

void engine_time(struct engine *engine, int64_t now)
{
	for (unsigned i = 0; i < engine->count; i++)
		engine->stores[i]->now = now;
}

static void serve_elsewhere(struct engine *engine, struct engine *home)
{
	const struct text words[] = { TEXT("|serve"), { engine->elsewhere.bytes, engine->elsewhere.length } };
	struct pack_place place = { &engine->server, home->stores, engine->count, NULL, &engine->post, home->stores[0]->now, home->effects };
	struct pack_run run = { .units = 1, .words_most = 2 };
	struct reply reply;
	struct pack pack;

	pack_init(&pack);
	reply_init(&reply, 2);
	must(pack_add(&pack, command_named("|serve"), words, 2));
	for (unsigned i = 0; i < engine->count; i++)
		home->stores[i]->effects = home->effects;
	reply_cut(&engine->elsewhere, 0);
	run.bytes = (struct text){ pack.bytes.bytes, pack.bytes.length };
	pack_run(&place, &run, &reply, NULL);
	reply_fini(&reply);
	pack_fini(&pack);
}

static void run_unit(struct engine *engine, struct engine *home, const struct pack *pack, uint64_t needed, struct reply *reply)
{
	struct store *stores[STORES_MOST] = { NULL };
	struct pack_place place = { &engine->server, stores, engine->count, engine->session.client, &engine->post, home->stores[0]->now,
	                            home->effects };
	struct pack_run run = { .bytes = { pack->bytes.bytes, pack->bytes.length }, .units = 1, .words_most = pack->words_most };

	for (unsigned i = 0; i < engine->count; i++)           /* what it did not ask for it does not get */
		if ((stores[i] = needed >> i & 1 ? home->stores[i] : NULL) != NULL)
			stores[i]->effects = home->effects;
	pack_run(&place, &run, reply, NULL);
	must(run.done == 1 && run.used == pack->bytes.length && run.is_blocked == (reply->length == 0));
	while (engine->elsewhere.length > 0)
		serve_elsewhere(engine, home);
}

struct reply engine_do(struct engine *engine, const struct text *words, size_t count)
{
	struct engine *home = engine->home != NULL ? engine->home : engine;
	const struct command *command;
	struct pack pack;
	struct reply reply;
	uint64_t needed;

	pack_init(&pack);
	reply_init(&reply, 2);
	engine->session.now = home->stores[0]->now;
	command = session_find(&engine->session, words, count, &reply);
	needed = command != NULL ? session_take(&engine->session, command, words, count, &reply, &pack) : 0;
	if (needed != 0 && pack.units == 0)
		must(pack_add(&pack, command, words, count));
	must((needed != 0) == (pack.units == 1) && (needed != 0 || engine->session.is_blocked) == (reply.length == 0));
	reply.protocol = engine->session.client->protocol;
	if (needed != 0)
		run_unit(engine, home, &pack, needed, &reply);
	pack_fini(&pack);
	return reply;
}

struct reply engine_over(struct engine *engine)
{
	struct client *client = engine->session.client;
	struct reply reply;

	reply_init(&reply, client->protocol);
	must(client_claim(client, client_turn(client, CLIENT_WAITS)));
	wait_over(client, &reply);
	return reply;
}

void line_read(struct line *line, const char *text)
{
	struct resp_span spans[2048];
	long count;

	must(strlen(text) < sizeof line->plain);
	count = resp_split(text_of(text), line->plain, spans);
	must(count >= 0 && count <= 128);
	line->count = (size_t)count;
	for (size_t i = 0; i < line->count; i++)
		line->words[i] = (struct text){ line->plain + spans[i].at, spans[i].length };
}

struct reply engine_line(struct engine *engine, const char *text)
{
	struct line line;

	line_read(&line, text);
	return engine_do(engine, line.words, line.count);
}

/* ---- replies -------------------------------------------------------------------------------------------------------------- */

size_t reply_span(const char *bytes, size_t length)
{
	const char *end = length > 0 ? memchr(bytes, '\n', length) : NULL;
	size_t at = end != NULL ? (size_t)(end - bytes) + 1 : 0;
	long long count;

	if (at < 3 || strchr("$=*~%>", bytes[0]) == NULL)
		return at;
	must(text_integer((struct text){ bytes + 1, at - 3 }, &count));
	if (count < 0)
		return at;
	if (bytes[0] == '$' || bytes[0] == '=')
		return length - at >= (size_t)count + 2 ? at + (size_t)count + 2 : 0;
	for (count *= bytes[0] == '%' ? 2 : 1; count > 0; count--) {
		size_t one = reply_span(bytes + at, length - at);

		if (one == 0)
			return 0;
		at += one;
	}
	return at;
}

static int compare(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* How many elements belong together; 0: they come in an order. */
static unsigned unordered(const struct text *words)
{
	static const char *const names[] = { "KEYS", "SMEMBERS", "SUNION", "SINTER", "SDIFF", "SPOP", "HKEYS", "HVALS" };
	static const char *const pairs[] = { "HGETALL", "HSCAN", "ZSCAN" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_is(words[0], names[i]))
			return 1;
	if (text_is(words[0], "PUBSUB") || text_is(words[0], "SSCAN") || text_is(words[0], "SRANDMEMBER") || text_is(words[0], "HRANDFIELD"))
		return 1;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (text_is(words[0], pairs[i]))
			return 2;
	return 0;
}

void reply_order(const struct text *words, struct reply *reply)
{
	unsigned together = unordered(words);
	struct text *groups;
	size_t count = 0, at;
	char *sorted;

	if (together == 0 || reply->length == 0 || strchr("*~%", reply->bytes[0]) == NULL)
		return;
	groups = calloc(reply->length, sizeof *groups);
	sorted = malloc(reply->length);
	must(groups != NULL && sorted != NULL);
	at = (size_t)((char *)memchr(reply->bytes, '\n', reply->length) - reply->bytes) + 1;
	if (words[0].length == 5 && text_is((struct text){ words[0].at + 1, 4 }, "SCAN")) {    /* behind the cursor */
		at += reply_span(reply->bytes + at, reply->length - at);
		at += (size_t)((char *)memchr(reply->bytes + at, '\n', reply->length - at) - (reply->bytes + at)) + 1;
	}
	memcpy(sorted, reply->bytes, at);
	for (size_t from = at; from < reply->length; count++) {
		groups[count] = (struct text){ reply->bytes + from, 0 };
		for (unsigned i = 0; i < together; i++)
			groups[count].length += reply_span(groups[count].at + groups[count].length, reply->length - from - groups[count].length);
		from += groups[count].length;
	}
	qsort(groups, count, sizeof *groups, compare);
	for (size_t i = 0; i < count; at += groups[i++].length)
		memcpy(sorted + at, groups[i].at, groups[i].length);
	memcpy(reply->bytes, sorted, reply->length);
	free(sorted);
	free(groups);
}

char *reply_show(const struct reply *reply)
{
	char *text = malloc(reply->length * 4 + 1);
	size_t at = 0;

	must(text != NULL);
	for (size_t i = 0; i < reply->length; i++) {
		unsigned char c = (unsigned char)reply->bytes[i];

		if (c == '\r')
			at += (size_t)sprintf(text + at, "\\r");
		else if (c == '\n')
			at += (size_t)sprintf(text + at, "\\n");
		else if (c < ' ' || c > '~' || c == '\\')
			at += (size_t)sprintf(text + at, "\\x%02x", c);
		else
			text[at++] = (char)c;
	}
	text[at] = 0;
	return text;
}
