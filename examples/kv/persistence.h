/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * persistence.h - what commands, shards and the scribe know of each other's saving: settings, wishes, and figures
 *
 * One for all, changed by any of them. Each member stands for itself and orders nothing: what must be in order goes in messages. So all
 * operations on them are relaxed.
 */
#ifndef KV_PERSISTENCE_H
#define KV_PERSISTENCE_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum sync_policy { SYNC_EVERYSEC, SYNC_ALWAYS, SYNC_NO };      /* as `appendfsync` of Redis */
#define PERSISTENCE_BACKLOG_MOST (8u << 20)            /* bytes that wait to be written, before clients wait too */

struct persistence {
	/* settings */
	atomic_int policy;
	atomic_uint rewrite_percentage;                /* rewritten when it has grown by so much since the last time; 0: never */
	atomic_ullong rewrite_least;                   /* and has so many bytes */
	/* wishes */
	atomic_bool wants_rewrite;
	atomic_bool has_lost;                          /* something was done that could not be told to the scribe: all must be written anew */
	/* how it is */
	atomic_int error;                              /* an errno: writes are refused; 0 */
	atomic_bool is_late;                           /* the disk is slower than is promised: clients wait for it */
	atomic_ullong backlog;                         /* bytes that were sent to the scribe and are not where they must be */
	atomic_bool is_rewriting, rewrite_failed;
	atomic_ullong size, base_size, rewrites, late; /* of the file now, and when it was new; how often */
	atomic_llong saved_at, rewrite_seconds;        /* Unix time of the last rewriting, or of the beginning; how long it took; -1 */
};
#define PERSISTENCE_REWRITE_PERCENTAGE 100
#define PERSISTENCE_REWRITE_LEAST (64ull << 20)

#define persistence_get(shared, member) atomic_load_explicit(&(shared)->member, memory_order_relaxed)
#define persistence_set(shared, member, value) atomic_store_explicit(&(shared)->member, value, memory_order_relaxed)
#define persistence_add(shared, member, value) ((void)atomic_fetch_add_explicit(&(shared)->member, value, memory_order_relaxed))

/* Whether who changed something, or has only read, is answered when the disk has what was done so far. */
static inline bool persistence_waits(struct persistence *shared, bool has_changed)
{
	if (persistence_get(shared, policy) == SYNC_ALWAYS)
		return has_changed || persistence_get(shared, backlog) > 0;
	return has_changed && (persistence_get(shared, is_late) || persistence_get(shared, backlog) > PERSISTENCE_BACKLOG_MOST);
}

/* So many bytes are where they must be, or will never be. */
static inline void persistence_written(struct persistence *shared, unsigned long long bytes)
{
	unsigned long long backlog = persistence_get(shared, backlog);

	while (!atomic_compare_exchange_weak_explicit(&shared->backlog, &backlog, backlog > bytes ? backlog - bytes : 0, memory_order_relaxed,
	                                              memory_order_relaxed))
		;
}

static inline bool persistence_has_grown(struct persistence *shared)
{
	unsigned long long size = persistence_get(shared, size), base = persistence_get(shared, base_size);
	unsigned percentage = persistence_get(shared, rewrite_percentage);

	return percentage > 0 && size >= persistence_get(shared, rewrite_least) && size > base && (size - base) * 100 >= base * percentage;
}

/* What was done cannot be told. Nothing more is done from now on until everything is on the disk again. */
static inline void persistence_lose(struct persistence *shared)
{
	int none = 0;

	(void)atomic_compare_exchange_strong_explicit(&shared->error, &none, ENOMEM, memory_order_relaxed, memory_order_relaxed);
	persistence_set(shared, has_lost, true);
}

#endif
