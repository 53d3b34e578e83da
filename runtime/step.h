/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step - one step of a simulated system, and how its callers and its actors wait
 *
 * Agreement. As simulation.h. The seed picks one of those who can go on: a ready actor, and then the length of its
 * batch; or an actor with a thread of its own whose wait in a handler is over. When nobody can, time jumps to the first
 * deadline or timer, neither before nor beyond.
 *
 * Whoever waits outside of all actors takes the steps. An actor with a thread of its own rests meanwhile, and whoever waits
 * outside picks it up again. Others do not wait (context_would_block).
 */
#ifndef STEP_H
#define STEP_H

#include "simulation.h"

/* Outside of all actors: one step of somebody; time does not go beyond the moment. Messages taken, or -1: nobody will
 * do anything until then. */
int simulation_step(odeon_system *system, int64_t until);

/* The first timer, or when the poller has something to do; INT64_MAX: none. */
int64_t simulation_due(odeon_system *system);

/* Where the turns of a strand run. For odeon_system's own_turns. */
void step_turns(void *strand);

/* Outside of all actors, or in a handler of an actor with a thread of its own: until it is over, or the moment has come.
 * VAIN: neither, and nothing will ever end it. */
enum awaited { AWAITED_IT, AWAITED_MOMENT, AWAITED_IN_VAIN };
enum awaited simulation_await(struct simulation *simulation, int64_t until, simulation_test *is_over, void *argument);

/* As before, and in any handler, where it does nothing: here others may come first, the seed says who and whether. */
void simulation_point(struct simulation *simulation);

#endif
