/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simulation - a system on one thread, a virtual clock, and a seeded choice at each step
 *
 * Agreement. One thread at a time, the one that calls the system. Ready actors of all places come through the inject
 * queue. Virtual time stands still while a handler runs; each message takes a microsecond of it, and when nobody is
 * ready it jumps to the deadline waited for. What a step does is in step.h.
 */
#ifndef SIMULATION_H
#define SIMULATION_H

#include "world.h"

#define SIMULATION_WINDOW 64                    /* ready actors that one choice is among */

struct simulation {
	struct random random;
	int64_t now;
	uint64_t steps;
	struct slot *window[SIMULATION_WINDOW];
	uint32_t ready;                         /* entries of the window */
};

/* ODEON_ENOMEM */
int simulation_init(odeon_system *system);
void simulation_fini(odeon_system *system);

/* Puts the ready actors back into the inject queue: the end is near. */
void simulation_empty_window(odeon_system *system);

/* Time passes, until the moment; for ever does not move it. */
void simulation_pass(odeon_system *system, int64_t until);

/* One line of the event log: "step: what". Refs in it are slot.generation, since a system's number differs from run to run. */
__attribute__((format(printf, 2, 3)))
void simulation_event(odeon_system *system, const char *format, ...);

#endif
