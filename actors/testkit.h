/* SPDX-License-Identifier: BSD-2-Clause */
/* testkit.h - what the parts of the test kit know of each other */
#ifndef TESTKIT_H
#define TESTKIT_H

#include <odeon/testkit.h>

#define TESTKIT_PROBE "odeon_probe"             /* the kind of probes, which plans spare */

/* How many faults the plan has by now, but for those that were there from the start. */
unsigned testkit_plan_struck(const odeon_plan *plan);

/* From here on it has these faults of its own, and `count` of the struck ones, given by their numbers; none is by chance any
 * more. It counts from the beginning. */
void testkit_plan_keep(odeon_plan *plan, const unsigned *numbers, unsigned count);

/* Faults by chance beside those of the text. As odeon_plan_random. */
int testkit_plan_make(const char *text, const odeon_rates *rates, odeon_plan **plan);

#endif
