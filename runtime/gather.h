/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gather - several requests with one continuation
 *
 * Agreement. As request.h. The gather belongs to the record of its continuation, and is found by a number; each that was
 * asked has a record of its own, in no list but the gather's. When the continuation runs, the gather cannot be found any
 * more, and those that have not answered are let go; what they still answer is dropped.
 */
#ifndef GATHER_H
#define GATHER_H

#include "request.h"

/* One that was asked is back: with the answer, which is the caller's and shown, and taken; or with an error. */
void gather_answered(struct odeon_self *self, struct request *request, struct message *answer, int error);

/* The continuation runs, with all that came; who has not answered has the error. The record goes.
 * One that was not opened has no answers. */
void gather_run(struct odeon_self *self, struct request *request, int error);

/* For waits.c: the next one that has not answered, from number *index on, which goes on behind it. NULL: none. */
struct request *gather_next_out(const struct gather *gather, uint32_t *index);

#endif
