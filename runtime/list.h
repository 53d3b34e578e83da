/* SPDX-License-Identifier: BSD-2-Clause */
/* list - the flavour of unbounded channels, and of those bounded in bytes or by very many messages */
#ifndef LIST_H
#define LIST_H

#include "channel.h"

/* NULL: out of memory. No bound: most is ODEON_UNBOUNDED, most_bytes is 0. */
struct channel *list_make(const odeon_type *type, size_t most, size_t most_bytes);

#endif
