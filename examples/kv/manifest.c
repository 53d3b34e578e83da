/* SPDX-License-Identifier: BSD-2-Clause */
/* manifest.c - the list of a ledger's files, and the folder they are in */
#include "manifest.h"
#include "resp.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST "appendonly.aof.manifest"
#define MANIFEST_NEW "temp-appendonly.aof.manifest"
enum { MANIFEST_BYTES_MOST = 16384, LINE_WORDS_MOST = 16 };

static int say(char *problem, int error, const char *what)
{
	(void)snprintf(problem, MANIFEST_PROBLEM_BYTES, "%s: %s", what, strerror(error));
	return error;
}

static int wrong(char *problem, const char *what)
{
	(void)snprintf(problem, MANIFEST_PROBLEM_BYTES, MANIFEST ": %s", what);
	return EILSEQ;
}

void manifest_name(struct ledger_file *file, uint64_t sequence)
{
	*file = (struct ledger_file){ .sequence = sequence };
	(void)snprintf(file->name, sizeof file->name, "appendonly.aof.%llu.incr.aof", (unsigned long long)sequence);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

static bool take_pair(struct ledger_file *file, char *type, struct text key, struct text value)
{
	long long number;

	if (text_is(key, "file") && value.length < sizeof file->name && memchr(value.at, '/', value.length) == NULL) {
		memcpy(file->name, value.at, value.length);
		file->name[value.length] = 0;
	} else if (text_is(key, "seq") && text_integer(value, &number) && number > 0) {
		file->sequence = (uint64_t)number;
	} else if (text_is(key, "type") && value.length == 1) {
		*type = value.at[0];
	} else {
		return false;
	}
	return true;
}

static int read_line(struct manifest *manifest, struct text line, char *problem)
{
	char plain[256], type = 0;
	struct resp_span spans[(sizeof plain + 1) / 2];
	struct ledger_file file = { .sequence = 0 };
	long count = line.length < sizeof plain ? resp_split(line, plain, spans) : -1;

	if (line.length == 0 || line.at[0] == '#')
		return 0;
	if (count < 0 || count > LINE_WORDS_MOST || count % 2 != 0)
		return wrong(problem, "a line that nobody understands");
	for (long i = 0; i < count; i += 2)
		if (!take_pair(&file, &type, (struct text){ plain + spans[i].at, spans[i].length },
		               (struct text){ plain + spans[i + 1].at, spans[i + 1].length }))
			return wrong(problem, "a line that nobody understands");
	if (type == 'h')                                       /* what Redis had not removed yet */
		return 0;
	if (file.name[0] == 0 || (type != 'b' && type != 'i'))
		return wrong(problem, "a line without a file");
	if (manifest->count == LEDGER_FILES_MOST)
		return wrong(problem, "too many files");
	file.is_base = type == 'b';
	manifest->files[manifest->count++] = file;
	return 0;
}

/* The base first, then by number. */
static int compare(const void *a, const void *b)
{
	const struct ledger_file *one = a, *other = b;

	if (one->is_base != other->is_base)
		return other->is_base - one->is_base;
	return (one->sequence > other->sequence) - (one->sequence < other->sequence);
}

static int read_lines(struct manifest *manifest, struct text text, char *problem)
{
	int error = 0;

	while (text.length > 0 && error == 0) {
		const char *end = memchr(text.at, '\n', text.length);
		size_t length = end != NULL ? (size_t)(end - text.at) : text.length, used = end != NULL ? length + 1 : length;

		length -= length > 0 && text.at[length - 1] == '\r';
		error = read_line(manifest, (struct text){ text.at, length }, problem);
		text = (struct text){ text.at + used, text.length - used };
	}
	if (error == 0 && manifest->count == 0)
		error = wrong(problem, "it names no file");
	qsort(manifest->files, manifest->count, sizeof manifest->files[0], compare);
	return error;
}

static int read_all(struct disk *disk, int file, char *text, size_t *length)
{
	ssize_t some = 1;

	for (*length = 0; some > 0 && *length < MANIFEST_BYTES_MOST; *length += (size_t)some) {
		some = disk->read(disk, file, text + *length, MANIFEST_BYTES_MOST - *length, *length);
		if (some < 0)
			return (int)-some;
	}
	return *length < MANIFEST_BYTES_MOST ? 0 : EFBIG;
}

int manifest_read(struct manifest *manifest, struct disk *disk, char *problem)
{
	char text[MANIFEST_BYTES_MOST];
	int file = disk->open(disk, MANIFEST, false), error;
	size_t length;

	manifest->count = 0;
	if (file == -ENOENT)
		return 0;
	if (file < 0)
		return say(problem, -file, MANIFEST);
	error = read_all(disk, file, text, &length);
	disk->close(disk, file);
	if (error != 0)
		return say(problem, error, MANIFEST);
	return read_lines(manifest, (struct text){ text, length }, problem);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

static int write_all(struct disk *disk, int file, const char *text, size_t length)
{
	for (size_t at = 0; at < length; ) {
		ssize_t some = disk->write(disk, file, text + at, length - at, at);

		if (some < 0)
			return (int)-some;
		at += (size_t)some;
	}
	return -disk->sync(disk, file);
}

static int write_new(const struct manifest *manifest, struct disk *disk)
{
	char text[LEDGER_FILES_MOST * (LEDGER_NAME_BYTES + 48)];
	int file = disk->open(disk, MANIFEST_NEW, true), error;
	size_t length = 0;

	if (file < 0)
		return -file;
	for (unsigned i = 0; i < manifest->count; i++)
		length += (size_t)snprintf(text + length, sizeof text - length, "file %s seq %llu type %c\n", manifest->files[i].name,
		                           (unsigned long long)manifest->files[i].sequence, manifest->files[i].is_base ? 'b' : 'i');
	error = write_all(disk, file, text, length);
	disk->close(disk, file);
	return error;
}

int manifest_write(const struct manifest *manifest, struct disk *disk, bool *is_changed)
{
	int error = write_new(manifest, disk);

	*is_changed = false;
	if (error == 0)
		error = -disk->rename(disk, MANIFEST_NEW, MANIFEST);
	if (error != 0)
		return error;
	*is_changed = true;
	return -disk->sync_folder(disk);
}

/* ---- what is left over ----------------------------------------------------------------------------------------------------- */

struct leftover { const struct manifest *manifest; char names[16][LEDGER_NAME_BYTES]; unsigned count; };

static void see_name(void *data, const char *name)
{
	struct leftover *leftover = data;
	unsigned long long sequence;
	int end = 0;

	if (sscanf(name, "appendonly.aof.%llu.incr.aof%n", &sequence, &end) != 1 || end == 0 || name[end] != 0)
		return;
	for (unsigned i = 0; i < leftover->manifest->count; i++)
		if (strcmp(name, leftover->manifest->files[i].name) == 0)
			return;
	if (leftover->count < sizeof leftover->names / sizeof leftover->names[0] && strlen(name) < LEDGER_NAME_BYTES)
		strcpy(leftover->names[leftover->count++], name);
}

static int64_t length_of(struct disk *disk, const char *name)
{
	int file = disk->open(disk, name, false);
	int64_t length = file >= 0 ? disk->length(disk, file) : file;

	if (file >= 0)
		disk->close(disk, file);
	return length;
}

/* Without a manifest, a file that has more than its name was not made by a beginning that was broken off. */
int manifest_tidy(const struct manifest *manifest, struct disk *disk, char *problem)
{
	struct leftover leftover = { .manifest = manifest };
	int error = -disk->list(disk, see_name, &leftover);

	if (error != 0)
		return say(problem, error, "the folder cannot be read");
	for (unsigned i = 0; i < leftover.count; i++) {
		if (manifest->count == 0 && length_of(disk, leftover.names[i]) > MANIFEST_FRESH_MOST) {
			(void)snprintf(problem, MANIFEST_PROBLEM_BYTES, "there is %s, but no " MANIFEST " that names it", leftover.names[i]);
			return EILSEQ;
		}
		(void)disk->remove(disk, leftover.names[i]);
	}
	return 0;
}
