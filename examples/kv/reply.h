/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply.h - answers, written in RESP2 or in RESP3
 *
 * What is written goes to the end of one growing block. Where memory for that is missing, or it would be too long, the rest is not written and
 * `failed` is set: what stands there is then no answer, and reply_cut takes it back. A reply is used by one thread at a time.
 */
#ifndef KV_REPLY_H
#define KV_REPLY_H

#include "text.h"

struct reply {
	char *bytes;
	size_t length, room, most;                     /* most: bytes that it may have; 0: as many as there is memory for */
	int protocol;                                  /* 2 or 3 */
	bool failed;
};

void reply_init(struct reply *reply, int protocol);
void reply_fini(struct reply *reply);
void reply_cut(struct reply *reply, size_t length);    /* and it has not failed */

void reply_raw(struct reply *reply, struct text bytes);
char *reply_more(struct reply *reply, size_t bytes);   /* where so many bytes are to be written now; NULL: nowhere */
void reply_status(struct reply *reply, const char *status);
void reply_ok(struct reply *reply);
/* With its code in front: "ERR syntax error". Ends of lines become spaces. */
void reply_error(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));
void reply_integer(struct reply *reply, long long number);
void reply_double(struct reply *reply, double number); /* a bulk string in RESP2 */
void reply_bulk(struct reply *reply, struct text bytes);
void reply_bulk_integer(struct reply *reply, long long number);
void reply_bulk_of(struct reply *reply, const char *string);
void reply_verbatim(struct reply *reply, struct text text);
void reply_null(struct reply *reply);
void reply_null_array(struct reply *reply);

/* So many replies come next; a map has two for each. In RESP2 maps and sets are arrays. */
void reply_array(struct reply *reply, size_t count);
void reply_map(struct reply *reply, size_t pairs);
void reply_set(struct reply *reply, size_t count);
void reply_push(struct reply *reply, size_t count);    /* what nobody asked for */

/* An array whose count is known when all of it is written: begins where `reply->length` was then. */
void reply_array_at(struct reply *reply, size_t at, size_t count);
void reply_insert(struct reply *reply, size_t at, const struct reply *what);   /* in front of what stands there */

#endif
