/* SPDX-License-Identifier: BSD-2-Clause */
/* resp.c - commands that come in pieces, hostile bytes, and limits; and what answers look like in both protocols */
#include "../fuzz/resp.h"
#include "../harness/kit.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct resp_limits usual = RESP_LIMITS, small = FUZZ_LIMITS;

struct example { const char *bytes; size_t length; const char *said; };
#define EXAMPLE(bytes, said) { bytes, sizeof(bytes) - 1, said }

static const struct example examples[] = {
	EXAMPLE("*1\r\n$4\r\nPING\r\n", "(PING) "),
	EXAMPLE("*2\r\n$3\r\nGET\r\n$5\r\na\r\n\0b\r\n*1\r\n$4\r\nPING\r\n", "(GET)(a\r\n"),      /* a zero ends what is compared */
	EXAMPLE("*2\r\n$3\r\nGET\r\n$0\r\n\r\nPING\r\n", "(GET)() (PING) "),
	EXAMPLE("PING\r\nPING\n\r\n  echo  'a b'  \"\\x41\\n\\q\"\r\n", "(PING) (PING) () (echo)(a b)(A\nq) "),
	EXAMPLE("a\"b c\" 'it\\'s'\n*0\r\n*-1\r\nx\n", "(ab c)(it's) () () (x) "),
	EXAMPLE("*1\r\n$4\r\nPIN", "..."),
	EXAMPLE("*", "..."),
	EXAMPLE("*1\r\n$4\r\nPING\r", "..."),
	EXAMPLE("SET \"a\r\n", "!Protocol error: unbalanced quotes in request"),
	EXAMPLE("SET \"a\"b\r\n", "!Protocol error: unbalanced quotes in request"),
	EXAMPLE("*x\r\n", "!Protocol error: invalid multibulk length"),
	EXAMPLE("*\r\n", "!Protocol error: invalid multibulk length"),
	EXAMPLE("*01\r\n", "!Protocol error: invalid multibulk length"),
	EXAMPLE("*99999999999999999999\r\n", "!Protocol error: invalid multibulk length"),
	EXAMPLE("*3000000000\r\n", "!Protocol error: invalid multibulk length"),
	EXAMPLE("*1\r\n:4\r\nPING\r\n", "!Protocol error: expected '$', got ':'"),
	EXAMPLE("*1\r\n\r\n\r\n", "!Protocol error: expected '$', got ' '"),
	EXAMPLE("*1\r\n$-1\r\n", "!Protocol error: invalid bulk length"),
	EXAMPLE("*1\r\n$\r\n", "!Protocol error: invalid bulk length"),
	EXAMPLE("*1\r\n$536870913\r\n", "!Protocol error: invalid bulk length"),
	EXAMPLE("*1\r\n$4\r\nPING\r\n*1\r\n$18446744073709551620\r\nPING\r\n", "(PING) !Protocol error: invalid bulk length"),
	EXAMPLE("*1\r\n$4\r\nPING\r\n*1\r\n$x\r\n", "(PING) !Protocol error: invalid bulk length"),
};
enum { EXAMPLES = sizeof examples / sizeof examples[0] };

/* In two pieces, at each place where it can be cut. */
static struct reply describe_cut(const struct example *example, size_t cut)
{
	struct resp resp;
	struct reply said;
	const char *bytes = example->bytes;
	size_t from = 0, there = cut;

	resp_init(&resp, usual);
	reply_init(&said, 2);
	while (from < example->length) {
		enum resp_outcome outcome = resp_parse(&resp, bytes + from, there - from);

		for (size_t i = 0; outcome == RESP_COMMAND && i < resp.count; i++)
			reply_raw(&said, resp.words[i]);
		if (outcome == RESP_COMMAND)
			from += resp.used;
		else if (outcome == RESP_ERROR)
			reply_raw(&said, text_of(resp.error));
		if (outcome == RESP_ERROR || (outcome == RESP_MORE && there == example->length))
			break;
		if (outcome == RESP_MORE)
			there = example->length;
	}
	reply_raw(&said, TEXT("."));
	resp_fini(&resp);
	return said;
}

START_TEST(commands_are_understood_however_they_are_cut)
{
	const struct example *example = &examples[_i];
	char *said = fuzz_describe(usual, example->bytes, example->length, 0, 0);
	struct reply whole = describe_cut(example, example->length), cut_once;

	ck_assert_str_eq(said, example->said);
	free(said);
	for (size_t piece = 1; piece < 9; piece++) {
		said = fuzz_describe(usual, example->bytes, example->length, piece, piece);
		ck_assert_str_eq(said, example->said);
		free(said);
	}
	for (size_t cut = 0; cut < example->length; cut++) {
		cut_once = describe_cut(example, cut);
		ck_assert_uint_eq(cut_once.length, whole.length);
		ck_assert_mem_eq(cut_once.bytes, whole.bytes, whole.length);
		reply_fini(&cut_once);
	}
	reply_fini(&whole);
}
END_TEST

static void expect_of(struct resp_limits limits, const char *bytes, const char *wanted)
{
	char *said = fuzz_describe(limits, bytes, strlen(bytes), 0, 0);

	ck_assert_str_eq(said, wanted);
	free(said);
	said = fuzz_describe(limits, bytes, strlen(bytes), 1, 0);
	ck_assert_str_eq(said, wanted);
	free(said);
}

/* Also behind a command, whose room there is then. */
static void expect(struct resp_limits limits, const char *bytes, const char *wanted)
{
	char behind[128], wanted_behind[128];

	expect_of(limits, bytes, wanted);
	(void)snprintf(behind, sizeof behind, "*1\r\n$1\r\nx\r\n%s", bytes);
	(void)snprintf(wanted_behind, sizeof wanted_behind, "(x) %s", wanted);
	expect_of(limits, behind, wanted_behind);
}

START_TEST(limits_hold_to_the_byte)
{
	struct resp_limits limits = { .words = 2, .bulk_bytes = 3, .line_bytes = 8, .bytes = 5 };

	expect(limits, "*2\r\n$3\r\nabc\r\n$2\r\nde\r\n", "(abc)(de) ");
	expect(limits, "*3\r\n", "!Protocol error: invalid multibulk length");
	expect(limits, "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n", "!Protocol error: invalid multibulk length");
	expect(limits, "*1\r\n$4\r\nabcd\r\n", "!Protocol error: invalid bulk length");
	expect(limits, "*2\r\n$3\r\nabc\r\n$3\r\ndef\r\n", "!Protocol error: too big request");
	expect(limits, "*1\r\n$4\r\n", "!Protocol error: invalid bulk length");
	expect(limits, "*2\r\n$3\r\nabc\r\n$3\r\n", "!Protocol error: too big request");
	expect(limits, "12345678\n", "(12345678) ");
	expect(limits, "123456789", "!Protocol error: too big inline request");
	expect(limits, "*00000000", "!Protocol error: too big mbulk count string");
	expect(limits, "*1\r\n$00000000", "!Protocol error: too big bulk count string");
}
END_TEST

START_TEST(promises_cost_nothing)
{
	struct resp resp;

	resp_init(&resp, usual);
	must(resp_parse(&resp, "*1000000\r\n$500000000\r\n", 22) == RESP_MORE);
	must(resp.room == 0 && resp.words == NULL && resp.plain == NULL);
	resp_fini(&resp);
}
END_TEST

START_TEST(a_large_command_leaves_no_large_block)
{
	struct resp resp;
	struct reply many;

	reply_init(&many, 2);
	reply_array(&many, 5000);
	for (int i = 0; i < 5000; i++)
		reply_bulk_integer(&many, i);
	resp_init(&resp, usual);
	must(resp_parse(&resp, many.bytes, many.length) == RESP_COMMAND && resp.count == 5000 && resp.used == many.length);
	must(text_equal(resp.words[4999], TEXT("4999")));
	must(resp_parse(&resp, "*1\r\n$1\r\nx\r\n", 11) == RESP_COMMAND && resp.count == 1 && resp.room < 100);
	resp_fini(&resp);
	reply_fini(&many);
}
END_TEST

/* ---- bytes by chance --------------------------------------------------------------------------------------------------- */

static uint64_t random_state;

static unsigned choose(unsigned below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % below;
}

/* Pieces of commands, whole ones too, and now and then any byte. */
static size_t write_hostile(char *to, size_t most)
{
	static const char *const parts[] = { "*1\r\n", "*2\r\n", "*3\r\n$3\r\n", "$4\r\nPING\r\n", "$1\r\na\r\n", "$0\r\n\r\n", "\r\n",
		"$", "*", "*-1\r\n", "$-1\r\n", "GET a\r\n", "\"", "'", "\\", "\n", "\r", " ", "$50\r\n", "*13\r\n", "+", ":1\r\n", "x" };
	size_t length = 0;

	while (length + 16 < most && choose(20) != 0) {
		const char *part = parts[choose(sizeof parts / sizeof parts[0])];

		memcpy(to + length, part, strlen(part));
		length += strlen(part);
		if (choose(15) == 0)
			to[length++] = (char)choose(256);
	}
	return length;
}

START_TEST(hostile_bytes_are_the_same_in_any_pieces)
{
	char bytes[600];
	int errors = 0, commands = 0;

	random_state = kit_seed() + (uint64_t)_i;
	for (int round = 0; round < KIT_SLOWER(2000); round++) {
		size_t length = write_hostile(bytes, sizeof bytes);
		char *said = fuzz_describe(small, bytes, length, 0, 0);

		LLVMFuzzerTestOneInput((const uint8_t *)bytes, length);
		errors += strchr(said, '!') != NULL;
		commands += said[0] == '(';
		free(said);
	}
	must(errors > 0 && commands > 0);
}
END_TEST

/* What the fuzzer found worth keeping. */
START_TEST(the_corpus_is_understood)
{
	const char *top = getenv("top_srcdir");
	char name[4096], bytes[8192];
	DIR *directory;
	struct dirent *entry;
	int tried = 0;

	(void)snprintf(name, sizeof name, "%s/tests/fuzz/corpus/resp", top != NULL ? top : KV_SOURCES);
	directory = opendir(name);
	must(directory != NULL);
	while ((entry = readdir(directory)) != NULL) {
		char path[8192];
		FILE *file;

		(void)snprintf(path, sizeof path, "%s/%s", name, entry->d_name);
		if (entry->d_name[0] == '.' || (file = fopen(path, "rb")) == NULL)
			continue;
		LLVMFuzzerTestOneInput((const uint8_t *)bytes, fread(bytes, 1, sizeof bytes, file));
		(void)fclose(file);
		tried++;
	}
	(void)closedir(directory);
	must(tried > 5);
}
END_TEST

/* ---- answers ------------------------------------------------------------------------------------------------------------ */

static void answer(struct reply *reply)
{
	reply_ok(reply);
	reply_error(reply, "ERR two\r\nlines\r\n");
	reply_integer(reply, -7);
	reply_bulk(reply, (struct text){ "a\0b", 3 });
	reply_null(reply);
	reply_null_array(reply);
	reply_map(reply, 1);
	reply_set(reply, 2);
	reply_double(reply, 1.5);
	reply_double(reply, -1.0 / 0.0);
	reply_verbatim(reply, TEXT("hi"));
	reply_array_at(reply, 5, 9);
}

#define expect_bytes(reply, literal) \
	do { \
		ck_assert_uint_eq((reply)->length, sizeof(literal) - 1); \
		ck_assert_mem_eq((reply)->bytes, literal, sizeof(literal) - 1); \
	} while (0)

START_TEST(answers_in_both_protocols)
{
	struct reply two, three;

	reply_init(&two, 2);
	reply_init(&three, 3);
	answer(&two);
	answer(&three);
	expect_bytes(&two, "+OK\r\n*9\r\n-ERR two  lines\r\n:-7\r\n$3\r\na\0b\r\n$-1\r\n*-1\r\n*2\r\n*2\r\n$3\r\n1.5\r\n$4\r\n-inf\r\n$2\r\nhi\r\n");
	expect_bytes(&three, "+OK\r\n*9\r\n-ERR two  lines\r\n:-7\r\n$3\r\na\0b\r\n_\r\n_\r\n%1\r\n~2\r\n,1.5\r\n,-inf\r\n=6\r\ntxt:hi\r\n");
	reply_fini(&two);
	reply_fini(&three);
}
END_TEST

/* ---- numbers and patterns ------------------------------------------------------------------------------------------------- */

START_TEST(numbers_are_read_strictly)
{
	static const char *const wrong[] = { "", "-", "+1", " 1", "1 ", "01", "-0", "0x1", "9223372036854775808", "-9223372036854775809",
		"99999999999999999999999", "1e3" };
	long long number;
	double real;

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		ck_assert_msg(!text_integer(text_of(wrong[i]), &number), "%s", wrong[i]);
	must(text_integer(TEXT("-9223372036854775808"), &number) && number == -9223372036854775807 - 1);
	must(text_integer(TEXT("9223372036854775807"), &number) && number == 9223372036854775807);
	must(text_integer(TEXT("0"), &number) && number == 0);
	must(text_double(TEXT("-inf"), &real) && real < 0 && text_double(TEXT("3.5e2"), &real) && real == 350);
	must(!text_double(TEXT("nan"), &real) && !text_double(TEXT(""), &real) && !text_double(TEXT(" 1"), &real));
	must(!text_double(TEXT("1x"), &real) && !text_double(TEXT("1e999"), &real) && !text_double((struct text){ "1\0", 2 }, &real));
}
END_TEST

START_TEST(patterns_match_as_a_shell_does)
{
	static const struct { const char *text, *pattern; bool matches; } cases[] = {
		{ "", "", true }, { "", "*", true }, { "a", "", false }, { "abc", "a*c", true }, { "abc", "a?c", true },
		{ "abc", "a??c", false }, { "abc", "*b*", true }, { "abc", "[a-c]bc", true }, { "abc", "[^a]bc", false },
		{ "abc", "[c-a]bc", true }, { "a*c", "a\\*c", true }, { "abc", "a\\*c", false }, { "abc", "abc*", true },
		{ "aXbXc", "a*X*c", true }, { "abcd", "*bc", false }, { "a]", "a[]]", false }, { "ab", "a[b", true }, { "a-", "a[-]", true },
		{ "abab", "*ab", true }, { "a\\", "a\\", true },
	};
	char many[2000];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_msg(text_matches(text_of(cases[i].text), text_of(cases[i].pattern), false) == cases[i].matches, "%s against %s",
		              cases[i].text, cases[i].pattern);
	must(text_matches(TEXT("ABC"), TEXT("a[B]c"), true) && !text_matches(TEXT("ABC"), TEXT("abc"), false));
	memset(many, 'a', sizeof many);
	must(!text_matches((struct text){ many, sizeof many }, TEXT("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"), false));   /* at once */
}
END_TEST

/* The first of the reference vectors of SipHash-1-3, key 00 01 .. 0f: what other implementations answer. */
START_TEST(the_hash_is_siphash)
{
	const struct text_seed seed = { { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u } };
	char bytes[16];

	for (int i = 0; i < 16; i++)
		bytes[i] = (char)i;
	ck_assert_uint_eq(text_hash((struct text){ bytes, 0 }, &seed), 0xabac0158050fc4dcu);
	ck_assert_uint_eq(text_hash((struct text){ bytes, 8 }, &seed), 0x369095118d299a8eu);
	ck_assert_uint_eq(text_hash((struct text){ bytes, 15 }, &seed), 0xd320d86d2a519956u);
}
END_TEST

KIT_MAIN("kv/resp",
	{ .name = "examples", .tests = KIT_TESTS(commands_are_understood_however_they_are_cut), .loop = EXAMPLES },
	{ .name = "limits", .tests = KIT_TESTS(limits_hold_to_the_byte, promises_cost_nothing, a_large_command_leaves_no_large_block) },
	{ .name = "hostile", .tests = KIT_TESTS(hostile_bytes_are_the_same_in_any_pieces), .loop = 4 },
	{ .name = "corpus", .tests = KIT_TESTS(the_corpus_is_understood) },
	{ .name = "answers", .tests = KIT_TESTS(answers_in_both_protocols) },
	{ .name = "texts", .tests = KIT_TESTS(numbers_are_read_strictly, patterns_match_as_a_shell_does, the_hash_is_siphash) })
