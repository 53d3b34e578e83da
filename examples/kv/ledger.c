/* SPDX-License-Identifier: BSD-2-Clause */
/* ledger.c - files that are read once, and written ever after */
#include "ledger.h"
#include "manifest.h"
#include "replay.h"
#include "store.h"
#include "tape.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_KEPT = 4 << 20 };

void ledger_init(struct ledger *ledger, struct disk *disk, struct text_seed random)
{
	*ledger = (struct ledger){ .disk = disk, .random = random, .sequence = 1, .live = SINK, .next = SINK };
}

static void close_sink(struct ledger *ledger, struct sink *sink)
{
	if (sink->file >= 0)
		ledger->disk->close(ledger->disk, sink->file);
	*sink = (struct sink)SINK;
}

void ledger_fini(struct ledger *ledger)
{
	close_sink(ledger, &ledger->live);
	close_sink(ledger, &ledger->next);
	free(ledger->frame);
	ledger->frame = NULL;
	ledger->room = 0;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

static int write_at(struct ledger *ledger, const struct sink *sink, size_t length)
{
	for (size_t at = 0; at < length; ) {
		ssize_t some = ledger->disk->write(ledger->disk, sink->file, ledger->frame + at, length - at, sink->length + at);

		if (some < 0)
			return (int)-some;
		at += (size_t)some;
	}
	return 0;
}

static bool make_room(struct ledger *ledger, size_t room)
{
	size_t more = ledger->room > 0 ? ledger->room * 2 : ROOM_KEPT / 4;
	char *frame;

	if (room <= ledger->room)
		return true;
	more = more > room ? more : room;
	frame = realloc(ledger->frame, more);
	if (frame == NULL)
		return false;
	ledger->frame = frame;
	ledger->room = more;
	return true;
}

/* What a large frame needed is not kept. */
void ledger_clear(struct ledger *ledger)
{
	if (ledger->room > ROOM_KEPT) {
		free(ledger->frame);
		ledger->frame = NULL;
		ledger->room = 0;
	}
	ledger->length = FRAME_LINE_BYTES;
}

bool ledger_add(struct ledger *ledger, struct text commands)
{
	if (!make_room(ledger, ledger->length + commands.length))
		return false;
	memcpy(ledger->frame + ledger->length, commands.at, commands.length);
	ledger->length += commands.length;
	return true;
}

int ledger_write(struct ledger *ledger, struct sink *sink)
{
	struct text commands = { ledger->frame + FRAME_LINE_BYTES, ledger->length - FRAME_LINE_BYTES };
	int error;

	if (commands.length > FRAME_LENGTH_MOST)
		return EFBIG;
	frame_write(ledger->frame, sink->id, sink->length, sink->synced, commands);
	error = write_at(ledger, sink, ledger->length);
	if (error == 0)
		sink->length += ledger->length;
	return error;
}

int ledger_sync(struct ledger *ledger, struct sink *sink)
{
	int error = -ledger->disk->sync(ledger->disk, sink->file);

	if (error == 0)
		sink->synced = sink->length;
	return error;
}

void ledger_drop(struct ledger *ledger)
{
	close_sink(ledger, &ledger->live);
}

/* ---- another file ---------------------------------------------------------------------------------------------------------- */

/* An empty one, with its name on the disk. */
static int make_file(struct ledger *ledger, struct ledger_file *file, struct sink *sink)
{
	uint64_t sequence = ledger->sequence++;
	int error;

	manifest_name(file, sequence);
	*sink = (struct sink){ .sequence = sequence, .id = text_hash((struct text){ file->name, strlen(file->name) }, &ledger->random) };
	sink->file = ledger->disk->open(ledger->disk, file->name, true);
	if (sink->file < 0)
		return -sink->file;
	error = make_room(ledger, FRAME_NAME_BYTES) ? 0 : ENOMEM;
	if (error == 0) {
		frame_write_name(ledger->frame, sink->id);
		error = write_at(ledger, sink, FRAME_NAME_BYTES);
	}
	if (error == 0) {
		sink->length = FRAME_NAME_BYTES;
		error = ledger_sync(ledger, sink);
	}
	if (error == 0)
		return 0;
	close_sink(ledger, sink);
	(void)ledger->disk->remove(ledger->disk, file->name);
	return error;
}

int ledger_begin(struct ledger *ledger)
{
	struct ledger_file file;

	return make_file(ledger, &file, &ledger->next);
}

void ledger_abort(struct ledger *ledger)
{
	struct ledger_file file;

	if (ledger->next.file < 0)
		return;
	manifest_name(&file, ledger->next.sequence);
	close_sink(ledger, &ledger->next);
	(void)ledger->disk->remove(ledger->disk, file.name);
}

static void remove_before(struct ledger *ledger, const struct manifest *manifest)
{
	for (unsigned i = 0; i < ledger->count; i++)
		if (strcmp(ledger->files[i].name, manifest->files[0].name) != 0)
			(void)ledger->disk->remove(ledger->disk, ledger->files[i].name);
}

static void adopt(struct ledger *ledger, const struct manifest *manifest)
{
	memcpy(ledger->files, manifest->files, sizeof ledger->files);
	ledger->count = manifest->count;
}

int ledger_finish(struct ledger *ledger)
{
	struct manifest manifest = { .count = 1 };
	bool is_changed = false;
	int error = ledger_sync(ledger, &ledger->next);

	manifest_name(&manifest.files[0], ledger->next.sequence);
	if (error == 0)
		error = manifest_write(&manifest, ledger->disk, &is_changed);
	if (error != 0 && !is_changed) {
		ledger_abort(ledger);
		return error;
	}
	close_sink(ledger, &ledger->live);
	if (error != 0) {                                      /* both files stay: either may be the one that is found */
		close_sink(ledger, &ledger->next);
		return error;
	}
	remove_before(ledger, &manifest);
	adopt(ledger, &manifest);
	ledger->live = ledger->next;
	ledger->next = (struct sink)SINK;
	ledger->is_own = true;
	return 0;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

struct reader {
	struct replay *replay;
	const struct ledger_progress *progress;
	uint64_t read, all;
};

static int play(void *data, struct text commands)
{
	return replay_play(((struct reader *)data)->replay, commands);
}

static void note_progress(void *data, uint64_t bytes)
{
	struct reader *reader = data;

	reader->read += bytes;
	if (reader->progress != NULL)
		reader->progress->tell(reader->progress->data, reader->read, reader->all);
}

static int tell(char *problem, size_t bytes, const char *name, const struct tape_end *end)
{
	unsigned long long at = end->at;

	if (end->outcome == TAPE_FAILED)
		(void)snprintf(problem, bytes, "%s cannot be read, at byte %llu: %s", name, at, strerror(end->error));
	else if (end->outcome == TAPE_FOREIGN)
		(void)snprintf(problem, bytes, "%s is an RDB, which is not read here: have Redis write it with aof-use-rdb-preamble no", name);
	else
		(void)snprintf(problem, bytes, "%s is damaged at byte %llu", name, at);
	return end->outcome == TAPE_FAILED ? end->error : EILSEQ;
}

static struct tape_end read_file(struct disk *disk, int file, uint64_t length, struct reader *reader)
{
	struct tape_listener listener = { play, note_progress, reader };

	return tape_play(disk, file, length, &listener);
}

/* An end that is not whole is cut off, for ever: it must not be found once more when other bytes stand behind it. */
static int cut_end(struct ledger *ledger, int file, const char *name, uint64_t length, uint64_t at)
{
	int error = -ledger->disk->cut(ledger->disk, file, at);

	if (error == 0)
		error = -ledger->disk->sync(ledger->disk, file);
	(void)snprintf(ledger->problem, sizeof ledger->problem, error == 0
		? "%s was not whole at its end: %llu bytes were cut off, from byte %llu on" : "%s is not whole at its end, and cannot be cut", name,
		(unsigned long long)(length - at), (unsigned long long)at);
	return error;
}

/* One file; the last one stays open when it is ours. */
static int read_one(struct ledger *ledger, const struct ledger_file *file, bool is_last, struct reader *reader)
{
	struct disk *disk = ledger->disk;
	struct sink sink = { .file = disk->open(disk, file->name, false), .sequence = file->sequence };
	int64_t length = sink.file >= 0 ? disk->length(disk, sink.file) : sink.file;
	struct tape_end end;
	int error = 0;

	if (length < 0) {
		close_sink(ledger, &sink);
		(void)snprintf(ledger->problem, sizeof ledger->problem, "%s: %s", file->name, strerror((int)-length));
		return (int)-length;
	}
	end = read_file(disk, sink.file, (uint64_t)length, reader);
	if (end.outcome == TAPE_TORN && is_last)
		error = cut_end(ledger, sink.file, file->name, (uint64_t)length, end.at);
	else if (end.outcome != TAPE_WHOLE)
		error = tell(ledger->problem, sizeof ledger->problem, file->name, &end);
	ledger->is_own &= !end.has_plain;
	sink.length = sink.synced = end.at;
	sink.id = end.id;
	if (error == 0 && is_last && end.has_frames)
		ledger->live = sink;
	else
		close_sink(ledger, &sink);
	return error;
}

static uint64_t length_of_all(struct ledger *ledger)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < ledger->count; i++) {
		int file = ledger->disk->open(ledger->disk, ledger->files[i].name, false);
		int64_t length = file >= 0 ? ledger->disk->length(ledger->disk, file) : 0;

		all += length > 0 ? (uint64_t)length : 0;
		if (file >= 0)
			ledger->disk->close(ledger->disk, file);
	}
	return all;
}

/* What was found is on the disk now, names too, whoever wrote it and was ended before he could sync it: from here on it is built on. */
static int go_on_writing(struct ledger *ledger)
{
	struct manifest manifest = { .count = ledger->count };
	bool is_changed;
	int error;

	if (ledger->live.file >= 0) {
		error = ledger_sync(ledger, &ledger->live);
		return error != 0 ? error : -ledger->disk->sync_folder(ledger->disk);
	}
	memcpy(manifest.files, ledger->files, sizeof manifest.files);
	if (manifest.count == LEDGER_FILES_MOST)
		return EFBIG;
	error = make_file(ledger, &manifest.files[manifest.count++], &ledger->live);
	if (error == 0)
		error = manifest_write(&manifest, ledger->disk, &is_changed);
	if (error == 0)
		adopt(ledger, &manifest);
	return error;
}

static int read_all(struct ledger *ledger, struct replay *replay, const struct ledger_progress *progress)
{
	struct reader reader = { replay, progress, 0, length_of_all(ledger) };
	int error = 0;

	ledger->is_own = true;
	for (unsigned i = 0; i < ledger->count && error == 0; i++) {
		if (ledger->files[i].sequence >= ledger->sequence)
			ledger->sequence = ledger->files[i].sequence + 1;
		error = read_one(ledger, &ledger->files[i], i + 1 == ledger->count, &reader);
	}
	return error;
}

int ledger_open(struct ledger *ledger, const struct server *server, struct store *const *stores, unsigned count,
                 const struct ledger_progress *progress)
{
	struct manifest manifest;
	struct replay replay;
	int error = manifest_read(&manifest, ledger->disk, ledger->problem);

	if (error == 0)
		error = manifest_tidy(&manifest, ledger->disk, ledger->problem);
	if (error != 0)
		return error;
	adopt(ledger, &manifest);
	replay_init(&replay, server, stores, count);
	error = read_all(ledger, &replay, progress);
	replay_fini(&replay);
	if (error != 0)
		return error;
	error = go_on_writing(ledger);
	if (error != 0)
		(void)snprintf(ledger->problem, sizeof ledger->problem, "the append-only file cannot be written: %s", strerror(error));
	return error;
}

/* ---- reading while others write ------------------------------------------------------------------------------------------------ */

struct ledger_copy ledger_copy(const struct ledger *ledger)
{
	struct ledger_copy copy = { .disk = ledger->disk, .count = ledger->count, .last_length = ledger->live.length };

	memcpy(copy.files, ledger->files, sizeof copy.files);
	return copy;
}

int ledger_read_one(const struct ledger_copy *copy, const struct server *server, struct store *store, unsigned number, unsigned count,
                     char *problem, size_t problem_bytes)
{
	struct disk *disk = copy->disk;
	struct replay replay;
	struct reader reader = { .replay = &replay };
	int error = 0;

	replay_init_one(&replay, server, store, number, count);
	for (unsigned i = 0; i < copy->count && error == 0; i++) {
		int file = disk->open(disk, copy->files[i].name, false);
		int64_t length = file >= 0 ? i + 1 < copy->count ? disk->length(disk, file) : (int64_t)copy->last_length : file;
		struct tape_end end = { .outcome = TAPE_FAILED, .error = length < 0 ? (int)-length : 0 };

		if (length >= 0)
			end = read_file(disk, file, (uint64_t)length, &reader);
		if (file >= 0)
			disk->close(disk, file);
		if (end.outcome != TAPE_WHOLE)
			error = tell(problem, problem_bytes, copy->files[i].name, &end);
	}
	replay_fini(&replay);
	return error;
}
