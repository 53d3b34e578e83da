/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commands.h - which commands there are, what keys they are about, and running them
 *
 * The table is one list, commands.inc, sorted by name. What a command needs of the stores is known before it runs: that of each of its
 * keys, all of them, or none. Whoever runs it sees to it that nobody else uses those meanwhile: that is what makes a command, and
 * a transaction, one step for everybody else. Channels are in stores as keys are; patterns of channels are in all of them.
 */
#ifndef KV_COMMANDS_H
#define KV_COMMANDS_H

#include "crowd.h"
#include "reply.h"
#include "text.h"

enum {
	COMMAND_WRITE = 1,
	COMMAND_READ = 2,
	COMMAND_GROWS = 4,                             /* is refused when there is more in the stores than may be */
	COMMAND_ALL_STORES = 8,
	COMMAND_SESSION = 16,                          /* changes what is known of its connection: the last of a round */
	COMMAND_PARENT = 32,                           /* the next word is part of the name: "config|get" */
	COMMAND_MULTI = 64,                            /* begins or ends a transaction, or is about what is watched: the session knows it */
	COMMAND_CHANNELS = 128,                        /* what stands for keys are channels */
	COMMAND_COUNTED = 256,                         /* the word before the first key says how many there are */
	COMMAND_TARGET = 512,                          /* the first word is a key too */
	COMMAND_LATE = 1024,                           /* others may hear of it: after all that its connection asked for before */
	COMMAND_BLOCKS = 2048,                         /* may be answered later: the only one of a round */
	COMMAND_SUBSCRIBED = 4096,                     /* may be asked for by who is subscribed to something */
	COMMAND_HIDDEN = 8192,                         /* is not for clients */
	COMMAND_DEFERRED = 16384,                      /* as what writes, it is not run while writes are paused */
	COMMAND_PAUSED_WITH_WRITES = COMMAND_WRITE | COMMAND_DEFERRED
};

struct call;
struct effects;
struct persistence;
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
	size_t reply_most;                             /* bytes that one command, or a transaction, is answered at most; 0: no end */
	const char *version;
	struct clients *clients;                       /* NULL: there is no registry */
	int64_t started;                               /* milliseconds since 1970 */
	struct persistence *persistence;               /* NULL: nothing is saved */
};

/* What is told to other connections. `made` is for whoever tells it: the same letter goes to many. */
struct posting { enum client_listening what; struct text pattern, channel, payload; void *made; };
struct post {
	void (*letter)(struct post *post, struct client *to, struct posting *letter);
	void (*letter_end)(struct post *post, struct posting *letter);  /* all have it */
	/* Who waited, and was claimed: this is what he waited for. */
	void (*served)(struct post *post, struct client *to, const struct reply *reply);
	/* Somebody waits for that key who needs other stores too. */
	void (*elsewhere)(struct post *post, struct text name, uint64_t stores);
	void (*dismiss)(struct post *post, struct client *client);     /* its connection is to end */
};
size_t letter_write(const struct posting *letter, struct reply *reply);     /* what a subscriber reads; in `reply`'s protocol */

struct call {
	const struct server *server;
	struct store *const *stores;                   /* by number; those that are not needed may be NULL */
	unsigned count;                                /* of stores */
	struct store *only;                            /* the one that has all keys of the command; NULL: there are several, or none */
	struct client *client;
	struct post *post;
	struct reply *reply;
	const struct command *command;
	const struct text *words;
	size_t words_count;
	int64_t now;                                   /* milliseconds since 1970 */
	bool may_block;
	bool is_blocked;                               /* no reply was written: it comes later */
	const struct text *ready;                      /* a command that has waited for this key; NULL: it runs for the first time */
	struct ready ready_keys;                       /* those that somebody waits for, of all stores, as they got their values: see wait_note */
	struct effects *effects;                       /* what it did goes there; NULL: nobody wants to know */
};

unsigned command_count(void);
const struct command *command_at(unsigned index);
unsigned command_index(const struct command *command);

/* NULL: there is none, or the number of words is wrong, and `reply` says which. */
const struct command *command_find(const struct text *words, size_t count, struct reply *reply);
bool command_takes(const struct command *command, size_t count);      /* so many words */
const struct command *command_named(const char *name); /* in lower case, whole; NULL: none */

/* The words that are keys: from, to (not included), step; and whether the first word is one too. */
struct command_keys { size_t from, to, step; bool has_target; };
struct command_keys command_keys_of(const struct command *command, const struct text *words, size_t count);

/* The stores it needs, a bit for each; 0: none. */
#define STORES_MOST 64
uint64_t command_stores(const struct command *command, const struct text *words, size_t count, const struct text_seed *seed,
                        unsigned stores);

/* Writes exactly one reply, which is an error when memory is missing for another one; or none, and `is_blocked` is set. */
void command_run(struct call *call);

#endif
