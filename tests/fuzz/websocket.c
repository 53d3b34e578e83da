/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * websocket.c - whatever bytes come, and in whatever pieces: the reader reads no byte that it was not shown, keeps
 * its limits, tells UTF-8 only, and makes the same messages of them
 */
#include "websocket.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "it does not hold that %s\n", #claim); abort(); } } while (0)
#define SAY(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

struct story {
	struct websocket_reader reader;
	struct websocket_limits limits;
	struct http_paper said;
	struct utf8 utf8;
	uint64_t message_bytes;
	bool is_in_message, is_over;
};

static void tell_data(struct story *story, const char *at, size_t bytes)
{
	const struct websocket_reader *reader = &story->reader;

	must(reader->is_first == !story->is_in_message);
	must(reader->piece.bytes > 0 || reader->is_last);
	must(reader->piece.bytes == 0 || (reader->piece.at >= at && reader->piece.at + reader->piece.bytes <= at + bytes));
	if (reader->is_first) {
		http_paper_put(&story->said, reader->is_text ? HTTP_TEXT("text(") : HTTP_TEXT("binary("));
		story->message_bytes = 0;
		story->utf8 = (struct utf8){ 0 };
	}
	story->message_bytes += reader->piece.bytes;
	must(story->message_bytes <= story->limits.message_bytes);
	if (reader->is_text) {
		must(utf8_check(&story->utf8, reader->piece) == reader->piece.bytes);
		must(!reader->is_last || utf8_is_whole(&story->utf8));
	}
	http_paper_put(&story->said, reader->piece);
	if (reader->is_last)
		SAY(&story->said, ")");
	story->is_in_message = !reader->is_last;
}

static void tell(struct story *story, enum websocket_event event)
{
	const struct websocket_reader *reader = &story->reader;

	must(reader->piece.bytes <= WEBSOCKET_CONTROL_BYTES_MOST);
	if (event == WEBSOCKET_PING || event == WEBSOCKET_PONG) {
		http_paper_put(&story->said, event == WEBSOCKET_PING ? HTTP_TEXT("[ping ") : HTTP_TEXT("[pong "));
		http_paper_put(&story->said, reader->piece);
		SAY(&story->said, "]");
		return;
	}
	http_paper_put(&story->said, event == WEBSOCKET_CLOSED ? HTTP_TEXT("closed ") : HTTP_TEXT("refused "));
	http_paper_number(&story->said, reader->code);
	must(websocket_code_is(reader->code) || (event == WEBSOCKET_CLOSED && reader->code == WEBSOCKET_NO_CODE));
	if (reader->piece.bytes > 0)
		SAY(&story->said, " ");
	http_paper_put(&story->said, reader->piece);
	story->is_over = true;
}

static void read_piece(struct story *story, const char *bytes, size_t count)
{
	char *shown = malloc(count > 0 ? count : 1);
	size_t at = 0, used;
	enum websocket_event event;

	must(shown != NULL);
	if (count > 0)
		memcpy(shown, bytes, count);
	do {
		event = websocket_reader_read(&story->reader, shown + at, count - at, &used);
		if (event == WEBSOCKET_DATA)
			tell_data(story, shown + at, count - at);
		else if (event != WEBSOCKET_MORE)
			tell(story, event);
		at += used;
		must(at <= count);
	} while (event != WEBSOCKET_MORE && !story->is_over);
	must(story->is_over || at == count);
	free(shown);
}

char *websocket_describe(struct websocket_limits limits, bool is_server, const char *bytes, size_t length, size_t first, size_t rest)
{
	size_t size = 16 * length + 1024;
	struct story story = { .limits = limits, .said = { malloc(size), size, 0 } };

	must(story.said.at != NULL);
	websocket_reader_init(&story.reader, limits, is_server);
	for (size_t at = 0, piece = first; at < length && !story.is_over; at += piece, piece = rest) {
		piece = piece <= length - at ? piece : length - at;
		read_piece(&story, bytes + at, piece);
	}
	http_paper_put(&story.said, (struct http_text){ "", 1 });
	must(http_paper_fits(&story.said));
	return story.said.at;
}

static void same(const char *text, const char *other) { must(strcmp(text, other) == 0); }

static void compare(struct websocket_limits limits, bool is_server, const char *bytes, size_t length)
{
	char *whole = websocket_describe(limits, is_server, bytes, length, length, length);
	char *single = websocket_describe(limits, is_server, bytes, length, 1, 1);
	char *pieces = websocket_describe(limits, is_server, bytes, length, length / 2, 7);

	same(whole, single);
	same(whole, pieces);
	free(whole);
	free(single);
	free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	if (length == 0)
		return 0;
	compare((struct websocket_limits)FUZZ_WEBSOCKET_LIMITS, bytes[0] & 1, (const char *)bytes + 1, length - 1);
	compare((struct websocket_limits)WEBSOCKET_LIMITS, bytes[0] & 1, (const char *)bytes + 1, length - 1);
	return 0;
}
