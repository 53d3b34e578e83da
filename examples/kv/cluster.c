/* SPDX-License-Identifier: BSD-2-Clause */
/* cluster.c - orders and their answers, holdings, and starting it all */
#include "shard.h"
#include "store.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE(kv_order);
ODEON_MESSAGE_DEFINE(kv_borrow);
ODEON_MESSAGE_DEFINE_DROP(kv_answer) { free(kv_answer->bytes); }
ODEON_MESSAGE_DEFINE_DROP(kv_loan)
{
	if (kv_loan->holding != NULL)
		kv_holding_unref(kv_loan->holding);
}

/* ---- orders -------------------------------------------------------------------------------------------------------------- */

struct kv_order *kv_order_new(const struct pack *pack, uint64_t stores, int protocol)
{
	struct kv_order *order = odeon_new_sized(kv_order, pack->bytes.length, .bytes = pack->bytes.length, .units = pack->units,
	                                         .words_most = pack->words_most, .stores = stores, .protocol = protocol);

	if (order != NULL && pack->bytes.length > 0)
		memcpy(order + 1, pack->bytes.bytes, pack->bytes.length);
	return order;
}

odeon_ref kv_cluster_place(const struct kv_cluster *cluster, uint64_t stores, uint64_t client)
{
	if ((stores & (stores - 1)) != 0)
		return cluster->clerk[client % cluster->clerks];
	return cluster->shard[__builtin_ctzll(stores)];
}

struct kv_answer *kv_answer_new(const struct kv_order *order)
{
	struct kv_answer *answer = odeon_new_sized(kv_answer, order->units * sizeof(size_t), .units = order->units);

	if (answer == NULL)
		return NULL;
	answer->bytes = malloc(64 * order->units);             /* an error for each unit at least */
	if (answer->bytes != NULL)
		return answer;
	odeon_free(answer);
	return NULL;
}

int64_t kv_now(odeon_self *self, const struct kv_cluster *cluster)
{
	return cluster->unix_at_zero + odeon_now(self).ns / 1000000;
}

void kv_order_run(odeon_self *self, const struct kv_cluster *cluster, struct store *const *stores, const struct kv_order *order,
                  struct kv_answer *answer)
{
	struct pack_place place = { .server = &cluster->server, .stores = stores, .count = cluster->shards };
	struct reply reply = { .bytes = answer->bytes, .room = 64 * order->units, .protocol = order->protocol };
	int64_t now = kv_now(self, cluster);

	for (unsigned i = 0; i < cluster->shards; i++)
		if (stores[i] != NULL)
			stores[i]->now = now;
	pack_run(&place, (struct text){ (const char *)(order + 1), order->bytes }, order->units, order->words_most, &reply,
	         kv_answer_ends(answer));
	answer->bytes = reply.bytes;
	answer->length = reply.length;
}

/* ---- holdings ------------------------------------------------------------------------------------------------------------ */

struct kv_holding { atomic_uint holders; struct store *store; };

struct kv_holding *kv_holding_new(struct store *store)
{
	struct kv_holding *holding = store != NULL ? malloc(sizeof *holding) : NULL;

	if (holding == NULL) {
		store_free(store);
		return NULL;
	}
	atomic_init(&holding->holders, 1);
	holding->store = store;
	return holding;
}

/* Whoever has one makes another: nothing is to be seen by it. */
void kv_holding_ref(struct kv_holding *holding)
{
	(void)atomic_fetch_add_explicit(&holding->holders, 1, memory_order_relaxed);
}

/* Released by each holder, acquired by the last one: it frees what all have written. */
void kv_holding_unref(struct kv_holding *holding)
{
	if (atomic_fetch_sub_explicit(&holding->holders, 1, memory_order_acq_rel) > 1)
		return;
	store_free(holding->store);
	free(holding);
}

struct store *kv_holding_store(struct kv_holding *holding)
{
	return holding->store;
}

/* ---- starting ------------------------------------------------------------------------------------------------------------ */

static int start_members(odeon_system *system, struct kv_cluster *cluster)
{
	int error = 0;

	for (unsigned i = 0; error == 0 && i < cluster->shards; i++) {
		struct kv_member member = { cluster, i };

		error = odeon_system_spawn(system, kv_shard_kind, &member, &cluster->shard[i]);
	}
	for (unsigned i = 0; error == 0 && i < cluster->clerks; i++) {
		struct kv_member member = { cluster, i };

		error = odeon_system_spawn(system, kv_clerk_kind, &member, &cluster->clerk[i]);
	}
	return error;
}

int kv_cluster_start(odeon_system *system, struct kv_cluster *cluster, struct server server, unsigned shards, unsigned clerks,
                     int64_t unix_now)
{
	int error;

	if (shards < 1 || shards > STORES_MOST || clerks < 1 || clerks > KV_CLERKS_MOST)
		return ODEON_EINVAL;
	*cluster = (struct kv_cluster){ .server = server, .shards = shards, .clerks = clerks };
	cluster->unix_at_zero = unix_now - odeon_system_now(system).ns / 1000000;
	error = start_members(system, cluster);
	if (error == 0)
		return 0;
	for (unsigned i = 0; i < shards; i++)
		(void)odeon_actor_stop(system, cluster->shard[i]);
	for (unsigned i = 0; i < clerks; i++)
		(void)odeon_actor_stop(system, cluster->clerk[i]);
	return error;
}
