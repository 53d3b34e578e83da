/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * system - the whole is put together, and taken apart
 */
#ifndef SYSTEM_H
#define SYSTEM_H

#include "world.h"

/* Who is left, as a report; NULL: out of memory. */
odeon_report *report_make(odeon_system *system);

/* Waits until no actor is left, quit if that counts, or the moment: 0 or ODEON_ETIMEDOUT. Runs a system that has no
 * threads to do so. */
int await_actors(odeon_system *system, int64_t until, bool quit_counts);

/* Any thread: the host's worker is this thread's, to be run or, in a simulation, for nobody to run meanwhile. False: another
 * has it. */
bool system_enter(odeon_system *system);
void system_leave(odeon_system *system);

/* No actor is left: ends and joins all threads, and buries what is still queued. */
void system_join(odeon_system *system);

#endif
