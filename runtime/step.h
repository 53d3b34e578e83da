/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step - one turn in a simulated system
 *
 * Agreement. As simulation.h. The seed picks one of the ready actors, and the length of its batch.
 */
#ifndef STEP_H
#define STEP_H

#include "world.h"

/* One turn of somebody; messages taken, or -1: nobody is ready. */
int simulation_step(odeon_system *system);

#endif
