/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - the files that effects are written to, and read from
 *
 * One ledger is for all shards: what a command or a transaction did, in whatever shards, stands in one frame of one file, so that
 * after a crash it is there as a whole or not at all. With a file for each shard they would have to agree on that.
 *
 * The folder has what Redis 7 has: a manifest, which names the files in their order, and the files. Changes are appended to the last one.
 *
 *   appendonly.aof.manifest           file appendonly.aof.3.incr.aof seq 3 type i
 *   appendonly.aof.3.incr.aof         frames (frame.h) of commands
 *   kv.lock                           whoever has it locked is the one who uses the folder
 *
 * A ledger is rewritten by beginning the next file, which gets all that there is now, and meanwhile all changes too, each at its place
 * between; when it has all, a new manifest names it alone. Whatever happens in between, the manifest that there is names files which have everything.
 *
 * All functions may block. They are called by one thread at a time.
 */
#ifndef KV_LEDGER_H
#define KV_LEDGER_H

#include "commands.h"
#include "disk.h"

enum { LEDGER_FILES_MOST = 64, LEDGER_NAME_BYTES = 64 };

struct ledger_file { char name[LEDGER_NAME_BYTES]; uint64_t sequence; bool is_base; };

/* A file that is written; there is none when `file` is below 0. */
struct sink { int file; uint64_t sequence, id, length, synced; };
#define SINK { .file = -1 }

struct ledger {
	struct disk *disk;
	struct text_seed random;                       /* ids come from here */
	struct ledger_file files[LEDGER_FILES_MOST]; /* of the manifest; the last one is the live one */
	unsigned count;
	uint64_t sequence;                             /* of the next file */
	bool is_own;                                   /* all of the files have frames */
	struct sink live, next;
	char *frame;                                   /* what is gathered, behind room for its line */
	size_t length, room;
	char problem[300];                             /* why something failed, for people */
};

/* How far the reading of the files is; from the thread that reads. */
struct ledger_progress { void (*tell)(void *data, uint64_t read, uint64_t all); void *data; };

void ledger_init(struct ledger *ledger, struct disk *disk, struct text_seed random);
void ledger_fini(struct ledger *ledger);            /* nothing is synced */

/*
 * Reads all there is into stores, and makes the live file ready: a torn end is cut off it, or a first file is made.
 * Answers 0; otherwise an errno, EILSEQ for what is damaged, and `problem` says where. With 0 it may say what was cut, or be empty.
 */
int ledger_open(struct ledger *ledger, const struct server *server, struct store *const *stores, unsigned count,
                 const struct ledger_progress *progress);

/* A frame is gathered, and written behind what a sink has, to one sink or to both. When writing answers an errno nothing was added to the
 * sink, and it may be tried again; false: no memory. */
void ledger_clear(struct ledger *ledger);
bool ledger_add(struct ledger *ledger, struct text commands);
int ledger_write(struct ledger *ledger, struct sink *sink);
/* When this fails it is not known what of the file is on the disk, and never will be. */
int ledger_sync(struct ledger *ledger, struct sink *sink);
void ledger_drop(struct ledger *ledger);            /* the live file: nothing more is written there */

int ledger_begin(struct ledger *ledger);            /* the next file */
void ledger_abort(struct ledger *ledger);           /* no next file after all */
/* The next file, which has everything, is the live one, and the only one. With an error there is no next file any more; if there is no live
 * one either, it is not known which of the two is found after a crash, and nothing is to be promised before another one is finished. */
int ledger_finish(struct ledger *ledger);

/* ---- reading while others write --------------------------------------------------------------------------------------------- */

/* What the ledger is now: the files stay as long as it is not finished anew. */
struct ledger_copy { struct disk *disk; struct ledger_file files[LEDGER_FILES_MOST]; unsigned count; uint64_t last_length; };
struct ledger_copy ledger_copy(const struct ledger *ledger);
/* One store of `count`, out of a ledger that is_own. Answers 0 or an errno, and says in `problem` what it is about. */
int ledger_read_one(const struct ledger_copy *copy, const struct server *server, struct store *store, unsigned number, unsigned count,
                     char *problem, size_t problem_bytes);

#endif
