/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A function of another file posts the message, and its caller, who was not told, writes to it. The place that is
 * named is the one in the other file.
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

	if (!note)
		return 99;
	elsewhere_post(system, office, note);
	note->number = 2;
	run_all(system);
	return close_world(system);
}
