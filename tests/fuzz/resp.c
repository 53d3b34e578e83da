/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resp.c - whatever bytes come, and in whatever pieces: the parser reads no byte that it was not shown, keeps its limits, and
 * makes the same of them
 */
#include "resp.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(claim) do { if (!(claim)) { fprintf(stderr, "it does not hold that %s\n", #claim); abort(); } } while (0)

static void describe_command(struct reply *said, const struct resp *resp)
{
	size_t total = 0;

	must(resp->count <= resp->limits.words || resp->count <= resp->limits.line_bytes);
	for (size_t i = 0; i < resp->count; i++) {
		must(resp->words[i].length <= resp->limits.bulk_bytes || resp->words[i].length <= resp->limits.line_bytes);
		total += resp->words[i].length;
		reply_raw(said, TEXT("("));
		reply_raw(said, resp->words[i]);
		reply_raw(said, TEXT(")"));
	}
	must(total <= resp->limits.bytes || total <= resp->limits.line_bytes);
	reply_raw(said, resp->count > 0 ? TEXT(" ") : TEXT("() "));
}

/* The next piece is there: all commands that are whole now. Answers where the one begins that is not; -1: an error. */
static long parse_all(struct resp *resp, struct reply *said, const char *bytes, size_t from, size_t length)
{
	while (from < length) {
		char *shown = malloc(length - from);
		enum resp_outcome outcome;

		must(shown != NULL);
		memcpy(shown, bytes + from, length - from);
		outcome = resp_parse(resp, shown, length - from);
		must(outcome != RESP_MEMORY && resp->at <= length - from);
		if (outcome == RESP_COMMAND) {
			must(resp->used > 0 && resp->used <= length - from);
			describe_command(said, resp);
			from += resp->used;
		}
		free(shown);
		if (outcome == RESP_ERROR) {
			reply_raw(said, TEXT("!"));
			reply_raw(said, text_of(resp->error));
			return -1;
		}
		if (outcome == RESP_MORE)
			break;
	}
	return (long)from;
}

char *fuzz_describe(struct resp_limits limits, const char *bytes, size_t length, size_t piece, uint64_t random)
{
	struct resp resp;
	struct reply said;
	size_t there = 0;
	long from = 0;

	resp_init(&resp, limits);
	reply_init(&said, 2);
	while (from >= 0 && there < length) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		there += piece > 0 ? 1 + (random >> 33) % piece : length;
		there = there > length ? length : there;
		from = parse_all(&resp, &said, bytes, (size_t)from, there);
	}
	if (from >= 0 && (size_t)from < length)
		reply_raw(&said, TEXT("..."));
	reply_raw(&said, (struct text){ "", 1 });
	must(!said.failed);
	resp_fini(&resp);
	return said.bytes;
}

static void compare(struct resp_limits limits, const char *bytes, size_t length, uint64_t random)
{
	char *whole = fuzz_describe(limits, bytes, length, 0, 0);
	char *single = fuzz_describe(limits, bytes, length, 1, 0);
	char *pieces = fuzz_describe(limits, bytes, length, 17, random);

	must(strcmp(whole, single) == 0 && strcmp(whole, pieces) == 0);
	free(whole);
	free(single);
	free(pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct resp_limits small = FUZZ_LIMITS, usual = RESP_LIMITS;

	compare(small, (const char *)bytes, length, length);
	compare(usual, (const char *)bytes, length, length + 1);
	return 0;
}
