/* SPDX-License-Identifier: BSD-2-Clause */
/* cluster.c - orders and their answers, holdings, and starting it all */
#include "mail.h"
#include "scribe.h"
#include "store.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE_DROP(kv_order) { client_let_go(kv_order->client); }
ODEON_MESSAGE_DEFINE(kv_borrow);
ODEON_MESSAGE_DEFINE_DROP(kv_answer)
{
	free(kv_answer->bytes);
	served_free(kv_answer->served);
}
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
                  struct kv_answer *answer, struct effects *effects)
{
	struct mail mail = mail_of(self, cluster);
	struct pack_place place = { &cluster->server, stores, cluster->shards, order->client, &mail.post, mail.now,
	                            cluster->server.persistence != NULL ? effects : NULL };
	struct pack_run run = { .bytes = { (const char *)(order + 1), order->bytes }, .units = order->units,
	                        .words_most = order->words_most, .reply_most = order->reply_most };
	struct reply reply = { .bytes = answer->bytes, .room = 64 * order->units, .most = cluster->server.reply_most,
	                       .protocol = order->protocol };

	mail.sender = order->client;
	mail.holds = place.effects != NULL;
	for (unsigned i = 0; i < cluster->shards; i++)
		if (stores[i] != NULL) {
			stores[i]->now = mail.now;
			stores[i]->effects = place.effects;
		}
	pack_run(&place, &run, &reply, kv_answer_ends(answer));
	for (unsigned i = 0; i < cluster->shards; i++)
		if (stores[i] != NULL)
			stores[i]->effects = NULL;
	answer->bytes = reply.bytes;
	answer->length = reply.length;
	answer->units = run.done;
	answer->used = run.used;
	answer->is_blocked = run.is_blocked;
	answer->served = mail.first;
}

/* ---- holdings ------------------------------------------------------------------------------------------------------------ */

struct kv_holding { atomic_uint holders; struct store *store; atomic_uint *count; };

struct kv_holding *kv_holding_new(struct store *store, atomic_uint *count)
{
	struct kv_holding *holding = store != NULL ? malloc(sizeof *holding) : NULL;

	if (holding == NULL) {
		store_free(store);
		return NULL;
	}
	atomic_init(&holding->holders, 1);
	holding->store = store;
	holding->count = count;
	(void)atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
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
	(void)atomic_fetch_sub_explicit(holding->count, 1, memory_order_release);      /* with all that was sent before: kv_holdings_are_gone */
	free(holding);
}

bool kv_holdings_are_gone(const struct kv_cluster *cluster, unsigned number)
{
	return atomic_load_explicit(&cluster->stores[number], memory_order_acquire) == 0;
}

struct store *kv_holding_store(struct kv_holding *holding)
{
	return holding->store;
}

/* ---- starting ------------------------------------------------------------------------------------------------------------ */

void kv_cluster_lose(struct kv_cluster *cluster, const char *format, ...)
{
	char what[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(what, sizeof what, format, arguments);
	va_end(arguments);
	if (cluster->saving.on_loss != NULL)
		cluster->saving.on_loss(cluster->saving.data, what);
}

enum { MEMBERS_MOST = STORES_MOST + 1 };

/* All of a kind, and the scribe before the shards. */
static int start_members(odeon_system *system, struct kv_cluster *cluster, const odeon_kind *kind, unsigned count, bool has_scribe, int restarts,
                         odeon_ref *supervisor)
{
	struct kv_member members[MEMBERS_MOST];
	odeon_child children[MEMBERS_MOST];
	odeon_supervisor rule = ODEON_SUPERVISOR(.restarts = restarts, .within = ODEON_SECONDS(10), .pause = ODEON_MS(1), .children = children,
	                                         .count = count + has_scribe);

	for (unsigned i = 0; i < rule.count; i++) {
		members[i] = (struct kv_member){ cluster, i - has_scribe };
		children[i] = (odeon_child)ODEON_CHILD(.kind = has_scribe && i == 0 ? kv_scribe_kind : kind, .argument = &members[i],
		                                       .argument_bytes = sizeof members[i]);
	}
	return odeon_supervise(system, &rule, supervisor);
}

static int start_all(odeon_system *system, struct kv_cluster *cluster)
{
	odeon_offload_options one = ODEON_OFFLOAD(.threads = 1, .waiting = 16);
	int error = 0;

	if (cluster->ledger != NULL)
		error = odeon_offload_start(system, &one, &cluster->pool);
	if (error == 0)
		error = start_members(system, cluster, kv_shard_kind, cluster->shards, cluster->ledger != NULL, 10, &cluster->supervisors[0]);
	if (error == 0)
		error = start_members(system, cluster, kv_clerk_kind, cluster->clerks, false, ODEON_RESTARTS_ANY, &cluster->supervisors[1]);
	return error;
}

int kv_cluster_start_saved(odeon_system *system, struct kv_cluster *cluster, struct server server, unsigned shards, unsigned clerks,
                           int64_t unix_now, const struct kv_saving *saving)
{
	int error;

	if (shards < 1 || shards > STORES_MOST || clerks < 1 || clerks > KV_CLERKS_MOST
	 || (saving->ledger != NULL) != (server.persistence != NULL))
		return ODEON_EINVAL;
	*cluster = (struct kv_cluster){ .server = server, .shards = shards, .clerks = clerks, .saving = *saving, .ledger = saving->ledger };
	cluster->unix_at_zero = unix_now - odeon_system_now(system).ns / 1000000;
	error = start_all(system, cluster);
	if (error == 0)
		return 0;
	(void)odeon_actor_kill(system, cluster->supervisors[0]);       /* and what they supervise */
	(void)odeon_actor_stop(system, cluster->pool);
	return error;
}

int kv_cluster_start(odeon_system *system, struct kv_cluster *cluster, struct server server, unsigned shards, unsigned clerks,
                     int64_t unix_now)
{
	const struct kv_saving nothing = { .ledger = NULL };

	return kv_cluster_start_saved(system, cluster, server, shards, clerks, unix_now, &nothing);
}
