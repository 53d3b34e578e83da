/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shards.c - keys in several actors look as if they were in one: what a client sees, in what order, and all at once
 */
#include "chance.h"
#include "engine.h"
#include "lines.h"
#include "town.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS = 6, EACH = 100 };

/* ---- one client ------------------------------------------------------------------------------------------------------------- */

/* What it says in one go, and what the same commands answer without actors. */
static void make_talk(struct chance *chance, struct engine *engine, struct reply *bytes, struct reply *wanted)
{
	static struct command_line line;

	for (unsigned count = 1 + choose(chance, 40); count > 0; count--) {
		do
			lines_make(&line, chance, UNIX_SECONDS);
		while (!line.is_plain || text_is(line.words[0], "SPOP") || line.words[0].at[0] == 'B');        /* nobody serves who waits */
		add_words(bytes, line.words, line.count);
		struct reply reply = engine_do(engine, line.words, line.count);

		reply_raw(wanted, (struct text){ reply.bytes, reply.length });
		reply_fini(&reply);
	}
}

static void differ(const struct reply *bytes, const struct reply *wanted, const struct reply *heard)
{
	fprintf(stderr, "# said:   %s\n# wanted: %s\n# heard:  %s\n", reply_show(bytes), reply_show(wanted), reply_show(heard));
	ck_abort_msg("another answer");
}

static void talk_like_one_store(struct chance *chance, unsigned talks, unsigned shards)
{
	struct engine engine;
	struct hearer hearer = HEARER;

	engine_open(&engine, shards);
	for (unsigned i = 1; i <= talks; i++) {
		struct reply bytes, wanted;

		reply_init(&bytes, 2);
		reply_init(&wanted, 2);
		engine_time(&engine, town.cluster.unix_at_zero + odeon_system_now(town.system).ns / 1000000);
		make_talk(chance, &engine, &bytes, &wanted);
		begin_talk(0, &hearer, &bytes);
		await_talk(&hearer, i);
		if (hearer.is_closed || hearer.heard.length != wanted.length || memcmp(hearer.heard.bytes, wanted.bytes, wanted.length) != 0)
			differ(&bytes, &wanted, &hearer.heard);
		reply_cut(&hearer.heard, 0);
		reply_fini(&bytes);
		reply_fini(&wanted);
	}
	reply_fini(&hearer.heard);
	engine_close(&engine);
}

START_TEST(a_client_sees_its_commands_run_one_after_the_other)
{
	static const unsigned shards[] = { 1, 2, 3, 8 };
	odeon_options simulated = ODEON_OPTIONS(.simulation = { .enabled = 1 });
	struct chance chance;

	for (int round = 0; round < KIT_SLOWER(250); round++) {
		chance_begin(&chance, _i * 1000 + round);
		simulated.simulation.seed = 1 + chance.state;
		open_town(simulated, shards[_i], 2);
		talk_like_one_store(&chance, 20, shards[_i]);
		close_town();
	}
}
END_TEST

START_TEST(many_commands_at_once_are_answered_in_order)
{
	enum { MANY = 5000 };
	odeon_options options = ODEON_OPTIONS(.workers = 2);
	struct hearer hearer = HEARER;
	struct reply bytes, wanted;
	char text[40];

	reply_init(&bytes, 2);
	reply_init(&wanted, 2);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(text, sizeof text, "INCR counter%d", i % 10);
		add_line(&bytes, text);
		reply_integer(&wanted, i / 10 + 1);
	}
	open_town(options, 3, 1);
	begin_talk(0, &hearer, &bytes);
	await_talk(&hearer, 1);
	must(hearer.heard.length == wanted.length && memcmp(hearer.heard.bytes, wanted.bytes, wanted.length) == 0);
	close_town();
	reply_fini(&bytes);
	reply_fini(&wanted);
	reply_fini(&hearer.heard);
}
END_TEST

static void open_simulated(unsigned shards)
{
	open_town((odeon_options)ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }), shards, 1);
}

START_TEST(what_is_wrong_ends_the_connection)
{
	struct hearer hearer = HEARER;
	struct reply bytes = { .bytes = (char *)(uintptr_t)"SET a 1\r\n*1\r\n:1\r\nGET a\r\n", .length = 25 };

	open_simulated(2);
	expect_talk(0, "GET nokey\r\nHELLO 3\r\nGET nokey\r\nRESET\r\nGET nokey\r\nPING",
	       "$-1\\r\\n%7\\r\\n$6\\r\\nserver\\r\\n$5\\r\\nredis\\r\\n$7\\r\\nversion\\r\\n$6\\r\\n7.0.15\\r\\n$5\\r\\nproto\\r\\n:3\\r\\n$2\\r\\nid\\r\\n:1\\r\\n"
	       "$4\\r\\nmode\\r\\n$10\\r\\nstandalone\\r\\n$4\\r\\nrole\\r\\n$6\\r\\nmaster\\r\\n$7\\r\\nmodules\\r\\n*0\\r\\n_\\r\\n+RESET\\r\\n$-1\\r\\n");
	begin_talk(1, &hearer, &bytes);
	await_talk(&hearer, 1);
	must(hearer.is_closed && hearer.heard.length == 49);
	must(memcmp(hearer.heard.bytes, "+OK\r\n-ERR Protocol error: expected '$', got ':'\r\n", 49) == 0);
	close_town();
	reply_fini(&hearer.heard);
}
END_TEST

START_TEST(what_has_expired_is_swept)
{
	char text[60];

	open_simulated(2);
	for (int i = 0; i < 500; i++) {
		(void)snprintf(text, sizeof text, "SET key%d x PX %d\r\n", i, 1000 + i % 100);
		expect_talk(0, text, "+OK\\r\\n");
	}
	expect_talk(0, "DBSIZE\r\n", ":500\\r\\n");
	pass(ODEON_SECONDS(3));
	expect_talk(0, "DBSIZE\r\n", ":0\\r\\n");
	close_town();
}
END_TEST

START_TEST(what_is_not_to_be_answered_is_not)
{
	open_simulated(2);
	expect_talk(0, "CLIENT REPLY SKIP\r\nPING 1\r\nPING 2\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING 3\r\nPING 4\r\n",
	            "$1\\r\\n2\\r\\n$1\\r\\n4\\r\\n");
	expect_talk(0, "MULTI\r\nSET a 1\r\nCLIENT REPLY SKIP\r\nEXEC\r\nPING 5\r\nPING 6\r\n",
	            "+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*2\\r\\n+OK\\r\\n+OK\\r\\n$1\\r\\n6\\r\\n");
	close_town();
}
END_TEST

/* In one row with what is to be answered, before and behind it. */
START_TEST(what_is_not_to_be_answered_is_not_though_shards_have_answered)
{
	open_simulated(1 + (unsigned)_i);
	expect_talk(0, "SET a 1\r\nCLIENT REPLY SKIP\r\nGET a\r\nGET a\r\nCLIENT REPLY OFF\r\nGET a\r\nGET a\r\nCLIENT REPLY ON\r\nGET a\r\n",
	            "+OK\\r\\n$1\\r\\n1\\r\\n+OK\\r\\n$1\\r\\n1\\r\\n");
	close_town();
}
END_TEST

/* The first reply to a shard's order is all that there is room for. */
START_TEST(a_reply_without_memory_even_for_an_error_is_an_error)
{
	open_simulated(1 + (unsigned)_i);
	expect_talk(0, "SET a 0123456789012345678901234567890123456789\r\n", "+OK\\r\\n");
	town.cluster.server.reply_most = 47;
	expect_talk(0, "GET a\r\nGET a\r\nGET a\r\nPING\r\nGET a\r\n",
	            "$40\\r\\n0123456789012345678901234567890123456789\\r\\n-OOM no memory\\r\\n-OOM no memory\\r\\n+PONG\\r\\n-OOM no memory\\r\\n");
	close_town();
}
END_TEST

/* What a browser is made to send: its body would be commands. */
START_TEST(who_speaks_http_is_closed_before_anything_is_done)
{
	static const char *const requests[] = { "POST / HTTP/1.1\r\nSET a 1\r\n", "GET a\r\nhost: there\r\nSET a 1\r\n" };
	static const char *const wanted[] = { "", "$-1\r\n" };

	open_simulated(2);
	for (unsigned i = 0; i < 2; i++) {
		struct hearer hearer = HEARER;
		struct reply bytes = { .bytes = (char *)(uintptr_t)requests[i], .length = strlen(requests[i]) };

		begin_talk(i, &hearer, &bytes);
		await_talk(&hearer, 1);
		must(hearer.is_closed && hearer.heard.length == strlen(wanted[i]) && (i == 0 || memcmp(hearer.heard.bytes, wanted[i], 5) == 0));
		reply_fini(&hearer.heard);
	}
	expect_talk(2, "EXISTS a\r\n", ":0\\r\\n");
	close_town();
}
END_TEST

/* A word or two may ask for as much as there is. */
START_TEST(no_reply_takes_memory_without_end)
{
	open_simulated(3);
	town.cluster.server.reply_most = 100000;
	expect_talk(0, "SADD s a\r\nSRANDMEMBER s -9000000000000000000\r\nSRANDMEMBER s -2\r\nHSET h f v\r\nHRANDFIELD h -4000000000000000000 WITHVALUES\r\n",
	            ":1\\r\\n-OOM no memory\\r\\n*2\\r\\n$1\\r\\na\\r\\n$1\\r\\na\\r\\n:1\\r\\n-OOM no memory\\r\\n");
	expect_talk(1, "MULTI\r\nSRANDMEMBER s -9000000000000000000\r\nSCARD s\r\nEXEC\r\n",
	            "+OK\\r\\n+QUEUED\\r\\n+QUEUED\\r\\n*2\\r\\n-OOM no memory\\r\\n:1\\r\\n");
	close_town();
}
END_TEST

/* ---- several clients -------------------------------------------------------------------------------------------------------- */

/* Money goes from account to account, in transactions, and by MSET of two that are read before; the sum is always seen whole. */
static void add_transfer(struct chance *chance, struct reply *bytes)
{
	char text[80];
	unsigned from = choose(chance, ACCOUNTS), to = choose(chance, ACCOUNTS), amount = choose(chance, 50);

	add_line(bytes, "MULTI");
	(void)snprintf(text, sizeof text, "DECRBY account%u %u", from, amount);
	add_line(bytes, text);
	(void)snprintf(text, sizeof text, "INCRBY account%u %u", to, amount);
	add_line(bytes, text);
	add_line(bytes, "EXEC");
}

#define ALL "account0 account1 account2 account3 account4 account5"

/* All of the replies to MGET in what was heard: their sums. Answers how many there are. */
static unsigned check_sums(const struct reply *heard)
{
	unsigned found = 0;

	for (size_t at = 0, span; at < heard->length; at += span) {
		long long sum = 0, one;
		size_t inner = at + 4, length;

		span = reply_span(heard->bytes + at, heard->length - at);
		must(span > 0);
		if (span < 8 || memcmp(heard->bytes + at, "*6\r\n", 4) != 0)
			continue;
		for (int i = 0; i < ACCOUNTS; i++) {
			char text[40];                                 /* no zero ends what was heard */

			length = reply_span(heard->bytes + inner, heard->length - inner);
			(void)snprintf(text, sizeof text, "%.*s", (int)length, heard->bytes + inner);
			must(sscanf(text, "$%*d\r\n%lld", &one) == 1);
			sum += one;
			inner += length;
		}
		must(sum == ACCOUNTS * EACH);
		found++;
	}
	return found;
}

static unsigned look(unsigned talker)
{
	struct hearer hearer = HEARER;
	struct reply bytes;

	reply_init(&bytes, 2);
	add_line(&bytes, "MGET " ALL);
	begin_talk(talker, &hearer, &bytes);
	await_talk(&hearer, 1);
	must(check_sums(&hearer.heard) == 1);
	reply_fini(&hearer.heard);
	reply_fini(&bytes);
	return 1;
}

static unsigned trade(struct chance *chance, unsigned rounds)
{
	struct hearer hearers[TALKERS];
	unsigned found = 0;

	expect_talk(town.cluster.clerks - 1, "MSET account0 100 account1 100 account2 100 account3 100 account4 100 account5 100\r\n", "+OK\\r\\n");
	for (unsigned i = 0; i < TALKERS; i++)
		hearers[i] = (struct hearer)HEARER;
	for (unsigned round = 1; round <= rounds; round++) {
		for (unsigned i = 0; i < TALKERS; i++) {
			struct reply bytes;

			reply_init(&bytes, 2);
			for (unsigned count = 1 + choose(chance, 6); count > 0; count--) {
				add_transfer(chance, &bytes);
				add_line(&bytes, choose(chance, 2) ? "MGET " ALL : "PING");
			}
			begin_talk(i, &hearers[i], &bytes);
			reply_fini(&bytes);
		}
		for (unsigned i = 0; i < TALKERS; i++)
			await_talk(&hearers[i], round);
	}
	for (unsigned i = 0; i < TALKERS; i++) {
		found += check_sums(&hearers[i].heard);
		reply_fini(&hearers[i].heard);
	}
	found += look(town.cluster.clerks - 1);                /* by the first clerk, who lives: no shard waits for ever */
	return found;
}

struct deaths { unsigned count; };

/* An order comes to a clerk that works on another one, and it dies with what it has borrowed. */
static enum odeon_fault kill_clerks(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance,
                                    odeon_duration *delay)
{
	struct deaths *deaths = data;

	(void)type;
	(void)delay;
	if (strcmp(kind, "clerk") != 0 || odeon_ref_equal(to, town.cluster.clerk[0]) || chance % 10 != 0)
		return ODEON_FAULT_NONE;
	deaths->count++;
	return ODEON_FAULT_KILL;
}

/* Clerks die meanwhile, but the first: whoever asked them hears so, and no shard waits for them. */
START_TEST(nobody_sees_half_a_transaction)
{
	struct deaths deaths = { 0 };
	odeon_faults faults = ODEON_FAULTS(.on_message = kill_clerks, .data = &deaths);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .faults = &faults });
	unsigned found = 0;
	struct chance chance;

	for (int round = 0; round < KIT_SLOWER(400); round++) {
		chance_begin(&chance, _i * 1000 + round);
		options.simulation.seed = 1 + chance.state;
		open_town(options, 1 + choose(&chance, 5), 1 + choose(&chance, 4));
		found += trade(&chance, 5);
		close_town();
	}
	must(found > 100 && deaths.count > 10);
}
END_TEST

START_TEST(nobody_sees_half_a_transaction_on_several_cores)
{
	odeon_options options = ODEON_OPTIONS(.workers = 3);
	struct chance chance;

	chance_begin(&chance, _i);
	open_town(options, 3, 1 + (unsigned)_i % 3);
	must(trade(&chance, KIT_SLOWER(1000)) > 10);
	close_town();
}
END_TEST

/* ---- failure ------------------------------------------------------------------------------------------------------------------ */

static int refuse(void *data, size_t bytes, uint64_t chance)
{
	(void)bytes;
	return *(int *)data != 0 && chance % 12 == 0;
}

START_TEST(without_memory_commands_are_answered_all_the_same)
{
	int is_scarce = 0;
	odeon_faults faults = ODEON_FAULTS(.on_memory = refuse, .data = &is_scarce);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .faults = &faults });
	struct reply bytes;
	unsigned refused = 0;

	reply_init(&bytes, 2);
	for (int i = 0; i < 20; i++)
		add_line(&bytes, i % 4 == 0 ? "MGET " ALL : i % 4 == 1 ? "SET account3 5" : "INCR account1");
	for (int round = 0; round < KIT_SLOWER(1000); round++) {
		struct hearer hearer = HEARER;
		unsigned replies = 0;

		options.simulation.seed = kit_seed() + (uint64_t)round;
		is_scarce = 0;
		open_town(options, 3, 1);
		is_scarce = 1;
		begin_talk(0, &hearer, &bytes);
		await_talk(&hearer, 1);
		is_scarce = 0;
		for (size_t at = 0; at < hearer.heard.length; replies++) {
			refused += hearer.heard.bytes[at] == '-';
			at += reply_span(hearer.heard.bytes + at, hearer.heard.length - at);
		}
		must(replies == 20);
		expect_talk(1, "MSET account0 1 account1 1 account2 1 account3 1\r\nDBSIZE\r\n", "+OK\\r\\n:4\\r\\n");
		close_town();
		reply_fini(&hearer.heard);
	}
	must(refused > 10);
	reply_fini(&bytes);
}
END_TEST

/* Whatever is under way: nothing is lost that somebody owns, and nobody uses what is gone. */
START_TEST(all_may_end_at_any_moment)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1 });
	struct chance chance;

	for (int round = 0; round < KIT_SLOWER(1000); round++) {
		struct hearer hearers[TALKERS];

		chance_begin(&chance, round);
		options.simulation.seed = 1 + chance.state;
		open_town(options, 3, 2);
		for (unsigned i = 0; i < TALKERS; i++) {
			struct reply bytes;

			hearers[i] = (struct hearer)HEARER;
			reply_init(&bytes, 2);
			for (int count = 0; count < 5; count++)
				add_transfer(&chance, &bytes);
			begin_talk(i, &hearers[i], &bytes);
			reply_fini(&bytes);
		}
		(void)odeon_system_run(town.system, odeon_system_deadline(town.system, ODEON_US((int)choose(&chance, 3))));
		if (choose(&chance, 2) == 0)
			(void)odeon_actor_kill(town.system, town.cluster.shard[choose(&chance, 3)]);
		if (choose(&chance, 2) == 0)
			(void)odeon_actor_kill(town.system, town.talkers[choose(&chance, TALKERS)]);
		if (choose(&chance, 2) == 0)
			for (unsigned i = 0; i < TALKERS; i++)
				await_talk(&hearers[i], 1);
		close_town();
		for (unsigned i = 0; i < TALKERS; i++) {
			must(gate_count(&hearers[i].done) == 1);
			reply_fini(&hearers[i].heard);
		}
	}
}
END_TEST

/* Commands, and transactions, are not begun without end while nobody has answered. */
START_TEST(a_round_takes_so_many_bytes_and_one_command_more)
{
	enum { WORD = 100 << 10, COMMANDS = 40 };
	static char word[WORD];
	struct kv_cluster cluster = { .server = { .seed = { { 1, 2 } }, .version = "7.0.15" }, .shards = 3, .clerks = 1 };
	struct conversation conversation;
	struct reply bytes = { .protocol = 2 };
	struct post post = { .letter = NULL };
	size_t sum = 0;

	for (int i = 0; i < COMMANDS; i++) {
		const struct text words[] = { TEXT("SET"), { &"abcd"[i % 4], 1 }, { word, sizeof word } };

		if (i % 3 == 0)
			add_line(&bytes, "MULTI");
		add_words(&bytes, words, 3);
		if (i % 3 == 0)
			add_line(&bytes, "EXEC");
	}
	must(conversation_open(&conversation, &cluster, client_new(1), &post) == 0);
	must(conversation_take(&conversation, bytes.bytes, bytes.length) < bytes.length);
	for (unsigned i = 0; i <= cluster.shards; i++)
		sum += conversation.parts[i].pack.bytes.length;
	must(sum == conversation.bytes && sum > CONVERSATION_BYTES_MOST && sum < CONVERSATION_BYTES_MOST + WORD + 100);
	conversation_close(&conversation);
	reply_fini(&bytes);
}
END_TEST

KIT_MAIN("kv/shards",
	{ .name = "client", .tests = KIT_TESTS(a_client_sees_its_commands_run_one_after_the_other), .loop = 4 },
	{ .name = "order", .tests = KIT_TESTS(many_commands_at_once_are_answered_in_order, what_is_wrong_ends_the_connection,
		what_has_expired_is_swept, no_reply_takes_memory_without_end, a_round_takes_so_many_bytes_and_one_command_more,
		who_speaks_http_is_closed_before_anything_is_done, what_is_not_to_be_answered_is_not) },
	{ .name = "rows", .tests = KIT_TESTS(what_is_not_to_be_answered_is_not_though_shards_have_answered,
		a_reply_without_memory_even_for_an_error_is_an_error), .loop = 2 },
	{ .name = "clients", .tests = KIT_TESTS(nobody_sees_half_a_transaction, nobody_sees_half_a_transaction_on_several_cores), .loop = 3 },
	{ .name = "failure", .tests = KIT_TESTS(without_memory_commands_are_answered_all_the_same, all_may_end_at_any_moment) })
