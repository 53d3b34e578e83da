/* SPDX-License-Identifier: BSD-2-Clause */
/* shelf.c - files that know what of them is safe */
#include "shelf.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

static struct shelf *shelf_of(struct disk *disk)
{
	return (struct shelf *)(void *)disk;
}

/* Whether this call fails. */
static int trouble(struct shelf *shelf)
{
	shelf->calls++;
	if (shelf->fails_at != 0 && shelf->calls >= shelf->fails_at && shelf->calls <= shelf->fails_until)
		return shelf->error;
	return 0;
}

static int find(const struct shelf_names *names, const char *name)
{
	for (unsigned i = 0; i < names->count; i++)
		if (strcmp(names->names[i].name, name) == 0)
			return (int)i;
	return -1;
}

static void note_step(struct shelf *shelf)
{
	must(shelf->steps_count < SHELF_STEPS);
	shelf->steps[shelf->steps_count++] = shelf->now;
}

static void make_room(char **bytes, size_t *room, size_t length)
{
	if (length <= *room)
		return;
	*room = length * 2;
	must((*bytes = realloc(*bytes, *room)) != NULL);
}

static void resize(struct shelf_file *file, size_t length)
{
	make_room(&file->bytes, &file->room, length);
	if (length > file->length)
		memset(file->bytes + file->length, 0, length - file->length);
	file->length = length;
}

/* ---- the disk -------------------------------------------------------------------------------------------------------------- */

static int open_file(struct disk *disk, const char *name, bool is_new)
{
	struct shelf *shelf = shelf_of(disk);
	int error = trouble(shelf), at = find(&shelf->now, name);

	if (shelf->is_frozen)
		return -EIO;
	if (error != 0 || (at < 0 && !is_new))
		return error != 0 ? error : -ENOENT;
	if (is_new) {                                          /* another one in its place: what an emptied one has is not asked for here */
		must(shelf->count < SHELF_FILES);
		if (at < 0) {
			must(shelf->now.count < SHELF_NAMES);
			at = (int)shelf->now.count++;
			(void)snprintf(shelf->now.names[at].name, sizeof shelf->now.names[at].name, "%s", name);
		}
		shelf->now.names[at].file = (int)shelf->count++;
		note_step(shelf);
	}
	return shelf->now.names[at].file;
}

static void close_file(struct disk *disk, int file)
{
	must(file >= 0 && (unsigned)file < shelf_of(disk)->count);
}

static int64_t length_of(struct disk *disk, int file)
{
	int error = trouble(shelf_of(disk));

	return error != 0 ? error : (int64_t)shelf_of(disk)->files[file].length;
}

static ssize_t read_some(struct disk *disk, int file, void *to, size_t bytes, uint64_t at)
{
	const struct shelf_file *from = &shelf_of(disk)->files[file];
	int error = trouble(shelf_of(disk));

	if (error != 0)
		return error;
	if (at >= from->length)
		return 0;
	bytes = bytes < from->length - at ? bytes : from->length - at;
	memcpy(to, from->bytes + at, bytes);
	return (ssize_t)bytes;
}

static ssize_t write_some(struct disk *disk, int file, const void *from, size_t bytes, uint64_t at)
{
	struct shelf *shelf = shelf_of(disk);
	struct shelf_file *to = &shelf->files[file];
	int error = trouble(shelf);

	if (shelf->is_frozen)
		return (ssize_t)bytes;
	if (error != 0)
		return error;
	if (shelf->is_short && bytes > 1)
		bytes = 1 + choose(&shelf->chance, (unsigned)(bytes - 1));
	if (at + bytes > to->length)
		resize(to, at + bytes);
	memcpy(to->bytes + at, from, bytes);
	return (ssize_t)bytes;
}

static int cut_file(struct disk *disk, int file, uint64_t length)
{
	int error = trouble(shelf_of(disk));

	if (error == 0 && !shelf_of(disk)->is_frozen)
		resize(&shelf_of(disk)->files[file], length);
	return error;
}

static int sync_file(struct disk *disk, int number)
{
	struct shelf *shelf = shelf_of(disk);
	struct shelf_file *file = &shelf->files[number];
	int error = trouble(shelf);

	if (error != 0 || shelf->is_frozen)
		return error;
	make_room(&file->synced, &file->synced_room, file->length);
	if (file->length > 0)
		memcpy(file->synced, file->bytes, file->length);
	file->synced_length = file->length;
	return 0;
}

static int rename_file(struct disk *disk, const char *from, const char *to)
{
	struct shelf *shelf = shelf_of(disk);
	int error = trouble(shelf), source = find(&shelf->now, from), target = find(&shelf->now, to);

	if (error != 0 || source < 0 || shelf->is_frozen)
		return error != 0 ? error : source < 0 ? -ENOENT : 0;
	if (target >= 0) {
		shelf->now.names[target].file = shelf->now.names[source].file;
		shelf->now.names[source] = shelf->now.names[--shelf->now.count];
	} else {
		(void)snprintf(shelf->now.names[source].name, sizeof shelf->now.names[source].name, "%s", to);
	}
	note_step(shelf);
	return 0;
}

static int remove_file(struct disk *disk, const char *name)
{
	struct shelf *shelf = shelf_of(disk);
	int error = trouble(shelf), at = find(&shelf->now, name);

	if (error != 0 || at < 0 || shelf->is_frozen)
		return error != 0 ? error : at < 0 ? -ENOENT : 0;
	shelf->now.names[at] = shelf->now.names[--shelf->now.count];
	note_step(shelf);
	return 0;
}

static int sync_folder(struct disk *disk)
{
	struct shelf *shelf = shelf_of(disk);
	int error = trouble(shelf);

	if (error != 0 || shelf->is_frozen)
		return error;
	shelf->steps_count = 0;
	note_step(shelf);
	return 0;
}

static int list_files(struct disk *disk, void (*see)(void *data, const char *name), void *data)
{
	struct shelf *shelf = shelf_of(disk);
	int error = trouble(shelf);

	for (unsigned i = 0; error == 0 && i < shelf->now.count; i++)
		see(data, shelf->now.names[i].name);
	return error;
}

/* ---- the shelf --------------------------------------------------------------------------------------------------------------- */

void shelf_open(struct shelf *shelf, uint64_t seed)
{
	memset(shelf, 0, sizeof *shelf);
	shelf->disk = (struct disk){ open_file, close_file, length_of, read_some, write_some, cut_file, sync_file, rename_file, remove_file,
	                             sync_folder, list_files };
	shelf->chance.state = seed;
	shelf->error = -EIO;
	note_step(shelf);
}

void shelf_reserve(struct shelf *shelf, size_t bytes)
{
	for (unsigned i = 0; i < SHELF_FILES; i++) {
		make_room(&shelf->files[i].bytes, &shelf->files[i].room, bytes);
		make_room(&shelf->files[i].synced, &shelf->files[i].synced_room, bytes);
	}
}

void shelf_close(struct shelf *shelf)
{
	for (unsigned i = 0; i < SHELF_FILES; i++) {
		free(shelf->files[i].bytes);
		free(shelf->files[i].synced);
	}
}

/* Each sector is the new one or the old one; beyond the old end, the new one or zeros; and the length is any between. */
static void forget(struct shelf *shelf, struct shelf_file *file)
{
	size_t length = file->synced_length;

	if (file->length > length)
		length += choose(&shelf->chance, (unsigned)(file->length - length) + 1);
	for (size_t at = 0; at < length; at += SECTOR) {
		size_t some = length - at < SECTOR ? length - at : SECTOR;

		if (at + some <= file->length && (at + some > file->synced_length ? choose(&shelf->chance, 4) != 0 : choose(&shelf->chance, 2) != 0))
			continue;
		for (size_t i = at; i < at + some; i++)
			if (i < file->synced_length)
				file->bytes[i] = file->synced[i];
			else if (i < file->length)
				file->bytes[i] = 0;
	}
	if (length > file->length)
		resize(file, length);
	file->length = length;
}

void shelf_crash(struct shelf *shelf)
{
	shelf->is_frozen = false;
	shelf->fails_at = 0;
	for (unsigned i = 0; i < shelf->count; i++)
		forget(shelf, &shelf->files[i]);
	shelf->now = shelf->steps[choose(&shelf->chance, shelf->steps_count)];
	shelf->steps_count = 0;
	note_step(shelf);
	for (unsigned i = 0; i < shelf->count; i++)
		(void)sync_file(&shelf->disk, (int)i);
}

struct shelf_file *shelf_find(struct shelf *shelf, const char *name)
{
	int at = find(&shelf->now, name);

	return at >= 0 ? &shelf->files[shelf->now.names[at].file] : NULL;
}
