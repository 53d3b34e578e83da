/* SPDX-License-Identifier: BSD-2-Clause */
/* storm - run after run, each in a system of its own */
#include "storm.h"
#include "journal.h"
#include <odeon/testkit.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Small, so that each step of it can be tried. */
enum { ACCOUNT_COUNT = 3, ORDERS = 4, LANES = 2, AMOUNT = 100, MOST = 130 };
enum { STRIKES_MOST = 12, LOST_MOST = 6, BANKS_MOST = 8 };
#define PATIENCE ODEON_SECONDS(60)                      /* of virtual time */

const char *const blow_names[BLOWS] = { "before", "after", "sender", "power", "desert" };

struct storm {
	odeon_system *system;
	struct disk disk;
	struct bank banks[BANKS_MOST];                  /* another after each power failure, and each failure to open */
	unsigned opened;
	odeon_ref home;                                 /* the customer's supervisor */
	struct wishes wishes;
	enum event told[ORDERS + 1];

	bool blows, is_dark, is_deserted;               /* there is a storm; the power failed; nobody comes back */
	long step, steps;                               /* where to strike, 0: by chance; how many there were */
	enum blow blow;
	uint64_t random;
	void *lost[LOST_MOST];                          /* duties to answer of which nothing comes */
	unsigned lost_count;
	unsigned strikes, most;                         /* how many came; at most, by chance: then the sky clears */
	struct totals totals;
};

/* ---- striking ----------------------------------------------------------------------------------------------- */

static unsigned choose(struct storm *storm, unsigned limit)
{
	storm->random = storm->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(storm->random >> 33) % limit;
}

/* Those that only a power failure ends. */
static bool is_spared(const struct storm *storm, odeon_ref who)
{
	const struct bank *bank = &storm->banks[storm->opened - 1];

	return odeon_ref_is_nobody(who) || odeon_ref_equal(who, bank->journal) || odeon_ref_equal(who, bank->registry)
	    || odeon_ref_equal(who, bank->top) || odeon_ref_equal(who, storm->home);
}

/* Also of an actor that has ended: then it is no strike. */
static void strike(struct storm *storm, odeon_ref who)
{
	if (!is_spared(storm, who) && odeon_actor_kill(storm->system, who) == 0)
		storm->strikes++;
}

/* Whoever is supervised ends with these. */
static void kill_all(struct storm *storm)
{
	const struct bank *bank = &storm->banks[storm->opened - 1];

	(void)odeon_actor_kill(storm->system, bank->journal);
	(void)odeon_actor_kill(storm->system, bank->registry);
	(void)odeon_actor_kill(storm->system, bank->top);
	(void)odeon_actor_kill(storm->system, storm->home);
}

static void fail_power(struct storm *storm, bool is_deserted)
{
	storm->is_deserted = is_deserted;
	storm->blows = false;
	storm->is_dark = true;
	storm->strikes++;
	kill_all(storm);
}

/* BLOWS: nobody is struck at this step. */
static enum blow blow_now(struct storm *storm)
{
	if (storm->step > 0)
		return storm->steps == storm->step ? storm->blow : BLOWS;
	if (storm->strikes >= storm->most)
		return BLOWS;
	return choose(storm, 50) > 0 ? BLOWS : (enum blow)choose(storm, choose(storm, 10) > 0 ? POWER : BLOWS);
}

/* Of what is asked of the journal, by chance: the duty to answer goes at once, or is held for ever, while the line is
 * written. */
static void lose_answer(odeon_self *self, struct storm *storm)
{
	void *duty;

	if (storm->step > 0 || !odeon_ref_equal(odeon_self_ref(self), storm->banks[storm->opened - 1].journal)
	    || choose(storm, 20) > 0 || storm->lost_count == LOST_MOST)
		return;
	duty = odeon_duty(self);
	if (choose(storm, 2) == 0) {
		odeon_free(duty);
		duty = NULL;
	}
	storm->lost[storm->lost_count++] = duty;
}

static void around(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	struct storm *storm = data;
	odeon_ref me = odeon_self_ref(self), from = odeon_from(self);
	enum blow blow = BLOWS;

	(void)type;
	if (storm->blows) {
		storm->steps++;
		blow = blow_now(storm);
		lose_answer(self, storm);
	}
	if (blow == BEFORE && !is_spared(storm, me)) {
		strike(storm, me);
		return;                                 /* the message goes, and whoever asked is told so */
	}
	odeon_proceed(self, rest, message);
	if (blow == AFTER)
		strike(storm, me);
	else if (blow == SENDER)
		strike(storm, from);
	else if (blow == POWER || blow == DESERT)
		fail_power(storm, blow == DESERT);
}

/* ---- a run -------------------------------------------------------------------------------------------------- */

/* The bank, on the disk as it is, and a customer with all of his orders. */
static int try_to_open(struct storm *storm)
{
	struct bank *bank = &storm->banks[storm->opened++];
	struct customer_is is = { &storm->wishes, ODEON_NOBODY };
	odeon_child child = ODEON_CHILD(.kind = &customer_kind, .argument = &is, .argument_bytes = sizeof is,
		.keep = ODEON_TRANSIENT);
	odeon_supervisor rule = ODEON_SUPERVISOR(.children = &child, .count = 1, .restarts = ODEON_RESTARTS_ANY);
	int error = bank_open(storm->system, &storm->disk, ACCOUNT_COUNT, AMOUNT, bank);

	is.registry = bank->registry;
	storm->home = ODEON_NOBODY;
	return error < 0 || storm->is_deserted ? error : odeon_supervise(storm->system, &rule, &storm->home);
}

/* Until there is no actor left, or the customer has all receipts. */
static int wait(struct storm *storm)
{
	return odeon_system_wait(storm->system, odeon_system_deadline(storm->system, PATIENCE));
}

/* It may fail since memory was refused. */
static int open_bank(struct storm *storm)
{
	int error;

	while ((error = try_to_open(storm)) < 0 && storm->opened < BANKS_MOST) {
		kill_all(storm);
		(void)wait(storm);
	}
	return error;
}

/* Until all is done that was begun. */
static enum complaint go_through(struct storm *storm)
{
	if (open_bank(storm) < 0)
		return TROUBLE;
	storm->blows = true;
	(void)wait(storm);
	storm->blows = false;
	if (storm->is_dark && open_bank(storm) < 0)
		return TROUBLE;
	if (storm->is_deserted)
		return odeon_system_pass(storm->system, PATIENCE) < 0 ? TROUBLE : FINE;
	(void)wait(storm);
	for (unsigned i = 1; i <= ORDERS; i++)
		if (storm->told[i] == NOTHING)
			return HANGS;
	return FINE;
}

static enum complaint judge(struct storm *storm)
{
	int64_t said[ACCOUNT_COUNT + 1];
	enum complaint complaint = audit_accounts(storm->system, &storm->banks[storm->opened - 1], ACCOUNT_COUNT, said);

	storm->wishes.is_deserted = storm->is_deserted;
	return complaint == FINE ? audit_disk(&storm->disk, &storm->wishes, AMOUNT, said, &storm->totals) : complaint;
}

/* What a run leaves: the supervisors need their rules until the system has ended. */
static void clear(struct storm *storm)
{
	disk_free(&storm->disk);
	for (unsigned i = 0; i < storm->opened; i++)
		bank_free(&storm->banks[i]);
	storm->opened = 0;
}

static int trial(odeon_system *system, void *data)
{
	struct storm *storm = data;
	enum complaint complaint;

	clear(storm);
	memset(storm->told, 0, sizeof storm->told);
	storm->system = system;
	storm->random = odeon_system_seed(system) * 0x9e3779b97f4a7c15u;
	storm->wishes = (struct wishes){ .seed = odeon_system_seed(system), .accounts = ACCOUNT_COUNT, .orders = ORDERS,
		.closes = 1 + choose(storm, ACCOUNT_COUNT), .lanes = LANES, .most = MOST, .told = storm->told };
	storm->is_dark = storm->is_deserted = false;
	storm->steps = 0;
	storm->strikes = 0;
	storm->lost_count = 0;
	storm->most = 1 + choose(storm, STRIKES_MOST);
	complaint = go_through(storm);
	if (complaint == FINE)
		complaint = judge(storm);
	storm->blows = false;
	while (storm->lost_count > 0)
		odeon_free(storm->lost[--storm->lost_count]);
	return (int)complaint;
}

/* ---- many runs ---------------------------------------------------------------------------------------------- */

struct sums { uint64_t runs, strikes, steps; struct totals totals; };

static void on_dead_letter(void *host, const odeon_dead_letter *letter) { (void)host; (void)letter; }
static void on_log(void *host, enum odeon_log_level level, const char *text) { (void)host; (void)level; (void)text; }
static void on_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

static void print(void *data, const char *line) { (void)data; (void)line; }     /* complain says it */

/* Ticks are the actors' own; without them nobody tries again. */
static int spares(void *data, const char *kind, const odeon_type *type)
{
	(void)data;
	return type == ODEON_TYPE(odeon_tick)
	    || (kind != account_kind.name && kind != transfer_kind.name && strcmp(kind, DESK_NAME) != 0);
}

static void complain(const struct storm *storm, const odeon_verdict *verdict)
{
	int result = verdict->result;

	printf("bank: seed %" PRIu64 ": %s\n", verdict->seed,
	       result < 0 ? odeon_error_text(result) : complaint_text((enum complaint)result));
	if (!verdict->is_replayed)
		printf("bank: it does not come again with the same seed\n");
	printf("alone: ");
	if (storm->step == 0)
		printf("ODEON_FAULTS='%s' ", verdict->plan);
	printf("examples/bank/bank --simulate 1 --seed %" PRIu64 " --kill-at %ld", verdict->seed, storm->step);
	printf("%s%s\n", storm->step > 0 ? " --whom " : "", storm->step > 0 ? blow_names[storm->blow] : "");
}

static int run(struct storm *storm, uint64_t seed, struct sums *sums)
{
	static const odeon_rates rates = ODEON_RATES(.drop = 10000, .delay = 20000, .twice = 5000, .kill = 5000,
		.fail = 5000, .refuse = 3000, .delay_most = ODEON_MS(400), .most = 12, .spares = spares);
	const odeon_interceptor interceptor = { around, storm };
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = on_dead_letter, .on_log = on_log,
		.on_failure = on_failure, .intercept = &interceptor);
	odeon_trials trials = ODEON_TRIALS(.name = "bank", .first = seed, .seeds = 1, .options = &options,
		.rates = storm->step > 0 ? NULL : &rates, .shrinks = 200, .print = print);
	odeon_verdict verdict = ODEON_VERDICT(.result = 0);
	int result = odeon_trials_run(&trials, trial, storm, &verdict);

	if (result != 0)
		complain(storm, &verdict);
	sums->runs++;
	sums->steps += (uint64_t)storm->steps;
	sums->strikes += storm->strikes;
	sums->totals.done += storm->totals.done;
	sums->totals.undone += storm->totals.undone;
	sums->totals.refunds += storm->totals.refunds;
	return result;
}

/* At each step, until a run has fewer. */
static int run_each_step(struct storm *storm, uint64_t seed, struct sums *sums)
{
	int result = 0;

	storm->step = 0;
	do {
		storm->step++;
		result = run(storm, seed, sums);
	} while (result == 0 && storm->steps >= storm->step);
	return result;
}

static int run_seed(struct storm *storm, const struct weather *weather, uint64_t seed, struct sums *sums)
{
	int result = 0;

	storm->step = 0;
	if (weather->step <= 0)
		result = run(storm, seed, sums);
	if (weather->step == 0)
		return result;
	for (int blow = 0; blow < BLOWS && result == 0; blow++) {
		if (weather->blow != BLOWS && weather->blow != blow)
			continue;
		storm->blow = (enum blow)blow;
		storm->step = weather->step;
		result = weather->step > 0 ? run(storm, seed, sums) : run_each_step(storm, seed, sums);
	}
	return result;
}

int storm_run(const struct weather *weather)
{
	struct storm storm = { .opened = 0 };
	struct sums sums = { .runs = 0 };
	int result = 0;

	for (uint64_t i = 0; i < weather->seeds && result == 0; i++)
		result = run_seed(&storm, weather, weather->first + i, &sums);
	clear(&storm);
	printf("%" PRIu64 " seeds, %" PRIu64 " runs, %" PRIu64 " steps, %" PRIu64 " strikes\n", weather->seeds,
	       sums.runs, sums.steps, sums.strikes);
	printf("transfers: %u done, %u undone, %u of these after a refund\n", sums.totals.done, sums.totals.undone,
	       sums.totals.refunds);
	puts(result == 0 ? "all of the money is there, each transfer is done or undone, once" : "it fails");
	return result != 0;
}
