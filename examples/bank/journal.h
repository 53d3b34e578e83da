/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal - the actor at the disk
 *
 * All three messages are requests. What `written` answers is on the disk; when there is another answer, or
 * none, the line may be there or not, or come there yet: whoever asked must read his page again before he goes
 * on. The journal keeps nothing in memory.
 */
#ifndef BANK_JOURNAL_H
#define BANK_JOURNAL_H

#include "disk.h"

struct write { struct line line; };                     /* answered by a written, or by an error of disk_write */
struct written { unsigned number; };
struct read { struct page page; };                      /* answered by lines */
struct lines { unsigned count; struct line lines[]; };
struct look { unsigned unused; };                       /* for transfers that have not ended; answered by unfinished */
struct unfinished { unsigned count, transfers[]; };
ODEON_MESSAGE_DECLARE(write);
ODEON_MESSAGE_DECLARE(written);
ODEON_MESSAGE_DECLARE(read);
ODEON_MESSAGE_DECLARE(lines);
ODEON_MESSAGE_DECLARE(look);
ODEON_MESSAGE_DECLARE(unfinished);

/* How long it is waited for. */
#define JOURNAL_WITHIN ODEON_MS(100)

/* Its argument is a struct disk **: a disk that outlives the actor. */
extern const odeon_kind journal_kind;

#endif
