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
static int write_records(struct ledger *ledger, struct sink *sink, const struct kv_record *record)
{
	bool any = false;

	ledger_clear(ledger);
	for (; record != NULL; record = record->next) {
		if (!(sink == &ledger->live ? record->to_live : record->to_next) || record->length == 0)
			continue;
		if (!ledger_add(ledger, (struct text){ record->bytes, record->length }))
			return ENOMEM;
		any = true;
	}
	return any ? ledger_write(ledger, sink) : 0;
}

static void write_live(struct kv_stroke *stroke)
{
	struct ledger *ledger = stroke->ledger;

	if (ledger->live.file < 0)
		return;
	stroke->write_error = write_records(ledger, &ledger->live, stroke->records);
	if (stroke->syncs && ledger->live.synced < ledger->live.length)
		stroke->sync_error = ledger_sync(ledger, &ledger->live);
	if (stroke->sync_error != 0)
		ledger_drop(ledger);
}

static void write_next(struct kv_stroke *stroke)
{
	struct ledger *ledger = stroke->ledger;

	if (ledger->next.file < 0)
		return;
	stroke->next_error = write_records(ledger, &ledger->next, stroke->records);
	if (stroke->next_error == 0 && ledger->next.length - ledger->next.synced > NEXT_UNSYNCED_MOST)
		stroke->next_error = ledger_sync(ledger, &ledger->next);
	if (stroke->next_error == 0 && stroke->ends)
		stroke->next_error = ledger_finish(ledger);
	if (stroke->next_error != 0)
		ledger_abort(ledger);
}

ODEON_BLOCKING(strike, kv_stroke, kv_stroke)
{
	struct ledger *ledger = kv_stroke->ledger;

	if (kv_stroke->drops_live)
		ledger_drop(ledger);
	if (kv_stroke->drops_live || kv_stroke->aborts)
		ledger_abort(ledger);
	if (kv_stroke->begins)
		kv_stroke->next_error = ledger_begin(ledger);
	write_live(kv_stroke);
	write_next(kv_stroke);
	kv_stroke->has_live = ledger->live.file >= 0;
	kv_stroke->size = ledger->live.length;
	kv_stroke->synced = ledger->live.synced;
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
		rebuilt->error = ledger_read_one(&kv_reading->copy, &kv_reading->server, rebuilt->store, kv_reading->number, kv_reading->count,
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
