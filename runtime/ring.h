/* SPDX-License-Identifier: BSD-2-Clause */
/* ring - the flavour of bounded channels */
#ifndef RING_H
#define RING_H

#include "channel.h"

#define RING_MOST 65536u                        /* its memory is there from the beginning: 16 bytes a message */

/* NULL: out of memory. 1 <= capacity <= RING_MOST. */
struct channel *ring_make(const odeon_type *type, size_t capacity);

#endif
