/* SPDX-License-Identifier: BSD-2-Clause */
/* elsewhere - the functions that no compiler sees while it reads the mistakes */
#include "elsewhere.h"

#include <stdio.h>
#include <stdlib.h>

ODEON_MESSAGE_DEFINE(note);

void elsewhere_write(struct note *note, int number)
{
	note->number = number;
}

int elsewhere_read(const struct note *note)
{
	return note->number;
}

int elsewhere_send(odeon_self *self, odeon_ref to, struct note *note)
{
	return odeon_send(self, to, note);             /* sent */
}

int elsewhere_post(odeon_system *system, odeon_ref to, struct note *note)
{
	return odeon_post(system, to, note);           /* sent */
}

odeon_sender *elsewhere_sender(odeon_sender *half) { return half; }
odeon_receiver *elsewhere_receiver(odeon_receiver *half) { return half; }

static void check(int error, const char *what)
{
	if (error >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, odeon_error_text(error));
	exit(99);
}

odeon_system *open_world(const odeon_kind *kind, odeon_ref *actor)
{
	odeon_options options = ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE);
	odeon_system *system;

	check(odeon_system_start(&options, &system), "start");
	check(odeon_system_spawn(system, kind, NULL, actor), "spawn");
	return system;
}

void run_all(odeon_system *system)
{
	int handled;

	do {
		handled = odeon_system_run(system, ODEON_AT_ONCE);
		check(handled, "run");
	} while (handled > 0);
}

void post_and_run(odeon_system *system, odeon_ref actor, int number)
{
	check(odeon_post(system, actor, odeon_new(note, .number = number)), "post"); /* sent */
	run_all(system);
}

int close_world(odeon_system *system)
{
	check(odeon_system_free(system), "free");
	return 0;
}
