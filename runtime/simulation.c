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
	simulation->now = FIRST_MOMENT;
	system->simulation = simulation;
	return 0;
}

void simulation_fini(odeon_system *system)
{
	if (system->simulation != NULL)
		alloc_free(system->simulation, sizeof *system->simulation);
	system->simulation = NULL;
}

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
