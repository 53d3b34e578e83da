/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pack.h - commands as bytes, to be sent to where their keys are, and run there
 *
 * A unit is a command, or a transaction of several: what gets one reply, and runs in one step. A pack has units one behind the other.
 */
#ifndef KV_PACK_H
#define KV_PACK_H

#include "commands.h"

struct pack {
	struct reply bytes;
	size_t units;
	size_t words_most;                             /* of one command */
};

void pack_init(struct pack *pack);
void pack_fini(struct pack *pack);
void pack_empty(struct pack *pack, size_t room_kept);  /* the same, but so many bytes of memory are kept for the next */
/* False: no memory, and nothing was added. */
bool pack_add(struct pack *pack, const struct command *command, const struct text *words, size_t count);
/* All units of another pack, which is left empty where this one had nothing. */
bool pack_take(struct pack *pack, struct pack *other);
/* A transaction of the commands, each a unit, of another pack. It is only run when nothing has changed that the client watches in
 * that turn, whose names are the words of commands in `watched`; NULL: it watches nothing. */
bool pack_add_transaction(struct pack *pack, const struct pack *commands, const struct pack *watched, uint32_t turn);

/* Where units run. The stores that they need are there; those that nobody needs may be NULL. */
struct pack_place {
	const struct server *server;
	struct store *const *stores;
	unsigned count;
	struct client *client;
	struct post *post;
	int64_t now;
	struct effects *effects;                       /* or NULL */
};

struct pack_run {
	struct text bytes;
	size_t units, words_most;
	size_t reply_most;                             /* when the replies have so many bytes, no other unit begins */
	size_t done, used;                             /* so many units were run, of so many bytes */
	bool is_blocked;                               /* the last of them will be answered later */
};

/* Runs units, and writes a reply for each; ends[i], where there are ends, is where the reply of unit i ends. Without memory
 * for its work, each reply says so and nothing was done. Whoever waited for a key that is there now is served. Where writes are paused, it
 * ends before the first unit that may write, which may be the first. */
void pack_run(const struct pack_place *place, struct pack_run *run, struct reply *reply, size_t *ends);

#endif
