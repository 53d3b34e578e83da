/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_file - a file below a folder, opened and read on the threads of a pool, or at once where it is in memory (http_cached.h)
 *
 * An open file is a message: whoever has it, an actor or a thread of the pool, is the only one to touch it, and it is closed
 * when it is dropped.
 */
#ifndef ODEON_HTTP_FILE_H
#define ODEON_HTTP_FILE_H

#include <odeon/actors/offload.h>
#include <odeon/http/server.h>
#include <stdbool.h>
#include "http_parts.h"

enum { HTTP_FILE_PIECE = 65536 };

struct http_file {
	int descriptor;                                /* -1: none */
	int system_error;                              /* why there is none */
	int is_folder;                                 /* it is one: there is no file */
	int may_be_cached;                             /* more of it may be had without waiting */
	uint64_t size, number, at, left;               /* at, left: what is to be read */
	int64_t changed;                               /* in nanoseconds since 1970 */
	struct odeon_bytes *bytes;                     /* the piece that was read last, not yet taken */
};
ODEON_MESSAGE_DECLARE(http_file);

struct http_file_name {
	const char *folder;                            /* must live for ever */
	int follows_links;
	int reads;                                     /* the first piece, at once */
	int may_be_cached;                             /* and may be read on a worker then */
	char name[];                                   /* segments with '/' between, none of them "..", or "." or empty */
};
ODEON_MESSAGE_DECLARE(http_file_name);

/* Whether one of its segments begins with a dot. */
bool http_file_is_hidden(const char *name);

/* Its facts. 0, or the system's error: ENOENT for what is no file and no folder. */
int http_file_look(struct http_file *file);

/* So much more was read, to where it is `at`. */
void http_file_took(struct http_file *file, struct odeon_bytes *bytes);

/* The continuation gets a struct http_file. The name is taken; as odeon_offload. */
int http_file_open(odeon_self *self, odeon_ref pool, struct http_file_name *name, odeon_time until, odeon_then *then);

/*
 * An actor that is a source (odeon/http/server.h) of the file's bytes `at` and on, `left` of them; or, when there are parts, of these,
 * with what stands between. They are copied. The file is taken when it answers 0.
 */
int http_file_pour(odeon_self *self, struct http_file *file, const struct http_parts *parts, odeon_ref pool, odeon_ref *source);

#endif
