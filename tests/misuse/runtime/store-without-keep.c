/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler stores the name of its message without keeping it, and the next handler reads through that name. The
 * message was dropped in between.
 *
 * asan:  use-after-poison\|heap-use-after-free
 * debug: read 5a5a5a5a
 */
#include "elsewhere.h"

#include <stdio.h>

struct office { struct note *held; };

ODEON_HANDLER(office, note)
{
	if (office->held)
		fprintf(stderr, "read %x\n", (unsigned)elsewhere_read(office->held));
	office->held = note;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int main(void)
{
	odeon_ref office;
	odeon_system *system = open_world(&office_kind, &office);

	odeon_post(system, office, odeon_new(note, .number = 1)); /* sent */
	odeon_post(system, office, odeon_new(note, .number = 2));
	run_all(system);
	return close_world(system);
}
