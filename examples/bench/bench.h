/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench.h - what a benchmark is, and what one run of it knows
 *
 * A benchmark is a const struct bench: names, the goal, and a function that does the work once. It gets a struct run
 * with a system that was just started (unless it needs none: has_no_system), and has to
 *
 *   spawn its actors      run_spawn
 *   say when work begins  run_begin, then post the first message
 *   say when it is over   run_over, in the handler that sees the end; the plain thread is in run_wait meanwhile
 *   check the result      run_wrong says what is wrong; a run with a wrong result has no figure
 *   set run->amount       over how many messages (actors, meetings, ...) the time is divided
 *
 * and, where the figure is not "nanoseconds for each", to fill run->figures itself.
 *
 * Each benchmark runs in a child process (child.c), so that none inherits memory or threads from another.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdatomic.h>
#include <stdint.h>
#include <odeon.h>

#define FIGURES_MOST 2

struct shape;                                          /* of channels: chan.h */

struct run {
	int workers;                                   /* asked for */
	uint64_t count;
	unsigned parameter;
	const struct shape *shape;
	odeon_system *system;
	odeon_time began, ended;                       /* the work, without start and stop of the system */
	uint64_t amount;
	double figures[FIGURES_MOST];
	atomic_int is_over, is_wrong;
};

/* One number that a benchmark finds. */
struct figure {
	const char *name;                              /* the field in JSON: ns_per_message */
	const char *unit;                              /* the same for people: ns/message; NULL ends the list */
	double goals[2];                               /* with 1 worker, with 2 */
	unsigned least_messages;                       /* its floor, in least messages (see floor.c); 0: has none */
	int more_is_better;
};

struct bench {
	const char *name;
	const char *summary;
	const char *amount;                            /* of what: "messages", "actors" */
	const char *counts;                            /* what --count counts */
	uint64_t count;                                /* unless --count says otherwise */
	unsigned parameter;                            /* for benchmarks that share a file: producers, a window */
	unsigned repeat;                               /* unless --repeat says otherwise */
	int is_fresh;                                  /* every run in a process of its own, and no warm-up run */
	int is_extra;                                  /* not one of "all": by name only */
	int has_no_system;                             /* run->system is NULL; `workers` are cores */
	const struct shape *shape;
	void (*run)(struct run *run);
	struct figure figures[FIGURES_MOST];
};

extern const struct bench bench_pingpong, bench_ring, bench_counting, bench_counting_paced, bench_fork_join_throughput,
	bench_fork_join_throughput_paced, bench_fork_join_create, bench_big, bench_fan_in_20, bench_fan_in_100,
	bench_chameneos, bench_skynet, bench_memory, bench_idle, bench_ask, bench_request, bench_request_until,
	bench_wake, bench_fairness, bench_monitor_storm, bench_supervisor_restart, bench_timers, bench_timers_million,
	bench_router, bench_router_random, bench_router_least, bench_router_key, bench_router_sizing, bench_router_ref,
	bench_router_none, bench_offload, bench_publish, bench_publish_among;

extern const struct bench chan_rows[];                 /* chan.c; ends with a row without name */

/* All of them, as they run and are shown, from 0 on; NULL ends the list. list.c */
const struct bench *bench_at(int number);

/* ---- run.c: what runs have in common ------------------------------------------------------------------------ */

/* Does the benchmark once. Answers 0, or -1 after it said on standard error what is wrong. */
int run_once(const struct bench *bench, struct run *run);

void run_spawn(struct run *run, const odeon_kind *kind, const void *argument, odeon_ref *actor);
void run_begin(struct run *run);
void run_over(struct run *run, odeon_self *self);      /* by the handler that sees the end */
void run_wait(struct run *run);                        /* by the plain thread, until run_over */
void run_wait_empty(struct run *run);                  /* by the plain thread, until no actor is left; ends the time */
void run_wrong(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
double run_seconds(const struct run *run);

void sleep_ns(int64_t ns);

/* ---- child.c: runs in processes of their own ---------------------------------------------------------------- */

struct sample {
	double seconds;
	uint64_t amount;
	double figures[FIGURES_MOST];
	double least_message;                          /* ns, measured just before the run; see floor.c */
};

struct plan {
	const struct bench *bench;
	int workers;
	uint64_t count;
	unsigned repeat;
};

/* Calls the progress function before every run, 0 being the warm-up. Answers 0 with plan->repeat samples, or -1. */
int child_samples(const struct plan *plan, void (*progress)(const struct plan *plan, unsigned number),
	struct sample *samples);

/* ---- stats.c ------------------------------------------------------------------------------------------------ */

struct spread { double min, median, max; };

struct spread spread_of(const double *values, unsigned count);
double percentile(double *values, unsigned count, double percent);     /* sorts them */

/* ---- floor.c: what the machine costs without a runtime ------------------------------------------------------ */

struct floor_row {
	const char *name, *summary;
	int cores;                                     /* how many it needs */
	double (*measure)(void);                       /* nanoseconds for one */
};

extern const struct floor_row floor_rows[];            /* ends with a row without name */

const char *floor_allocator(void);                     /* whose malloc this program has */
double floor_least_message(void);
int cores_available(void);

/* floor_cores.c: the rows that need two cores */
double floor_queue_across(void);
double floor_allocate_here_free_there(void);
double floor_line_there_and_back(void);
double floor_wake_cost(void);
double floor_wake_latency(void);

/* floor_rings.c */
double floor_ring_one(void);
double floor_ring_twenty(void);

/* ---- report.c: how figures are shown ------------------------------------------------------------------------ */

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_MARKDOWN };

void report_head(enum format format);
void report_figures(enum format format, const struct plan *plan, const struct sample *samples);
void report_floor_head(enum format format);
void report_floor(enum format format, const struct floor_row *row, struct spread ns);

#endif
