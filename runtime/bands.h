/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bands - messages that an actor has taken and not yet handled, in rows by priority
 *
 * Agreement. The holder of the slot's token. The messages are owned, out of the mailbox's list and hidden; a row links
 * them by their nodes. None of this needs memory, but bands_make.
 *
 * Who comes next: the first of the highest band in which there is one. After as many of a band as its quota says, one
 * comes of each lower band in which one waits then. So what is at the head of its band waits for no more than the
 * quotas of all bands above it, and one of each other band.
 */
#ifndef BANDS_H
#define BANDS_H

#include <odeon/behaviour.h>
#include "message.h"

/* All zeroes: empty. */
struct row { struct message *first, *last; uint32_t count; };

struct bands {
	const odeon_bands *rule;
	uint32_t count;                         /* in all bands */
	uint32_t owed;                          /* bands of which one is to come now: bits */
	uint32_t served[ODEON_BANDS_MOST];      /* towards the quota */
	uint64_t serial;                        /* the last number given to one that came in */
	struct row rows[ODEON_BANDS_MOST];
};

/* To the end. */
void row_put(struct row *row, struct message *message);

/* NULL: empty. */
struct message *row_take(struct row *row);

/* All of `first` comes before `row`; `first` is empty then. */
void row_lead(struct row *row, struct row *first);

/* NULL: out of memory. */
struct bands *bands_make(const odeon_bands *rule);

/* Empty ones. */
void bands_free(struct bands *bands);

void bands_put(struct bands *bands, struct message *message);

/* NULL: empty. */
struct message *bands_take(struct bands *bands);

/* All, to the end of a row, in the order they came. */
void bands_empty(struct bands *bands, struct row *row);

#endif
