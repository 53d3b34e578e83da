/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay.h - effects (effects.h) out of a ledger, on the stores that they are about
 *
 * It is as if no time passed: what has expired since stays until the store is used, and is then told of as anything that expires. Commands
 * that find something else than what they were about, and answer with an error, are right: while a ledger is rewritten, changes
 * stand in it before the key that they are about is written as a whole.
 */
#ifndef KV_REPLAY_H
#define KV_REPLAY_H

#include "commands.h"
#include "resp.h"

struct replay {
	struct server server;
	struct store *const *stores;
	unsigned count;                                /* of the stores that keys are spread over */
	struct store *one;                             /* not NULL: only the keys of this one, number `number`; there are no others then */
	unsigned number;
	struct resp parser;
	unsigned long long commands;
};

void replay_init(struct replay *replay, const struct server *server, struct store *const *stores, unsigned count);
void replay_init_one(struct replay *replay, const struct server *server, struct store *store, unsigned number, unsigned count);
void replay_fini(struct replay *replay);

/* For tape_listener.play: 0, ENOMEM, or EINVAL: these are no effects. */
int replay_play(void *replay, struct text commands);

#endif
