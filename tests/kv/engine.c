/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - see engine.h */
#include "engine.h"
#include "../../examples/kv/resp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "%s:%d: it does not hold that %s\n", __FILE__, __LINE__, #claim); abort(); } } while (0)

void engine_open(struct engine *engine, unsigned stores)
{
	memset(engine, 0, sizeof *engine);
	engine->server = (struct server){ .seed = { { 1, 2 } }, .version = "7.0.15" };
	engine->count = stores;
	for (unsigned i = 0; i < stores; i++)
		must((engine->stores[i] = store_new(engine->server.seed, i + 1)) != NULL);
	session_init(&engine->session, &engine->server, stores, 1);
}

void engine_close(struct engine *engine)
{
	session_fini(&engine->session);
	for (unsigned i = 0; i < engine->count; i++)
		store_free(engine->stores[i]);
}

void engine_time(struct engine *engine, int64_t now)
{
	for (unsigned i = 0; i < engine->count; i++)
		engine->stores[i]->now = now;
}

struct reply engine_do(struct engine *engine, const struct text *words, size_t count)
{
	struct store *stores[STORES_MOST] = { NULL };
	struct pack_place place = { .server = &engine->server, .stores = stores, .count = engine->count };
	struct pack pack;
	struct reply reply;
	uint64_t needed;

	pack_init(&pack);
	reply_init(&reply, 2);
	needed = session_take(&engine->session, words, count, &reply, &pack);
	must((needed != 0) == (pack.units == 1) && (needed != 0) == (reply.length == 0));
	for (unsigned i = 0; i < engine->count; i++)           /* what it did not ask for it does not get */
		stores[i] = needed >> i & 1 ? engine->stores[i] : NULL;
	if (needed != 0)
		pack_run(&place, (struct text){ pack.bytes.bytes, pack.bytes.length }, 1, pack.words_most, &reply, NULL);
	pack_fini(&pack);
	must(reply.failed || reply_span(reply.bytes, reply.length) == reply.length);
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

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text_is(words[0], names[i]))
			return 1;
	return text_is(words[0], "HGETALL") ? 2 : 0;
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
