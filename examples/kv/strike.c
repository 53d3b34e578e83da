/* SPDX-License-Identifier: BSD-2-Clause */
/* strike.c - the functions of the scribe that block */
#include "store.h"
#include "strike.h"
#include <string.h>

enum { NEXT_UNSYNCED_MOST = 8 << 20 };                 /* so that its last sync does not take long */

ODEON_MESSAGE_DEFINE(kv_reading);
ODEON_MESSAGE_DEFINE_DROP(kv_stroke)
{
	struct kv_record *record = kv_stroke->records, *after;

	for (; record != NULL; record = after) {
		after = record->next;
		odeon_free(record);
	}
}

/* Those that belong there, in one frame. */
static int write_records(struct journal *journal, struct sink *sink, const struct kv_record *record)
{
	bool any = false;

	journal_clear(journal);
	for (; record != NULL; record = record->next) {
		if (!(sink == &journal->live ? record->to_live : record->to_next) || record->length == 0)
			continue;
		if (!journal_add(journal, (struct text){ record->bytes, record->length }))
			return ENOMEM;
		any = true;
	}
	return any ? journal_write(journal, sink) : 0;
}

static void write_live(struct kv_stroke *stroke)
{
	struct journal *journal = stroke->journal;

	if (journal->live.file < 0)
		return;
	stroke->write_error = write_records(journal, &journal->live, stroke->records);
	if (stroke->syncs && journal->live.synced < journal->live.length)
		stroke->sync_error = journal_sync(journal, &journal->live);
	if (stroke->sync_error != 0)
		journal_drop(journal);
}

static void write_next(struct kv_stroke *stroke)
{
	struct journal *journal = stroke->journal;

	if (journal->next.file < 0)
		return;
	stroke->next_error = write_records(journal, &journal->next, stroke->records);
	if (stroke->next_error == 0 && journal->next.length - journal->next.synced > NEXT_UNSYNCED_MOST)
		stroke->next_error = journal_sync(journal, &journal->next);
	if (stroke->next_error == 0 && stroke->ends)
		stroke->next_error = journal_finish(journal);
	if (stroke->next_error != 0)
		journal_abort(journal);
}

ODEON_BLOCKING(strike, kv_stroke, kv_stroke)
{
	struct journal *journal = kv_stroke->journal;

	if (kv_stroke->drops_live)
		journal_drop(journal);
	if (kv_stroke->drops_live || kv_stroke->aborts)
		journal_abort(journal);
	if (kv_stroke->begins)
		kv_stroke->next_error = journal_begin(journal);
	write_live(kv_stroke);
	write_next(kv_stroke);
	kv_stroke->has_live = journal->live.file >= 0;
	kv_stroke->size = journal->live.length;
	kv_stroke->synced = journal->live.synced;
	return kv_stroke;
}

ODEON_BLOCKING(read_store, kv_reading, kv_rebuilt)
{
	struct kv_rebuilt *rebuilt = odeon_new(kv_rebuilt);

	if (rebuilt == NULL)
		return NULL;
	rebuilt->store = store_new(kv_reading->server.seed, kv_reading->random);
	if (rebuilt->store == NULL)
		rebuilt->error = ENOMEM;
	else
		rebuilt->error = journal_read_one(&kv_reading->copy, &kv_reading->server, rebuilt->store, kv_reading->number, kv_reading->count,
		                                  rebuilt->problem, sizeof rebuilt->problem);
	if (rebuilt->error == 0)
		return rebuilt;
	store_free(rebuilt->store);
	rebuilt->store = NULL;
	return rebuilt;
}

int kv_strike(odeon_self *self, odeon_ref pool, struct kv_stroke *stroke, odeon_then *then)
{
	return odeon_offload(self, pool, strike, stroke, ODEON_NEVER, then);
}

int kv_read(odeon_self *self, odeon_ref pool, struct kv_reading *reading, odeon_then *then)
{
	return odeon_offload(self, pool, read_store, reading, ODEON_NEVER, then);
}
