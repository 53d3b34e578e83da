/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watchdog - a thread that names handlers which run too long
 *
 * It looks at the pool's workers and the host's a few times within the time allowed, and tells of one that it has seen at the
 * same message for so long: once for each. What it reads are words that their worker stores whole; a look that meets a change
 * of message sees different words, and begins to count anew. Messages that a worker takes between two of its own looks at the
 * clock (about 40 us of work) count as one, if they are of one type and from one place.
 *
 * Actors with a thread of their own are not looked at: they may wait. A simulated system has no watchdog.
 *
 * Agreement. Started and stopped by the thread that starts and stops the system; its workers are there all that time.
 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

#include "world.h"

/* 0, also where none was asked for; ODEON_ENOMEM, ODEON_ESYSTEM. */
int watchdog_start(odeon_system *system);

/* It tells of nothing more. Where there is none, nothing. */
void watchdog_stop(odeon_system *system);

#endif
