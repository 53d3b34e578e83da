/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.c - all benchmarks, in the order in which they run and are shown
 *
 * To add one: a file of its own, its name here, and its file in module.mk. The rows about channels are a table, chan.c;
 * those of the Savina suite are the programs of ../savina.
 */
#include "bench.h"
#include "../savina/savina.h"

static const struct bench *const benches[] = {
	&bench_pingpong, &bench_ring, &bench_counting, &bench_counting_paced, &bench_fork_join_throughput,
	&bench_fork_join_throughput_paced, &bench_fork_join_create, &bench_big, &bench_fan_in_20, &bench_fan_in_100,
	&bench_chameneos, &bench_skynet, &bench_memory, &bench_idle, &bench_ask, &bench_request, &bench_request_until, &bench_offload,
	&bench_wake, &bench_fairness, &bench_monitor_storm, &bench_timers, &bench_timers_million, &bench_supervisor_restart,
	&bench_router, &bench_router_random, &bench_router_least, &bench_router_key, &bench_router_sizing, &bench_router_ref,
	&bench_router_none,
	&bench_publish, &bench_publish_among,
	&savina_philosopher, &savina_barber, &savina_cigsmok, &savina_bndbuffer, &savina_banking, &savina_concdict,
	&savina_concsll, &savina_logmap, &savina_fib, &savina_bitonicsort, &savina_quicksort, &savina_radixsort,
	&savina_sieve
};

#define COUNT ((int)(sizeof benches / sizeof *benches))

const struct bench *bench_at(int number)
{
	if (number < COUNT)
		return benches[number];
	return chan_rows[number - COUNT].name != NULL ? &chan_rows[number - COUNT] : NULL;
}
