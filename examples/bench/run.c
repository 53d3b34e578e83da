/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.c - one run of a benchmark: its system, its clock, and what may go wrong
 *
 * Every run starts a system of its own and frees it; only what happens between run_begin and run_over is timed. A
 * message that becomes a dead letter in that time is a wrong result: the work would be smaller than it claims. The rows
 * about channels need no system and get none.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include "bench.h"

#define RUN_MOST ODEON_SECONDS(300)                    /* longer than this is a hang */

void run_wrong(struct run *run, const char *format, ...)
{
	va_list arguments;

	if (atomic_exchange(&run->is_wrong, 1))
		return;                                /* the first one says it */
	fputs("odeon-bench: wrong result: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static void on_dead_letter(void *host, const odeon_dead_letter *letter)
{
	struct run *run = host;

	if (atomic_load(&run->is_over))
		return;
	run_wrong(run, "a message %s was not delivered: %s", letter->type->name, odeon_error_text(letter->why));
	atomic_store(&run->is_over, 1);
	odeon_system_quit(run->system);
}

/* Warnings of overload are no news where all messages are sent at once. */
static void on_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	if (level >= ODEON_LOG_ERROR)
		fprintf(stderr, "%s\n", text);
}

void run_spawn(struct run *run, const odeon_kind *kind, const void *argument, odeon_ref *actor)
{
	int error = odeon_system_spawn(run->system, kind, argument, actor);

	if (error != 0)
		run_wrong(run, "no actor %s: %s", kind->name, odeon_error_text(error));
}

void run_begin(struct run *run)
{
	run->began = odeon_clock_now();
}

void run_over(struct run *run, odeon_self *self)
{
	run->ended = odeon_clock_now();
	atomic_store(&run->is_over, 1);
	odeon_system_quit(odeon_system_of(self));
}

void run_wait(struct run *run)
{
	int error = odeon_system_wait(run->system, odeon_clock_deadline(RUN_MOST));

	if (error != 0)
		run_wrong(run, "waiting for the end: %s", odeon_error_text(error));
	else if (!atomic_load(&run->is_over))
		run_wrong(run, "all actors ended before the work did");
}

void run_wait_empty(struct run *run)
{
	int error = odeon_system_wait(run->system, odeon_clock_deadline(RUN_MOST));

	run->ended = odeon_clock_now();
	atomic_store(&run->is_over, 1);
	if (error != 0)
		run_wrong(run, "waiting for the last actor: %s", odeon_error_text(error));
}

double run_seconds(const struct run *run)
{
	return (double)(run->ended.ns - run->began.ns) / 1e9;
}

void sleep_ns(int64_t ns)
{
	struct timespec left = { ns / 1000000000, ns % 1000000000 };

	while (nanosleep(&left, &left) != 0)
		;
}

static int start(struct run *run)
{
	odeon_options options = ODEON_OPTIONS(.workers = run->workers, .name = "bench", .host = run,
		.on_dead_letter = on_dead_letter, .on_log = on_log);
	int error = odeon_system_start(&options, &run->system);

	if (error != 0)
		run_wrong(run, "no system: %s", odeon_error_text(error));
	return error;
}

static void finish(struct run *run)
{
	int error;

	atomic_store(&run->is_over, 1);
	error = odeon_system_free(run->system);
	if (error != 0)
		run_wrong(run, "the system does not end: %s", odeon_error_text(error));
}

int run_once(const struct bench *bench, struct run *run)
{
	if (!bench->has_no_system && start(run) != 0)
		return -1;
	bench->run(run);
	if (!bench->has_no_system)
		finish(run);
	if (run->amount == 0)
		run_wrong(run, "nothing was done");
	if (atomic_load(&run->is_wrong))
		return -1;
	if (run->figures[0] == 0)
		run->figures[0] = run_seconds(run) * 1e9 / (double)run->amount;
	return 0;
}
