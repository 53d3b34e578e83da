/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scratch.h - a folder for the files of one test, and its descriptors, counted
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "wires.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static char scratch[64];

static inline void scratch_open(void)
{
	snprintf(scratch, sizeof scratch, "/tmp/odeon-scratch-XXXXXX");
	must(mkdtemp(scratch) != NULL);
}

static inline const char *scratch_path(const char *name)
{
	static char path[400];

	snprintf(path, sizeof path, "%s/%s", scratch, name);
	return path;
}

static inline void scratch_close(void)
{
	DIR *folder = opendir(scratch);

	for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL; )
		if (entry->d_name[0] != '.')
			must(unlink(scratch_path(entry->d_name)) == 0);
	must(folder != NULL && closedir(folder) == 0 && rmdir(scratch) == 0);
}

/* A file with so much of the pattern. */
static inline const char *scratch_file(const char *name, size_t length)
{
	FILE *file = fopen(scratch_path(name), "w");
	unsigned char piece[4096];

	must(file != NULL);
	for (size_t at = 0, some; at < length; at += some) {
		some = length - at < sizeof piece ? length - at : sizeof piece;
		pattern_put(piece, at, some);
		must(fwrite(piece, 1, some, file) == some);
	}
	must(fclose(file) == 0);
	return scratch_path(name);
}

/* How much of it is the pattern; UINT64_MAX: it has something else. */
static inline uint64_t scratch_pattern(const char *name)
{
	FILE *file = fopen(scratch_path(name), "r");
	unsigned char piece[4096];
	uint64_t length = 0;
	bool is_it = true;

	must(file != NULL);
	for (size_t some; (some = fread(piece, 1, sizeof piece, file)) > 0; length += some)
		is_it &= pattern_is(piece, length, some);
	fclose(file);
	return is_it ? length : UINT64_MAX;
}

/* How many are open; asked in a way that opens none, which would look to ThreadSanitizer as if it had not been closed. */
static inline unsigned descriptors(void)
{
	unsigned count = 0;

	for (int descriptor = 0; descriptor < 4096; descriptor++)
		count += fcntl(descriptor, F_GETFD) >= 0;
	return count;
}

#endif
