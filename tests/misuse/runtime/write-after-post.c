/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is posted, and a function of another file writes to it while it waits.
 *
 * asan:  use-after-poison
 * debug: a message was written to after it was sent: struct note
 */
#include "elsewhere.h"

struct office { int sum; };

ODEON_HANDLER(office, note)
{
	office->sum += note->number;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int main(void)
{
	odeon_ref office;
	odeon_system *system = open_world(&office_kind, &office);
	struct note *note = odeon_new(note, .number = 1);
	struct note *volatile same = note;

	odeon_post(system, office, note);              /* sent */
	elsewhere_write(same, 2);
	run_all(system);
	return close_world(system);
}
