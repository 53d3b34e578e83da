/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * strike.h - what the scribe has done on another thread, one stroke after the other: the ledger is theirs
 */
#ifndef KV_STRIKE_H
#define KV_STRIKE_H

#include "ledger.h"
#include "scribe.h"

struct kv_stroke {
	struct ledger *ledger;
	struct kv_record *records;                     /* to be written; they come back with it */
	bool drops_live, aborts, begins, syncs, ends;  /* what else is to be done, in this order; records before syncs */
	/* what came of it: errnos */
	int write_error, sync_error, next_error;
	bool has_live;
	uint64_t size, synced;                         /* of the live file */
};
ODEON_MESSAGE_DECLARE(kv_stroke);

/* One shard's keys, out of what the ledger was. */
struct kv_reading { struct ledger_copy copy; struct server server; uint64_t random; unsigned number, count; };
ODEON_MESSAGE_DECLARE(kv_reading);

/* As odeon_offload; the answers are a struct kv_stroke, the same one, and a struct kv_rebuilt. */
ODEON_MUST_ int kv_strike(odeon_self *self, odeon_ref pool, struct kv_stroke *stroke, odeon_then *then);
ODEON_MUST_ int kv_read(odeon_self *self, odeon_ref pool, struct kv_reading *reading, odeon_then *then);

#endif
