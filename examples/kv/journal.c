/* SPDX-License-Identifier: BSD-2-Clause */
/* journal.c - files that are read once, and written ever after */
#include "journal.h"
#include "manifest.h"
#include "replay.h"
#include "store.h"
#include "tape.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_KEPT = 4 << 20 };

void journal_init(struct journal *journal, struct disk *disk, struct text_seed random)
{
	*journal = (struct journal){ .disk = disk, .random = random, .sequence = 1, .live = SINK, .next = SINK };
}

static void close_sink(struct journal *journal, struct sink *sink)
{
	if (sink->file >= 0)
		journal->disk->close(journal->disk, sink->file);
	*sink = (struct sink)SINK;
}

void journal_fini(struct journal *journal)
{
	close_sink(journal, &journal->live);
	close_sink(journal, &journal->next);
	free(journal->frame);
	journal->frame = NULL;
	journal->room = 0;
}

/* ---- writing ------------------------------------------------------------------------------------------------------------- */

static int write_at(struct journal *journal, const struct sink *sink, size_t length)
{
	for (size_t at = 0; at < length; ) {
		ssize_t some = journal->disk->write(journal->disk, sink->file, journal->frame + at, length - at, sink->length + at);

		if (some < 0)
			return (int)-some;
		at += (size_t)some;
	}
	return 0;
}

static bool make_room(struct journal *journal, size_t room)
{
	size_t more = journal->room > 0 ? journal->room * 2 : ROOM_KEPT / 4;
	char *frame;

	if (room <= journal->room)
		return true;
	more = more > room ? more : room;
	frame = realloc(journal->frame, more);
	if (frame == NULL)
		return false;
	journal->frame = frame;
	journal->room = more;
	return true;
}

/* What a large frame needed is not kept. */
void journal_clear(struct journal *journal)
{
	if (journal->room > ROOM_KEPT) {
		free(journal->frame);
		journal->frame = NULL;
		journal->room = 0;
	}
	journal->length = FRAME_LINE_BYTES;
}

bool journal_add(struct journal *journal, struct text commands)
{
	if (!make_room(journal, journal->length + commands.length))
		return false;
	memcpy(journal->frame + journal->length, commands.at, commands.length);
	journal->length += commands.length;
	return true;
}

int journal_write(struct journal *journal, struct sink *sink)
{
	struct text commands = { journal->frame + FRAME_LINE_BYTES, journal->length - FRAME_LINE_BYTES };
	int error;

	if (commands.length > FRAME_LENGTH_MOST)
		return EFBIG;
	frame_write(journal->frame, sink->id, sink->length, sink->synced, commands);
	error = write_at(journal, sink, journal->length);
	if (error == 0)
		sink->length += journal->length;
	return error;
}

int journal_sync(struct journal *journal, struct sink *sink)
{
	int error = -journal->disk->sync(journal->disk, sink->file);

	if (error == 0)
		sink->synced = sink->length;
	return error;
}

void journal_drop(struct journal *journal)
{
	close_sink(journal, &journal->live);
}

/* ---- another file ---------------------------------------------------------------------------------------------------------- */

/* An empty one, with its name on the disk. */
static int make_file(struct journal *journal, struct journal_file *file, struct sink *sink)
{
	uint64_t sequence = journal->sequence++;
	int error;

	manifest_name(file, sequence);
	*sink = (struct sink){ .sequence = sequence, .id = text_hash((struct text){ file->name, strlen(file->name) }, &journal->random) };
	sink->file = journal->disk->open(journal->disk, file->name, true);
	if (sink->file < 0)
		return -sink->file;
	error = make_room(journal, FRAME_NAME_BYTES) ? 0 : ENOMEM;
	if (error == 0) {
		frame_write_name(journal->frame, sink->id);
		error = write_at(journal, sink, FRAME_NAME_BYTES);
	}
	if (error == 0) {
		sink->length = FRAME_NAME_BYTES;
		error = journal_sync(journal, sink);
	}
	if (error == 0)
		return 0;
	close_sink(journal, sink);
	(void)journal->disk->remove(journal->disk, file->name);
	return error;
}

int journal_begin(struct journal *journal)
{
	struct journal_file file;

	return make_file(journal, &file, &journal->next);
}

void journal_abort(struct journal *journal)
{
	struct journal_file file;

	if (journal->next.file < 0)
		return;
	manifest_name(&file, journal->next.sequence);
	close_sink(journal, &journal->next);
	(void)journal->disk->remove(journal->disk, file.name);
}

static void remove_before(struct journal *journal, const struct manifest *manifest)
{
	for (unsigned i = 0; i < journal->count; i++)
		if (strcmp(journal->files[i].name, manifest->files[0].name) != 0)
			(void)journal->disk->remove(journal->disk, journal->files[i].name);
}

static void adopt(struct journal *journal, const struct manifest *manifest)
{
	memcpy(journal->files, manifest->files, sizeof journal->files);
	journal->count = manifest->count;
}

int journal_finish(struct journal *journal)
{
	struct manifest manifest = { .count = 1 };
	bool is_changed = false;
	int error = journal_sync(journal, &journal->next);

	manifest_name(&manifest.files[0], journal->next.sequence);
	if (error == 0)
		error = manifest_write(&manifest, journal->disk, &is_changed);
	if (error != 0 && !is_changed) {
		journal_abort(journal);
		return error;
	}
	close_sink(journal, &journal->live);
	if (error != 0) {                                      /* both files stay: either may be the one that is found */
		close_sink(journal, &journal->next);
		return error;
	}
	remove_before(journal, &manifest);
	adopt(journal, &manifest);
	journal->live = journal->next;
	journal->next = (struct sink)SINK;
	journal->is_own = true;
	return 0;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

struct reader {
	struct replay *replay;
	const struct journal_progress *progress;
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
static int cut_end(struct journal *journal, int file, const char *name, uint64_t length, uint64_t at)
{
	int error = -journal->disk->cut(journal->disk, file, at);

	if (error == 0)
		error = -journal->disk->sync(journal->disk, file);
	(void)snprintf(journal->problem, sizeof journal->problem, error == 0
		? "%s was not whole at its end: %llu bytes were cut off, from byte %llu on" : "%s is not whole at its end, and cannot be cut", name,
		(unsigned long long)(length - at), (unsigned long long)at);
	return error;
}

/* One file; the last one stays open when it is ours. */
static int read_one(struct journal *journal, const struct journal_file *file, bool is_last, struct reader *reader)
{
	struct disk *disk = journal->disk;
	struct sink sink = { .file = disk->open(disk, file->name, false), .sequence = file->sequence };
	int64_t length = sink.file >= 0 ? disk->length(disk, sink.file) : sink.file;
	struct tape_end end;
	int error = 0;

	if (length < 0) {
		close_sink(journal, &sink);
		(void)snprintf(journal->problem, sizeof journal->problem, "%s: %s", file->name, strerror((int)-length));
		return (int)-length;
	}
	end = read_file(disk, sink.file, (uint64_t)length, reader);
	if (end.outcome == TAPE_TORN && is_last)
		error = cut_end(journal, sink.file, file->name, (uint64_t)length, end.at);
	else if (end.outcome != TAPE_WHOLE)
		error = tell(journal->problem, sizeof journal->problem, file->name, &end);
	journal->is_own &= !end.has_plain;
	sink.length = sink.synced = end.at;
	sink.id = end.id;
	if (error == 0 && is_last && end.has_frames)
		journal->live = sink;
	else
		close_sink(journal, &sink);
	return error;
}

static uint64_t length_of_all(struct journal *journal)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < journal->count; i++) {
		int file = journal->disk->open(journal->disk, journal->files[i].name, false);
		int64_t length = file >= 0 ? journal->disk->length(journal->disk, file) : 0;

		all += length > 0 ? (uint64_t)length : 0;
		if (file >= 0)
			journal->disk->close(journal->disk, file);
	}
	return all;
}

/* What was found is on the disk now, whoever wrote it: from here on it is built on. */
static int go_on_writing(struct journal *journal)
{
	struct manifest manifest = { .count = journal->count };
	bool is_changed;
	int error;

	if (journal->live.file >= 0)
		return journal_sync(journal, &journal->live);
	memcpy(manifest.files, journal->files, sizeof manifest.files);
	if (manifest.count == JOURNAL_FILES_MOST)
		return EFBIG;
	error = make_file(journal, &manifest.files[manifest.count++], &journal->live);
	if (error == 0)
		error = manifest_write(&manifest, journal->disk, &is_changed);
	if (error == 0)
		adopt(journal, &manifest);
	return error;
}

static int read_all(struct journal *journal, struct replay *replay, const struct journal_progress *progress)
{
	struct reader reader = { replay, progress, 0, length_of_all(journal) };
	int error = 0;

	journal->is_own = true;
	for (unsigned i = 0; i < journal->count && error == 0; i++) {
		if (journal->files[i].sequence >= journal->sequence)
			journal->sequence = journal->files[i].sequence + 1;
		error = read_one(journal, &journal->files[i], i + 1 == journal->count, &reader);
	}
	return error;
}

int journal_open(struct journal *journal, const struct server *server, struct store *const *stores, unsigned count,
                 const struct journal_progress *progress)
{
	struct manifest manifest;
	struct replay replay;
	int error = manifest_read(&manifest, journal->disk, journal->problem);

	if (error == 0)
		error = manifest_tidy(&manifest, journal->disk, journal->problem);
	if (error != 0)
		return error;
	adopt(journal, &manifest);
	replay_init(&replay, server, stores, count);
	error = read_all(journal, &replay, progress);
	replay_fini(&replay);
	if (error != 0)
		return error;
	error = go_on_writing(journal);
	if (error != 0)
		(void)snprintf(journal->problem, sizeof journal->problem, "the append-only file cannot be written: %s", strerror(error));
	return error;
}

/* ---- reading while others write ------------------------------------------------------------------------------------------------ */

struct journal_copy journal_copy(const struct journal *journal)
{
	struct journal_copy copy = { .disk = journal->disk, .count = journal->count, .last_length = journal->live.length };

	memcpy(copy.files, journal->files, sizeof copy.files);
	return copy;
}

int journal_read_one(const struct journal_copy *copy, const struct server *server, struct store *store, unsigned number, unsigned count,
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
