/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_head - a request's line and fields, in memory of its own, and what they mean
 *
 * The texts and the fields live until the next http_head_begin or http_head_fini; behind each text in this memory is
 * a zero, once http_head_settle was called. What a head may be has three judges: the gate for its bytes, the library for its grammar, and http_head_judge for what it says of the body and
 * of us:
 *
 *   Content-Length       once, digits alone, not with Transfer-Encoding, else 400; more than the limit: 413
 *   Transfer-Encoding    in HTTP/1.1 only, chunked once and last: else 400; others than chunked: 501
 *   Host                 in HTTP/1.1 once, in HTTP/1.0 at most, a name or an address, perhaps with a port: else 400
 *   Expect               100-continue, which only HTTP/1.1 may: others in HTTP/1.1 417
 *   the target           "/path?query", "http://host/path?query", or for OPTIONS "*": else 400. CONNECT: 501
 */
#ifndef ODEON_HTTP_HEAD_H
#define ODEON_HTTP_HEAD_H

#include "http_gate.h"

struct http_field { uint32_t name, name_bytes, value, value_bytes; };  /* where in the memory */

struct http_head {
	struct http_text method;                       /* "GET" */
	struct http_text target;                       /* as it came */
	struct http_text path, query;                  /* of it, still encoded; a query is at NULL when there is none */
	struct http_text host;                         /* the target's if it has one, else the field's; with its port */
	uint64_t body_bytes;                           /* when it is not chunked, and not until_end */
	uint8_t minor;                                 /* HTTP/1.minor */
	bool is_chunked, keeps_alive, expects_continue, upgrades;
	bool is_until_end;                             /* an answer's body goes on until the connection ends */
	int code;                                      /* of an answer; 0: a request */
	/* only for http_head.c: */
	bool is_in_value, is_whole, is_without_memory;
	uint32_t target_bytes, fields, fields_room, bytes, room;
	struct http_field *field;
	char *memory;
};

void http_head_begin(struct http_head *head);          /* a new one; the memory is kept. At first it is all zero */
void http_head_fini(struct http_head *head);           /* frees the memory; it may begin again */
void http_head_target(struct http_head *head, struct http_text piece);
void http_head_name(struct http_head *head, struct http_text piece);   /* ignored once it was judged: trailers */
void http_head_value(struct http_head *head, struct http_text piece);

/*
 * All is there. Answers 0, or the status to refuse with; 503: there was no memory. The method must live as long as
 * the head.
 */
int http_head_judge(struct http_head *head, const struct http_limits *limits, struct http_text method, uint8_t minor);

/* The same for an answer with this code, 100 to 999. */
int http_head_judge_answer(struct http_head *head, const struct http_limits *limits, int code, uint8_t minor, bool is_for_head);

/*
 * Normalises the path, where it is: the target is gone. Then path, query, host and the fields end with a zero. False:
 * http_path_normalize refused; the path is as it was.
 */
bool http_head_settle(struct http_head *head);

/* A field by number, less than `fields`; the first of a name, at NULL: none; whether any of a name lists an element. */
struct http_text http_head_field(const struct http_head *head, size_t index, struct http_text *name);
struct http_text http_head_find(const struct http_head *head, struct http_text name);
bool http_head_lists(const struct http_head *head, struct http_text name, struct http_text element);

#endif
