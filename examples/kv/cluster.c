/* SPDX-License-Identifier: BSD-2-Clause */
/* cluster.c - orders and their answers, holdings, and starting it all */
#include "mail.h"
#include "shard.h"
#include "store.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE_DROP(kv_order) { client_let_go(kv_order->client); }
ODEON_MESSAGE_DEFINE(kv_borrow);
ODEON_MESSAGE_DEFINE_DROP(kv_answer) { free(kv_answer->bytes); }
ODEON_MESSAGE_DEFINE_DROP(kv_loan)
{
	if (kv_loan->holding != NULL)
		kv_holding_unref(kv_loan->holding);
}

/* ---- orders -------------------------------------------------------------------------------------------------------------- */

struct kv_order *kv_order_new(const struct pack *pack, size_t at, size_t done, uint64_t stores, struct client *client)
{
	size_t bytes = pack->bytes.length - at;
	struct kv_order *order = odeon_new_sized(kv_order, bytes, .bytes = bytes, .units = pack->units - done,
	                                         .words_most = pack->words_most, .stores = stores, .reply_most = SIZE_MAX, .protocol = 2);

	if (order == NULL)
		return NULL;
	order->client = client_hold(client);
	if (bytes > 0)
		memcpy(order + 1, pack->bytes.bytes + at, bytes);
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
	struct mail mail = mail_of(self, cluster);
	struct pack_place place = { &cluster->server, stores, cluster->shards, order->client, &mail.post, mail.now };
	struct pack_run run = { .bytes = { (const char *)(order + 1), order->bytes }, .units = order->units,
	                        .words_most = order->words_most, .reply_most = order->reply_most };
	struct reply reply = { .bytes = answer->bytes, .room = 64 * order->units, .protocol = order->protocol };

	for (unsigned i = 0; i < cluster->shards; i++)
		if (stores[i] != NULL)
			stores[i]->now = mail.now;
	pack_run(&place, &run, &reply, kv_answer_ends(answer));
	answer->bytes = reply.bytes;
	answer->length = reply.length;
	answer->units = run.done;
	answer->used = run.used;
	answer->is_blocked = run.is_blocked;
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
