/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scribe.h - the actor that writes the ledger, and what others tell it
 *
 * Whoever ran an order sends its effects to the scribe before anybody else can use what was changed: a shard before its next order,
 * a clerk before it gives the stores back. So effects come to the scribe in an order in which they may have happened, and all
 * effects of an order in one message. The scribe writes what has come in one frame, by a function on another thread (odeon_offload), and gathers
 * meanwhile what comes: one write, and one sync, for all who wait; group.h says when.
 *
 *   always     who wrote is answered when it was synced; who only read, when all that others did before was
 *   everysec   answers go at once; it is synced once a second. When that takes longer than two, or too much waits to be
 *              written, answers wait as with `always`: what is lost with the machine is a second or two at most, and memory is bounded
 *   no         synced as the system likes, and every half minute
 *
 * What cannot be written is kept, tried again each second, and writes are refused until it is (MISCONF). When it is not known what
 * is on the disk (a sync failed, the scribe was started anew, memory was missing), nothing more is written there: everything is
 * written anew into another file, which takes the place of the old one; writes are refused until then. Whoever waited is told ODEON_ESYSTEM: it
 * was done, but may be gone after a crash.
 *
 * Rewriting goes over the shards one after the other, a piece at a time: a shard is asked for some keys, which it writes as they are
 * now; between them stands in the new file what was changed meanwhile, in the order in which it came.
 */
#ifndef KV_SCRIBE_H
#define KV_SCRIBE_H

#include "effects.h"
#include "persistence.h"
#include "shard.h"

/* What an order did; from then on the scribe answers whoever gave the order, if there is a request. */
struct kv_record {
	char *bytes;                                   /* from malloc */
	size_t length;
	void *request;                                 /* kept; or NULL */
	struct kv_answer *answer;
	struct kv_record *next;                        /* the rest is the scribe's */
	bool to_live, to_next;
	unsigned walk;                                 /* not 0: it is a piece of a rewriting */
};
struct kv_records { struct kv_record *first, **end; unsigned awaited; };       /* so many of them are */
ODEON_MESSAGE_DECLARE(kv_record);

/* Keys of a shard from where the walk is (store_scan), as effects; asked by the scribe. */
struct kv_piece_wanted { uint64_t cursor; };
struct kv_piece { char *bytes; size_t length; uint64_t cursor; };      /* from malloc; cursor 0: that was the last of them */
ODEON_MESSAGE_DECLARE(kv_piece_wanted);
ODEON_MESSAGE_DECLARE(kv_piece);

/* All that a shard has, out of the ledger, with all that was sent to the scribe before; asked by a shard that was started anew. */
struct kv_rebuild { unsigned number; uint64_t behind; };
struct kv_rebuilt { struct store *store; int error; char problem[200]; };      /* NULL: an errno, and what is wrong */
ODEON_MESSAGE_DECLARE(kv_rebuild);
ODEON_MESSAGE_DECLARE(kv_rebuilt);

/* Everything is written, and synced, when it is answered; with ODEON_ESYSTEM: it cannot be. */
struct kv_flush { int unused; };
struct kv_flushed { int unused; };
ODEON_MESSAGE_DECLARE(kv_flush);
ODEON_MESSAGE_DECLARE(kv_flushed);

/* What it counts as while it waits to be written, its struct and all; nothing where nothing was done. */
static inline size_t kv_record_cost(const struct kv_record *record)
{
	return record->walk == 0 && record->length > 0 ? record->length + 128 : 0;
}

/* Somebody goes on when it is written: whoever gave the order, or the walk. */
static inline bool kv_record_is_awaited(const struct kv_record *record)
{
	return record->request != NULL || record->walk != 0;
}

void kv_records_init(struct kv_records *records);
void kv_records_add(struct kv_records *records, struct kv_record *record);
struct kv_record *kv_records_take(struct kv_records *records, size_t bytes);   /* the first of them, up to so many bytes; NULL: none */
uint64_t kv_records_count(const struct kv_record *first, size_t *cost);         /* it and those behind it */
void kv_records_put_back(struct kv_records *records, struct kv_record *first); /* not NULL; before all others */
void kv_records_free(struct kv_records *records);
/* Whoever waits for it is answered, and who waited for what it did is told before. Reading needs nothing to be written. */
void kv_record_answer(odeon_self *self, struct kv_record *record, bool is_safe);

extern const odeon_kind *const kv_scribe_kind;         /* its argument is a struct kv_member */

/* ---- for whoever runs orders --------------------------------------------------------------------------------------------------- */

/* Room to tell the scribe, to be had before an order is run; NULL where nothing is saved, and `error` is 0, or without memory. */
struct kv_record *kv_record_new(const struct kv_cluster *cluster, int *error);
void kv_effects_init(struct effects *effects, const struct kv_cluster *cluster);
/* Effects, which are taken, go to the scribe, and the answer to whoever asked, now or later. `record` is taken and may be NULL, where nothing is
 * saved; `request` is the order, in hand or kept, and may be NULL: effects of nobody's. True: it was taken, and is answered later. */
bool kv_record_send(odeon_self *self, const struct kv_cluster *cluster, struct kv_record *record, struct effects *effects, void *request,
                    struct kv_answer *answer);

#endif
