/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subscriptions - who gets what: actors, each with its patterns, and patterns, each with its actors
 *
 * Agreement. All of it belongs to the topics' actor, which monitors each subscriber as long as it has a subscription. A load of
 * `patterns` is the first subscription to that pattern. Zeros, but for the limits, are none.
 */
#ifndef SUBSCRIPTIONS_H
#define SUBSCRIPTIONS_H

#include "levels.h"

#include <odeon.h>

struct subscription {
	struct entry entry;                            /* by pattern and actor */
	odeon_ref who;
	uint32_t missed;                               /* since the last that it got */
	struct subscription *before, *after;           /* to the same pattern */
	struct subscription *sooner, *later;           /* of the same actor */
	struct subscriber *subscriber;
	struct level *pattern;
};

struct subscriber {
	struct entry entry;
	odeon_ref who;
	struct subscription *first;
	size_t count;
};

struct subscriptions {
	struct levels patterns;
	struct table all, subscribers;
	size_t most, most_each;
};

/* The patterns were found good by levels_accept. 0, or with nothing changed ODEON_EINVAL, ODEON_EGONE, ODEON_EFOREIGN, ODEON_EFULL,
 * ODEON_ENOMEM. */
int subscriptions_add(odeon_self *self, struct subscriptions *subscriptions, const char *pattern, odeon_ref who,
                      struct subscription **subscription);
int subscriptions_remove(odeon_self *self, struct subscriptions *subscriptions, const char *pattern, odeon_ref who);

void subscriptions_forget(odeon_self *self, struct subscriptions *subscriptions, odeon_ref who);    /* it has ended */
void subscriptions_close(struct subscriptions *subscriptions);

static inline struct subscription *subscriptions_at(const struct level *pattern) { return pattern->load; }

#endif
