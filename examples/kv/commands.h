/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commands.h - which commands there are, what keys they are about, and running them
 *
 * The table is one list, commands.inc, sorted by name. What a command needs of the stores is known before it runs: that of each of its
 * keys, all of them, or none. Whoever runs it sees to it that nobody else uses those meanwhile: that is what makes a command, and
 * a transaction, one step for everybody else.
 */
#ifndef KV_COMMANDS_H
#define KV_COMMANDS_H

#include "reply.h"
#include "text.h"

enum {
	COMMAND_WRITE = 1,
	COMMAND_READ = 2,
	COMMAND_GROWS = 4,                             /* is refused when there is more in the stores than may be */
	COMMAND_ALL_STORES = 8,
	COMMAND_SESSION = 16,                          /* about the connection; not in a transaction */
	COMMAND_PARENT = 32,                           /* the next word is part of the name: "config|get" */
	COMMAND_MULTI = 64                             /* begins or ends a transaction: the session knows it */
};

struct call;
struct store;
struct command {
	const char *name;                              /* in lower case */
	int arity;                                     /* words, the name too; below 0: at least */
	unsigned flags;
	int first, last, step;                         /* the keys among the words; first 0: none; last below 0: from the end */
	void (*run)(struct call *call);
};

/* What all connections share; set before the first, and read only. */
struct server {
	struct text_seed seed;                         /* of all stores */
	size_t memory_most;                            /* of each store; 0: no end */
	const char *version;
};

/* What is known of a connection. */
#define CLIENT_NAME_BYTES 64
struct client {
	uint64_t id;
	int protocol;
	char name[CLIENT_NAME_BYTES];                  /* ends with a zero */
	bool closes;                                   /* when what was answered so far is sent */
};

struct call {
	const struct server *server;
	struct store *const *stores;                   /* by number; those that are not needed may be NULL */
	unsigned count;                                /* of stores */
	struct client *client;                         /* changed by commands with COMMAND_SESSION only */
	struct reply *reply;
	const struct command *command;
	const struct text *words;
	size_t words_count;
};

unsigned command_count(void);
const struct command *command_at(unsigned index);
unsigned command_index(const struct command *command);

/* NULL: there is none, or the number of words is wrong, and `reply` says which. */
const struct command *command_find(const struct text *words, size_t count, struct reply *reply);

/* The stores it needs, a bit for each; 0: none. */
#define STORES_MOST 64
uint64_t command_stores(const struct command *command, const struct text *words, size_t count, const struct text_seed *seed,
                        unsigned stores);

/* Writes exactly one reply, which is an error when memory is missing for another one. */
void command_run(struct call *call);

#endif
