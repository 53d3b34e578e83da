/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ready - an actor that has got something to do is put where a worker will find it
 *
 * Agreement. The caller has the slot's token (mailbox.h) and passes it on. `worker` is the worker that this thread is,
 * or NULL. Nothing here allocates, waits or fails.
 */
#ifndef READY_H
#define READY_H

#include "world.h"

#define READY_HOT_MOST 3                        /* turns in a row out of the next slot, while others wait */

/* A message came: the actor may run next, while the message is in the cache. */
void ready(odeon_system *system, struct worker *worker, struct slot *slot);

/* Its turn is over and it has more to do: to the back. */
void ready_again(odeon_system *system, struct worker *worker, struct slot *slot);

/* After work for the pool was made visible: wakes a sleeper, unless somebody searches already. */
void ready_wake_pool(odeon_system *system, struct worker *worker);

/* The watch sleeps for ever when all are idle. Now a worker has an actor waiting behind the one that it runs. */
void ready_rouse_watch(odeon_system *system, struct worker *worker);

/* Wakes one worker, whatever it does. */
void ready_wake(odeon_system *system, struct worker *worker);

/* Signal-safe: the host's loop, if it has one, and whoever waits in odeon_system_run. */
void ready_wake_host(odeon_system *system);

#endif
