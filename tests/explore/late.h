/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * late - stores that others see later, as on x86
 *
 * Agreement. explore.c, which has such a buffer for each of its threads. A buffer's stores reach memory in the order they
 * were added. The ranges in which a store may be late (explore_buffer) hold for one schedule.
 */
#ifndef LATE_H
#define LATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LATE_MOST 8                             /* stores in a buffer */

struct late {
	void *address;
	uint64_t value;
	unsigned bytes;
};

struct lates {
	struct late held[LATE_MOST];
	unsigned count;
};

/* A full buffer gives up its first. */
void late_add(struct lates *lates, struct late late);

/* What its own thread reads: the last store to the address. False: none is held. */
bool late_find(const struct lates *lates, const void *address, uint64_t *value);

/* The first so many reach memory. */
void late_drain(struct lates *lates, unsigned count);

bool late_may_be(const void *address);
bool late_is_wanted(void);                      /* a range was named */
void late_forget(void);

#endif
