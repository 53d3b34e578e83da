/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channels.c - channels of a simulated system under many seeds, against a plain model of a channel
 *
 * The scene: 2 to 6 actors, pooled and with threads of their own, and the host share a few channels, and do what the
 * seed says: open, clone, drop, give halves away, send, try, receive, select, ask to be told. Only one of them runs at a
 * time, and none is interrupted between an operation's effect and its return, so the model need not guess: after each
 * operation it knows what the channel holds (model.h). It checks
 *
 *   order         the messages of one sending half come to one receiving half in the order sent
 *   capacity      never more than that many wait; full and empty are said only when it is so; len is exact
 *   exactly once  no message is received twice, or received and dropped, and each is freed once
 *   copies        each receiver of a broadcast gets each message, or hears how many it missed; one of a watch the latest
 *   the end       disconnected is said when the other side is gone (and what was sent is taken), and only then
 *
 * One seed is one run: the log of events is the same byte for byte.
 */
#include "model.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 1000, ACTORS_MOST = 6, ROUNDS = 12 };
#define ROUND_TIME ODEON_US(20)

/* A half that travels. */
struct gift { struct half half; };
ODEON_MESSAGE_DROP(gift)
{
	if (gift->half.sender != NULL || gift->half.receiver != NULL)
		drop_half(gift->half);
}

/* ---- operations ------------------------------------------------------------------------------------------------------------------ */

static odeon_time until_when(odeon_system *system)
{
	switch (below(4)) {
	case 0:
		return ODEON_AT_ONCE;
	case 1:
		return ODEON_NEVER;
	default:
		return odeon_system_deadline(system, ODEON_US(below(30)));
	}
}

static void try_send(struct half *half, odeon_time until)
{
	struct half copy = *half;                       /* a nested handler may move it about */
	struct item *item = make_item(&copy);
	unsigned id = item->id;
	int why;

	item = odeon_sender_try(copy.sender, item, until, &why);
	holds((item == NULL) == (why == 0));
	note_sent(&copy, id, why);
	odeon_free(item);
}

static void send_it(struct half *half)
{
	struct half copy = *half;
	struct item *item = make_item(&copy);
	unsigned id = item->id;

	note_sent(&copy, id, odeon_sender_send(copy.sender, item));
}

static void recv_it(struct half *half, odeon_time until)
{
	struct half copy = *half;
	struct item *item;
	int why;

	models[copy.channel].receiving++;
	item = odeon_recv_until(item, copy.receiver, until, &why);
	models[copy.channel].receiving--;
	note_received(&copy, item, why);
}

static void select_some(odeon_system *system, odeon_self *self, struct holder *holder)
{
	odeon_case cases[HALVES + 2];
	struct half halves[HALVES + 2];
	size_t count = 0, kept;
	unsigned ids[HALVES + 2];
	odeon_time until = until_when(system);
	bool mailbox = self != NULL && below(2) == 0;
	int index;

	for (unsigned i = 0; i < holder->count; i++) {
		if (below(3) == 0)
			continue;
		halves[count] = holder->halves[i];
		if (halves[count].sender != NULL) {
			struct item *item = make_item(&halves[count]);

			ids[count] = item->id;
			cases[count] = (odeon_case)ODEON_CASE_SEND(halves[count].sender, item);
		} else {
			models[halves[count].channel].receiving++;
			cases[count] = (odeon_case)ODEON_CASE_RECV(halves[count].receiver);
		}
		count++;
	}
	kept = count;
	if (mailbox)
		cases[count++] = (odeon_case)ODEON_CASE_MAILBOX(self);
	if (below(4) == 0)
		cases[count++] = (odeon_case)ODEON_CASE_DEFAULT;
	if (count == 0 && until.ns == INT64_MAX)
		return;
	index = below(2) == 0 ? odeon_select(cases, count, until) : odeon_select_biased(cases, count, until);
	for (size_t i = 0; i < kept; i++)
		models[halves[i].channel].receiving -= halves[i].receiver != NULL;
	if (index >= 0 && (size_t)index < kept) {
		if (halves[index].sender != NULL)
			note_sent(&halves[index], ids[index], cases[index].error);
		else
			note_received(&halves[index], odeon_case_message(item, &cases[index]), cases[index].error);
		happened[7]++;
	} else if (index >= 0 && cases[index].what == ODEON_ON_MAILBOX) {
		holds(cases[index].error == 0 || cases[index].error == ODEON_ESTOPPING);
		happened[8]++;
	} else
		holds(index >= 0 || index == ODEON_ETIMEDOUT || index == ODEON_EWOULDBLOCK);
	for (size_t i = 0; i < kept; i++)
		odeon_case_clear(&cases[i]);
}

/* Self NULL: the host. */
static void ask_to_be_told(odeon_self *self, struct half *half)
{
	if (self == NULL)
		return;
	holds((half->sender != NULL ? odeon_sender_when_room(self, half->sender) : odeon_receiver_when_ready(self, half->receiver)) == 0);
	happened[9]++;
}

static odeon_ref actors[ACTORS_MOST];
static unsigned actor_count;

static void operate(odeon_system *system, odeon_self *self, struct holder *holder, bool may_block, bool may_nest)
{
	unsigned which = holder->count > 0 ? below(holder->count) : 0;
	struct half *half = holder->count > 0 ? &holder->halves[which] : NULL;

	switch (half != NULL ? below(12) : 11) {
	case 0: case 1: case 2: case 3: case 4:
		if (half->receiver != NULL)
			recv_it(half, until_when(system));
		else if (may_block && below(3) == 0)
			send_it(half);
		else
			try_send(half, until_when(system));
		break;
	case 5: case 6: case 7:
		select_some(system, may_nest ? self : NULL, holder);
		break;
	case 8:
		clone_half(holder, half);
		break;
	case 9:
		if (below(2) == 0)
			drop_half(take_half(holder, which));
		else if (self != NULL)
			(void)odeon_send(self, actors[below(actor_count)], odeon_new(gift, .half = take_half(holder, which)));
		else
			(void)odeon_post(system, actors[below(actor_count)], odeon_new(gift, .half = take_half(holder, which)));
		break;
	case 10:
		check_len(half);
		ask_to_be_told(self, half);
		break;
	case 11:
		open_channel(system, holder);
		break;
	}
}

/* ---- actors ------------------------------------------------------------------------------------------------------------------------ */

struct worker_bee { struct holder holder; bool is_own, is_within; unsigned rounds; };
struct go { int number; };
ODEON_MESSAGE(go);

static void work(odeon_self *self, struct worker_bee *bee)
{
	bool was_within = bee->is_within;

	if (bee->rounds == 0) {
		odeon_exit(self);
		return;
	}
	bee->rounds--;
	bee->is_within = true;
	for (unsigned i = 1 + below(3); i > 0; i--)
		operate(odeon_system_of(self), self, &bee->holder, bee->is_own, bee->is_own && !was_within);
	bee->is_within = was_within;
}

ODEON_HANDLER(worker_bee, go)
{
	work(self, worker_bee);
	(void)odeon_send(self, odeon_self_ref(self), go);
}
ODEON_HANDLER(worker_bee, gift)
{
	if (hold_half(&worker_bee->holder, gift->half))
		gift->half = (struct half){ .sender = NULL };
}
ODEON_HANDLER(worker_bee, odeon_readable) { happened[10]++; work(self, worker_bee); }
ODEON_HANDLER(worker_bee, odeon_writable) { happened[11]++; work(self, worker_bee); }
ODEON_STOP(worker_bee)
{
	while (worker_bee->holder.count > 0)
		drop_half(take_half(&worker_bee->holder, 0));
}
ODEON_HANDLERS(worker_bee_handlers, ODEON_ON(worker_bee, go), ODEON_ON(worker_bee, gift), ODEON_ON(worker_bee, odeon_readable),
               ODEON_ON(worker_bee, odeon_writable));
ODEON_KIND(worker_bee, worker_bee_handlers, .stop = ODEON_STOPS(worker_bee));

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void play(uint64_t with)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter,
	                                      .simulation = { .enabled = 1, .seed = with, .on_event = on_event });
	odeon_kind own = worker_bee_kind;
	struct holder host = { .count = 0 };
	odeon_system *system = NULL;

	own.place = ODEON_OWN_THREAD;
	model_reset(with);
	signal(SIGABRT, tell_seed);
	holds(odeon_system_start(&options, &system) == 0);
	open_channel(system, &host);
	open_channel(system, &host);
	actor_count = 2 + below(ACTORS_MOST - 1);
	for (unsigned i = 0; i < actor_count; i++) {
		bool is_own = below(2) == 0;
		struct worker_bee bee = { .is_own = is_own, .rounds = ROUNDS };

		for (unsigned k = 0; k < host.count && bee.holder.count < 3; k++)
			clone_half(&bee.holder, &host.halves[below(host.count)]);
		holds(odeon_system_spawn(system, is_own ? &own : &worker_bee_kind, &bee, &actors[i]) == 0);
		holds(odeon_post(system, actors[i], odeon_new(go, .number = 0)) == 0);
	}
	for (unsigned i = 0; i < 2 * ROUNDS; i++) {
		operate(system, NULL, &host, true, false);
		if (below(4) == 0)
			(void)odeon_system_run(system, odeon_system_deadline(system, ROUND_TIME));
	}
	while (host.count > 0)
		drop_half(take_half(&host, 0));
	(void)odeon_system_wait(system, odeon_system_deadline(system, ODEON_SECONDS(1)));
	holds(odeon_system_free(system) == 0);
	model_check_end();
}

/* ---- the tests ----------------------------------------------------------------------------------------------------------------------- */

START_TEST(every_seed_agrees_with_the_model_and_repeats)
{
	const char *given = getenv("ODEON_SEED");
	unsigned seeds = given != NULL ? 1 : KIT_SLOWER(SEEDS) / 10;

	for (unsigned i = 0; i < seeds; i++) {
		uint64_t with = given != NULL ? strtoull(given, NULL, 0) : (uint64_t)_i * seeds + i + 1, before;

		is_loud = given != NULL && getenv("LOUD") != NULL;
		play(with);
		before = hash;
		holds(lines > 20);
		play(with);
		ck_assert_msg(hash == before, "ODEON_SEED=%llu: two runs differ", (unsigned long long)with);
	}
}
END_TEST

START_TEST(everything_happens)
{
	memset(happened, 0, sizeof happened);
	for (uint64_t i = 1; i <= 60; i++)
		play(i);
	for (unsigned i = 0; i < 15; i++)
		ck_assert_msg(happened[i] > 10, "operation %u happened %u times", i, happened[i]);
}
END_TEST

START_TEST(seeds_differ)
{
	uint64_t before;
	unsigned different = 0;

	play(1);
	before = hash;
	for (uint64_t i = 2; i < 22; i++) {
		play(i);
		different += hash != before;
	}
	ck_assert_uint_ge(different, 20);
}
END_TEST

KIT_MAIN("simulation/channels",
	{ "model", KIT_TESTS(every_seed_agrees_with_the_model_and_repeats), NULL, NULL, 10 },
	{ "scene", KIT_TESTS(everything_happens, seeds_differ), NULL, NULL, 0 })
