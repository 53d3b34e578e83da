/* SPDX-License-Identifier: BSD-2-Clause */
/* town.c - see town.h */
#include "town.h"
#include "../../examples/kv/wait.h"
#include "engine.h"
#include <odeon/testkit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct town town;

/* ---- talkers -------------------------------------------------------------------------------------------------------------- */

struct talk { struct hearer *hearer; size_t length; };         /* the bytes lie behind it */
ODEON_MESSAGE_DROP(talk) { gate_open(&talk->hearer->done); }

struct talker { struct conversation conversation; struct mail mail; struct talk *talk; size_t at; struct reply letters; };
struct beginning { const struct kv_cluster *cluster; uint64_t id; };
struct round { int unused; };
struct single { int unused; };

static void go_on(odeon_self *self, struct talker *talker);

ODEON_GATHERED(talker, round)
{
	conversation_hear(&talker->conversation, answers);
	if (talker->talk != NULL)
		go_on(self, talker);
}

ODEON_ANSWER(talker, single, kv_answer)
{
	conversation_hear_one(&talker->conversation, kv_answer != NULL ? odeon_keep(self, kv_answer) : NULL, error);
	if (talker->talk != NULL)
		go_on(self, talker);
}

static bool ask_several(odeon_self *self, struct talker *talker)
{
	odeon_gather gather = odeon_gather_open(self, 0, ODEON_NEVER, ODEON_THEN_GATHERED(self, talker, round));

	if (gather.bits == 0)
		return false;
	conversation_ask(self, &talker->conversation, gather);
	must(odeon_gather_close(self, gather) == 0);
	return true;
}

static bool ask(odeon_self *self, struct talker *talker)
{
	if (conversation_choose(&talker->conversation) == 1)
		return conversation_ask_one(self, &talker->conversation, ODEON_THEN(self, talker, single, kv_answer));
	return ask_several(self, talker);
}

static void end_talk(struct talker *talker)
{
	talker->talk->hearer->is_closed = talker->conversation.is_closing;
	odeon_free(talker->talk);
	talker->talk = NULL;
}

static void wait_here(odeon_self *self, struct talker *talker)
{
	int64_t until = talker->conversation.session.client->wait_until;

	if (until != INT64_MAX && odeon_tick_after(self, (until - kv_now(self, &town.cluster)) * 1000000, 0) != 0) {
		talker->conversation.is_closing = true;
		end_talk(talker);
	}
}

/* False: it waits. */
static bool finish_round(odeon_self *self, struct talker *talker)
{
	for (;;) {
		conversation_tell(&talker->conversation, &talker->talk->hearer->heard);
		if (conversation_goal(&talker->conversation) == CONVERSATION_WAITS)
			wait_here(self, talker);
		if (conversation_goal(&talker->conversation) != CONVERSATION_ASKS)
			return conversation_goal(&talker->conversation) == CONVERSATION_DONE;
		if (ask(self, talker))
			return false;
		conversation_refuse(&talker->conversation, ODEON_ENOMEM);
	}
}

static void go_on(odeon_self *self, struct talker *talker)
{
	struct conversation *conversation = &talker->conversation;
	struct talk *talk = talker->talk;
	size_t used = 1;

	talker->mail = mail_of(self, &town.cluster);
	conversation->session.now = talker->mail.now;
	while (finish_round(self, talker)) {
		if (used == 0 || conversation->is_closing || talker->at == talk->length) {
			end_talk(talker);
			return;
		}
		used = conversation_take(conversation, (char *)(talk + 1) + talker->at, talk->length - talker->at);
		talker->at += used;
	}
}

ODEON_HANDLER(talker, talk)
{
	must(talker->talk == NULL);
	talker->at = 0;
	talker->talk = odeon_keep(self, talk);
	reply_raw(&talker->talk->hearer->heard, (struct text){ talker->letters.bytes, talker->letters.length });
	reply_cut(&talker->letters, 0);
	go_on(self, talker);
}

/* What others say comes between its own replies; between talks it is kept for the next. */
ODEON_HANDLER(talker, kv_push)
{
	const struct kv_letter *letter = odeon_frozen_look(kv_letter, kv_push->letter);
	struct reply *heard = talker->talk != NULL ? &talker->talk->hearer->heard : &talker->letters;

	reply_raw(heard, talker->conversation.session.client->protocol < 3 ? TEXT("*") : TEXT(">"));
	reply_raw(heard, (struct text){ (const char *)(letter + 1), letter->length });
}

ODEON_HANDLER(talker, kv_served)
{
	if (talker->talk == NULL)
		return;
	conversation_serve(&talker->conversation, kv_served_text(kv_served));
	go_on(self, talker);
}

ODEON_HANDLER(talker, kv_dismiss)
{
	talker->conversation.is_closing = true;
	if (talker->talk != NULL)
		end_talk(talker);
}

ODEON_HANDLER(talker, odeon_tick)
{
	struct client *client = talker->conversation.session.client;
	struct reply reply;

	if (talker->talk == NULL || kv_now(self, &town.cluster) < client->wait_until || !client_claim(client, client_turn(client, CLIENT_WAITS)))
		return;
	reply_init(&reply, client->protocol);
	wait_over(client, &reply);
	conversation_serve(&talker->conversation, (struct text){ reply.bytes, reply.length });
	reply_fini(&reply);
	go_on(self, talker);
}

ODEON_START(talker, beginning)
{
	struct client *client = client_new(beginning->id);

	if (client != NULL)
		client->owner = odeon_self_ref(self);
	if (client != NULL && beginning->cluster->server.clients != NULL)
		client_enter(client, beginning->cluster->server.clients);
	return conversation_open(&talker->conversation, beginning->cluster, client, &talker->mail.post);
}

ODEON_STOP(talker)
{
	odeon_free(talker->talk);
	reply_fini(&talker->letters);
	conversation_close(&talker->conversation);
}

ODEON_HANDLERS(talker_handlers, ODEON_ON(talker, talk), ODEON_ON(talker, kv_push), ODEON_ON(talker, kv_served),
	ODEON_ON(talker, odeon_tick), ODEON_ON(talker, kv_dismiss));
ODEON_KIND(talker, talker_handlers, .start = ODEON_STARTS(talker), .stop = ODEON_STOPS(talker));

/* ---- a town of shards ------------------------------------------------------------------------------------------------------ */

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void open_any(odeon_options options, unsigned shards, unsigned clerks, const struct kv_saving *saving, struct server server)
{
	options.on_dead_letter = ignore_letter;
	town.is_simulated = options.simulation.enabled;
	must(odeon_system_start(&options, &town.system) == 0);
	must(kv_cluster_start_saved(town.system, &town.cluster, server, shards, clerks, UNIX_SECONDS * 1000LL, saving) == 0);
	for (unsigned i = 0; i < TALKERS; i++) {
		struct beginning beginning = { &town.cluster, i + 1 };

		must(odeon_system_spawn(town.system, &talker_kind, &beginning, &town.talkers[i]) == 0);
	}
}

void open_town(odeon_options options, unsigned shards, unsigned clerks)
{
	const struct server server = { .seed = { { 1, 2 } }, .version = "7.0.15" };
	const struct kv_saving nothing = { .ledger = NULL };

	open_any(options, shards, clerks, &nothing, server);
}

void open_town_saved(odeon_options options, unsigned shards, unsigned clerks, const struct kv_saving *saving, struct persistence *persistence)
{
	const struct server server = { .seed = { { 1, 2 } }, .version = "7.0.15", .clients = &town.clients, .persistence = persistence };

	town.clients = (struct clients)CLIENTS;
	open_any(options, shards, clerks, saving, server);
}

void close_town(void)
{
	must(odeon_system_stop(town.system, ODEON_NEVER, NULL) == 0);
	must(odeon_system_free(town.system) == 0);
}

void begin_talk(unsigned talker, struct hearer *hearer, const struct reply *bytes)
{
	struct talk *talk = odeon_new_sized(talk, bytes->length, .hearer = hearer, .length = bytes->length);

	must(talk != NULL);
	memcpy(talk + 1, bytes->bytes, bytes->length);
	must(odeon_post(town.system, town.talkers[talker], talk) == 0);
}

void say(unsigned talker, struct hearer *hearer, const char *lines)
{
	const struct reply bytes = { .bytes = (char *)(uintptr_t)lines, .length = strlen(lines) };

	begin_talk(talker, hearer, &bytes);
}

void pass(odeon_duration duration) { must(odeon_system_pass(town.system, duration) == 0); }

void await_talk(struct hearer *hearer, unsigned count)
{
	for (int tries = 0; town.is_simulated && gate_count(&hearer->done) < count; tries++) {
		must(odeon_system_run(town.system, odeon_system_deadline(town.system, ODEON_MS(1))) >= 0);
		must(tries < 10000);
	}
	gate_wait(&hearer->done, count);
}

void add_words(struct reply *bytes, const struct text *words, size_t count)
{
	reply_array(bytes, count);
	for (size_t i = 0; i < count; i++)
		reply_bulk(bytes, words[i]);
}

void add_line(struct reply *bytes, const char *text)
{
	struct line line;

	line_read(&line, text);
	add_words(bytes, line.words, line.count);
}

void expect_talk(unsigned talker, const char *lines, const char *wanted)
{
	struct hearer hearer = HEARER;
	struct reply bytes = { .bytes = (char *)(uintptr_t)lines, .length = strlen(lines) };

	begin_talk(talker, &hearer, &bytes);
	await_talk(&hearer, 1);
	char *shown = reply_show(&hearer.heard);

	ck_assert_str_eq(shown, wanted);
	free(shown);
	reply_fini(&hearer.heard);
}
