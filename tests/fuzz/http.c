/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.c - whatever bytes come, and in whatever pieces: the reader reads no byte that it was not shown, keeps its
 * limits, and makes the same requests of them, or the same answers
 */
#include "http.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "it does not hold that %s\n", #claim); abort(); } } while (0)
#define SAY(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

struct story {
	struct http_reader reader;
	struct http_limits limits;
	struct http_paper said;
	bool is_in_body, is_over, is_for_answers;
	uint64_t body_bytes;
};

static void tell_request(struct story *story)
{
	const struct http_head *head = &story->reader.head;
	struct http_paper *said = &story->said;

	must(head->target.bytes > 0 && head->target.bytes <= story->limits.target_bytes);
	http_paper_put(said, head->method);
	SAY(said, " ");
	http_paper_put(said, head->path);
	if (head->query.at != NULL) {
		SAY(said, "?");
		http_paper_put(said, head->query);
	}
	SAY(said, " HTTP/1.");
	http_paper_number(said, head->minor);
	SAY(said, " host=");
	http_paper_put(said, head->host);
}

static void tell_answer(struct story *story)
{
	const struct http_head *head = &story->reader.head;
	struct http_paper *said = &story->said;

	must(head->code >= 100 && head->code <= 999);
	must(!head->is_until_end || (!head->is_chunked && head->body_bytes == 0));
	SAY(said, "HTTP/1.");
	http_paper_number(said, head->minor);
	SAY(said, " ");
	http_paper_number(said, (uint64_t)head->code);
	http_paper_put(said, head->is_until_end ? HTTP_TEXT(" until its end") : HTTP_TEXT(""));
}

static void tell_head(struct story *story)
{
	const struct http_head *head = &story->reader.head;
	struct http_paper *said = &story->said;

	must(head->fields <= story->limits.fields);
	must(head->is_chunked ? head->body_bytes == 0 : head->body_bytes <= story->limits.body_bytes);
	if (story->is_for_answers)
		tell_answer(story);
	else
		tell_request(story);
	for (size_t i = 0; i < head->fields; i++) {
		struct http_text name, value = http_head_field(head, i, &name);

		SAY(said, " {");
		http_paper_put(said, name);
		SAY(said, ":");
		http_paper_put(said, value);
		SAY(said, "}");
	}
	http_paper_put(said, head->keeps_alive ? HTTP_TEXT(" keep") : HTTP_TEXT(""));
	http_paper_put(said, head->expects_continue ? HTTP_TEXT(" expects") : HTTP_TEXT(""));
	http_paper_put(said, head->upgrades ? HTTP_TEXT(" upgrades") : HTTP_TEXT(""));
	story->body_bytes = 0;
}

static void tell_body(struct story *story, struct http_text given)
{
	const struct http_text *body = &story->reader.body;

	must(body->bytes > 0 && body->at >= given.at && body->at + body->bytes <= given.at + given.bytes);
	story->body_bytes += body->bytes;
	must(story->body_bytes <= story->limits.body_bytes);
	http_paper_put(&story->said, story->is_in_body ? HTTP_TEXT("") : HTTP_TEXT(" ("));
	http_paper_put(&story->said, *body);
	story->is_in_body = true;
}

static void tell(struct story *story, enum http_event event, struct http_text given)
{
	if (event == HTTP_BODY) {
		tell_body(story, given);
		return;
	}
	if (story->is_in_body && event != HTTP_MORE) {
		SAY(&story->said, ")");
		story->is_in_body = false;
	}
	if (event == HTTP_HEAD)
		tell_head(story);
	if (event == HTTP_END) {
		SAY(&story->said, " end; ");
		must(http_reader_is_between(&story->reader));
		must(!story->reader.head.is_until_end);
		must(story->reader.head.is_chunked || story->body_bytes == story->reader.head.body_bytes);
		story->is_over = !story->reader.head.keeps_alive;
	}
	if (event == HTTP_REFUSED) {
		SAY(&story->said, "refused ");
		http_paper_number(&story->said, (uint64_t)story->reader.status);
		must(http_status_text(story->reader.status).bytes > 0);
		story->is_over = true;
	}
}

static void read_piece(struct story *story, const char *bytes, size_t count)
{
	char *shown = malloc(count > 0 ? count : 1);
	size_t at = 0, used;
	enum http_event event;

	must(shown != NULL);
	if (count > 0)
		memcpy(shown, bytes, count);
	do {
		event = http_reader_read(&story->reader, (struct http_text){ shown + at, count - at }, &used);
		tell(story, event, (struct http_text){ shown + at, count - at });
		at += used;
		must(at <= count);
	} while (event != HTTP_MORE && !story->is_over);
	must(story->is_over || at == count);
	free(shown);
}

static void begin(struct story *story, enum fuzz_http_reading reading)
{
	story->is_for_answers = reading != FUZZ_HTTP_REQUESTS;
	if (!story->is_for_answers) {
		must(http_reader_init(&story->reader, story->limits));
		return;
	}
	must(http_reader_init_answers(&story->reader, story->limits));
	http_reader_expect(&story->reader, reading == FUZZ_HTTP_ANSWERS_TO_HEAD, story->limits.body_bytes);
}

char *http_describe_as(enum fuzz_http_reading reading, struct http_limits limits, const char *bytes, size_t length, size_t first,
                       size_t rest)
{
	size_t size = 16 * length + 1024;
	struct story story = { .limits = limits, .said = { malloc(size), size, 0 } };

	must(story.said.at != NULL);
	begin(&story, reading);
	for (size_t at = 0, piece = first; at < length && !story.is_over; at += piece, piece = rest) {
		piece = piece <= length - at ? piece : length - at;
		read_piece(&story, bytes + at, piece);
	}
	if (story.is_in_body)
		SAY(&story.said, ")");
	if (!story.is_over && !http_reader_is_between(&story.reader))
		SAY(&story.said, "...");
	http_paper_put(&story.said, (struct http_text){ "", 1 });
	must(http_paper_fits(&story.said));
	http_reader_fini(&story.reader);
	return story.said.at;
}

char *http_describe(struct http_limits limits, const char *bytes, size_t length, size_t first, size_t rest)
{
	return http_describe_as(FUZZ_HTTP_REQUESTS, limits, bytes, length, first, rest);
}

static void compare(enum fuzz_http_reading reading, struct http_limits limits, const char *bytes, size_t length)
{
	char *whole = http_describe_as(reading, limits, bytes, length, length, length);
	char *single = http_describe_as(reading, limits, bytes, length, 1, 1);
	char *pieces = http_describe_as(reading, limits, bytes, length, length / 2, 7);

	must(strcmp(whole, single) == 0 && strcmp(whole, pieces) == 0);
	free(whole);
	free(single);
	free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	for (enum fuzz_http_reading reading = FUZZ_HTTP_REQUESTS; reading <= FUZZ_HTTP_ANSWERS_TO_HEAD; reading++) {
		compare(reading, (struct http_limits)FUZZ_HTTP_LIMITS, (const char *)bytes, length);
		compare(reading, (struct http_limits)HTTP_LIMITS, (const char *)bytes, length);
	}
	return 0;
}
