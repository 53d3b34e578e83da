/* SPDX-License-Identifier: BSD-2-Clause */
/* disk.c - a folder of the system */
#include "disk.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder { struct disk disk; int folder, lock; };

static int folder_of(struct disk *disk)
{
	return ((struct folder *)(void *)disk)->folder;
}

static int open_file(struct disk *disk, const char *name, bool is_new)
{
	int file = openat(folder_of(disk), name, O_RDWR | O_CLOEXEC | (is_new ? O_CREAT | O_TRUNC : 0), 0644);

	return file >= 0 ? file : -errno;
}

static void close_file(struct disk *disk, int file)
{
	(void)disk;
	(void)close(file);
}

static int64_t length_of(struct disk *disk, int file)
{
	struct stat status;

	(void)disk;
	return fstat(file, &status) == 0 ? (int64_t)status.st_size : -errno;
}

static ssize_t read_some(struct disk *disk, int file, void *to, size_t bytes, uint64_t at)
{
	ssize_t count;

	(void)disk;
	do
		count = pread(file, to, bytes, (off_t)at);
	while (count < 0 && errno == EINTR);
	return count >= 0 ? count : -errno;
}

static ssize_t write_some(struct disk *disk, int file, const void *from, size_t bytes, uint64_t at)
{
	ssize_t count;

	(void)disk;
	do
		count = pwrite(file, from, bytes, (off_t)at);
	while (count < 0 && errno == EINTR);
	return count > 0 ? count : count == 0 ? -EIO : -errno;
}

static int cut_file(struct disk *disk, int file, uint64_t length)
{
	(void)disk;
	return ftruncate(file, (off_t)length) == 0 ? 0 : -errno;
}

static int sync_file(struct disk *disk, int file)
{
	(void)disk;
	return fdatasync(file) == 0 ? 0 : -errno;
}

static int rename_file(struct disk *disk, const char *from, const char *to)
{
	return renameat(folder_of(disk), from, folder_of(disk), to) == 0 ? 0 : -errno;
}

static int remove_file(struct disk *disk, const char *name)
{
	return unlinkat(folder_of(disk), name, 0) == 0 ? 0 : -errno;
}

static int sync_folder(struct disk *disk)
{
	return fsync(folder_of(disk)) == 0 ? 0 : -errno;
}

static int list_files(struct disk *disk, void (*see)(void *data, const char *name), void *data)
{
	int copy = openat(folder_of(disk), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
	const struct dirent *entry;
	int error = errno;

	if (folder == NULL) {
		if (copy >= 0)
			(void)close(copy);
		return -error;
	}
	while ((entry = readdir(folder)) != NULL)
		see(data, entry->d_name);
	(void)closedir(folder);
	return 0;
}

/* ---- the folder ---------------------------------------------------------------------------------------------------------- */

static void close_folder(struct folder *folder)
{
	if (folder->lock >= 0)
		(void)close(folder->lock);
	if (folder->folder >= 0)
		(void)close(folder->folder);
	free(folder);
}

void disk_close(struct disk *disk)
{
	if (disk != NULL)
		close_folder((struct folder *)(void *)disk);
}

static int lock_folder(struct folder *folder)
{
	folder->lock = openat(folder->folder, "kv.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (folder->lock < 0)
		return -errno;
	if (flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

/* The folder it is in knows of it, too, before anything is promised about what is in it. */
static int open_folder(struct folder *folder, const char *path)
{
	int above;

	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		return -errno;
	folder->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->folder < 0)
		return -errno;
	above = openat(folder->folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above >= 0) {
		(void)fsync(above);
		(void)close(above);
	}
	return lock_folder(folder);
}

int disk_open(const char *path, struct disk **disk)
{
	struct folder *folder = malloc(sizeof *folder);
	int error;

	if (folder == NULL)
		return -ENOMEM;
	*folder = (struct folder){
		.disk = { open_file, close_file, length_of, read_some, write_some, cut_file, sync_file, rename_file, remove_file, sync_folder,
		          list_files },
		.folder = -1, .lock = -1,
	};
	error = open_folder(folder, path);
	if (error == 0)
		*disk = (struct disk *)(void *)folder;         /* its first member */
	else
		close_folder(folder);
	return error;
}
