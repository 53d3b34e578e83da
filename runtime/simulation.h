/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * simulation - a system on one thread, a virtual clock, and a seeded choice at each step
 *
 * Agreement. One thread at a time, the one that calls the system. Ready actors of all places come through the inject
 * queue. Virtual time stands still while a handler runs; each message takes a microsecond of it, and when nobody is
 * ready it jumps to the deadline waited for. What a step does is in step.h.
 *
 * Actors with a thread of their own have a *strand*: a worker as in a real system, whose turns run on a fiber. When a
 * handler there would wait, the fiber rests, and is among those whom the seed may pick once the wait is over.
 *
 * Channels that were opened with the system share its simulation, and may outlive it: then time stands still, and nothing
 * runs.
 */
#ifndef SIMULATION_H
#define SIMULATION_H

#include "fiber.h"
#include "world.h"

#define SIMULATION_WINDOW 64                    /* ready actors that one choice is among */

/* A wait is over when this says so. */
typedef bool simulation_test(void *argument);

struct strand {
	struct strand *next;                    /* in the order made */
	struct worker *worker;
	struct fiber *fiber;
	struct slot *slot;                      /* in a turn: whose */
	uint32_t batch, taken;                  /* ... at most so many; so many were taken */
	simulation_test *is_over;               /* rests in a turn: until this, or the moment */
	void *argument;
	int64_t until;
	bool is_vain;                           /* ... or until nothing can end the wait any more */
};

struct late;

struct simulation {
	odeon_system *system;                   /* NULL: it was freed */
	uint32_t parties;                       /* the system, and channels */
	struct random random;
	struct random chances, refusals;        /* what faults are told: no choice of a schedule depends on them */
	struct late *late;                      /* messages that faults delay: faults.h */
	int64_t now;
	uint64_t steps;
	uint64_t channels;                      /* numbered for the log */
	struct slot *window[SIMULATION_WINDOW];
	uint32_t ready;                         /* entries of the window */
	struct strand *strands;
	struct strand *running;                 /* NULL: none, this is the stack of whoever calls the system */
};

/* ODEON_ENOMEM */
int simulation_init(odeon_system *system);
void simulation_fini(odeon_system *system);

/* A channel, on its clock. */
void simulation_join(struct simulation *simulation);
void simulation_leave(struct simulation *simulation);

/* For an actor that is born: a strand for its worker. ODEON_ENOMEM */
int simulation_strand(struct worker *worker);
void simulation_strand_free(struct worker *worker);

/* Puts the ready actors back into the inject queue: the end is near. */
void simulation_empty_window(odeon_system *system);

/* Time passes, until the moment; for ever does not move it. */
void simulation_pass(odeon_system *system, int64_t until);

/* The simulation that this thread runs an actor of; NULL: none. */
struct simulation *simulation_here(void);

/* One line of the event log: "step: what". Refs in it are slot.generation, since a system's number differs from run to run. */
__attribute__((format(printf, 2, 3)))
void simulation_event(odeon_system *system, const char *format, ...);

#endif
