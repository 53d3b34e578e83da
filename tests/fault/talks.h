/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * talks.h - a system with a loop that serves itself, while one allocation fails
 */
#ifndef TESTS_TALKS_H
#define TESTS_TALKS_H

#include "../harness/kit.h"
#include "faults.h"
#include <odeon/net.h>

static inline void talks_letter(void *host, const odeon_dead_letter *letter) { (void)host; (void)letter; }
static inline void talks_log(void *host, enum odeon_log_level level, const char *text) { (void)host; (void)level; (void)text; }

/* Whether there is one end, by its name or by a time-out: never not at all. */
static inline bool talks_end(atomic_uint *ends)
{
	odeon_time until = kit_deadline();

	while (atomic_load(ends) == 0 && odeon_clock_now().ns < until.ns)
		kit_pause();
	return atomic_load(ends) > 0;
}

/* What its start answered, or else `talk`. Number 0: nothing fails. */
static inline int talks_run(int (*talk)(odeon_system *system), unsigned long nth, bool *has_failed)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .poller = odeon_net_poller(), .on_dead_letter = talks_letter, .on_log = talks_log);
	odeon_system *system;
	int error;

	if (nth > 0)
		faults_arm(nth, false);
	error = odeon_system_start(&options, &system);
	if (error == 0) {
		error = talk(system);
		must(odeon_system_free(system) == 0);
	}
	*has_failed = faults_disarm() > 0;
	return error;
}

#endif
