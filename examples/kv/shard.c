/* SPDX-License-Identifier: BSD-2-Clause */
/* shard.c - the actor that owns a store, and lends it; when it was started anew it has to get one first */
#include "mail.h"
#include "scribe.h"
#include "store.h"
#include "wait.h"
#include <string.h>

enum { TIDY_PAUSE_MS = 100, TIDY_KEYS = 256, TIDY_ROUNDS = 16, LOOK_PAUSE_MS = 1 };
enum { TIDY, LOOK };                                   /* keys of ticks */
enum { PIECE_BYTES = 256 << 10, PIECE_BUCKETS = 10000 };

struct shard {
	struct kv_member member;
	struct kv_holding *holding;                    /* NULL: there is no store yet */
	odeon_ref borrower;
	bool is_lent, has_tick;
};

struct rebuilding { int unused; };

static struct store *store_in(const struct shard *shard)
{
	return kv_holding_store(shard->holding);
}

/* Nobody but the shard uses the store. */
static bool is_here(const struct shard *shard)
{
	return !shard->is_lent && shard->holding != NULL;
}

/* ---- orders -------------------------------------------------------------------------------------------------------------- */

/* As long as there is something that will expire or may have to be struck, or a table to be resized. */
static void tick_if_needed(odeon_self *self, struct shard *shard)
{
	if (shard->has_tick || store_is_tidy(store_in(shard)))
		return;
	shard->has_tick = odeon_tick_after(self, ODEON_MS(TIDY_PAUSE_MS), TIDY) == 0;
}

/* Until the store is back. What cannot be laid aside is answered with why. */
#define lay_aside(self, message) \
	do { \
		int lay_aside_why_; \
		void *lay_aside_back_ = odeon_stash(self, message, &lay_aside_why_); \
		if (lay_aside_back_ != NULL) { \
			(void)odeon_reply_error(self, lay_aside_why_); \
			odeon_free(lay_aside_back_); \
		} \
	} while (0)

ODEON_HANDLER(shard, kv_order)
{
	const struct kv_cluster *cluster = shard->member.cluster;
	struct store *stores[STORES_MOST] = { NULL };
	struct effects effects;
	struct kv_answer *answer;
	struct kv_record *record;
	int error;

	if (!is_here(shard)) {
		lay_aside(self, kv_order);
		return;
	}
	stores[shard->member.number] = store_in(shard);
	answer = kv_answer_new(kv_order);
	record = kv_record_new(cluster, &error);
	if (answer == NULL || error != 0) {
		(void)odeon_reply_error(self, ODEON_ENOMEM);
		odeon_free(answer);
		odeon_free(record);
		return;
	}
	kv_effects_init(&effects, cluster);
	kv_order_run(self, cluster, stores, kv_order, answer, &effects);
	(void)kv_record_send(self, cluster, record, &effects, kv_order, answer);
	tick_if_needed(self, shard);
}

/* A little, often: expired keys go though nobody looks, for as long as there are many of them; and who has to be served elsewhere is. */
static void tidy(odeon_self *self, struct shard *shard)
{
	const struct kv_cluster *cluster = shard->member.cluster;
	struct store *store = store_in(shard);
	struct mail mail = mail_of(self, cluster);
	struct effects effects;
	unsigned rounds = 0;
	int error;
	struct kv_record *record = kv_record_new(cluster, &error);

	if (error != 0)
		return;
	kv_effects_init(&effects, cluster);
	store->now = mail.now;
	store->effects = record != NULL ? &effects : NULL;
	while (store_tidy(store, TIDY_KEYS) > TIDY_KEYS / 4 && ++rounds < TIDY_ROUNDS)
		;
	wait_remind(store, shard->member.number, &mail.post);
	store->effects = NULL;
	(void)kv_record_send(self, cluster, record, &effects, NULL, NULL);
}

/* ---- pieces for a rewriting ------------------------------------------------------------------------------------------------ */

static void dump(void *effects, struct key *key)
{
	effects_dump(effects, key);
}

/* Some keys as they are now; a value is never in two pieces. */
ODEON_HANDLER(shard, kv_piece_wanted)
{
	struct effects effects;
	struct kv_piece *piece;
	unsigned buckets = 0;

	if (!is_here(shard)) {
		lay_aside(self, kv_piece_wanted);
		return;
	}
	piece = odeon_new(kv_piece, .cursor = kv_piece_wanted->cursor);
	if (piece == NULL) {
		(void)odeon_reply_error(self, ODEON_ENOMEM);
		return;
	}
	effects_init(&effects, NULL);
	store_in(shard)->now = kv_now(self, shard->member.cluster);
	do
		piece->cursor = store_scan(store_in(shard), piece->cursor, dump, &effects);
	while (piece->cursor != 0 && effects.bytes.length < PIECE_BYTES && ++buckets < PIECE_BUCKETS);
	piece->bytes = effects.bytes.bytes;
	piece->length = effects.bytes.length;
	if (effects.bytes.failed) {
		(void)odeon_reply_error(self, ODEON_ENOMEM);
		odeon_free(piece);
	} else {
		(void)odeon_reply(self, piece);
	}
}

/* ---- lending ------------------------------------------------------------------------------------------------------------- */

/* News of the borrower's end comes behind all that it sent: then nobody else uses the store. */
static int lend(odeon_self *self, struct shard *shard)
{
	odeon_ref borrower = odeon_from(self);
	struct kv_loan *loan = odeon_new(kv_loan);
	int error = loan != NULL ? odeon_monitor(self, borrower) : ODEON_ENOMEM;

	if (error != 0) {
		odeon_free(loan);
		return error;
	}
	kv_holding_ref(shard->holding);
	loan->holding = shard->holding;
	shard->is_lent = true;
	shard->borrower = borrower;
	if (odeon_reply(self, loan) != 0)
		shard->is_lent = false;                        /* it has ended, or gave up: it will not use it */
	return 0;
}

ODEON_HANDLER(shard, kv_borrow)
{
	int error;

	if (!is_here(shard)) {
		lay_aside(self, kv_borrow);
		return;
	}
	error = lend(self, shard);
	if (error != 0)
		(void)odeon_reply_error(self, error);
}

static void take_back(odeon_self *self, struct shard *shard)
{
	shard->is_lent = false;
	(void)odeon_unstash(self);
	tick_if_needed(self, shard);
}

ODEON_HANDLER(shard, kv_loan)
{
	if (shard->is_lent && odeon_ref_equal(odeon_from(self), shard->borrower))
		take_back(self, shard);
}

ODEON_HANDLER(shard, odeon_down)
{
	if (shard->is_lent && odeon_ref_equal(odeon_down->who, shard->borrower))
		take_back(self, shard);
}

/* ---- another life ------------------------------------------------------------------------------------------------------------ */

static int take_store(odeon_self *self, struct shard *shard, struct store *store)
{
	shard->holding = kv_holding_new(store, &shard->member.cluster->stores[shard->member.number]);
	if (shard->holding == NULL)
		return ODEON_ENOMEM;
	tick_if_needed(self, shard);
	return 0;
}

static void fail(odeon_self *self, struct shard *shard, const char *what)
{
	kv_cluster_lose(shard->member.cluster, "the keys of shard %u are lost, and cannot be read again: %s", shard->member.number, what);
	odeon_fail(self, ODEON_EFAILED, "its keys cannot be read again");
}

ODEON_ANSWER(shard, rebuilding, kv_rebuilt)
{
	struct store *store;

	if (error == ODEON_ESTOPPING)
		return;
	if (kv_rebuilt == NULL || kv_rebuilt->store == NULL) {
		fail(self, shard, kv_rebuilt != NULL ? kv_rebuilt->problem : odeon_error_text(error));
		return;
	}
	store = kv_rebuilt->store;
	kv_rebuilt->store = NULL;
	if (take_store(self, shard, store) != 0)
		fail(self, shard, "no memory");
	else
		(void)odeon_unstash(self);
}

static void begin_anew(odeon_self *self, struct shard *shard)
{
	const struct kv_member *member = &shard->member;
	const struct text_seed seed = member->cluster->server.seed;
	int error;

	mail_orphans(self, member->cluster);
	if (member->cluster->ledger != NULL) {
		error = odeon_request(self, member->cluster->scribe, odeon_new(kv_rebuild, .number = member->number), ODEON_NEVER,
		                      ODEON_THEN(self, shard, rebuilding, kv_rebuilt));
	} else {
		error = take_store(self, shard, store_new(seed, seed.words[1] + member->number));
		(void)odeon_unstash(self);
	}
	if (error != 0)
		fail(self, shard, odeon_error_text(error));
}

/* Clerks may still use what the one before has lent, and tell the scribe of it. When they have done, the ledger has all, and whoever
 * watched in that store was touched. */
static void look(odeon_self *self, struct shard *shard)
{
	int error = 0;

	if (kv_holdings_are_gone(shard->member.cluster, shard->member.number))
		begin_anew(self, shard);
	else
		error = odeon_tick_after(self, ODEON_MS(LOOK_PAUSE_MS), LOOK);
	if (error != 0)
		fail(self, shard, odeon_error_text(error));
}

ODEON_HANDLER(shard, odeon_tick)
{
	if (odeon_tick->key == LOOK) {
		look(self, shard);
		return;
	}
	shard->has_tick = false;
	if (!is_here(shard))
		return;
	tidy(self, shard);
	tick_if_needed(self, shard);
}

/* ---- life ---------------------------------------------------------------------------------------------------------------- */

/* The first one has what was read when the program began. */
static struct store *first_store(const struct kv_member *member)
{
	struct kv_cluster *cluster = member->cluster;
	struct store *store = NULL;

	if (cluster->saving.stores == NULL)
		return store_new(cluster->server.seed, cluster->server.seed.words[1] + member->number);
	store = cluster->saving.stores[member->number];
	cluster->saving.stores[member->number] = NULL;
	return store;
}

ODEON_START(shard, kv_member)
{
	struct kv_cluster *cluster = kv_member->cluster;
	unsigned number = kv_member->number;
	bool is_first = atomic_fetch_add_explicit(&cluster->lives[number], 1, memory_order_relaxed) == 0;

	shard->member = *kv_member;
	cluster->shard[number] = odeon_self_ref(self);
	if (is_first)
		return take_store(self, shard, first_store(kv_member));
	if (cluster->ledger != NULL || cluster->saving.starts_empty)
		return odeon_tick_after(self, 0, LOOK);
	kv_cluster_lose(cluster, "the keys of shard %u are lost, and nothing is saved", number);
	return ODEON_EFAILED;
}

ODEON_STOP(shard)
{
	if (shard->holding != NULL)
		kv_holding_unref(shard->holding);
}

ODEON_HANDLERS(shard_handlers, ODEON_ON(shard, kv_order), ODEON_ON(shard, kv_borrow), ODEON_ON(shard, kv_loan), ODEON_ON(shard, odeon_down),
               ODEON_ON(shard, odeon_tick), ODEON_ON(shard, kv_piece_wanted));
ODEON_KIND(shard, shard_handlers, .start = ODEON_STARTS(shard), .stop = ODEON_STOPS(shard));
const odeon_kind *const kv_shard_kind = &shard_kind;
