/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shard.h - actors that own the keys
 *
 * Each key is in one shard, by its hash, and each shard is an actor with a store of its own. Whoever has commands sends an order:
 *
 *   - units that need one shard only go to that shard, as many as there are in one order. They run one behind the other;
 *   - a unit that needs several goes to a clerk. It borrows the stores of all that it needs, from the lowest number up, so that no two clerks
 *     wait for each other; runs the unit on them; and gives them back. Meanwhile each of these shards lays aside what comes.
 *
 * So each unit, a command or a transaction, is one step for everybody: nobody sees a part of it, whatever shards its keys are in. Orders
 * of one sender to one shard run in the order sent; between orders to different actors there is no order but that of the answers.
 *
 * A store is lent, not given: a clerk that ends gives back what it has, as its shards are told of its end, and a unit was run by then
 * or was not. An order is answered with struct kv_answer, or with an error: then it was not run, unless the error is
 * ODEON_EGONE or ODEON_EUNANSWERED, which say nothing about that.
 *
 * Where a ledger is kept (scribe.h), what an order did is told to the scribe before anybody else uses the stores, and the order is answered when
 * it is as safe as is wanted.
 *
 * All of them are supervised. A clerk, or the scribe, that fails is replaced. A shard that fails has lost its keys: when the last
 * loan of its store has come to its end, it reads them from the ledger; meanwhile it lays aside what comes. What was on its way to it is answered
 * with an error. Where there is no ledger, or it cannot be read, `on_loss` is told what is lost; unless starts_empty was wanted,
 * and then the shard goes on without any.
 */
#ifndef KV_SHARD_H
#define KV_SHARD_H

#include <odeon.h>
#include <stdatomic.h>
#include "commands.h"
#include "pack.h"

#define KV_CLERKS_MOST 64

/* What is to become of keys when the program, or a shard, ends. */
struct kv_saving {
	struct ledger *ledger;                       /* opened; NULL: there is none. The cluster's until the system is freed */
	struct store **stores;                         /* by shard: what was read, which is taken; NULL: nothing */
	bool starts_empty;                             /* without a ledger: a shard that has lost its keys begins with none */
	void (*on_loss)(void *data, const char *what); /* any thread; NULL: nobody is told */
	void *data;
};

/* Set by kv_cluster_start, then read only, but for refs: each actor sets its own when it starts, for others to find it. They are
 * sequentially consistent, as they come: nothing hangs on them but who is meant. Must outlive the system. */
struct kv_cluster {
	struct server server;
	unsigned shards, clerks;
	_Atomic(odeon_ref) shard[STORES_MOST], clerk[KV_CLERKS_MOST], scribe;
	int64_t unix_at_zero;                          /* milliseconds since 1970 when the system's clock was 0 */
	struct kv_saving saving;
	struct ledger *ledger;                       /* used by functions that the scribe has run; NULL: none */
	odeon_ref pool, supervisors[2];
	atomic_uint lives[STORES_MOST], scribes;       /* how many there were, one after the other */
	atomic_uint stores[STORES_MOST];               /* that are still held by somebody; 0 is released by the last one */
};

struct kv_order {                                      /* its units lie behind it */
	size_t bytes, units, words_most;
	uint64_t stores;                               /* that they need, a bit for each */
	size_t reply_most;                             /* when the replies have so many bytes, the rest is left undone */
	int protocol;
	struct client *client;                         /* whose they are; NULL: nobody's */
};
struct kv_answer {                                     /* behind it the ends of the replies: units numbers */
	char *bytes;                                   /* from malloc */
	size_t length, units, used;                    /* so many units were run, of so many bytes */
	bool is_blocked;                               /* the last unit will be answered by a struct kv_served */
	struct kv_served *served;                      /* who waited for what it did, where something is saved: told when it is answered */
};
ODEON_MESSAGE_DECLARE(kv_order);
ODEON_MESSAGE_DECLARE(kv_answer);

static inline size_t *kv_answer_ends(struct kv_answer *answer)
{
	return (size_t *)(void *)(answer + 1);
}

/*
 * Starts the shards, 1 to STORES_MOST of them, and the clerks, 1 to KV_CLERKS_MOST.
 * Answers 0; or an error, and then those that were started end.
 */
int kv_cluster_start(odeon_system *system, struct kv_cluster *cluster, struct server server, unsigned shards, unsigned clerks,
                     int64_t unix_now);
int kv_cluster_start_saved(odeon_system *system, struct kv_cluster *cluster, struct server server, unsigned shards, unsigned clerks,
                           int64_t unix_now, const struct kv_saving *saving);
void kv_cluster_lose(struct kv_cluster *cluster, const char *format, ...) __attribute__((format(printf, 2, 3)));       /* tells on_loss */

/* An order of the units of a pack behind so many bytes and units; NULL: no memory. To be sent to kv_cluster_place. */
struct kv_order *kv_order_new(const struct pack *pack, size_t at, size_t done, uint64_t stores, struct client *client);
odeon_ref kv_cluster_place(const struct kv_cluster *cluster, uint64_t stores, uint64_t client);

/* ---- between shards and clerks ----------------------------------------------------------------------------------------- */

/* What is borrowed. It lives as long as one of those who hold it; only the one whose turn it is uses the store. */
struct kv_holding;
struct kv_borrow { int unused; };
struct kv_loan { struct kv_holding *holding; };        /* the answer; sent to the shard, it gives the store back */
ODEON_MESSAGE_DECLARE(kv_borrow);
ODEON_MESSAGE_DECLARE(kv_loan);

/* The store is taken; NULL: no memory, and it is freed. `count` is one more as long as it is there. */
struct kv_holding *kv_holding_new(struct store *store, atomic_uint *count);
void kv_holding_ref(struct kv_holding *holding);
void kv_holding_unref(struct kv_holding *holding);
struct store *kv_holding_store(struct kv_holding *holding);
/* Nobody holds any store that shard ever had. */
bool kv_holdings_are_gone(const struct kv_cluster *cluster, unsigned number);

struct kv_member { struct kv_cluster *cluster; unsigned number; };       /* what a shard and a clerk are started with */
extern const odeon_kind *const kv_shard_kind, *const kv_clerk_kind;

/* Now, in milliseconds since 1970. */
int64_t kv_now(odeon_self *self, const struct kv_cluster *cluster);
/* Room for the answer to an order, before that is run: then it cannot be lost for want of memory. */
struct kv_answer *kv_answer_new(const struct kv_order *order);
/* Runs an order on stores by number; those it does not need may be NULL. */
void kv_order_run(odeon_self *self, const struct kv_cluster *cluster, struct store *const *stores, const struct kv_order *order,
                  struct kv_answer *answer, struct effects *effects);

#endif
