/* SPDX-License-Identifier: BSD-2-Clause */
/* simulation - set up, its clock, its log */
#include "simulation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "alloc.h"
#include "os.h"

#define FIRST_MOMENT 1000000000                 /* a virtual clock starts at 1 s: 0 is always past */

/* 0: none, or not a number. */
static uint64_t seed_of_environment(void)
{
	const char *text = getenv("ODEON_SEED");

	return text != NULL ? strtoull(text, NULL, 0) : 0;
}

int simulation_init(odeon_system *system)
{
	struct simulation *simulation = alloc_zeroed(sizeof *simulation);
	uint64_t *seed = &system->options.simulation.seed;

	if (simulation == NULL)
		return ODEON_ENOMEM;
	if (*seed == 0)
		*seed = seed_of_environment();
	while (*seed == 0)
		*seed = os_entropy() >> 32;
	random_seed(&simulation->random, *seed);
	random_seed(&simulation->chances, ~*seed);
	random_seed(&simulation->refusals, random_next(&simulation->chances));
	simulation->now = FIRST_MOMENT;
	simulation->system = system;
	simulation->parties = 1;
	system->simulation = simulation;
	return 0;
}

void simulation_join(struct simulation *simulation)
{
	(void)ck_pr_faa_32(&simulation->parties, 1);
}

void simulation_leave(struct simulation *simulation)
{
	if (let_go_last(&simulation->parties))
		alloc_free(simulation, sizeof *simulation);
}

static void free_strand(struct strand *strand)
{
	fiber_free(strand->fiber);
	alloc_free(strand, sizeof *strand);
}

void simulation_fini(odeon_system *system)
{
	struct simulation *simulation = system->simulation;
	struct strand *strand;

	if (simulation == NULL)
		return;
	while ((strand = simulation->strands) != NULL) {        /* at rest between turns: no actor is left */
		simulation->strands = strand->next;
		free_strand(strand);
	}
	simulation->system = NULL;
	system->simulation = NULL;
	simulation_leave(simulation);
}

struct simulation *simulation_here(void)
{
	const odeon_system *system = context_here != NULL ? context_here->system : NULL;

	return system != NULL ? system->simulation : NULL;
}

/* ---- strands --------------------------------------------------------------------------------------------------------------- */

int simulation_strand(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	struct strand *strand = alloc_zeroed(sizeof *strand), **end = &system->simulation->strands;

	if (strand == NULL)
		return ODEON_ENOMEM;
	strand->fiber = fiber_make(system->own_turns, strand);
	if (strand->fiber == NULL) {
		alloc_free(strand, sizeof *strand);
		return ODEON_ENOMEM;
	}
	strand->worker = worker;
	worker->strand = strand;
	while (*end != NULL)
		end = &(*end)->next;
	*end = strand;
	return 0;
}

void simulation_strand_free(struct worker *worker)
{
	struct strand *strand = worker->strand, **link = &worker->self.system->simulation->strands;

	while (*link != strand)
		link = &(*link)->next;
	*link = strand->next;
	worker->strand = NULL;
	free_strand(strand);
}

/* ---- the clock and the log --------------------------------------------------------------------------------------------------- */

void simulation_empty_window(odeon_system *system)
{
	struct simulation *simulation = system->simulation;

	while (simulation->ready > 0)
		slotqueue_push(&system->inject, &simulation->window[--simulation->ready]->link);
}

void simulation_pass(odeon_system *system, int64_t until)
{
	if (until != INT64_MAX && until > system->simulation->now)
		system->simulation->now = until;
}

void simulation_event(odeon_system *system, const char *format, ...)
{
	struct simulation *simulation = system->simulation;
	char line[256];
	va_list arguments;
	int length;

	if (system->options.simulation.on_event == NULL)
		return;
	length = snprintf(line, sizeof line, "%llu: ", (unsigned long long)simulation->steps);
	va_start(arguments, format);
	vsnprintf(line + length, sizeof line - (size_t)length, format, arguments);
	va_end(arguments);
	system->options.simulation.on_event(system->options.host, line);
}
