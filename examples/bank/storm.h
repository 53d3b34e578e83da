/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * storm - the bank in a simulated system, with somebody killed at each step of it
 *
 * A step is a message that is about to be handled. An interceptor around all handlers counts them, and at one
 * of them, or at some by chance, somebody is struck:
 *
 *   before   who is about to handle it, so it never does
 *   after    who has just handled it, and what that began is going on without him
 *   sender   whoever sent it, while it was handled
 *   power    everybody, journal, registry and customer too; then the bank is opened again on the same disk
 *   desert   everybody, and the customer does not come back: what he ordered must come to an end all the same
 *
 * So each actor is killed at each moment at which it is between two turns. In the runs by chance the test kit
 * adds its faults: messages are dropped, delayed and doubled, actors are killed and fail, memory is refused;
 * and what the journal is asked, or answers, is lost or comes too late.
 */
#ifndef BANK_STORM_H
#define BANK_STORM_H

#include "audit.h"

enum blow { BEFORE, AFTER, SENDER, POWER, DESERT, BLOWS };
extern const char *const blow_names[BLOWS];

struct weather {
	uint64_t first, seeds;
	long step;                                      /* only there; 0: by chance; below 0: both, at each */
	int blow;                                       /* this one only; BLOWS: each of them */
};

/* Prints what came of it; of a run that fails, how to run it again. Returns: 0; 1: something was wrong. */
int storm_run(const struct weather *weather);

#endif
