/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rest - how a worker sleeps, and what it looks at before
 *
 * Agreement. Each function is called by the worker itself, on its own thread, between turns; rest_count_awake by any.
 * Each one's sleep is on the worker's parker. A key is taken before the last look for work, so that whatever comes after
 * that look ends the sleep at once.
 *
 * The last actor may end at any turn. Before it sleeps each worker tells those who wait for that (rest_tell_waiters):
 * nothing else would wake them.
 *
 * A worker in a long handler looks around for nobody. For that there is the watch (sleepers.h), who looks up every
 * WATCH_NS and takes what waits behind such a handler (steal_stuck). When all have been asleep for WATCH_LOOKS of these,
 * it sleeps for good, until ready_rouse_watch.
 *
 * Who has hardly made or freed a message for TIDY_NS wakes once, gives the blocks that it keeps back to the depot, and, when the
 * whole pool is asleep, what lies there wholly free back to the system: so a program that has had a peak and rests is as
 * small as before. What comes meanwhile waits for that, or for one slab to go, at most.
 */
#ifndef REST_H
#define REST_H

#include "world.h"

/* Of the pool's workers, about. */
unsigned rest_count_awake(odeon_system *system);

/* The last actor may be gone: whoever waits for that looks for himself. */
void rest_tell_waiters(odeon_system *system);

/* A worker of the pool, until there is something; searching: it counts as such. Returns searching, perhaps with what the
 * watch took. */
struct slot *rest_pool(struct worker *worker, bool searching);

/* A thread of one actor, until the key changes. */
void rest_own(struct worker *worker, uint32_t key);

/* The host's thread, before its last look for work. Says so to whoever polls the descriptor: nothing is here now, what
 * comes will be told. */
void rest_announce(odeon_system *system);

/* The host's thread, until the key changes or the moment comes, or a timer of its own is due. False, when that `ends` it: no actor is left. */
bool rest_host(struct worker *worker, uint32_t key, int64_t until, bool ends);

#endif
