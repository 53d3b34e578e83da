/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is posted, and a function of another file reads it while it waits. A checksum cannot see a reader.
 *
 * asan:  use-after-poison
 * debug: silent
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
	int number;

	odeon_post(system, office, note);              /* sent */
	number = elsewhere_read(same);
	run_all(system);
	return number - 1 + close_world(system);
}
