/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash - what a thread was doing when it met a memory fault, and what it did before
 *
 * Nothing is repaired: the report is written to standard error, the signal gets its default action again, and the fault happens
 * once more, so the process dies as it would have. The handler keeps nothing in the process: what it needs is in the
 * context of the thread that failed.
 *
 * Agreement. crash_enter and crash_leave: the thread that runs the worker, around all turns. crash_note: the same, in a
 * turn. odeon_thread_print and the handler read what the thread that calls them wrote.
 */
#ifndef CRASH_H
#define CRASH_H

#include "world.h"

/* The handlers of a system that wants reports. 0; ODEON_EBUSY: one of the signals is somebody else's. */
int crash_begin(const odeon_system *system);

/* A worker's list of what it did last. False: out of memory. NULL and true where no report is wanted. */
bool crash_make(const odeon_system *system, struct crash **crash);
void crash_free(struct crash *crash);

/* This thread's stack may overflow and still be told of; it has the stack that it began with. */
void crash_enter(struct worker *worker);
void crash_leave(struct worker *worker);

/* A message is about to be handled. */
void crash_note(struct odeon_self *self);

#endif
