/* SPDX-License-Identifier: BSD-2-Clause */
/* oneshot - the flavour of channels that carry one message */
#ifndef ONESHOT_H
#define ONESHOT_H

#include "channel.h"

/* NULL: out of memory. */
struct channel *oneshot_make(const odeon_type *type);

#endif
