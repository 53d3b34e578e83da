/* SPDX-License-Identifier: BSD-2-Clause */
/* clerk.c - the actor that runs what needs several shards at once; one order after the other */
#include "scribe.h"
#include "store.h"

struct clerk {
	struct kv_member member;
	struct kv_order *order;                        /* that it works on; NULL: none */
	struct kv_answer *answer;
	struct kv_record *record;
	struct kv_loan *loans[STORES_MOST];
};
struct wanted { unsigned shard; };

static void give_back(odeon_self *self, struct clerk *clerk)
{
	for (unsigned i = 0; i < clerk->member.cluster->shards; i++) {
		if (clerk->loans[i] != NULL)
			(void)odeon_send(self, clerk->member.cluster->shard[i], clerk->loans[i]);
		clerk->loans[i] = NULL;
	}
}

/* What was laid aside comes. */
static void finish(odeon_self *self, struct clerk *clerk)
{
	give_back(self, clerk);
	odeon_free(clerk->order);
	odeon_free(clerk->answer);
	odeon_free(clerk->record);
	clerk->order = NULL;
	clerk->answer = NULL;
	clerk->record = NULL;
	(void)odeon_unstash(self);
}

static void refuse(odeon_self *self, struct clerk *clerk, int error)
{
	(void)odeon_reply_error_to(self, clerk->order, error);
	finish(self, clerk);
}

/* The scribe is told before the shards have their stores back, and tell it what comes next. */
static void run(odeon_self *self, struct clerk *clerk)
{
	struct store *stores[STORES_MOST] = { NULL };
	struct effects effects;
	bool waits;

	for (unsigned i = 0; i < clerk->member.cluster->shards; i++)
		if (clerk->loans[i] != NULL)
			stores[i] = kv_holding_store(clerk->loans[i]->holding);
	kv_effects_init(&effects, clerk->member.cluster);
	kv_order_run(self, clerk->member.cluster, stores, clerk->order, clerk->answer, &effects);
	waits = kv_record_send(self, clerk->member.cluster, clerk->record, &effects, clerk->order, clerk->answer);
	clerk->record = NULL;
	clerk->answer = NULL;
	if (waits)
		clerk->order = NULL;                           /* it goes with the record */
	finish(self, clerk);
}

static void borrow_next(odeon_self *self, struct clerk *clerk);

ODEON_ANSWER(clerk, wanted, kv_loan)
{
	if (kv_loan != NULL) {
		clerk->loans[wanted->shard] = odeon_keep(self, kv_loan);
		borrow_next(self, clerk);
	} else if (error != ODEON_ESTOPPING) {
		refuse(self, clerk, error);
	}
}

/* The lowest that is missing. Whoever waits for one holds lower ones only, so there is always one that waits for nobody. */
static void borrow_next(odeon_self *self, struct clerk *clerk)
{
	unsigned shard = 0;
	int error;

	while (shard < clerk->member.cluster->shards && ((clerk->order->stores >> shard & 1) == 0 || clerk->loans[shard] != NULL))
		shard++;
	if (shard == clerk->member.cluster->shards) {
		run(self, clerk);
		return;
	}
	error = odeon_request(self, clerk->member.cluster->shard[shard], odeon_new(kv_borrow), ODEON_NEVER,
	                      ODEON_THEN(self, clerk, wanted, kv_loan, .shard = shard));
	if (error != 0)
		refuse(self, clerk, error);
}

ODEON_HANDLER(clerk, kv_order)
{
	int why = 0;

	if (clerk->order != NULL) {
		kv_order = odeon_stash(self, kv_order, &why);
		if (kv_order != NULL)
			(void)odeon_reply_error(self, why);
		return;
	}
	clerk->answer = kv_answer_new(kv_order);
	clerk->record = kv_record_new(clerk->member.cluster, &why);
	if (clerk->answer == NULL || why != 0) {
		(void)odeon_reply_error(self, ODEON_ENOMEM);
		odeon_free(clerk->answer);
		odeon_free(clerk->record);
		clerk->answer = NULL;
		clerk->record = NULL;
		return;
	}
	clerk->order = odeon_keep(self, kv_order);
	borrow_next(self, clerk);
}

ODEON_START(clerk, kv_member)
{
	clerk->member = *kv_member;
	kv_member->cluster->clerk[kv_member->number] = odeon_self_ref(self);
	return 0;
}

/* The shards are told by its end. */
ODEON_STOP(clerk)
{
	for (unsigned i = 0; i < clerk->member.cluster->shards; i++)
		odeon_free(clerk->loans[i]);
	odeon_free(clerk->record);
	odeon_free(clerk->answer);
	odeon_free(clerk->order);
}

ODEON_HANDLERS(clerk_handlers, ODEON_ON(clerk, kv_order));
ODEON_KIND(clerk, clerk_handlers, .start = ODEON_STARTS(clerk), .stop = ODEON_STOPS(clerk));
const odeon_kind *const kv_clerk_kind = &clerk_kind;
