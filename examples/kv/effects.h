/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * effects.h - what commands did, as commands that do the same again
 *
 * A ledger must say what has become of the keys, not what somebody asked for: a moment instead of "in ten seconds", the member that was
 * picked instead of "any". So each command that may write is followed here by its effect, when it had one:
 *
 *   - as it was said, where the same words do the same to the same value: INCR, RPUSH, ZADD...
 *   - else what each of its keys has now: SET with PXAT, or DEL and RPUSH, HSET, SADD, ZADD, PEXPIREAT. That is right for any command,
 *     so that one which effects.c does not know is ledgered more at length, but not wrongly;
 *   - a key that expires is a DEL of its own, whoever came across it.
 *
 * So each command that is written is about one key, but for FLUSHALL, and may be replayed on the store of that key alone. A unit with several
 * stands between MULTI and EXEC. What is written is RESP, as Redis itself writes it to its append-only file.
 *
 * Where memory is missing, bytes.failed is set: then what stands there is not all of it. Used by one thread at a time.
 */
#ifndef KV_EFFECTS_H
#define KV_EFFECTS_H

#include "reply.h"

struct call;
struct key;
struct store;
struct effects {
	struct reply bytes;
	size_t unit, count;                            /* where the unit begins; its commands so far */
	const char *refusal;                           /* not NULL: commands that write are not run, but answered with this */
};

void effects_init(struct effects *effects, const char *refusal);
void effects_fini(struct effects *effects);

void effects_begin(struct effects *effects);           /* a unit: a command or a transaction */
void effects_end(struct effects *effects);

/* After a command that may write; from `before` on its reply stands in call->reply. */
void effects_note(struct call *call, size_t before);
void effects_delete(struct effects *effects, struct text name);
/* What a key has, as commands that make it anew whatever there was. */
void effects_dump(struct effects *effects, const struct key *key);

#endif
