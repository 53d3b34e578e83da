/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bank - moves money between accounts, while actors are killed
 *
 *   bank                         a thousand transfers on real threads; somebody is killed each millisecond
 *   bank --simulate SEEDS        small banks in simulated systems, in each of which somebody is killed at each step
 *
 * README.md says how it is made, and in which order to read it.
 */
#include "storm.h"
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACCOUNT_COUNT = 10, AMOUNT = 100000, MOST = 50000 };

struct settings { unsigned orders, kills; int workers; bool is_simulated; struct weather weather; };

static const char usage[] =
	"bank - moves money between accounts, while actors are killed\n"
	"\n"
	"  bank [--orders N] [--kills N] [--workers N]\n"
	"      N transfers (1000) on real threads; meanwhile somebody is killed each millisecond,\n"
	"      N times at most (100)\n"
	"\n"
	"  bank --simulate SEEDS [--seed FIRST] [--kill-at STEP] [--whom WHOM]\n"
	"      small banks in simulated systems, under so many seeds from FIRST (1) on. Under each there is\n"
	"      one run with kills and other faults by chance, and then there are runs for each step, in\n"
	"      which somebody is killed at this step\n"
	"      --kill-at STEP  only the runs for this step; 0: only the run by chance\n"
	"      --whom WHOM     only the runs in which this one is killed: who is about to handle a message\n"
	"                      (before), who has just handled it (after), who sent it (sender), everybody\n"
	"                      (power), or everybody, and the customer for good (desert)\n"
	"\n"
	"Answers 0 when all of the money is there, and each transfer was done or undone, once.\n";

/* ---- real threads ------------------------------------------------------------------------------------------- */

static void quiet_letter(void *host, const odeon_dead_letter *letter) { (void)host; (void)letter; }

/* Somebody, by name: an account, or the desk. True: it was there to be killed. */
static bool kill_somebody(odeon_system *system, const struct bank *bank, unsigned number)
{
	char name[ACCOUNT_NAME_BYTES] = DESK_NAME;
	odeon_time until = odeon_system_deadline(system, ODEON_MS(100));
	odeon_ref who;

	if (number % (ACCOUNT_COUNT + 1) > 0)
		account_name(number % (ACCOUNT_COUNT + 1), name);
	return odeon_registry_find(system, bank->registry, name, until, &who) == 0
	    && odeon_actor_kill(system, who) == 0;
}

/* A millisecond at a time, until the customer has all receipts. How many it were is told apart, as it differs. */
static void wait_and_kill(odeon_system *system, const struct bank *bank, unsigned kills)
{
	unsigned killed = 0;

	while (odeon_system_wait(system, odeon_system_deadline(system, ODEON_MS(1))) == ODEON_ETIMEDOUT)
		if (killed < kills)
			killed += kill_somebody(system, bank, killed * 7);
	fprintf(stderr, "killed meanwhile: %u\n", killed);
}

static int start_customer(odeon_system *system, struct wishes *wishes, odeon_ref registry)
{
	struct customer_is is = { wishes, registry };
	odeon_child child = ODEON_CHILD(.kind = &customer_kind, .argument = &is, .argument_bytes = sizeof is,
		.keep = ODEON_TRANSIENT);
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = &child, .count = 1, .restarts = ODEON_RESTARTS_ANY);

	return odeon_supervise(system, &rule, NULL);
}

static enum complaint work(odeon_system *system, struct bank *bank, struct disk *disk, struct wishes *wishes,
                           const struct settings *settings, int64_t *said)
{
	if (bank_open(system, disk, ACCOUNT_COUNT, AMOUNT, bank) < 0
	 || start_customer(system, wishes, bank->registry) < 0)
		return TROUBLE;
	wait_and_kill(system, bank, settings->kills);
	return audit_accounts(system, bank, ACCOUNT_COUNT, said);
}

static void report(enum complaint complaint, const struct totals *totals)
{
	if (complaint == FINE) {
		printf("transfers done or undone, once each: %u\n", totals->done + totals->undone);
		printf("some were undone since there was no money, some since an account was closed: %s\n",
		       totals->undone > totals->refunds && totals->refunds > 0 ? "yes" : "no");
		printf("money in the end: %" PRId64 ".%02d\n", totals->money / 100, (int)(totals->money % 100));
	} else
		printf("wrong: %s\n", complaint_text(complaint));
}

static int play(const struct settings *settings)
{
	odeon_options options = ODEON_OPTIONS(.workers = settings->workers, .on_dead_letter = quiet_letter);
	struct wishes wishes = { .seed = 1, .accounts = ACCOUNT_COUNT, .orders = settings->orders,
		.closes = ACCOUNT_COUNT, .lanes = LANES_MOST, .most = MOST,
		.told = calloc(settings->orders + 1, sizeof *wishes.told) };
	struct disk disk = { .counts = { 0 } };
	struct bank bank = { .top = ODEON_NOBODY };
	int64_t said[ACCOUNT_COUNT + 1] = { 0 };
	struct totals totals = { .money = 0 };
	odeon_system *system;
	enum complaint complaint = TROUBLE;

	printf("money in the beginning: %d.00, in %d accounts\n", ACCOUNT_COUNT * AMOUNT / 100, ACCOUNT_COUNT);
	if (wishes.told != NULL && odeon_system_start(&options, &system) == 0) {
		complaint = work(system, &bank, &disk, &wishes, settings, said);
		odeon_system_free(system);              /* from here on the disk is ours */
	}
	if (complaint == FINE)
		complaint = audit_disk(&disk, &wishes, AMOUNT, said, &totals);
	report(complaint, &totals);
	bank_free(&bank);
	disk_free(&disk);
	free(wishes.told);
	return complaint != FINE;
}

/* ---- the command line --------------------------------------------------------------------------------------- */

static int blow_named(const char *name)
{
	int blow = 0;

	while (blow < BLOWS && strcmp(blow_names[blow], name) != 0)
		blow++;
	return blow;
}

static int wrong_usage(void)
{
	fputs(usage, stderr);
	return 2;
}

int main(int count, char **words)
{
	static const struct option names[] = {
		{ "orders", required_argument, NULL, 'o' }, { "kills", required_argument, NULL, 'k' },
		{ "workers", required_argument, NULL, 'w' }, { "simulate", required_argument, NULL, 's' },
		{ "seed", required_argument, NULL, 'f' }, { "kill-at", required_argument, NULL, 'a' },
		{ "whom", required_argument, NULL, 'b' }, { "help", no_argument, NULL, 'h' }, { 0 },
	};
	struct settings settings = { .orders = 1000, .kills = 100,
		.weather = { .first = 1, .step = -1, .blow = BLOWS } };
	int letter;

	while ((letter = getopt_long(count, words, "h", names, NULL)) != -1)
		switch (letter) {
		case 'o': settings.orders = (unsigned)strtoul(optarg, NULL, 0); break;
		case 'k': settings.kills = (unsigned)strtoul(optarg, NULL, 0); break;
		case 'w': settings.workers = (int)strtol(optarg, NULL, 0); break;
		case 's': settings.is_simulated = true; settings.weather.seeds = strtoull(optarg, NULL, 0); break;
		case 'f': settings.weather.first = strtoull(optarg, NULL, 0); break;
		case 'a': settings.weather.step = strtol(optarg, NULL, 0); break;
		case 'b':
			settings.weather.blow = blow_named(optarg);
			if (settings.weather.blow == BLOWS)
				return wrong_usage();
			break;
		case 'h': fputs(usage, stdout); return 0;
		default: return wrong_usage();
		}
	if (optind < count)
		return wrong_usage();
	return settings.is_simulated ? storm_run(&settings.weather) : play(&settings);
}
