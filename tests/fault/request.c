/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * request.c - requests and gathers, with everything that the runtime asks for failing in turn
 *
 * After each failure: the call said so and its continuation did not run, or it runs once; what comes back, expires or
 * ends needs no memory at all; nothing is left.
 */
#include "../harness/kit.h"
#include "faults.h"

enum { ASKED = 20 };

static odeon_ref answerer, silent;
static unsigned made, run;                             /* by the asker alone */

static bool is_fine(int error)
{
	return error == 0 || error == ODEON_ENOMEM;
}

struct wish { struct parcel *owned; };
struct poll { struct parcel *owned; };

ODEON_ANSWER(catcher, wish, parcel)
{
	must((parcel != NULL) == (error == 0));
	must(error == 0 || error == ODEON_ENOMEM || error == ODEON_EUNANSWERED || error == ODEON_ESTOPPING);
	odeon_free(wish->owned);
	run++;
}

ODEON_GATHERED(catcher, poll)
{
	size_t i;
	int why;

	for (i = 0; i < odeon_answers_count(answers); i++)
		odeon_free(odeon_answer(parcel, answers, i, &why));
	odeon_free(poll->owned);
	run++;
}

static void wish_for(odeon_self *self, odeon_ref to, odeon_time until)
{
	struct parcel *owned = parcel_new(0);
	int error = odeon_request(self, to, parcel_new(1), until, ODEON_THEN(self, catcher, wish, parcel, .owned = owned));

	must(is_fine(error));
	if (error == 0)
		made++;
	else
		odeon_free(owned);
}

static void poll_all(odeon_self *self, odeon_time until)
{
	struct parcel *owned = parcel_new(0);
	odeon_gather gather = odeon_gather_open(self, 0, until, ODEON_THEN_GATHERED(self, catcher, poll, .owned = owned));
	int i;

	if (gather.bits == 0) {
		odeon_free(owned);
		return;
	}
	made++;
	for (i = 0; i < ASKED; i++)
		must(is_fine(odeon_gather_request(self, gather, answerer, parcel_new(i))));
	must(odeon_gather_close(self, gather) == 0);
}

static void ask_it_all(odeon_self *self, void *argument)
{
	odeon_time until = odeon_deadline(self, ODEON_SECONDS(600));
	odeon_then *unused;

	(void)argument;
	wish_for(self, answerer, ODEON_NEVER);
	wish_for(self, answerer, until);
	poll_all(self, ODEON_NEVER);
	poll_all(self, until);
	unused = ODEON_THEN(self, catcher, wish, parcel, 0);   /* runs at the end, like those that nobody answers */
	made += unused != NULL;
	wish_for(self, silent, until);
	wish_for(self, silent, ODEON_NEVER);
}

static void answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	int error = odeon_reply(self, parcel);

	(void)catcher;
	must(error == 0 || error == ODEON_EGONE);
}

static void keep(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	odeon_free(catcher->kept);
	catcher->kept = odeon_keep(self, parcel);
}

static void ignore_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host; (void)level; (void)text;
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host; (void)letter;
}

/* Everything once, with the nth failure; answers whether anything failed. */
static bool ask_with_failure(unsigned long nth, int for_ever)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .on_log = ignore_log, .on_dead_letter = ignore_letter);
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	long blocks = faults_blocks(), mappings = faults_mappings();
	struct ending ending = ENDING;
	struct gate done = GATE;
	odeon_system *system = NULL;
	odeon_ref asker;
	struct errand *errand;
	unsigned long failed;

	made = run = 0;
	must(odeon_system_start(&options, &system) == 0);
	must(odeon_system_spawn(system, catcher, &(struct catcher){ .on_parcel = answer }, &answerer) == 0);
	must(odeon_system_spawn(system, catcher, &(struct catcher){ .on_parcel = keep }, &silent) == 0);
	must(odeon_system_spawn(system, catcher, &(struct catcher){ .ending = &ending }, &asker) == 0);
	errand = odeon_new(errand, .run = ask_it_all, .done = &done);
	must(errand != NULL);
	faults_arm(nth, for_ever);
	must(odeon_post(system, asker, errand) == 0);
	gate_wait(&done, 1);
	kit_pause();                                           /* most of the answers come */
	must(odeon_actor_stop(system, asker) == 0);            /* what is open runs as it ends: without memory */
	gate_wait(&ending.ended, 1);
	must(odeon_system_stop(system, kit_deadline(), NULL) == 0);
	failed = faults_disarm();
	must(made == run);
	must(odeon_system_stats(system, &stats) == 0);
	must(stats.accepted == stats.handled + stats.dropped + stats.dead_letters);
	must(odeon_system_free(system) == 0);
	must(parcels_made() == parcels_dropped());
	if (faults_blocks() != blocks || faults_mappings() != mappings)
		ck_abort_msg("failure %lu left behind %ld blocks, %ld mappings", nth, faults_blocks() - blocks,
		             faults_mappings() - mappings);
	return failed > 0;
}

START_TEST(no_failure_loses_a_continuation)
{
	ck_assert_uint_gt(faults_sweep(ask_with_failure, _i), 10);        /* most messages are a worker's own blocks */
}
END_TEST

KIT_MAIN("fault/request", { .name = "requests", .loop = 2, .tests = KIT_TESTS(no_failure_loses_a_continuation) })
