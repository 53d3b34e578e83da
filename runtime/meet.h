/* SPDX-License-Identifier: BSD-2-Clause */
/* meet - the flavour of rendezvous channels */
#ifndef MEET_H
#define MEET_H

#include "channel.h"

/* NULL: out of memory. */
struct channel *meet_make(const odeon_type *type);

#endif
