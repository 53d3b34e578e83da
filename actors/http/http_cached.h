/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_cached - what the system has in memory of a file, opened and read without waiting
 *
 * A thread of a pool costs more than to open a file that is in memory and to read it: two hand-overs for each piece. So what can be
 * had without waiting is had on the worker; the rest is asked of the pool (http_file.h). The system itself says which: openat2(2) with
 * RESOLVE_CACHED, preadv2(2) with RWF_NOWAIT. Where it has no such calls, and on file systems that may wait all the same (over a network,
 * or served by a process), nothing is in memory.
 *
 * One wait is left: of what is not in memory the system begins to read some ahead, and may have to look up on the disk where that is.
 *
 * Agreement. Whoever has the file. Errors are not told: the pool meets them again.
 */
#ifndef ODEON_HTTP_CACHED_H
#define ODEON_HTTP_CACHED_H

#include <stdbool.h>
#include "http_file.h"

/* Whether the file system of that folder can tell, alone. */
bool http_cached_suits(int folder);

/* Opened, with its first piece, as far as it is in memory, if that is wanted. NULL: not without waiting. */
struct http_file *http_cached_open(const struct http_file_name *wanted);

/* Some of what is `left`, at most a piece. False: nothing without waiting. */
bool http_cached_read(struct http_file *file);

#endif
