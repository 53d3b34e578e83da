/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/file.h - an open file, as an actor
 *
 * A file speaks what a connection does (connection.h), and has one owner like it. Whatever may block runs on a thread of a pool
 * (actors/offload.h), one thing at a time, so it needs no loop, and works in any system, a simulated one too. Anybody may send
 * to it:
 *
 *   struct odeon_bytes         is written onwards, in the order sent, several at once; taken, not copied
 *   struct odeon_read          credit: so many reads onwards. Each brings the owner one struct odeon_bytes; at the end of the file
 *                              they bring one struct odeon_read_end, and the credit is over. More credit tries again
 *   struct odeon_file_seek     reading goes on from there; what is being read is brought first
 *   struct odeon_give          from now on another actor is the owner
 *   struct odeon_close         writes what was sent before, closes, and ends; or, with resets, does not write what waits
 *
 * and ask it, with odeon_request or odeon_ask, in order with what is written:
 *
 *   struct odeon_file_read_at  so many bytes from there: a struct odeon_bytes, shorter only at the end of the file
 *   struct odeon_file_write_at the bytes in it, there: answered a struct odeon_file_facts
 *   struct odeon_file_sync     what was written before is on the disk: answered a struct odeon_file_facts, when that is so
 *   struct odeon_file_look     how large it is, and when it was changed: a struct odeon_file_facts
 *
 * The owner gets odeon_file_opened, when it was the owner then; odeon_bytes and odeon_read_end; odeon_unwritten at the marks; and
 * exactly once, as the last, odeon_disconnected: why it ended, and what was not written.
 *
 * The first thing that the system refuses ends the file: a disk that is full (ODEON_ESYSTEM, ENOSPC), an error of reading,
 * a sync that failed, after which nobody knows what is on the disk. What was not written comes back, beginning with the first byte
 * that was not; open it anew to go on. Questions that wait then are answered the same error. Interrupted and short writes and reads
 * are gone on with, and nobody hears of them.
 *
 * It ends with its owner; what was sent to it is written then, whatever the owner's reason. odeon_actor_stop ends it politely: what
 * was sent before is written, by the worker itself, which waits for it; that is the only time that one does. When it is killed,
 * what waits is not written, and what is under way is ended by the pool's thread.
 *
 * When the pool has no room, it waits; when the pool or its thread is gone, or memory for asking it, the file ends, with that error, and does
 * what it was sent before by itself, in the same way.
 *
 * To send a part of a file on a connection: seek, and let the connection write from it (struct odeon_write_from).
 *
 *   odeon_send(self, file, odeon_new(odeon_file_seek, .offset = 100));
 *   odeon_send(self, connection, odeon_new(odeon_write_from, .source = file, .length = 5000));
 */
#ifndef ODEON_NET_FILE_H
#define ODEON_NET_FILE_H

#include <odeon/net/connection.h>

/* ---- to a file ----------------------------------------------------------------------------------------------------------- */

struct odeon_file_seek { uint64_t offset; };
struct odeon_file_look { uint32_t unused; };
struct odeon_file_sync { uint32_t is_data_only; };     /* not 0: of what describes the file, only what reading it back needs */
struct odeon_file_read_at { uint64_t offset; size_t length; };
struct odeon_file_write_at { uint64_t offset; struct odeon_bytes *bytes; };    /* its own */

/* ---- from a file -------------------------------------------------------------------------------------------------------- */

struct odeon_file_facts {
	uint64_t size;
	int64_t changed;                               /* its content, in nanoseconds since 1970 */
	uint64_t device, number;                       /* the same two: the same file */
	uint32_t mode;                                 /* its kind and permissions, as stat(2) has them */
};
struct odeon_file_opened { odeon_ref who; struct odeon_file_facts facts; };

/* ---- opening ------------------------------------------------------------------------------------------------------------ */

/* Zero is always the default. */
typedef struct odeon_file_options {
	size_t bytes;
	int flags;                                     /* as open(2) has them, O_WRONLY | O_CREAT | O_APPEND, ...; default to read */
	unsigned mode;                                 /* of a file that is made; default 0666, less the umask */
	uint64_t offset;                               /* where reading, and writing, onwards begin */
	uint32_t credit;                               /* to begin with; default none */
	uint32_t read_bytes;                           /* one read brings at most so many; default 64 KiB */
	size_t high_water, low_water, write_most;      /* as of a connection */
	odeon_ref pool;                                /* default: the system's own */
} odeon_file_options;
#define ODEON_FILE_OPTIONS(...) { .bytes = sizeof(odeon_file_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_file_seek) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_file_look) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_file_sync) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_file_read_at) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_file_write_at) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_file_facts) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_file_opened) ODEON_API;

/**
 * odeon_file_open - open a file
 * @system:  whose pool it is read and written by
 * @path:    copied
 * @owner:   who gets what is read, and the news
 * @options: copied; NULL: all defaults
 * @file:    its ref; nobody on failure; may be NULL
 *
 * Does not wait: the owner is told by odeon_file_opened, or by odeon_disconnected, with ODEON_ESYSTEM and what the system said.
 * Directories (EISDIR), pipes, sockets and terminals (ENOTSUP) are no files, and opening one holds nobody up.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL    no path, or options that contradict each other
 *   ODEON_EVERSION  options of an unknown size
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_file_open(odeon_system *system, const char *path, odeon_ref owner, const odeon_file_options *options,
                              odeon_ref *file);

ODEON_END_
#endif
