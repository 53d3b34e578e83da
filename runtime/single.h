/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * single - actors of which a system has one of a kind
 *
 * Agreement. odeon_system_single from any thread. A kind's entry is added once, under private_lock, and stays until the system is
 * freed: so the list is read without it. Two threads may both find the actor gone, and both spawn: one of the refs becomes
 * the entry's, the other actor is told to stop before anybody else has heard of it. No start runs under the lock.
 */
#ifndef SINGLE_H
#define SINGLE_H

#include "world.h"

void singles_free(odeon_system *system);

#endif
