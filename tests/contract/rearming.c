/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rearming.c - the other side writes exactly while the reader asks again: nothing is lost, and nobody waits for ever
 *
 * A reader with credit for one read stops and starts with each. Whoever writes the next bytes does so as soon as the last came back,
 * or a moment later, a little longer each time: so that bytes come before credit, with it, and behind it, also while the loop goes to
 * sleep.
 */
#include "wires.h"

static struct ears ears;

/* There and back, so many bytes at a time. */
static void there_and_back(int plain, uint64_t from, size_t length, unsigned moment)
{
	for (volatile unsigned i = 0; i < moment; i++)
		;
	write_pattern(plain, from, length);
	must(read_pattern(plain, from, length) == length);
}

START_TEST(bytes_that_come_while_the_reader_asks_again)
{
	uint64_t random = kit_seed(), sent = 0;
	int plain;

	ears_init(&ears);
	ears.echoes = true;
	ears.credit = 1;
	wires_open(_i, 1);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain = dial();
	for (unsigned i = 0; i < KIT_SLOWER(15000); i++) {
		size_t length;

		random = random * 6364136223846793005u + 1442695040888963407u;
		length = 1 + (size_t)(random >> 56);
		there_and_back(plain, sent, length, i % 4000);
		sent += length;
	}
	must(shutdown(plain, SHUT_WR) == 0);
	ck_assert_int_eq(read_end_of(plain), 0);
	eventually(ears_ended(&ears));
	ck_assert(!ears.is_wrong);
	ck_assert_uint_eq(ears.bytes, sent);
	ck_assert_uint_eq(ears.end.read, sent);
	ck_assert_uint_eq(ears.end.written, sent);
	close(plain);
	wires_close();
}
END_TEST

/* One writes and does not wait; what comes back is read by another. */
struct stream { int plain; uint64_t length; };

static void *write_all(void *argument)
{
	const struct stream *stream = argument;
	uint64_t random = 1;

	for (uint64_t sent = 0; sent < stream->length;) {
		size_t some;

		random = random * 6364136223846793005u + 1442695040888963407u;
		some = 1 + (size_t)(random >> 52);
		some = some < stream->length - sent ? some : (size_t)(stream->length - sent);
		write_pattern(stream->plain, sent, some);
		sent += some;
		for (volatile unsigned i = 0; i < (random >> 33) % 4096; i++)
			;
	}
	return NULL;
}

START_TEST(a_stream_while_the_reader_asks_again)
{
	struct stream stream = { .length = KIT_SLOWER(10000000) };
	pthread_t writer;

	ears_init(&ears);
	ears.echoes = true;
	ears.credit = 1;
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.read_bytes = 1500));
	stream.plain = dial();
	must(pthread_create(&writer, NULL, write_all, &stream) == 0);
	must(read_pattern(stream.plain, 0, stream.length) == stream.length);
	must(pthread_join(writer, NULL) == 0);
	close(stream.plain);
	eventually(ears_ended(&ears));
	ck_assert(!ears.is_wrong);
	ck_assert_uint_eq(ears.end.read, stream.length);
	ck_assert_uint_eq(ears.end.written, stream.length);
	wires_close();
}
END_TEST

KIT_MAIN("contract/rearming",
	{ .name = "rearming", .loop = KINDS,
	  .tests = KIT_TESTS(bytes_that_come_while_the_reader_asks_again, a_stream_while_the_reader_asks_again) })
