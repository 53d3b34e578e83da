/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disk.h - the files of one folder: what a ledger is written through
 *
 * A struct of functions, so that a test may have a disk that is full, that fails, or that forgets what was not synced. What fails answers
 * a negative errno. All of them may take long: they are called where that holds nobody up, by one thread at a time, but for read, which
 * may be called at the same time as the others.
 *
 * What was written, renamed or removed is there after a crash of the machine only when it was synced: a file's bytes by sync, names by sync_folder.
 */
#ifndef KV_DISK_H
#define KV_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct disk {
	int (*open)(struct disk *disk, const char *name, bool is_new);         /* a number for the file; new: made, or emptied */
	void (*close)(struct disk *disk, int file);
	int64_t (*length)(struct disk *disk, int file);
	ssize_t (*read)(struct disk *disk, int file, void *to, size_t bytes, uint64_t at);     /* 0: the end; it may be fewer */
	ssize_t (*write)(struct disk *disk, int file, const void *from, size_t bytes, uint64_t at);    /* it may be fewer, not 0 */
	int (*cut)(struct disk *disk, int file, uint64_t length);
	int (*sync)(struct disk *disk, int file);
	int (*rename)(struct disk *disk, const char *from, const char *to);
	int (*remove)(struct disk *disk, const char *name);
	int (*sync_folder)(struct disk *disk);
	int (*list)(struct disk *disk, void (*see)(void *data, const char *name), void *data);
};

/* A folder, which is made where there is none, and locked against others who open it, until it is closed or the process ends.
 * Answers 0 or a negative errno; -EBUSY: somebody else has it. */
int disk_open(const char *path, struct disk **disk);
void disk_close(struct disk *disk);

#endif
