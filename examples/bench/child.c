/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c - runs benchmarks in child processes
 *
 * A child starts with none of the memory, threads and caches that earlier benchmarks left behind, and a crash of one is
 * a failure of that one only. Samples come back through a pipe, one after each run, so the parent knows how far it is.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bench.h"

static int do_run(const struct plan *plan, struct sample *sample)
{
	struct run run = { .workers = plan->workers, .count = plan->count, .parameter = plan->bench->parameter,
		.shape = plan->bench->shape };

	sample->least_message = floor_least_message();         /* in turn with the runs: a busy machine slows both */
	if (run_once(plan->bench, &run) != 0)
		return -1;
	sample->seconds = run_seconds(&run);
	sample->amount = run.amount;
	for (int i = 0; i < FIGURES_MOST; i++)
		sample->figures[i] = run.figures[i];
	return 0;
}

/* The child's whole life: so many runs, a sample each. */
static _Noreturn void live(const struct plan *plan, unsigned runs, int to)
{
	while (runs-- > 0) {
		struct sample sample;

		if (do_run(plan, &sample) != 0 || write(to, &sample, sizeof sample) != sizeof sample)
			_exit(EXIT_FAILURE);
	}
	_exit(EXIT_SUCCESS);
}

static pid_t bear(const struct plan *plan, unsigned runs, int *from)
{
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0)
		return -1;
	fflush(stdout);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		live(plan, runs, ends[1]);
	}
	close(ends[1]);
	*from = ends[0];
	return child;
}

static int bury(pid_t child, int from)
{
	int status;

	close(from);
	if (waitpid(child, &status, 0) != child)
		return -1;
	if (WIFSIGNALED(status))
		fprintf(stderr, "odeon-bench: ended by signal %d\n", WTERMSIG(status));
	return status == 0 ? 0 : -1;
}

int child_samples(const struct plan *plan, void (*progress)(const struct plan *plan, unsigned number),
	struct sample *samples)
{
	unsigned first = plan->bench->is_fresh ? 1 : 0;        /* run number 0 is the warm-up, not kept */
	unsigned in_one_child = plan->bench->is_fresh ? 1 : plan->repeat + 1;
	struct sample warm_up;

	for (unsigned number = first; number <= plan->repeat; ) {
		int from = -1, got_all = 1;
		pid_t child = bear(plan, in_one_child, &from);

		if (child < 0)
			return -1;
		for (unsigned i = 0; i < in_one_child && got_all; i++, number++) {
			struct sample *sample = number == 0 ? &warm_up : &samples[number - 1];

			progress(plan, number);
			got_all = read(from, sample, sizeof *sample) == (ssize_t)sizeof *sample;
		}
		if (bury(child, from) != 0 || !got_all)
			return -1;
	}
	return 0;
}
