/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults - what options.simulation.faults does to a simulated system
 *
 * Agreement. As simulation.h. A message is looked at when it is in hand, before its handler, and memory where workers ask for
 * some (context.h). A message that is delayed is in no mailbox, and counted nowhere, until it is brought; the last ones are
 * brought when the system has stopped, to become dead letters.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "simulation.h"

/* The system has faults. True: the handler is not to be called; *handled is what it counts as. */
bool faults_strike(struct odeon_self *self, struct slot *slot, bool *handled);

/* When the first message that is delayed comes; INT64_MAX: none is. */
int64_t faults_first(const struct simulation *simulation);

/* Those whose moment has come go to their mailboxes. */
void faults_bring(odeon_system *system, int64_t now);

/* For a context. Asks on_memory. */
bool faults_refuse(const struct context *context, size_t bytes);

#endif
