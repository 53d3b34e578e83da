/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * descriptors - a parker that also wakes when a descriptor of a select is ready
 *
 * Agreement. The thread that waits; parker_wake from any thread, as ever (parker.h).
 */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <odeon/select.h>
#include "parker.h"

/* The parker sleeps in poll(2), on the `wanted` descriptors that are among the cases, and on one of its own to be woken by.
 * ODEON_ENOMEM, ODEON_ESYSTEM */
int descriptors_open(struct parker *parker, const odeon_case *cases, size_t count, unsigned wanted);
void descriptors_close(struct parker *parker);

#endif
