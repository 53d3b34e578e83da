/* SPDX-License-Identifier: BSD-2-Clause */
/* spread - the flavour of broadcast and watch channels: every receiver gets a copy */
#ifndef SPREAD_H
#define SPREAD_H

#include "channel.h"

/* NULL: out of memory. The copy may be NULL: as bytes. */
struct channel *spread_make(const odeon_type *type, size_t capacity, bool is_watch,
                            int (*copy)(void *to, const void *from));

/* Of a watch: its value, seen or not. NULL and the reason. */
struct message *spread_latest(struct channel *channel, odeon_receiver *receiver, int *why);

bool channel_is_watch(const struct channel *channel);

#endif
