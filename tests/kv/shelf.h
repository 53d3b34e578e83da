/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shelf.h - a disk (examples/kv/disk.h) in memory, which fails when it is told to, and forgets what was not synced
 *
 * For one thread. What was written since a file's last sync is there after shelf_crash or is not, each 512 bytes by chance; names that were made,
 * changed or removed since the folder's last sync are as they were at any moment since.
 */
#ifndef KV_SHELF_H
#define KV_SHELF_H

#include "../../examples/kv/disk.h"
#include "chance.h"

enum { SHELF_FILES = 64, SHELF_NAMES = 48, SHELF_STEPS = 256 };

struct shelf_file { char *bytes, *synced; size_t length, room, synced_length, synced_room; };
struct shelf_name { char name[64]; int file; };
struct shelf_names { struct shelf_name names[SHELF_NAMES]; unsigned count; };

struct shelf {
	struct disk disk;
	struct shelf_file files[SHELF_FILES];
	unsigned count;
	struct shelf_names now, steps[SHELF_STEPS];    /* steps: what a crash may leave, from the last sync on */
	unsigned steps_count;
	struct chance chance;
	unsigned long calls;
	unsigned long fails_at;                        /* the call with that number, from 1, fails; 0: none */
	unsigned long fails_until;                     /* and those up to this one */
	int error;                                     /* with this one, negative */
	bool is_short;                                 /* writes are done by halves */
	bool is_frozen;                                /* nothing is done any more, and that is told to nobody */
};

void shelf_open(struct shelf *shelf, uint64_t seed);
void shelf_reserve(struct shelf *shelf, size_t bytes);  /* it asks for no memory as long as no file has more */
void shelf_close(struct shelf *shelf);
void shelf_crash(struct shelf *shelf);                 /* whoever used it is gone */
struct shelf_file *shelf_find(struct shelf *shelf, const char *name);         /* NULL: there is none */

#endif
