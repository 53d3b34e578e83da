/* SPDX-License-Identifier: BSD-2-Clause */
/* machine.c - see machine.h */
#include "machine.h"
#include "../../examples/kv/store.h"
#include "engine.h"
#include <stdlib.h>
#include <string.h>

struct machine kept;

static void ignore_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host; (void)who; (void)kind; (void)reason;
}

static void note_loss(void *data, const char *what)
{
	(void)data; (void)what;
	kept.losses++;
}

static enum odeon_fault meddle(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance, odeon_duration *delay)
{
	(void)data; (void)to; (void)chance;
	*delay = ODEON_MS(1);
	if ((kept.held_kind != NULL && strcmp(kind, kept.held_kind) == 0) || (kept.held_type != NULL && type == kept.held_type))
		return ODEON_FAULT_DELAY;
	if (kept.slow != NULL && strcmp(type->name, kept.slow) == 0 && (kept.was_slow = !kept.was_slow))       /* it is asked about once more */
		return ODEON_FAULT_DELAY;
	return kept.dies_of > 0 && strcmp(kind, kept.dies) == 0 && --kept.dies_of == 0 ? ODEON_FAULT_KILL : ODEON_FAULT_NONE;
}

static int refuse(void *data, size_t bytes, uint64_t chance)
{
	(void)data; (void)bytes; (void)chance;
	kept.asked++;
	return kept.refused_from > 0 && kept.asked >= kept.refused_from && kept.asked <= kept.refused_to;
}

void open_machine(uint64_t seed, unsigned shards)
{
	static const struct text_seed ids = { { 3, 4 } };
	const struct server server = { .seed = { { 1, 2 } } };
	struct kv_saving saving = { .ledger = &kept.ledger, .stores = kept.stores, .on_loss = note_loss };
	static const odeon_faults faults = ODEON_FAULTS(.on_message = meddle, .on_memory = refuse);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed, .faults = &faults }, .on_failure = ignore_failure);

	for (unsigned i = 0; i < shards; i++)
		must((kept.stores[i] = store_new(server.seed, i)) != NULL);
	ledger_init(&kept.ledger, &kept.shelf.disk, ids);
	ck_assert_msg(ledger_open(&kept.ledger, &server, kept.stores, shards, NULL) == 0, "%s", kept.ledger.problem);
	kept.shared = (struct persistence){ .policy = SYNC_ALWAYS };
	kept.losses = 0;
	open_town_saved(options, shards, 2, &saving, &kept.shared);
}

void close_machine(void)
{
	close_town();
	ledger_fini(&kept.ledger);
}

void stop_and_start(uint64_t seed, unsigned shards)
{
	kept.shelf.is_frozen = true;
	close_machine();
	shelf_crash(&kept.shelf);
	kept.shelf.is_frozen = false;
	open_machine(seed + 1, shards);
}

void expect_heard(struct hearer *hearer, const char *wanted)
{
	char *shown;

	await_talk(hearer, 1);
	shown = reply_show(&hearer->heard);
	ck_assert_str_eq(shown, wanted);
	free(shown);
	reply_fini(&hearer->heard);
}

bool is_heard(const struct hearer *hearer, const char *what)
{
	return hearer->heard.length >= strlen(what) && memcmp(hearer->heard.bytes, what, strlen(what)) == 0;
}
