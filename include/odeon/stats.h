/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/stats.h - counters, readable at any time
 *
 * Each counter has one writer, so counting costs no atomic operation; a reader sees each number whole, but two numbers
 * may be of different moments. At rest they are exact, and then, per system:
 *
 *   accepted = handled + dropped + dead_letters + queued
 *
 * Set .bytes to the size of the struct before the call: ODEON_STATS(odeon_stats_system).
 */
#ifndef ODEON_STATS_H
#define ODEON_STATS_H

#include <odeon/system.h>

#define ODEON_STATS(type) ((type){ .bytes = sizeof(type) })

typedef struct odeon_stats_actor {
	size_t bytes;
	const char *kind;
	uint64_t handled;                              /* messages that a handler got */
	uint64_t dropped;                              /* by the mailbox's policy */
	uint64_t queued, queued_bytes;                 /* waiting now, about, the one in hand included; bytes in steps of 16, headers included;
	                                                  not what the actor has laid aside, or has sorted into bands */
	odeon_duration oldest;                         /* the oldest of them waits at least so long; 0: none seen waiting */
	odeon_duration busy;                           /* time in handlers, sampled */
} odeon_stats_actor;

typedef struct odeon_stats_worker {
	size_t bytes;
	uint64_t handled, turns;                       /* messages, and turns of actors */
	uint64_t stolen, steals;                       /* actors taken from other workers, in how many goes */
	uint64_t parks, wakes;                         /* times it went to sleep; times it woke another */
	odeon_duration busy;                           /* time not asleep and not searching */
	uint64_t ready;                                /* actors in its run queue now */
} odeon_stats_worker;

typedef struct odeon_stats_system {
	size_t bytes;
	int workers;
	uint64_t actors, spawned;                      /* alive now; ever */
	uint64_t accepted, handled, dropped, dead_letters, queued;
	uint64_t dead[ODEON_ERROR_COUNT];              /* dead letters by reason: dead[-ODEON_EGONE] */
	uint64_t failed, restarted;                    /* actors that ended or were halted for another reason than 0; starts anew */
	uint64_t timers, fired;                        /* pending now; ever due */
} odeon_stats_system;

ODEON_BEGIN_

/**
 * odeon_actor_stats, odeon_worker_stats, odeon_system_stats - read the counters
 * @worker: 0 to workers - 1; a system without workers has number 0, the thread that runs it
 * @stats:  filled up to .bytes
 *
 * Returns:  0, or
 *   ODEON_EGONE     the actor has ended
 *   ODEON_EFOREIGN  a ref of another system
 *   ODEON_EINVAL    no such worker, or a NULL
 *   ODEON_EVERSION  .bytes is unknown
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_actor_stats(odeon_system *system, odeon_ref actor, odeon_stats_actor *stats);
ODEON_API int odeon_worker_stats(odeon_system *system, int worker, odeon_stats_worker *stats);
ODEON_API int odeon_system_stats(odeon_system *system, odeon_stats_system *stats);

ODEON_END_
#endif
