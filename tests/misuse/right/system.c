/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Systems: a whole program, one with the host's own loop, reports and counters.
 */
#include <odeon.h>
#include <stdio.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct office { int number; };

ODEON_HANDLER(office, note)
{
	printf("%d\n", office->number += note->number);
	odeon_system_quit(odeon_system_of(self));
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int run_until_quit(void);
int run_until_quit(void)
{
	odeon_system *system;
	odeon_report *report;
	odeon_ref office;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return error;
	error = odeon_system_spawn(system, &office_kind, NULL, &office);
	if (error == 0)
		error = odeon_post(system, office, odeon_new(note, .number = 1));
	if (error == 0)
		error = odeon_system_wait(system, ODEON_NEVER);
	if (odeon_system_stop(system, odeon_system_deadline(system, ODEON_SECONDS(1)), &report) == ODEON_EBUSY) {
		char text[200];

		odeon_report_print(report, text, sizeof text);
		fputs(text, stderr);
	}
	odeon_report_free(report);
	odeon_system_free(system);
	return error;
}

int run_in_own_loop(int rounds);
int run_in_own_loop(int rounds)
{
	odeon_options options = ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE, .mailbox = { .messages = 1000 });
	odeon_system *system;
	odeon_ref office;
	int error = odeon_system_start(&options, &system);

	if (error < 0)
		return error;
	error = odeon_system_spawn(system, &office_kind, &(struct office){ .number = 1 }, &office);
	while (error >= 0 && rounds-- > 0) {
		odeon_post(system, office, odeon_new(note, .number = rounds));
		error = odeon_system_run(system, ODEON_AT_ONCE);
	}
	odeon_actor_kill(system, office);
	odeon_system_free(system);
	return error;
}

int count(odeon_system *system, odeon_ref office);
int count(odeon_system *system, odeon_ref office)
{
	odeon_stats_actor actor = ODEON_STATS(odeon_stats_actor);
	odeon_stats_system all = ODEON_STATS(odeon_stats_system);
	int error = odeon_actor_stats(system, office, &actor);

	if (error == 0)
		error = odeon_system_stats(system, &all);
	if (error < 0)
		return error;
	return (int)(actor.handled + all.dead[-ODEON_EGONE]);
}

int name_of(odeon_ref ref, odeon_ref *same);
int name_of(odeon_ref ref, odeon_ref *same)
{
	char text[ODEON_REF_TEXT];

	odeon_ref_print(ref, text, sizeof text);
	return odeon_ref_parse(text, same) == 0 && odeon_ref_equal(ref, *same);
}
