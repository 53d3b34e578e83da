/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * framing.c - whatever bytes come, and in whatever pieces, chains of pieces among them: the same frames, which are those that a
 * simple reader finds in the whole; none longer than it may be, and little more held than what is not yet a frame
 */
#include "framing.h"
#include <odeon/error.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "it does not hold that %s\n", #claim); abort(); } } while (0)

odeon_self *framing_self;

struct stream {
	odeon_framing_options options;
	const unsigned char *bytes;
	size_t length;
};

/* Frames, one after another, each as its length and its bytes; how it ended, and what was left. */
struct story { unsigned char *said; size_t length, room; int why; size_t rest; };

static void say(struct story *story, const void *bytes, size_t length)
{
	if (story->length + length > story->room) {
		story->room = (story->length + length) * 2;
		story->said = realloc(story->said, story->room);
		must(story->said != NULL);
	}
	if (length > 0)
		memcpy(story->said + story->length, bytes, length);
	story->length += length;
}

static void say_frame(struct story *story, const unsigned char *bytes, size_t length)
{
	say(story, &length, sizeof length);
	say(story, bytes, length);
}

/* ---- frames of one's own: a letter, its length as a digit, so many bytes; '!' is none, '?' never says ---------------------- */

static int64_t measure(void *data, const unsigned char *start, size_t length)
{
	(void)data;
	must(length > 0 && length <= ODEON_FRAMING_LOOK);
	if (start[0] == '!')
		return -1;
	if (start[0] == '?')
		return 0;
	return length < 2 ? 0 : 2 + start[1] % 100;
}

/* ---- a simple reader, of the whole ------------------------------------------------------------------------------------------- */

/* Where the frame at `at` lies. 0, or why there is none. */
static int find_line(const struct stream *stream, size_t at, size_t *from, size_t *length, size_t *next)
{
	const unsigned char *start = stream->bytes + at, *end = memchr(start, '\n', stream->length - at);
	size_t bytes = (size_t)((end != NULL ? end : stream->bytes + stream->length) - start);

	*from = at;
	*next = at + bytes + 1;
	if (bytes > 0 && start[bytes - 1] == '\r')
		bytes--;
	*length = bytes;
	return bytes > stream->options.most ? ODEON_EFULL : end == NULL ? ODEON_EEMPTY : 0;
}

static int find_prefixed(const struct stream *stream, size_t at, size_t *from, size_t *length, size_t *next)
{
	unsigned count = stream->options.prefix_bytes;
	uint64_t wanted = 0;

	if (stream->length - at < count)
		return ODEON_EEMPTY;
	for (unsigned i = 0; i < count; i++)
		wanted |= (uint64_t)stream->bytes[at + i] << 8 * (stream->options.is_little ? i : count - 1 - i);
	if (wanted > stream->options.most)
		return ODEON_EFULL;
	*from = at + count;
	*length = (size_t)wanted;
	*next = *from + *length;
	return *next > stream->length ? ODEON_EEMPTY : 0;
}

static int find_measured(const struct stream *stream, size_t at, size_t *from, size_t *length, size_t *next)
{
	size_t there = stream->length - at;
	int64_t wanted = there > 0 ? measure(NULL, stream->bytes + at, there < ODEON_FRAMING_LOOK ? there : ODEON_FRAMING_LOOK) : 0;

	if (wanted < 0 || (wanted == 0 && there >= ODEON_FRAMING_LOOK))
		return ODEON_EINVAL;
	if ((uint64_t)wanted > stream->options.most)
		return ODEON_EFULL;
	*from = at;
	*length = (size_t)wanted;
	*next = at + *length;
	return wanted == 0 || *next > stream->length ? ODEON_EEMPTY : 0;
}

static struct story read_whole(const struct stream *stream)
{
	struct story story = { .length = 0 };
	size_t at = 0, from = 0, length = 0, next = 0;

	for (;;) {
		switch (stream->options.frames) {
		case ODEON_FRAMES_LINES: story.why = find_line(stream, at, &from, &length, &next); break;
		case ODEON_FRAMES_PREFIXED: story.why = find_prefixed(stream, at, &from, &length, &next); break;
		default: story.why = find_measured(stream, at, &from, &length, &next); break;
		}
		if (story.why != 0)
			break;
		say_frame(&story, stream->bytes + from, length);
		at = next;
	}
	story.rest = story.why == ODEON_EEMPTY ? stream->length - at : 0;
	return story;
}

/* ---- the framing, in pieces ------------------------------------------------------------------------------------------------------ */

static void take_frames(struct odeon_framing *framing, struct story *story)
{
	struct odeon_bytes *frame;

	while ((frame = odeon_framing_next(framing, &story->why)) != NULL) {
		must(story->why == 0 && frame->length <= framing->options.most && frame->next == NULL);
		say_frame(story, frame->data, frame->length);
		odeon_free(frame);
	}
	must(story->why != 0);
}

/* Each in a block without a byte to spare, or, as reads come, with some; some with others behind them. */
static struct odeon_bytes *pieces(const unsigned char *bytes, size_t length, uint64_t random)
{
	size_t first = (random >> 20 & 3) == 0 ? length / 2 : length;
	struct odeon_bytes *piece = odeon_bytes_new(first + (random >> 24 & 1) * 40);

	must(piece != NULL);
	memcpy(piece->data, bytes, first);
	piece->length = first;
	if (first < length)
		piece->next = odeon_bytes_copy(bytes + first, length - first);
	return piece;
}

static struct story read_in_pieces(const struct stream *stream, size_t most, uint64_t random)
{
	struct story story = { .length = 0 };
	struct odeon_framing framing;
	size_t at = 0;

	must(odeon_framing_init(&framing, &stream->options) == 0);
	do {
		size_t some;

		random = random * 6364136223846793005u + 1442695040888963407u;
		some = most > 0 ? (random >> 33) % (most + 1) : stream->length;
		some = some < stream->length - at ? some : stream->length - at;
		odeon_framing_add(framing_self, &framing, pieces(stream->bytes + at, some, random));
		at += some;
		take_frames(&framing, &story);
		must(story.why == ODEON_EEMPTY || framing.first == NULL);
	} while (at < stream->length);
	story.rest = odeon_framing_rest(&framing);
	odeon_framing_clear(&framing);
	must(framing.first == NULL && odeon_framing_rest(&framing) == 0);
	return story;
}

static void compare(const struct stream *stream, const struct story *wanted, size_t most, uint64_t random)
{
	struct story story = read_in_pieces(stream, most, random);

	must(story.why == wanted->why && story.rest == wanted->rest && story.length == wanted->length);
	must(story.length == 0 || memcmp(story.said, wanted->said, story.length) == 0);
	free(story.said);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct stream stream;
	struct story wanted;

	if (length < 2)
		return 0;
	stream = (struct stream){
		.options = ODEON_FRAMING_OPTIONS(.frames = (enum odeon_frames)(bytes[0] % 3), .most = 1 + bytes[1] % 128u,
		                                 .prefix_bytes = 1 + (bytes[0] >> 2) % 8u, .is_little = bytes[0] >> 5 & 1, .measure = measure),
		.bytes = bytes + 2, .length = length - 2,
	};
	wanted = read_whole(&stream);
	compare(&stream, &wanted, 0, 0);
	compare(&stream, &wanted, 1, length);
	compare(&stream, &wanted, 17, bytes[length - 1]);
	free(wanted.said);
	return 0;
}
