/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * own - threads that each serve one actor, whose handlers may block
 *
 * Agreement. own_thread_make, own_thread_cancel: any thread, while an actor is born. own_threads_join: the thread that
 * stops the system. The worker of a thread that has ended stays, with its counts, until the system is freed or its
 * place is used again.
 */
#ifndef OWN_H
#define OWN_H

#include "world.h"

/* A thread that waits for its one actor; its number. ODEON_ENOMEM, ODEON_ESYSTEM */
int own_thread_make(odeon_system *system, uint16_t *number);

/* The actor was not born after all. */
void own_thread_cancel(odeon_system *system, uint16_t number);

void own_threads_join(odeon_system *system);

#endif
