/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine.h - the commands without actors: a connection, and stores on the same thread; and answers made comparable
 */
#ifndef KV_ENGINE_H
#define KV_ENGINE_H

#include "../../examples/kv/session.h"
#include "../../examples/kv/store.h"

struct engine {
	struct server server;
	struct store *stores[STORES_MOST];
	unsigned count;
	struct session session;
	struct post post;
	struct clients clients;
	struct reply heard;                            /* by this connection: letters, and what it waited for */
	struct reply elsewhere;                        /* a key that somebody waits for who needs several stores; empty: none */
	struct engine *home;                           /* whose stores these are; NULL: its own */
	struct effects *effects;                       /* of all commands; or NULL */
};

void engine_open(struct engine *engine, unsigned stores);
void engine_join(struct engine *engine, struct engine *home, uint64_t id);     /* another connection to the same stores */
void engine_close(struct engine *engine);
void engine_time(struct engine *engine, int64_t now);
/* Runs one command; the reply is the caller's to free. None: it waits. */
struct reply engine_do(struct engine *engine, const struct text *words, size_t count);
/* The same, from a line as one would type it. */
struct reply engine_line(struct engine *engine, const char *line);

/* Its time is over: what a command that waits is answered. */
struct reply engine_over(struct engine *engine);

/* The words of a line; they are good as long as `plain`. */
struct line { char plain[4096]; struct text words[128]; size_t count; };
void line_read(struct line *line, const char *text);

/* The length of the first reply of some bytes; 0: it is not whole. */
size_t reply_span(const char *bytes, size_t length);
/* Sorts the elements of a reply to a command that answers in no order. */
void reply_order(const struct text *words, struct reply *reply);
/* As text for people and files: what cannot be seen as in C. To be freed. */
char *reply_show(const struct reply *reply);

#endif
