/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tape.h - reading a file of the ledger from its beginning to its end, whatever has become of it
 *
 * It is read a piece at a time. Each frame whose sum is right goes to `play`; one is played as a whole or not at all. A file without
 * frames, as Redis writes it, goes there command by command, and transactions as a whole.
 *
 * What is not right ends it:
 *
 *   TAPE_TORN      the end of the file is not whole, and no frame behind that place says that it had been synced: so it never was promised to
 *                  anybody. All before `at` was played
 *   TAPE_DAMAGED   something else is wrong at `at`: with bytes that had been on the disk, or with what `play` was given
 *   TAPE_FOREIGN   it is an RDB, which is not read here
 *   TAPE_FAILED    it cannot be read: the error, or memory is missing: ENOMEM
 */
#ifndef KV_TAPE_H
#define KV_TAPE_H

#include "disk.h"
#include "text.h"

enum tape_outcome { TAPE_WHOLE, TAPE_TORN, TAPE_DAMAGED, TAPE_FOREIGN, TAPE_FAILED };

struct tape_listener {
	/* 0, or an errno: ENOMEM, or EINVAL: these are no commands to be played. */
	int (*play)(void *data, struct text commands);
	void (*progress)(void *data, uint64_t bytes);  /* so many more were read; or NULL */
	void *data;
};

struct tape_end {
	enum tape_outcome outcome;
	uint64_t at;                                   /* all before was played */
	int error;
	bool has_frames, has_plain;                    /* something stands in frames; something does not */
	uint64_t id;                                   /* of a file with frames */
};

struct tape_end tape_play(struct disk *disk, int file, uint64_t length, const struct tape_listener *listener);

#endif
