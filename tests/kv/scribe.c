/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scribe.c - clients, shards and the scribe on a simulated machine, whose disk fails and whose power goes: what was answered is there again,
 * no transaction by halves, nothing twice
 *
 * Each customer runs transactions over three keys, in several shards: the same number goes to the end of a list, into a string, and a
 * counter is raised. So whatever part of them is there afterwards, the three say the same, or something was lost or done twice.
 */
#include "../../examples/kv/ledger.h"
#include "../../examples/kv/scribe.h"
#include "../../examples/kv/session.h"
#include "../../examples/kv/store.h"
#include "chance.h"
#include "engine.h"
#include "lines.h"
#include "shelf.h"
#include <errno.h>
#include <odeon/testkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNIX_SECONDS = 1700000000, CUSTOMERS = 4, NUMBERS_MOST = 20000 };

/* ---- a town whose power may fail ------------------------------------------------------------------------------------------------ */

static struct {
	odeon_system *system;
	struct kv_cluster cluster;
	struct shelf shelf;
	struct ledger ledger;
	struct persistence shared;
	struct store *stores[STORES_MOST];
	odeon_ref customers[CUSTOMERS];
	bool is_over;                                  /* what is answered from now on is answered by nobody */
	unsigned losses;
	odeon_time *acked[CUSTOMERS];                  /* by number: when it was answered; 0: it was not */
	long sent[CUSTOMERS];
	unsigned answered, refused, unknown;
} town;

static struct server server = { .seed = { { 1, 2 } }, .version = "7.0.15" };

/* ---- customers ------------------------------------------------------------------------------------------------------------------- */

struct customer { struct session session; struct chance chance; unsigned number; };
struct beginning { unsigned number; uint64_t seed; };
struct asked { long number; };

static uint64_t say(struct customer *customer, struct pack *pack, const char *text)
{
	struct line line;
	struct reply reply;
	const struct command *command;
	uint64_t stores;

	line_read(&line, text);
	reply_init(&reply, 2);
	must((command = session_find(&customer->session, line.words, line.count, &reply)) != NULL);
	stores = session_take(&customer->session, command, line.words, line.count, &reply, pack);
	must(stores == 0 || pack->units > 0 || pack_add(pack, command, line.words, line.count));
	reply_fini(&reply);
	return stores;
}

static uint64_t make_transaction(struct customer *customer, struct pack *pack, long number)
{
	static const char *const lines[] = { "MULTI", "RPUSH log%u %ld", "SET last%u %ld", "INCR count%u", "EXEC" };
	uint64_t stores = 0;
	char text[80];

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(text, sizeof text, lines[i], customer->number, number);
#pragma GCC diagnostic pop
		stores = say(customer, pack, text);
	}
	return stores;
}

/* Whatever others do meanwhile: all types, expiries, and MSET over shards. */
static uint64_t make_noise(struct customer *customer, struct pack *pack)
{
	static struct command_line line;
	uint64_t stores;

	do {
		const struct command *command;
		struct reply reply;

		do
			lines_make(&line, &customer->chance, UNIX_SECONDS);
		while (text_is(line.words[0], "MULTI") || text_is(line.words[0], "FLUSHALL"));
		reply_init(&reply, 2);
		command = session_find(&customer->session, line.words, line.count, &reply);
		stores = command != NULL && (command->flags & (COMMAND_WRITE | COMMAND_READ)) != 0 && !session_is_alone(&customer->session, command)
			? session_take(&customer->session, command, line.words, line.count, &reply, pack) : 0;
		must(stores == 0 || pack->units > 0 || pack_add(pack, command, line.words, line.count));
		reply_fini(&reply);
	} while (stores == 0);
	return stores;
}

static void ask(odeon_self *self, struct customer *customer);

ODEON_ANSWER(customer, asked, kv_answer)
{
	long number = asked->number;

	if (error == ODEON_ESTOPPING || town.is_over)
		return;
	if (number > 0 && kv_answer != NULL && memchr(kv_answer->bytes, '-', kv_answer->length) == NULL) {
		town.acked[customer->number][number] = odeon_now(self);
		town.answered++;
	} else if (number > 0) {
		town.refused += kv_answer != NULL;
		town.unknown += kv_answer == NULL;
	}
	(void)odeon_tick_after(self, ODEON_US((int)choose(&customer->chance, 20000)), 0);
}

static void ask(odeon_self *self, struct customer *customer)
{
	long number = choose(&customer->chance, 3) != 0 ? ++town.sent[customer->number] : 0;
	struct kv_order *order;
	struct pack pack;
	uint64_t stores;

	must(number < NUMBERS_MOST);
	pack_init(&pack);
	stores = number > 0 ? make_transaction(customer, &pack, number) : make_noise(customer, &pack);
	order = kv_order_new(&pack, 0, 0, stores, customer->session.client);
	pack_fini(&pack);
	if (odeon_request(self, kv_cluster_place(&town.cluster, stores, customer->number), order, ODEON_NEVER,
	                  ODEON_THEN(self, customer, asked, kv_answer, .number = number)) != 0)
		(void)odeon_tick_after(self, ODEON_MS(1), 0);
}

ODEON_HANDLER(customer, odeon_tick) { ask(self, customer); }

ODEON_START(customer, beginning)
{
	customer->number = beginning->number;
	customer->chance.state = beginning->seed;
	must(session_init(&customer->session, &server, town.cluster.shards, client_new(1)));
	return odeon_tick_after(self, 0, 0);
}

ODEON_STOP(customer) { session_fini(&customer->session); }

ODEON_HANDLERS(customer_handlers, ODEON_ON(customer, odeon_tick));
ODEON_KIND(customer, customer_handlers, .start = ODEON_STARTS(customer), .stop = ODEON_STOPS(customer));

/* ---- the machine ------------------------------------------------------------------------------------------------------------------- */

static void ignore_letter(void *host, const odeon_dead_letter *letter) { (void)host; (void)letter; }
static void ignore_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host; (void)who; (void)kind; (void)reason;
}

static void note_loss(void *data, const char *what)
{
	(void)data;
	(void)what;
	town.losses++;
}

struct trouble { unsigned one_in; unsigned deaths; };

static enum odeon_fault kill_some(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance, odeon_duration *delay)
{
	struct trouble *trouble = data;

	(void)to; (void)type; (void)delay;
	if (trouble->one_in == 0 || (strcmp(kind, "shard") != 0 && strcmp(kind, "clerk") != 0 && strcmp(kind, "scribe") != 0)
	 || chance % (trouble->one_in * (strcmp(kind, "scribe") == 0 ? 8 : 1)) != 0)
		return ODEON_FAULT_NONE;
	trouble->deaths++;
	return chance / 1000003 % 2 == 0 ? ODEON_FAULT_KILL : ODEON_FAULT_FAIL;
}

static void read_ledger(unsigned shards)
{
	static const struct text_seed ids = { { 3, 4 } };

	for (unsigned i = 0; i < shards; i++)
		must((town.stores[i] = store_new(server.seed, i)) != NULL);
	ledger_init(&town.ledger, &town.shelf.disk, ids);
	ck_assert_msg(ledger_open(&town.ledger, &server, town.stores, shards, NULL) == 0, "%s", town.ledger.problem);
}

static void switch_on(const odeon_options *options, unsigned shards, int policy, struct chance *chance)
{
	struct kv_saving saving = { .ledger = &town.ledger, .stores = town.stores, .on_loss = note_loss };

	town.shared = (struct persistence){ .policy = policy, .rewrite_percentage = 100, .rewrite_least = 20000 };
	server.persistence = &town.shared;
	read_ledger(shards);
	must(odeon_system_start(options, &town.system) == 0);
	must(kv_cluster_start_saved(town.system, &town.cluster, server, shards, 2, UNIX_SECONDS * 1000LL, &saving) == 0);
	for (unsigned i = 0; i < CUSTOMERS; i++) {
		struct beginning beginning = { i, chance->state + i };

		must(odeon_system_spawn(town.system, &customer_kind, &beginning, &town.customers[i]) == 0);
	}
	town.is_over = false;
}

static void pass(odeon_duration duration) { must(odeon_system_pass(town.system, duration) == 0); }

static void switch_off(bool cuts_power)
{
	town.is_over = true;
	town.shelf.is_frozen = cuts_power;
	must(odeon_system_stop(town.system, ODEON_NEVER, NULL) == 0);
	must(odeon_system_free(town.system) == 0);
	ledger_fini(&town.ledger);
	server.persistence = NULL;
	if (cuts_power)
		shelf_crash(&town.shelf);
}

/* ---- what must be there ------------------------------------------------------------------------------------------------------------ */

static struct text string_at(unsigned shards, const char *format, unsigned customer, char *number)
{
	char name[40];
	struct text text = { name, (size_t)snprintf(name, sizeof name, "%s%u", format, customer) };
	const struct key *key = store_find(town.stores[store_of(text, &server.seed, shards)], text);

	return key != NULL ? value_text(key->value, number) : TEXT("0");
}

static const struct list *log_of(unsigned shards, unsigned customer)
{
	char name[40];
	struct text text = { name, (size_t)snprintf(name, sizeof name, "log%u", customer) };
	const struct key *key = store_find(town.stores[store_of(text, &server.seed, shards)], text);

	return key != NULL ? &key->value->list : NULL;
}

static long long number_of(struct text text)
{
	long long number;

	must(text_integer(text, &number));
	return number;
}

/* What was answered before that moment is there. */
static void expect_customer(unsigned shards, unsigned customer, odeon_time promised)
{
	const struct list *log = log_of(shards, customer);
	size_t count = log != NULL ? log->count : 0;
	struct list_place place = count > 0 ? list_at(log, 0) : (struct list_place){ NULL, 0 };
	char digits[2][32];
	long before = 0;

	ck_assert_int_eq(number_of(string_at(shards, "count", customer, digits[0])), (long long)count);
	for (size_t i = 0; i < count; i++, place = list_step(place, true)) {
		long number = (long)number_of(list_text(place));

		ck_assert_msg(number > before, "%ld is there twice, or comes behind %ld", number, before);
		for (before++; before < number; before++)
			ck_assert_msg(town.acked[customer][before].ns == 0 || town.acked[customer][before].ns > promised.ns, "%ld is missing", before);
	}
	must(before <= town.sent[customer]);
	ck_assert_int_eq(number_of(string_at(shards, "last", customer, digits[1])), before);
	for (before++; before <= town.sent[customer]; before++)
		ck_assert_msg(town.acked[customer][before].ns == 0 || town.acked[customer][before].ns > promised.ns, "%ld is missing", before);
}

static void expect_promised(unsigned shards, odeon_time promised)
{
	read_ledger(shards);
	for (unsigned i = 0; i < CUSTOMERS; i++)
		expect_customer(shards, i, promised);
	ledger_fini(&town.ledger);
	for (unsigned i = 0; i < shards; i++)
		store_free(town.stores[i]);
}

static void begin_town(uint64_t seed)
{
	shelf_open(&town.shelf, seed);
	for (unsigned i = 0; i < CUSTOMERS; i++) {
		must((town.acked[i] = calloc(NUMBERS_MOST, sizeof *town.acked[i])) != NULL);
		town.sent[i] = 0;
	}
	town.losses = 0;
}

static void end_town(void)
{
	for (unsigned i = 0; i < CUSTOMERS; i++)
		free(town.acked[i]);
	shelf_close(&town.shelf);
}

/* ---- tests ---------------------------------------------------------------------------------------------------------------------------- */

struct sums { unsigned rewrites, rebuilt, deaths, losses, failures; };

static void meddle(struct chance *chance, bool may_fail)
{
	if (choose(chance, 3) == 0)
		persistence_set(&town.shared, wants_rewrite, true);
	if (!may_fail || choose(chance, 3) != 0)
		return;
	town.shelf.fails_at = town.shelf.calls + 1 + choose(chance, 30);
	town.shelf.fails_until = town.shelf.fails_at + choose(chance, 2) * choose(chance, 100);
	town.shelf.error = choose(chance, 2) ? -ENOSPC : -EIO;
}

/* One life of the machine; the next one begins with what it left. */
static void live(struct chance *chance, unsigned shards, int policy, bool may_fail, struct trouble *trouble, struct sums *sums)
{
	odeon_faults faults = ODEON_FAULTS(.on_message = kill_some, .data = trouble);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 + chance->state, .faults = &faults },
		.on_dead_letter = ignore_letter, .on_failure = ignore_failure);
	odeon_time promised;
	bool cuts_power = choose(chance, 4) != 0;

	for (unsigned i = 0; i < CUSTOMERS; i++)                 /* by another clock */
		for (long number = 1; number <= town.sent[i]; number++)
			town.acked[i][number].ns = town.acked[i][number].ns != 0;
	switch_on(&options, shards, policy, chance);
	for (unsigned i = 1 + choose(chance, 12); i > 0; i--) {
		meddle(chance, may_fail);
		pass(ODEON_US(1 + (int)choose(chance, 300000)));
	}
	promised = odeon_system_now(town.system);
	if (policy != SYNC_ALWAYS)
		promised.ns -= ODEON_MS(1300);
	if (policy != SYNC_ALWAYS && (may_fail || trouble->one_in != 0))
		promised.ns = 0;
	sums->failures += persistence_get(&town.shared, error) != 0;
	town.shelf.fails_at = 0;
	switch_off(cuts_power);
	sums->rewrites += (unsigned)persistence_get(&town.shared, rewrites);
	for (unsigned i = 0; i < shards; i++)
		sums->rebuilt += atomic_load(&town.cluster.lives[i]) - 1;
	sums->losses += town.losses;
	expect_promised(shards, promised);
	if (promised.ns <= 0)                                  /* what is not there by now is not promised any more */
		for (unsigned i = 0; i < CUSTOMERS; i++)
			memset(town.acked[i], 0, sizeof *town.acked[i] * NUMBERS_MOST);
}

static void live_often(int rounds, int test, int policy, bool may_fail, unsigned one_in, struct sums *sums)
{
	struct chance chance;

	town.answered = town.refused = town.unknown = 0;
	for (int round = 0; round < rounds; round++) {
		struct trouble trouble = { one_in, 0 };
		unsigned shards;

		chance_begin(&chance, test * 1000 + round);
		shards = 1 + choose(&chance, 5);
		begin_town(chance.state);
		town.shelf.is_short = choose(&chance, 2) != 0;
		for (int life = 0; life < 3; life++) {
			live(&chance, shards, policy, may_fail, &trouble, sums);
			if (policy != SYNC_ALWAYS)
				for (unsigned i = 0; i < CUSTOMERS; i++)
					memset(town.acked[i], 0, sizeof *town.acked[i] * NUMBERS_MOST);
		}
		sums->deaths += trouble.deaths;
		end_town();
	}
	must(town.answered > (unsigned)rounds);
}

START_TEST(what_was_answered_is_there_again_when_the_power_was_cut)
{
	struct sums sums = { 0 };

	live_often(KIT_SLOWER(60), _i, SYNC_ALWAYS, false, 0, &sums);
	must(sums.rewrites > 5 && sums.losses == 0 && sums.failures == 0 && town.refused == 0 && town.unknown == 0);
}
END_TEST

START_TEST(what_was_answered_more_than_a_second_ago_is_there_again)
{
	struct sums sums = { 0 };

	live_often(KIT_SLOWER(60), 100 + _i, SYNC_EVERYSEC, false, 0, &sums);
	must(sums.rewrites > 5 && town.refused == 0 && town.unknown == 0);
}
END_TEST

START_TEST(what_was_answered_is_there_again_though_the_disk_fails)
{
	struct sums sums = { 0 };

	live_often(KIT_SLOWER(50) + 15, 200 + _i, _i % 4 == 3 ? SYNC_EVERYSEC : SYNC_ALWAYS, true, 0, &sums);
	must(sums.rewrites > 5 && sums.losses == 0 && town.refused + town.unknown > 10);
}
END_TEST

START_TEST(shards_that_die_are_there_again_with_all_they_had)
{
	struct sums sums = { 0 };

	live_often(KIT_SLOWER(50) + 15, 300 + _i, _i % 4 == 3 ? SYNC_EVERYSEC : SYNC_ALWAYS, _i % 2 == 1, 500, &sums);
	must(sums.deaths > 10 && sums.rebuilt > 5 && town.unknown > 0);
}
END_TEST

/* The reply, or NULL. To be freed. */
static struct kv_answer *ask_line(const char *text)
{
	struct customer customer = { .number = 0 };
	struct kv_order *order;
	struct pack pack;
	uint64_t stores;

	must(session_init(&customer.session, &server, town.cluster.shards, client_new(1)));
	pack_init(&pack);
	stores = say(&customer, &pack, text);
	order = kv_order_new(&pack, 0, 0, stores, NULL);
	pack_fini(&pack);
	session_fini(&customer.session);
	return odeon_ask(kv_answer, town.system, kv_cluster_place(&town.cluster, stores, 0), order,
	                 odeon_system_deadline(town.system, ODEON_SECONDS(5)), NULL);
}

static bool hears(const char *text, const char *wanted)
{
	struct kv_answer *answer = ask_line(text);
	bool is_wanted = answer != NULL && answer->length == strlen(wanted) && memcmp(answer->bytes, wanted, answer->length) == 0;

	odeon_free(answer);
	return is_wanted;
}

START_TEST(without_a_file_a_dead_shard_is_a_loss_or_empty)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1 }, .on_dead_letter = ignore_letter,
		.on_failure = ignore_failure);
	struct kv_saving saving = { .starts_empty = _i == 1, .on_loss = note_loss };
	struct kv_answer *answer;

	town.losses = 0;
	server.persistence = NULL;
	must(odeon_system_start(&options, &town.system) == 0);
	must(kv_cluster_start_saved(town.system, &town.cluster, server, 1, 1, UNIX_SECONDS * 1000LL, &saving) == 0);
	must(hears("SET a 1", "+OK\r\n") && hears("GET a", "$1\r\n1\r\n"));
	must(odeon_actor_kill(town.system, town.cluster.shard[0]) == 0);
	pass(ODEON_SECONDS(1));
	if (_i == 1) {
		must(town.losses == 0 && hears("GET a", "$-1\r\n"));
	} else {
		answer = ask_line("GET a");
		must(town.losses > 0 && answer == NULL);
	}
	must(odeon_system_stop(town.system, ODEON_NEVER, NULL) == 0);
	must(odeon_system_free(town.system) == 0);
}
END_TEST

/* Each sort once; all is simulated, on one thread, where a sanitizer has less to see. */
enum { SORTS = 4, SEEDS = KIT_SLOWER(8) > SORTS ? 8 : SORTS };

KIT_MAIN("kv/scribe",
	{ .name = "power", .tests = KIT_TESTS(what_was_answered_is_there_again_when_the_power_was_cut,
		what_was_answered_more_than_a_second_ago_is_there_again), .loop = 4 },
	{ .name = "disk", .tests = KIT_TESTS(what_was_answered_is_there_again_though_the_disk_fails), .loop = SEEDS },
	{ .name = "deaths", .tests = KIT_TESTS(shards_that_die_are_there_again_with_all_they_had), .loop = SEEDS },
	{ .name = "loss", .tests = KIT_TESTS(without_a_file_a_dead_shard_is_a_loss_or_empty), .loop = 2 })
