/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * manifest.h - the list of a ledger's files, as Redis 7 has it: a line for each, the base first, and changes in their order
 *
 * It is replaced as a whole: after a crash there is the one before or the new one. These functions answer 0 or an errno; `problem` has room
 * for MANIFEST_PROBLEM_BYTES and says what is wrong.
 */
#ifndef KV_MANIFEST_H
#define KV_MANIFEST_H

#include "frame.h"
#include "ledger.h"

enum { MANIFEST_PROBLEM_BYTES = 200, MANIFEST_FRESH_MOST = FRAME_NAME_BYTES };

struct manifest { struct ledger_file files[LEDGER_FILES_MOST]; unsigned count; };

void manifest_name(struct ledger_file *file, uint64_t sequence);      /* what a file with that number is called */
int manifest_read(struct manifest *manifest, struct disk *disk, char *problem);       /* with no files where there is none */
/* `is_changed`: whoever looks now finds the new one; with an error then it is not known which is found after a crash. */
int manifest_write(const struct manifest *manifest, struct disk *disk, bool *is_changed);
/* Removes files that are in no manifest, left over by a crash. */
int manifest_tidy(const struct manifest *manifest, struct disk *disk, char *problem);

#endif
