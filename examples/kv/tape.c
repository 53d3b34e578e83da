/* SPDX-License-Identifier: BSD-2-Clause */
/* tape.c - frames, or commands, one behind the other */
#include "frame.h"
#include "resp.h"
#include "tape.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20 };

struct tape {
	struct disk *disk;
	int file;
	const struct tape_listener *listener;
	uint64_t length, base;                         /* what is held begins there */
	char *held;
	size_t count, room;
	struct resp parser;
	struct tape_end end;
};

static bool fail(struct tape *tape, int error)
{
	tape->end.outcome = TAPE_FAILED;
	tape->end.error = error;
	return false;
}

static void stop(struct tape *tape, enum tape_outcome outcome)
{
	tape->end.outcome = outcome;
}

/* ---- holding a part of the file ------------------------------------------------------------------------------------------- */

static bool make_room(struct tape *tape, uint64_t from, size_t bytes)
{
	size_t gone = from - tape->base < tape->count ? (size_t)(from - tape->base) : tape->count;
	char *larger;

	memmove(tape->held, tape->held + gone, tape->count - gone);
	tape->count -= gone;
	tape->base = from;
	if (bytes <= tape->room)
		return true;
	larger = realloc(tape->held, bytes);
	if (larger == NULL)
		return fail(tape, ENOMEM);
	tape->held = larger;
	tape->room = bytes;
	return true;
}

/* From there on, so many bytes, which the file has, are held, and more if there are; what was before is not any more. */
static bool hold(struct tape *tape, uint64_t from, uint64_t bytes)
{
	uint64_t left = tape->length - from, wanted = bytes < PIECE ? PIECE : bytes;

	if (from >= tape->base && from - tape->base + bytes <= tape->count && from - tape->base <= tape->count)
		return true;
	if (bytes > SIZE_MAX / 2 || !make_room(tape, from, (size_t)wanted))
		return bytes > SIZE_MAX / 2 ? fail(tape, ENOMEM) : false;
	if (wanted > left)
		wanted = left;
	while (tape->count < wanted) {
		ssize_t some = tape->disk->read(tape->disk, tape->file, tape->held + tape->count, (size_t)wanted - tape->count, from + tape->count);

		if (some <= 0)
			return fail(tape, some < 0 ? (int)-some : EIO);
		tape->count += (size_t)some;
	}
	return true;
}

static struct text held(const struct tape *tape, uint64_t from, uint64_t bytes)
{
	size_t skipped = (size_t)(from - tape->base);
	size_t there = tape->count - skipped;

	return (struct text){ tape->held + skipped, bytes < there ? (size_t)bytes : there };
}

static bool play(struct tape *tape, struct text commands, uint64_t next)
{
	int error = tape->listener->play(tape->listener->data, commands);

	if (error == EINVAL) {
		stop(tape, TAPE_DAMAGED);
		return false;
	}
	if (error != 0)
		return fail(tape, error);
	if (tape->listener->progress != NULL)
		tape->listener->progress(tape->listener->data, next - tape->end.at);
	tape->end.at = next;
	return true;
}

/* ---- commands without frames ------------------------------------------------------------------------------------------------ */

/* One command, or a remark, that begins `used` bytes behind what was played; its length is added. False: it is not there as a whole. */
static bool see_command(struct tape *tape, uint64_t *used)
{
	struct resp *parser = &tape->parser;
	uint64_t at = tape->end.at, left = tape->length - at, shown = *used + 1;
	struct text rest;

	for (;; shown = shown > left / 2 ? left : shown * 2) {
		const char *line_end;
		enum resp_outcome outcome;

		if (!hold(tape, at, shown < left ? shown : left))
			return false;
		rest = held(tape, at + *used, UINT64_MAX);
		shown = rest.length + *used;
		line_end = rest.at[0] == '#' ? memchr(rest.at, '\n', rest.length) : NULL;
		if (rest.at[0] == '#')
			outcome = line_end == NULL ? RESP_MORE : rest.at[1] == 'J' ? RESP_ERROR : RESP_COMMAND;        /* a frame, in no file of frames */
		else
			outcome = rest.at[0] == '*' ? resp_parse(parser, rest.at, rest.length) : RESP_ERROR;
		if (outcome == RESP_COMMAND) {
			*used += line_end != NULL ? (uint64_t)(line_end - rest.at) + 1 : parser->used;
			parser->count = line_end != NULL ? 0 : parser->count;
			return true;
		}
		if (outcome == RESP_MEMORY)
			return fail(tape, ENOMEM);
		if (outcome == RESP_ERROR || shown >= left) {
			stop(tape, outcome == RESP_ERROR ? TAPE_DAMAGED : TAPE_TORN);
			return false;
		}
	}
}

/* A command, or all from MULTI to EXEC. */
static bool play_unit(struct tape *tape)
{
	const struct resp *parser = &tape->parser;
	uint64_t at = tape->end.at, used = 0;
	bool is_open = false;

	do {
		if (at + used == tape->length) {
			stop(tape, TAPE_TORN);
			return false;
		}
		if (!see_command(tape, &used))
			return false;
		if (parser->count == 1 && text_is(parser->words[0], "MULTI"))
			is_open = true;
		else if (parser->count == 1 && text_is(parser->words[0], "EXEC"))
			is_open = false;
	} while (is_open);
	return play(tape, held(tape, at, used), at + used);
}

/* ---- frames ---------------------------------------------------------------------------------------------------------------- */

/* Whether any line behind this place says that it had been synced. */
static bool was_synced(struct tape *tape, uint64_t place)
{
	for (uint64_t at = place + 1; at + FRAME_LINE_BYTES <= tape->length; at++) {
		struct frame frame;
		struct text bytes;
		const char *next;

		if (!hold(tape, at, FRAME_LINE_BYTES))
			return false;
		bytes = held(tape, at, UINT64_MAX);
		next = memchr(bytes.at, '#', bytes.length);
		at += next != NULL ? (uint64_t)(next - bytes.at) : bytes.length;
		if (next == NULL || at + FRAME_LINE_BYTES > tape->length) {
			at--;
			continue;
		}
		if (!hold(tape, at, FRAME_LINE_BYTES))
			return false;
		if (frame_read(held(tape, at, FRAME_LINE_BYTES), tape->end.id, at, &frame) && frame.synced > place)
			return true;
	}
	return false;
}

static void judge(struct tape *tape)
{
	bool was = was_synced(tape, tape->end.at);

	if (tape->end.outcome != TAPE_FAILED)
		stop(tape, was ? TAPE_DAMAGED : TAPE_TORN);
}

static bool is_of_redis(struct text bytes)
{
	return bytes.at[0] == '*' || (bytes.length == 4 && memcmp(bytes.at, "#TS:", 4) == 0);
}

static bool play_frame(struct tape *tape)
{
	uint64_t at = tape->end.at, commands = at + FRAME_LINE_BYTES;
	struct frame frame;

	if (!hold(tape, at, tape->length - at < FRAME_LINE_BYTES ? tape->length - at : FRAME_LINE_BYTES))
		return false;
	if (is_of_redis(held(tape, at, 4))) {                  /* it has used the folder meanwhile, and gone on writing in its own way */
		tape->end.has_plain = true;
		return play_unit(tape);
	}
	if (tape->length - at < FRAME_LINE_BYTES || !frame_read(held(tape, at, FRAME_LINE_BYTES), tape->end.id, at, &frame)
	 || frame.length > tape->length - commands) {
		judge(tape);
		return false;
	}
	if (!hold(tape, commands, frame.length))
		return false;
	if (!frame_fits(&frame, tape->end.id, at, held(tape, commands, frame.length))) {
		judge(tape);
		return false;
	}
	return play(tape, held(tape, commands, frame.length), commands + frame.length);
}

/* ---- all of it --------------------------------------------------------------------------------------------------------------- */

static void begin(struct tape *tape)
{
	struct text bytes;

	if (!hold(tape, 0, tape->length < FRAME_NAME_BYTES ? tape->length : FRAME_NAME_BYTES))
		return;
	bytes = held(tape, 0, FRAME_NAME_BYTES);
	tape->end.has_frames = frame_read_name(bytes, &tape->end.id);
	if (tape->end.has_frames)
		tape->end.at = FRAME_NAME_BYTES;
	else if (bytes.length >= 5 && memcmp(bytes.at, "REDIS", 5) == 0)
		stop(tape, TAPE_FOREIGN);
}

struct tape_end tape_play(struct disk *disk, int file, uint64_t length, const struct tape_listener *listener)
{
	struct tape tape = { .disk = disk, .file = file, .listener = listener, .length = length };
	const struct resp_limits limits = RESP_LIMITS;

	resp_init(&tape.parser, limits);
	tape.held = malloc(PIECE);
	tape.room = PIECE;
	if (tape.held == NULL)
		(void)fail(&tape, ENOMEM);
	else
		begin(&tape);
	tape.end.has_plain = !tape.end.has_frames;
	while (tape.end.outcome == TAPE_WHOLE && tape.end.at < tape.length && (tape.end.has_frames ? play_frame(&tape) : play_unit(&tape)))
		;
	resp_fini(&tape.parser);
	free(tape.held);
	return tape.end;
}
