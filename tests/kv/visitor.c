/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * visitor.c - a client with a connection, while memory is missing: each piece that all ask for until it is answered is refused in turn
 *
 * Whatever is refused: no reply is left out before another one, which the client would take for it. It is an error, or the connection
 * is closed.
 */
#include "../../examples/kv/visitor.h"
#include "../fault/faults.h"
#include "engine.h"
#include "town.h"
#include <string.h>

enum { LARGE = 300 << 10, LARGE_REPLIES = 6, REPLIES = LARGE_REPLIES + 8, HEARD_ROOM = 4 << 20 };
static const char questions[] = "GET a\r\nMGET a b\r\nGET large\r\nGET large\r\nGET large\r\nGET large\r\nGET large\r\nGET large\r\n"
                                "BLPOP q 0.01\r\nECHO x\r\nWATCH w\r\nMULTI\r\nEXEC\r\nGET last\r\n";

struct outlet { odeon_ref visitor; };                            /* its side of a connection */
static struct { struct kv_house house; struct kv_guests guests; odeon_ref visitor; struct reply heard; bool is_over; } there;
static unsigned cut_short;

ODEON_HANDLER(outlet, odeon_bytes)
{
	(void)outlet;
	for (const struct odeon_bytes *bytes = odeon_bytes; bytes != NULL && !there.is_over; bytes = bytes->next)
		reply_raw(&there.heard, (struct text){ (const char *)bytes->data, bytes->length });
}
ODEON_HANDLER(outlet, odeon_close) { (void)outlet; there.is_over = true; }
ODEON_HANDLER(outlet, odeon_down) { (void)outlet; there.is_over = true; }
ODEON_HANDLER(outlet, odeon_read) { (void)outlet; }

ODEON_START(outlet, kv_house)
{
	struct odeon_session session = { .connection = odeon_self_ref(self), .argument = kv_house };

	must(odeon_spawn(self, kv_visitor_kind, &session, &outlet->visitor) == 0);
	there.visitor = outlet->visitor;
	return odeon_monitor(self, outlet->visitor);
}
ODEON_HANDLERS(outlet_handlers, ODEON_ON(outlet, odeon_bytes), ODEON_ON(outlet, odeon_close), ODEON_ON(outlet, odeon_down), ODEON_ON(outlet, odeon_read));
ODEON_KIND(outlet, outlet_handlers, .start = ODEON_STARTS(outlet));

static void ignore_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host; (void)who; (void)kind; (void)reason;
}

static void set_large(void)
{
	static char large[LARGE];
	const struct text words[] = { TEXT("SET"), TEXT("large"), { large, sizeof large } };
	struct hearer hearer = HEARER;
	struct reply bytes = { .protocol = 2 };

	memset(large, 'l', sizeof large);
	add_words(&bytes, words, 3);
	begin_talk(0, &hearer, &bytes);
	await_talk(&hearer, 1);
	must(hearer.heard.length == 5 && hearer.heard.bytes[0] == '+');
	reply_fini(&hearer.heard);
	reply_fini(&bytes);
}

static void connect_one(uint64_t seed, unsigned shards)
{
	odeon_ref outlet;

	open_town((odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_failure = ignore_failure), shards, 1);
	expect_talk(0, "MSET a 1 b 2 last LAST\r\n", "+OK\\r\\n");
	set_large();
	there.house = (struct kv_house){ .cluster = &town.cluster, .guests = &there.guests, .address = "", .guests_most = 1 };
	there.is_over = false;
	must(reply_more(&there.heard, HEARD_ROOM) != NULL);
	reply_cut(&there.heard, 0);
	must(odeon_system_spawn(town.system, &outlet_kind, &there.house, &outlet) == 0);
	must(odeon_post(town.system, there.visitor, odeon_bytes_text(questions)) == 0);
}

/* ---- what is heard ---------------------------------------------------------------------------------------------------------------- */

static bool is_answer(size_t number, const char *bytes, size_t length)
{
	static const char *const small[] = { "$1\r\n1\r\n", "*2\r\n$1\r\n1\r\n$1\r\n2\r\n", "*-1\r\n", "$1\r\nx\r\n",
		"+OK\r\n", "+OK\r\n", "*0\r\n", "$4\r\nLAST\r\n" };
	const char *wanted;

	if (number == REPLIES - 2 && length == 5 && memcmp(bytes, "*-1\r\n", length) == 0)  /* w was perhaps not watched */
		return true;
	if (number >= 2 && number < 2 + LARGE_REPLIES)
		return length > LARGE;
	wanted = small[number < 2 ? number : number - LARGE_REPLIES];
	return length == strlen(wanted) && memcmp(bytes, wanted, length) == 0;
}

/* Each reply is the one to its question, or an error; they are all there, or the connection is at its end. */
static void check_replies(void)
{
	size_t at = 0, span, number = 0;

	while (at < there.heard.length && (span = reply_span(there.heard.bytes + at, there.heard.length - at)) > 0) {
		must(number < REPLIES);
		ck_assert_msg(there.heard.bytes[at] == '-' || is_answer(number, there.heard.bytes + at, span), "reply %zu of %zu bytes", number, span);
		number++;
		at += span;
	}
	must(there.is_over || (number == REPLIES && at == there.heard.length));
	cut_short += there.is_over && number < REPLIES;
}

/* ---- a play ----------------------------------------------------------------------------------------------------------------------- */

/* Time passes though there is no memory even for that. */
static void pass_scarcely(odeon_duration duration)
{
	odeon_time end = odeon_system_deadline(town.system, duration);

	for (int tries = 0; odeon_system_now(town.system).ns < end.ns && tries < 100; tries++)
		(void)odeon_system_run(town.system, end);
}

/* Of so many shards. */
static bool play_questions(unsigned long nth, int shards)
{
	unsigned long failed;

	connect_one(1 + nth, (unsigned)shards);
	faults_arm(nth, false);
	pass_scarcely(ODEON_MS(100));
	failed = faults_disarm();
	pass(ODEON_MS(100));
	check_replies();
	close_town();
	reply_fini(&there.heard);
	return failed > 0;
}

START_TEST(no_reply_is_left_out_for_want_of_memory)
{
	cut_short = 0;
	ck_assert_uint_gt(faults_sweep(play_questions, _i == 0 ? 1 : 3), 10);
	must(cut_short > 0);
}
END_TEST

KIT_MAIN("kv/visitor", { .name = "visitor", .tests = KIT_TESTS(no_reply_is_left_out_for_want_of_memory), .loop = 2 })
