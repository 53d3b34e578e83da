/* SPDX-License-Identifier: BSD-2-Clause */
/* framing.c - frames are the same however the stream is cut; what is too long, or none, is told and nothing is kept */
#include "../fuzz/framing.h"
#include "../http/corpus.h"
#include <odeon/net/framing.h>
#include <stdlib.h>
#include <string.h>

static struct world world;
static struct odeon_framing framing;
static void (*body)(odeon_self *self);

static void run_body(odeon_self *self, void *argument)
{
	(void)argument;
	body(self);
}

/* Pieces are kept by an actor, so the tests run in one. */
static void in_actor(void (*what)(odeon_self *self))
{
	body = what;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	world_errand(&world, run_body, NULL);
	world_close(&world);
}

static void add(odeon_self *self, const char *text, size_t length)
{
	odeon_framing_add(self, &framing, odeon_bytes_copy(text, length));
}

static void expect(const char *text, size_t length)
{
	int why = 1;
	struct odeon_bytes *frame = odeon_framing_next(&framing, &why);

	if (frame == NULL || why != 0 || frame->length != length || memcmp(frame->data, text, length) != 0)
		ck_abort_msg("not the frame \"%.*s\": %s", (int)length, text, odeon_error_name(why));
	odeon_free(frame);
}

static void expect_error(int error)
{
	int why;
	struct odeon_bytes *frame = odeon_framing_next(&framing, &why);

	must(frame == NULL && why == error);
	odeon_free(frame);
}

/* ---- the same frames, in whatever pieces ------------------------------------------------------------------------------------ */

struct stream {
	odeon_framing_options options;
	const char *bytes;
	size_t length;
	const char *frames[8];                         /* text, as far as tests here need */
};

static int64_t measure(void *data, const unsigned char *start, size_t length)
{
	(void)data;
	if (start[0] == '!')
		return -1;
	if (start[0] == '?')
		return 0;
	return length < 2 ? 0 : 2 + (start[1] - '0');
}

#define BYTES(text) text, sizeof(text) - 1
static const struct stream streams[] = {
	{ ODEON_FRAMING_OPTIONS(.most = 10), BYTES("one\ntwo\r\n\n\r\nthr\ree\n0123456789\r\n"),
	  { "one", "two", "", "", "thr\ree", "0123456789" } },
	{ ODEON_FRAMING_OPTIONS(.frames = ODEON_FRAMES_PREFIXED, .most = 5), BYTES("\0\0\0\3abc\0\0\0\0\0\0\0\5defgh"), { "abc", "", "defgh" } },
	{ ODEON_FRAMING_OPTIONS(.frames = ODEON_FRAMES_PREFIXED, .prefix_bytes = 2, .is_little = 1), BYTES("\1\0a\2\0bc"), { "a", "bc" } },
	{ ODEON_FRAMING_OPTIONS(.frames = ODEON_FRAMES_MEASURED, .measure = measure), BYTES("x3abcy0z1-"), { "x3abc", "y0", "z1-" } },
};
enum { STREAMS = sizeof(streams) / sizeof(streams[0]) };

static void expect_all(const struct stream *stream)
{
	for (int i = 0; i < 8 && stream->frames[i] != NULL; i++)
		expect(stream->frames[i], strlen(stream->frames[i]));
	expect_error(ODEON_EEMPTY);
	must(odeon_framing_rest(&framing) == 0);
}

static void cut_in_two(odeon_self *self)
{
	for (int i = 0; i < STREAMS; i++)
		for (size_t cut = 0; cut <= streams[i].length; cut++) {
			must(odeon_framing_init(&framing, &streams[i].options) == 0);
			add(self, streams[i].bytes, cut);
			add(self, streams[i].bytes + cut, streams[i].length - cut);
			expect_all(&streams[i]);
			odeon_framing_clear(&framing);
		}
}

START_TEST(a_cut_anywhere_changes_nothing) { in_actor(cut_in_two); }
END_TEST

/* Every piece is one byte, and after each it is asked for frames. */
static void byte_by_byte(odeon_self *self)
{
	for (int i = 0; i < STREAMS; i++) {
		int frames = 0;

		must(odeon_framing_init(&framing, &streams[i].options) == 0);
		for (size_t at = 0; at < streams[i].length; at++) {
			struct odeon_bytes *frame;
			int why;

			add(self, streams[i].bytes + at, 1);
			while ((frame = odeon_framing_next(&framing, &why)) != NULL) {
				const char *text = streams[i].frames[frames++];

				must(text != NULL && frame->length == strlen(text) && memcmp(frame->data, text, frame->length) == 0);
				odeon_free(frame);
			}
			must(why == ODEON_EEMPTY);
		}
		must(streams[i].frames[frames] == NULL);
	}
}

START_TEST(byte_by_byte_it_is_the_same) { in_actor(byte_by_byte); }
END_TEST

static void cut_at_random(odeon_self *self)
{
	uint64_t random = kit_seed();
	char text[400];

	for (int round = 0; round < KIT_SLOWER(3000); round++) {
		size_t length = 0, at = 0;
		unsigned lines = 0, seen = 0;
		struct odeon_bytes *frame;
		int why;

		while (length < 300) {                          /* lines of one letter, each as long as its number says */
			size_t some = lines % 23;

			memset(text + length, 'a' + (int)(lines % 26), some);
			length += some;
			text[length++] = '\n';
			lines++;
		}
		must(odeon_framing_init(&framing, NULL) == 0);
		while (at < length) {
			size_t some;

			random = random * 6364136223846793005u + 1442695040888963407u;
			some = (size_t)(random >> 58);
			some = some < length - at ? some : length - at;
			add(self, text + at, some);
			at += some;
			while ((frame = odeon_framing_next(&framing, &why)) != NULL) {
				must(frame->length == seen % 23);
				for (size_t i = 0; i < frame->length; i++)
					must(frame->data[i] == 'a' + seen % 26);
				seen++;
				odeon_free(frame);
			}
		}
		must(seen == lines && odeon_framing_rest(&framing) == 0);
	}
}

START_TEST(cut_at_random_it_is_the_same) { in_actor(cut_at_random); }
END_TEST

static void move_one(odeon_self *self)
{
	struct odeon_bytes *piece = odeon_bytes_text("a line\r\n"), *frame;
	unsigned char *where = piece->data;

	must(odeon_framing_init(&framing, NULL) == 0);
	odeon_framing_add(self, &framing, piece);
	frame = odeon_framing_next(&framing, NULL);
	must(frame != NULL && frame->data == where && frame->length == 6);      /* not a copy of it */
	odeon_free(frame);
}

START_TEST(a_piece_that_is_a_frame_is_moved) { in_actor(move_one); }
END_TEST

/* ---- what is none ---------------------------------------------------------------------------------------------------------------- */

static void be_too_long(odeon_self *self)
{
	odeon_framing_options options = ODEON_FRAMING_OPTIONS(.most = 10);

	must(odeon_framing_init(&framing, &options) == 0);
	add(self, "0123456789\r", 11);                          /* may still be one */
	expect_error(ODEON_EEMPTY);
	add(self, "x", 1);
	expect_error(ODEON_EFULL);
	must(framing.first == NULL);
	add(self, "\nshort\n", 7);
	expect_error(ODEON_EFULL);                              /* and so for ever */
	must(framing.first == NULL);
	odeon_framing_clear(&framing);
	add(self, "short\nrest", 10);
	expect("short", 5);
	expect_error(ODEON_EEMPTY);
	must(odeon_framing_rest(&framing) == 4);
	odeon_framing_clear(&framing);

	options = (odeon_framing_options)ODEON_FRAMING_OPTIONS(.frames = ODEON_FRAMES_PREFIXED, .prefix_bytes = 8, .most = 1 << 20);
	must(odeon_framing_init(&framing, &options) == 0);
	add(self, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	expect_error(ODEON_EFULL);
	options.prefix_bytes = 4;
	must(odeon_framing_init(&framing, &options) == 0);
	add(self, "\0\x10\0\0", 4);                             /* a mebibyte is announced, and none is set aside for it */
	expect_error(ODEON_EEMPTY);
	must(framing.length == 4);
	odeon_framing_clear(&framing);
}

START_TEST(what_is_too_long_is_refused_and_not_kept) { in_actor(be_too_long); }
END_TEST

/* As one reads it: each byte in a room of two kilobytes. */
static void come_byte_by_byte(odeon_self *self)
{
	size_t rooms = 0;

	must(odeon_framing_init(&framing, NULL) == 0);
	for (int i = 0; i < 200000; i++) {
		struct odeon_bytes *one = odeon_bytes_new(2048);

		must(one != NULL);
		one->data[0] = 'x';
		one->length = 1;
		odeon_framing_add(self, &framing, one);
		if (i % 100 == 0)
			expect_error(ODEON_EEMPTY);
	}
	for (struct odeon_bytes *bytes = framing.first; bytes != NULL; bytes = bytes->next)
		rooms += bytes->room;
	must(framing.length == 200000 && rooms < 2 * 200000);
	odeon_framing_clear(&framing);
}

START_TEST(single_bytes_are_held_in_little_more_than_their_room) { in_actor(come_byte_by_byte); }
END_TEST

static void be_none(odeon_self *self)
{
	odeon_framing_options options = ODEON_FRAMING_OPTIONS(.frames = ODEON_FRAMES_MEASURED, .measure = measure);
	char unclear[ODEON_FRAMING_LOOK];

	must(odeon_framing_init(&framing, &options) == 0);
	add(self, "x1-!", 4);
	expect("x1-", 3);
	expect_error(ODEON_EINVAL);
	must(odeon_framing_init(&framing, &options) == 0);
	memset(unclear, '?', sizeof unclear);
	add(self, unclear, sizeof unclear - 1);
	expect_error(ODEON_EEMPTY);
	add(self, unclear, 1);
	expect_error(ODEON_EINVAL);                             /* it has seen all that it may see */
}

START_TEST(what_is_no_frame_is_refused) { in_actor(be_none); }
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_framing_options options = ODEON_FRAMING_OPTIONS(.frames = ODEON_FRAMES_MEASURED);

	ck_assert_int_eq(odeon_framing_init(NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_framing_init(&framing, &options), ODEON_EINVAL);
	options = (odeon_framing_options)ODEON_FRAMING_OPTIONS(.prefix_bytes = 9);
	ck_assert_int_eq(odeon_framing_init(&framing, &options), ODEON_EINVAL);
	options.bytes = 1;
	ck_assert_int_eq(odeon_framing_init(&framing, &options), ODEON_EVERSION);
}
END_TEST

/* ---- what a fuzzer begins with ------------------------------------------------------------------------------------------------------ */

static void read_corpus(odeon_self *self)
{
	framing_self = self;
	must(corpus_run("framing", LLVMFuzzerTestOneInput) >= 9);
}

START_TEST(the_corpus_is_understood) { in_actor(read_corpus); }
END_TEST

KIT_MAIN("unit/framing",
	{ .name = "cuts", .tests = KIT_TESTS(a_cut_anywhere_changes_nothing, byte_by_byte_it_is_the_same, cut_at_random_it_is_the_same,
	                                     a_piece_that_is_a_frame_is_moved, the_corpus_is_understood) },
	{ .name = "refused", .tests = KIT_TESTS(what_is_too_long_is_refused_and_not_kept,
	                                        single_bytes_are_held_in_little_more_than_their_room, what_is_no_frame_is_refused,
	                                        what_makes_no_sense_is_refused) })
