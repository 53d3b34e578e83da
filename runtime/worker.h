/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * worker - made, and unmade
 *
 * Agreement. worker_make: start-up, or with the system's private_lock. worker_free: when its thread has ended. Places
 * are set with a release, so that whoever knows a worker's number finds it whole.
 */
#ifndef WORKER_H
#define WORKER_H

#include "world.h"

/* NULL: out of memory. */
struct worker *worker_make(odeon_system *system, uint32_t number, bool runs_pool, bool may_block);
void worker_free(odeon_system *system, uint32_t number);

/* Tells the host that a thread of the system starts or ends. */
void worker_announce(struct worker *worker, int starts);

#endif
