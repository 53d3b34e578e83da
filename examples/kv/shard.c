/* SPDX-License-Identifier: BSD-2-Clause */
/* shard.c - the actor that owns a store, and lends it */
#include "shard.h"
#include "store.h"

enum { TIDY_PAUSE_MS = 100, TIDY_KEYS = 256, TIDY_ROUNDS = 16 };

struct shard {
	struct kv_member member;
	struct kv_holding *holding;
	odeon_ref borrower;
	bool is_lent, has_tick;
};

static struct store *store_in(const struct shard *shard)
{
	return kv_holding_store(shard->holding);
}

/* ---- orders -------------------------------------------------------------------------------------------------------------- */

/* As long as there is something that will expire or may have to be struck, or a table to be resized. */
static void tick_if_needed(odeon_self *self, struct shard *shard)
{
	if (shard->has_tick || store_is_tidy(store_in(shard)))
		return;
	shard->has_tick = odeon_tick_after(self, ODEON_MS(TIDY_PAUSE_MS), 0) == 0;
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
	struct store *stores[STORES_MOST] = { NULL };
	struct kv_answer *answer;

	if (shard->is_lent) {
		lay_aside(self, kv_order);
		return;
	}
	stores[shard->member.number] = store_in(shard);
	answer = kv_answer_new(kv_order);
	if (answer == NULL) {
		(void)odeon_reply_error(self, ODEON_ENOMEM);
		return;
	}
	kv_order_run(self, shard->member.cluster, stores, kv_order, answer);
	(void)odeon_reply(self, answer);
	tick_if_needed(self, shard);
}

/* A little, often: expired keys go though nobody looks, for as long as there are many of them. */
ODEON_HANDLER(shard, odeon_tick)
{
	unsigned rounds = 0;

	shard->has_tick = false;
	if (!shard->is_lent) {
		store_in(shard)->now = kv_now(self, shard->member.cluster);
		while (store_tidy(store_in(shard), TIDY_KEYS) > TIDY_KEYS / 4 && ++rounds < TIDY_ROUNDS)
			;
	}
	tick_if_needed(self, shard);
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

	if (shard->is_lent) {
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

/* ---- life ---------------------------------------------------------------------------------------------------------------- */

ODEON_START(shard, kv_member)
{
	uint64_t random = kv_member->cluster->server.seed.words[1] + kv_member->number;

	shard->member = *kv_member;
	shard->holding = kv_holding_new(store_new(kv_member->cluster->server.seed, random));
	return shard->holding != NULL ? 0 : ODEON_ENOMEM;
}

ODEON_STOP(shard) { kv_holding_unref(shard->holding); }

ODEON_HANDLERS(shard_handlers, ODEON_ON(shard, kv_order), ODEON_ON(shard, kv_borrow), ODEON_ON(shard, kv_loan), ODEON_ON(shard, odeon_down),
               ODEON_ON(shard, odeon_tick));
ODEON_KIND(shard, shard_handlers, .start = ODEON_STARTS(shard), .stop = ODEON_STOPS(shard));
const odeon_kind *const kv_shard_kind = &shard_kind;
