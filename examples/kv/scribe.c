/* SPDX-License-Identifier: BSD-2-Clause */
/* scribe.c - records come, strokes of the pen go to another thread, and come back */
#include "group.h"
#include "mail.h"
#include "strike.h"
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 100, RETRY_MS = 1000, SYNC_MS = 1000, SYNC_AT_LEAST_MS = 30000, LATE_MS = 2000, BYTES_AT_ONCE = 4 << 20 };
enum { LOOK, STRIKE };                                 /* keys of ticks */

/* Of the next file: there is none; it is being made; it gets pieces; it has everything. */
enum rewriting { RESTING, BEGINNING, WALKING, ENDING };

struct scribe {
	struct kv_member member;
	struct persistence *shared;
	struct kv_records queue;                           /* records that are not written, in the order in which they came */
	struct group group;                          /* when they are */
	struct kv_rebuild *rebuilds[STORES_MOST];      /* kept requests of shards */
	void *flush;                                   /* a kept request; NULL: none */
	uint64_t received, written;                    /* records */
	uint64_t size, synced;                         /* of the live file */
	odeon_time unsynced_since, try_at;             /* 0: all is synced; nothing is tried before */
	bool is_busy;                                  /* a stroke is under way */
	bool has_tick;                                 /* one is to begin a stroke */
	bool has_live;
	bool drops_live, aborts;                       /* the next stroke is to */
	enum rewriting rewriting;
	bool is_asking;                                /* a piece of this walk is on its way, or not written yet */
	unsigned walk, shard, readers;                 /* number of the walk, from 1; where it is; how many read the files */
	uint64_t cursor;
	odeon_time began_at;
};
struct piece { unsigned walk; };
struct stroke { bool ends; size_t bytes; uint64_t count; };     /* of its records */
struct reading { struct kv_rebuild *request; };

static void go_on(odeon_self *self, struct scribe *scribe);

static bool has_passed(odeon_self *self, odeon_time since, int64_t ms)
{
	return odeon_now(self).ns - since.ns >= ODEON_MS(ms);
}

static const struct kv_cluster *cluster_of(const struct scribe *scribe)
{
	return scribe->member.cluster;
}

/* ---- records ------------------------------------------------------------------------------------------------------------- */

static void add(odeon_self *self, struct scribe *scribe, struct kv_record *record)
{
	if (scribe->queue.first == NULL)
		group_first(&scribe->group, odeon_now(self));
	kv_records_add(&scribe->queue, record);
}

static void finish(odeon_self *self, struct scribe *scribe, struct kv_record *record, bool is_safe)
{
	kv_record_answer(self, record, is_safe);
	persistence_written(scribe->shared, kv_record_cost(record));
	if (record->walk != 0 && record->walk == scribe->walk)
		scribe->is_asking = false;
	scribe->written++;
	odeon_free(record);
}

ODEON_HANDLER(scribe, kv_record)
{
	kv_record->to_live = scribe->has_live;
	kv_record->to_next = scribe->rewriting >= WALKING;
	scribe->received++;
	if (!kv_record->to_live && !kv_record->to_next) {      /* it will be written with everything */
		finish(self, scribe, odeon_keep(self, kv_record), false);
		return;
	}
	if (scribe->unsynced_since.ns == 0 && kv_record->length > 0)
		scribe->unsynced_since = odeon_now(self);
	add(self, scribe, odeon_keep(self, kv_record));
	go_on(self, scribe);
}

/* ---- rewriting ----------------------------------------------------------------------------------------------------------- */

static void end_rewriting(struct scribe *scribe, bool is_good)
{
	struct persistence *shared = scribe->shared;

	scribe->rewriting = RESTING;
	persistence_set(shared, is_rewriting, false);
	persistence_set(shared, rewrite_failed, !is_good);
}

static void give_up_rewriting(odeon_self *self, struct scribe *scribe)
{
	if (scribe->rewriting == RESTING)
		return;
	scribe->aborts = scribe->rewriting != BEGINNING || scribe->is_busy;
	for (struct kv_record *record = scribe->queue.first; record != NULL; record = record->next)
		record->to_next = false;
	scribe->try_at = odeon_deadline(self, ODEON_MS(RETRY_MS));
	end_rewriting(scribe, false);
}

/* It is not known any more what the live file has. */
static void lose_live(odeon_self *self, struct scribe *scribe, int error)
{
	give_up_rewriting(self, scribe);
	scribe->has_live = false;
	scribe->drops_live = true;
	scribe->unsynced_since.ns = 0;
	for (struct kv_record *record = scribe->queue.first; record != NULL; record = record->next)
		record->to_live = false;
	persistence_set(scribe->shared, error, error);
}

static void begin_rewriting_if_wanted(odeon_self *self, struct scribe *scribe)
{
	struct persistence *shared = scribe->shared;

	if (scribe->rewriting != RESTING || scribe->flush != NULL
	 || (scribe->has_live && !persistence_get(shared, wants_rewrite) && !persistence_has_grown(shared)))
		return;
	persistence_set(shared, wants_rewrite, false);
	persistence_set(shared, is_rewriting, true);
	scribe->rewriting = BEGINNING;
	scribe->began_at = odeon_now(self);
}

static void take_piece(odeon_self *self, struct scribe *scribe, struct kv_piece *piece)
{
	struct kv_record *record = odeon_new(kv_record, .bytes = piece->bytes, .length = piece->length, .walk = scribe->walk, .to_next = true);

	if (record == NULL) {
		give_up_rewriting(self, scribe);
		return;
	}
	piece->bytes = NULL;
	scribe->received++;
	scribe->cursor = piece->cursor;
	scribe->shard += piece->cursor == 0;
	add(self, scribe, record);
}

ODEON_ANSWER(scribe, piece, kv_piece)
{
	if (error == ODEON_ESTOPPING)
		return;
	if (scribe->rewriting != WALKING || piece->walk != scribe->walk)       /* given up meanwhile, and perhaps begun anew */
		return;
	if (kv_piece != NULL)
		take_piece(self, scribe, kv_piece);
	else
		give_up_rewriting(self, scribe);
	go_on(self, scribe);
}

static void walk_on(odeon_self *self, struct scribe *scribe)
{
	if (scribe->rewriting != WALKING || scribe->is_asking)
		return;
	if (scribe->shard == cluster_of(scribe)->shards) {
		scribe->rewriting = ENDING;
		return;
	}
	scribe->is_asking = odeon_request(self, cluster_of(scribe)->shard[scribe->shard], odeon_new(kv_piece_wanted, .cursor = scribe->cursor),
	                                  ODEON_NEVER, ODEON_THEN(self, scribe, piece, kv_piece, .walk = scribe->walk)) == 0;
	if (!scribe->is_asking)
		give_up_rewriting(self, scribe);
}

/* ---- strokes ------------------------------------------------------------------------------------------------------------- */

static void note_end(odeon_self *self, struct scribe *scribe)
{
	struct persistence *shared = scribe->shared;
	int64_t now = kv_now(self, cluster_of(scribe));

	end_rewriting(scribe, true);
	for (struct kv_record *record = scribe->queue.first; record != NULL; record = record->next) {
		record->to_live = record->to_next;             /* what it is not for was written before the walk */
		record->to_next = false;
	}
	persistence_set(shared, base_size, scribe->size);
	persistence_set(shared, saved_at, now / 1000);
	persistence_set(shared, rewrite_seconds, (odeon_now(self).ns - scribe->began_at.ns) / ODEON_SECONDS(1));
	persistence_add(shared, rewrites, 1);
	if (!persistence_get(shared, has_lost))
		persistence_set(shared, error, 0);
}

/* What could not be written comes first when it is tried again; nobody waits for it any more. */
static void put_back(odeon_self *self, struct scribe *scribe, struct kv_record *records)
{
	for (struct kv_record *record = records; record != NULL; record = record->next) {
		kv_record_answer(self, record, false);
		record->to_next = false;
	}
	kv_records_put_back(&scribe->queue, records);
	scribe->try_at = odeon_deadline(self, ODEON_MS(RETRY_MS));
}

static void finish_records(odeon_self *self, struct scribe *scribe, struct kv_stroke *stroke, bool has_ended)
{
	struct kv_record *record = stroke->records, *after;
	bool is_safe = has_ended || (stroke->has_live && stroke->write_error == 0 && stroke->sync_error == 0);

	stroke->records = NULL;
	if (!is_safe && stroke->has_live && scribe->has_live && record != NULL) {
		put_back(self, scribe, record);
		return;
	}
	for (; record != NULL; record = after) {
		after = record->next;
		finish(self, scribe, record, is_safe);
	}
}

static void note_files(odeon_self *self, struct scribe *scribe, const struct kv_stroke *stroke, bool has_ended)
{
	struct persistence *shared = scribe->shared;

	if (stroke->has_live && !scribe->drops_live) {
		scribe->has_live = true;
		scribe->size = stroke->size;
		scribe->synced = stroke->synced;
		persistence_set(shared, size, stroke->size);
		if (stroke->size == stroke->synced)
			scribe->unsynced_since = scribe->queue.first != NULL ? odeon_now(self) : (odeon_time){ 0 };
	}
	if (has_ended && !scribe->drops_live)
		note_end(self, scribe);
	else if (!stroke->has_live && scribe->has_live)
		lose_live(self, scribe, stroke->sync_error != 0 ? stroke->sync_error : stroke->next_error != 0 ? stroke->next_error : EIO);
	else if (stroke->next_error != 0)
		give_up_rewriting(self, scribe);
	if (stroke->write_error != 0 && scribe->has_live && !has_ended)
		persistence_set(shared, error, stroke->write_error);
	else if (scribe->has_live && scribe->queue.first == NULL && !persistence_get(shared, has_lost))
		persistence_set(shared, error, 0);
}

ODEON_ANSWER(scribe, stroke, kv_stroke)
{
	bool has_ended = kv_stroke != NULL && stroke->ends && kv_stroke->next_error == 0 && kv_stroke->has_live;

	if (error == ODEON_ESTOPPING)
		return;
	scribe->is_busy = false;
	group_end(&scribe->group, odeon_now(self), scribe->queue.awaited);
	if (kv_stroke == NULL) {                               /* and the records with it */
		persistence_written(scribe->shared, stroke->bytes);
		scribe->written += stroke->count;
		served_lost(self, cluster_of(scribe));
		lose_live(self, scribe, ENOMEM);
		return;
	}
	finish_records(self, scribe, kv_stroke, has_ended);
	if (kv_stroke->begins && kv_stroke->next_error == 0 && scribe->rewriting == BEGINNING && !scribe->aborts) {
		scribe->rewriting = WALKING;
		scribe->is_asking = false;
		scribe->walk++;
		scribe->shard = 0;
		scribe->cursor = 0;
	}
	note_files(self, scribe, kv_stroke, has_ended);
	go_on(self, scribe);
}

static bool must_sync(odeon_self *self, const struct scribe *scribe)
{
	int policy = persistence_get(scribe->shared, policy);

	if (scribe->unsynced_since.ns == 0 && scribe->flush == NULL)
		return false;
	return policy == SYNC_ALWAYS || scribe->flush != NULL || persistence_get(scribe->shared, is_late)
	    || has_passed(self, scribe->unsynced_since, policy == SYNC_NO ? SYNC_AT_LEAST_MS : SYNC_MS);
}

static bool fill(odeon_self *self, struct scribe *scribe, struct kv_stroke *stroke)
{
	stroke->begins = scribe->rewriting == BEGINNING && scribe->readers == 0;
	stroke->syncs = scribe->has_live && must_sync(self, scribe);
	stroke->drops_live = scribe->drops_live;
	stroke->aborts = scribe->aborts;
	stroke->records = kv_records_take(&scribe->queue, BYTES_AT_ONCE);
	stroke->ends = scribe->rewriting == ENDING && scribe->queue.first == NULL && scribe->readers == 0;
	scribe->drops_live = scribe->aborts = false;
	return stroke->begins || stroke->drops_live || stroke->aborts || stroke->records != NULL || stroke->ends
	    || (stroke->syncs && scribe->size > scribe->synced);
}

/* There is something to be written, and more is to come first: then a tick comes. */
static bool is_early(odeon_self *self, struct scribe *scribe)
{
	odeon_duration early = group_due(&scribe->group, scribe->queue.awaited).ns - odeon_now(self).ns;

	if (scribe->queue.first == NULL || scribe->flush != NULL || early <= 0)
		return false;
	if (!scribe->has_tick)
		scribe->has_tick = odeon_tick_after(self, early, STRIKE) == 0;
	return scribe->has_tick;
}

static void strike(odeon_self *self, struct scribe *scribe)
{
	unsigned awaited = scribe->queue.awaited;
	struct kv_stroke *stroke;
	struct stroke all;

	if (odeon_now(self).ns < scribe->try_at.ns || is_early(self, scribe))
		return;
	stroke = odeon_new(kv_stroke, .ledger = cluster_of(scribe)->ledger);
	if (stroke == NULL)                                    /* the tick tries again */
		return;
	if (!fill(self, scribe, stroke)) {
		odeon_free(stroke);
		return;
	}
	all.ends = stroke->ends;
	all.count = kv_records_count(stroke->records, &all.bytes);
	group_begin(&scribe->group, odeon_now(self), awaited - scribe->queue.awaited);
	scribe->is_busy = true;
	if (kv_strike(self, cluster_of(scribe)->pool, stroke, ODEON_THEN(self, scribe, stroke, kv_stroke, all.ends, all.bytes, all.count)) == 0)
		return;
	scribe->is_busy = false;
	group_end(&scribe->group, odeon_now(self), scribe->queue.awaited);
	persistence_written(scribe->shared, all.bytes);
	scribe->written += all.count;
	served_lost(self, cluster_of(scribe));
	lose_live(self, scribe, ENOMEM);
}

/* ---- shards that were started anew ------------------------------------------------------------------------------------------ */

static void refuse_rebuild(odeon_self *self, struct kv_rebuild *request, int error)
{
	(void)odeon_reply_to(self, request, odeon_new(kv_rebuilt, .error = error, .problem = "the append-only file is not whole at the moment"));
	odeon_free(request);
}

ODEON_ANSWER(scribe, reading, kv_rebuilt)
{
	if (error == ODEON_ESTOPPING) {
		odeon_free(reading->request);
		return;
	}
	scribe->readers--;
	if (kv_rebuilt != NULL)
		(void)odeon_reply_to(self, reading->request, kv_rebuilt);
	else
		(void)odeon_reply_error_to(self, reading->request, error);
	odeon_free(reading->request);
	go_on(self, scribe);
}

static void begin_reading(odeon_self *self, struct scribe *scribe, struct kv_rebuild *request)
{
	const struct kv_cluster *cluster = cluster_of(scribe);
	struct kv_reading *reading = odeon_new(kv_reading, .server = cluster->server, .number = request->number, .count = cluster->shards,
	                                       .random = cluster->server.seed.words[1] + request->number, .copy = ledger_copy(cluster->ledger));

	scribe->readers++;
	if (kv_read(self, ODEON_NOBODY, reading, ODEON_THEN(self, scribe, reading, kv_rebuilt, .request = request)) == 0)
		return;
	scribe->readers--;
	refuse_rebuild(self, request, ENOMEM);
}

static void serve_rebuilds(odeon_self *self, struct scribe *scribe)
{
	for (unsigned i = 0; i < STORES_MOST; i++) {
		struct kv_rebuild *request = scribe->rebuilds[i];

		if (request == NULL)
			continue;
		if (!scribe->has_live || !cluster_of(scribe)->ledger->is_own) {
			scribe->rebuilds[i] = NULL;
			refuse_rebuild(self, request, EIO);
		} else if (scribe->written >= request->behind && scribe->rewriting == RESTING) {
			scribe->rebuilds[i] = NULL;
			begin_reading(self, scribe, request);
		}
	}
}

/* What the walk over this shard has seen is not what is there. */
ODEON_HANDLER(scribe, kv_rebuild)
{
	unsigned number = kv_rebuild->number;

	if (scribe->rewriting == BEGINNING || scribe->rewriting == WALKING)
		give_up_rewriting(self, scribe);
	odeon_free(scribe->rebuilds[number]);
	scribe->rebuilds[number] = odeon_keep(self, kv_rebuild);
	scribe->rebuilds[number]->behind = scribe->received;
	go_on(self, scribe);
}

/* ---- what comes next ------------------------------------------------------------------------------------------------------ */

static void serve_flush(odeon_self *self, struct scribe *scribe)
{
	bool is_done = scribe->has_live && scribe->queue.first == NULL && scribe->size == scribe->synced;

	if (scribe->flush == NULL || (!is_done && scribe->has_live && persistence_get(scribe->shared, error) == 0))
		return;
	if (is_done)
		(void)odeon_reply_to(self, scribe->flush, odeon_new(kv_flushed));
	else
		(void)odeon_reply_error_to(self, scribe->flush, ODEON_ESYSTEM);
	odeon_free(scribe->flush);
	scribe->flush = NULL;
}

static void go_on(odeon_self *self, struct scribe *scribe)
{
	if (scribe->is_busy)
		return;
	serve_rebuilds(self, scribe);
	walk_on(self, scribe);
	serve_flush(self, scribe);
	strike(self, scribe);
}

ODEON_HANDLER(scribe, kv_flush)
{
	odeon_free(scribe->flush);
	scribe->flush = odeon_keep(self, kv_flush);
	go_on(self, scribe);
}

static void look(odeon_self *self, struct scribe *scribe)
{
	struct persistence *shared = scribe->shared;
	bool was_late = persistence_get(shared, is_late), is_late;

	if (persistence_get(shared, has_lost)) {
		persistence_set(shared, has_lost, false);
		lose_live(self, scribe, ENOMEM);
	}
	is_late = persistence_get(shared, policy) == SYNC_EVERYSEC && scribe->unsynced_since.ns != 0
	       && has_passed(self, scribe->unsynced_since, LATE_MS);
	persistence_set(shared, is_late, is_late);
	persistence_add(shared, late, is_late && !was_late);
	begin_rewriting_if_wanted(self, scribe);
}

ODEON_HANDLER(scribe, odeon_tick)
{
	if (odeon_tick->key == LOOK)
		look(self, scribe);
	else
		scribe->has_tick = false;
	go_on(self, scribe);
}

/* ---- life ------------------------------------------------------------------------------------------------------------------- */

/* One that comes after another does not know what became of the last stroke. */
ODEON_START(scribe, kv_member)
{
	struct kv_cluster *cluster = kv_member->cluster;
	bool is_first = atomic_fetch_add_explicit(&cluster->scribes, 1, memory_order_relaxed) == 0;

	scribe->member = *kv_member;
	scribe->shared = cluster->server.persistence;
	kv_records_init(&scribe->queue);
	cluster->scribe = odeon_self_ref(self);
	if (is_first) {
		scribe->has_live = true;
		scribe->size = scribe->synced = cluster->ledger->live.length;
		persistence_set(scribe->shared, size, scribe->size);
		persistence_set(scribe->shared, base_size, scribe->size);
		persistence_set(scribe->shared, saved_at, kv_now(self, cluster) / 1000);
		persistence_set(scribe->shared, wants_rewrite, !cluster->ledger->is_own);
	} else {
		lose_live(self, scribe, EIO);
		end_rewriting(scribe, false);
		served_lost(self, cluster);
		persistence_set(scribe->shared, backlog, 0);
	}
	return odeon_tick_every(self, ODEON_MS(TICK_MS), LOOK);
}

ODEON_STOP(scribe)
{
	kv_records_free(&scribe->queue);
	odeon_free(scribe->flush);
	for (unsigned i = 0; i < STORES_MOST; i++)
		odeon_free(scribe->rebuilds[i]);
}

ODEON_HANDLERS(scribe_handlers, ODEON_ON(scribe, kv_record), ODEON_ON(scribe, kv_rebuild), ODEON_ON(scribe, kv_flush),
               ODEON_ON(scribe, odeon_tick));
ODEON_KIND(scribe, scribe_handlers, .start = ODEON_STARTS(scribe), .stop = ODEON_STOPS(scribe));
const odeon_kind *const kv_scribe_kind = &scribe_kind;
