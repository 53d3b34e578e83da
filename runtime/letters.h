/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * letters - dead letters: counted, told to the host, dropped; and the log
 *
 * Agreement. Any thread. The message is the caller's and in no mailbox's list, or it is in hand of the caller's turn and
 * the list keeps its memory: see letter_bury. No lock is held while a hook of the host runs.
 */
#ifndef LETTERS_H
#define LETTERS_H

#include "duty.h"
#include "world.h"

/* Counts and tells it; drops the payload and answers who asked; leaves the memory. `from` is nobody where none is known. */
void letter_bury(odeon_system *system, struct worker *worker, struct message *message, odeon_ref from, odeon_ref to, int why);

/* The same, and releases the memory. */
void letter_discard(odeon_system *system, struct worker *worker, struct message *message, odeon_ref from, odeon_ref to,
                    int why);

/* An actor ended for a reason other than 0, and nobody had a bond with it: to the host. */
void letter_of_end(odeon_system *system, odeon_ref who, const char *kind, const odeon_reason *reason);

/* A line for people: to the host's hook, or standard error. */
__attribute__((format(printf, 3, 4)))
void log_line(odeon_system *system, enum odeon_log_level level, const char *format, ...);

#endif
