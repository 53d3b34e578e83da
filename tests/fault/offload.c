/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offload.c - a pool with everything that is asked of the allocator and of the kernel failing in turn, threads among it
 *
 * After each failure: the call said so, or the continuation runs once, with the answer or a named error; nobody waits for ever, and
 * nothing is left. While there is a thread, nothing is refused for want of another.
 */
#include "../harness/kit.h"
#include "faults.h"

enum { SWEEP_MOST = 3000, ASKED = 12, THREADS = 3 };

static odeon_system *sys;
static odeon_ref pool;
static struct gate told, release;
static unsigned made, answered, without_thread;        /* made: by the asker alone */

ODEON_BLOCKING(give_back, parcel, parcel)
{
	gate_wait(&release, 1);
	return parcel;
}

struct after { struct parcel *owned; };
ODEON_ANSWER(catcher, after, parcel)
{
	must(error == 0 || error == ODEON_ENOMEM || error == ODEON_ESYSTEM);
	answered += error == 0;
	without_thread += error == ODEON_ESYSTEM;
	odeon_free(after->owned);
	gate_open(&told);
}

static void offload(odeon_self *self, void *unused)
{
	(void)unused;
	for (int i = 0; i < ASKED; i++) {
		struct parcel *owned = parcel_new(0);
		int error = odeon_offload(self, pool, give_back, parcel_new(i), odeon_deadline(self, KIT_PATIENCE),
		                          ODEON_THEN(self, catcher, after, parcel, .owned = owned));

		must(error == 0 || error == ODEON_ENOMEM);
		if (error == 0)
			made++;
		else
			odeon_free(owned);
	}
}

static void ignore_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void ask_all(odeon_ref asker)
{
	struct gate done = GATE;
	struct errand *errand;

	while ((errand = odeon_new(errand, .run = offload, .done = &done)) == NULL)
		;
	must(odeon_post(sys, asker, errand) == 0);
	gate_wait(&done, 1);
}

/* own: the system's own pool. The nth failure while all is asked for and run; afterwards it works again. Answers whether anything failed. */
static bool live_with_failure(unsigned long nth, bool for_ever, bool own)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .on_log = ignore_log, .on_dead_letter = ignore_letter);
	odeon_offload_options bounds = ODEON_OFFLOAD(.threads = THREADS, .waiting = ASKED);
	long blocks = faults_blocks(), mappings = faults_mappings();
	unsigned long failed;
	odeon_ref asker;
	struct errand *errand;
	struct gate done = GATE;
	int error;

	made = answered = without_thread = 0;
	told = release = (struct gate)GATE;
	must(odeon_system_start(&options, &sys) == 0);
	must(odeon_system_spawn(sys, catcher, NULL, &asker) == 0);
	errand = odeon_new(errand, .run = offload, .done = &done);
	must(errand != NULL);
	faults_arm(nth, for_ever);
	pool = ODEON_NOBODY;
	error = own ? 0 : odeon_offload_start(sys, &bounds, &pool);
	must(error == 0 || error == ODEON_ENOMEM);
	if (error == 0) {
		must(odeon_post(sys, asker, errand) == 0);
		gate_wait(&done, 1);
		gate_open(&release);
		gate_wait(&told, made);
		must(for_ever || without_thread == 0 || without_thread == 1);
	} else
		odeon_free(errand);
	failed = faults_disarm();
	if (error == 0) {
		unsigned before = made;

		answered = 0;
		ask_all(asker);
		gate_wait(&told, made);
		must(made == before + ASKED && answered == ASKED);
	}
	must(odeon_system_stop(sys, kit_deadline(), NULL) == 0);
	must(odeon_system_free(sys) == 0);
	must(parcels_made() == parcels_dropped());
	if (faults_blocks() != blocks || faults_mappings() != mappings)
		ck_abort_msg("failure %lu left behind %ld blocks, %ld mappings", nth, faults_blocks() - blocks,
		             faults_mappings() - mappings);
	return failed > 0;
}

START_TEST(no_failure_loses_an_answer)
{
	unsigned long nth;

	(void)live_with_failure(SWEEP_MOST, false, _i / 2);
	for (nth = 1; nth < SWEEP_MOST && live_with_failure(nth, _i % 2, _i / 2); nth = faults_next(nth))
		;
	ck_assert_uint_gt(nth, 10);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}
END_TEST

KIT_MAIN("fault/offload", { .name = "offload", .loop = 4, .tests = KIT_TESTS(no_failure_loses_an_answer) })
