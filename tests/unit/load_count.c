/* SPDX-License-Identifier: BSD-2-Clause */
/* load_count.c - a floor that only counts commands counts them right, whatever is in their words and wherever a read ends */
#include "../harness/kit.h"
#include "../../examples/bench/load.h"

struct stream { const char *bytes; size_t length, commands; };
#define STREAM(bytes, commands) { bytes, sizeof(bytes) - 1, commands }

static const struct stream streams[] = {
	STREAM("", 0),
	STREAM("*1\r\n$4\r\nPING\r\n", 1),
	STREAM("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000012\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n", 2),
	STREAM("*3\r\n$3\r\nSET\r\n$1\r\n*\r\n$14\r\n\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n", 2),   /* words that look like commands */
	STREAM("*3\r\n$3\r\nSET\r\n$0\r\n\r\n$2\r\n$1\r\n*1\r\n$4\r\nPING\r\n", 2),
	STREAM("PING\r\n*1\r\n$4\r\nPING\r\nSET a* $5\r\n", 3),
	STREAM("*10\r\n$1\r\n0\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n$1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n$1\r\n8\r\n$1\r\n9\r\n", 1),
};
enum { STREAMS = sizeof streams / sizeof streams[0] };

START_TEST(commands_are_counted_however_they_are_cut)
{
	const struct stream *stream = &streams[_i];

	for (size_t first = 0; first <= stream->length; first++)
		for (size_t second = first; second <= stream->length; second++) {
			struct load_count count = { 0 };
			size_t found = load_count(&count, stream->bytes, first);

			found += load_count(&count, stream->bytes + first, second - first);
			found += load_count(&count, stream->bytes + second, stream->length - second);
			ck_assert_msg(found == stream->commands, "%zu commands in stream %d cut at %zu and %zu", found, _i, first, second);
		}
}
END_TEST

/* Each of these is one command. */
START_TEST(a_command_counts_with_its_last_byte_and_not_before)
{
	static const struct stream *const single[] = { &streams[1], &streams[STREAMS - 1] };

	for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
		struct load_count count = { 0 };

		for (size_t at = 0; at < single[i]->length; at++)
			ck_assert_uint_eq(load_count(&count, single[i]->bytes + at, 1), at + 1 == single[i]->length);
	}
}
END_TEST

KIT_MAIN("unit/load_count",
	{ .name = "cut", .tests = KIT_TESTS(commands_are_counted_however_they_are_cut), .loop = STREAMS },
	{ .name = "end", .tests = KIT_TESTS(a_command_counts_with_its_last_byte_and_not_before) })
