/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frame.h - how commands stand in a file of the ledger, so that it can be told what is whole
 *
 * The file begins with a line that names it, and goes on in frames: a line, and behind it commands. Redis takes such lines, which begin
 * with #, for remarks.
 *
 *   #J0:ID                            16 digits of chance: what makes the numbers below this file's own
 *   #J:LENGTH:SYNCED:SUM:CHECK        of the commands behind it: their length, and a keyed hash of them; how much of this file
 *                                     had been synced when this was written; a keyed hash of the line itself, at its place in this file
 *
 * All numbers are hexadecimal, with a fixed count of digits. As the hashes are keyed by the id, no value that a client has
 * stored can pass for a frame.
 */
#ifndef KV_FRAME_H
#define KV_FRAME_H

#include "text.h"

enum { FRAME_NAME_BYTES = 22, FRAME_LINE_BYTES = 54 };
#define FRAME_LENGTH_MOST (((uint64_t)1 << 40) - 1)

struct frame { uint64_t length, synced, sum; };

void frame_write_name(char *to, uint64_t id);
bool frame_read_name(struct text bytes, uint64_t *id);

/* The line of a frame that stands at `at`; `to` has room for FRAME_LINE_BYTES. */
void frame_write(char *to, uint64_t id, uint64_t at, uint64_t synced, struct text commands);
/* False: what stands there is no such line. */
bool frame_read(struct text bytes, uint64_t id, uint64_t at, struct frame *frame);
bool frame_fits(const struct frame *frame, uint64_t id, uint64_t at, struct text commands);

#endif
