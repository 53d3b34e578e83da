/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler forwards its message, and a function of another file writes to it.
 *
 * asan:  use-after-poison
 * debug: a message was written to after it was sent: struct note
 */
#include "elsewhere.h"

struct office { int seen; };

ODEON_HANDLER(office, note)
{
	struct note *volatile same = note;

	if (office->seen++ > 0)
		return;
	odeon_forward(self, odeon_self_ref(self), note); /* sent */
	elsewhere_write(same, 2);
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int main(void)
{
	odeon_ref office;
	odeon_system *system = open_world(&office_kind, &office);

	post_and_run(system, office, 1);
	return close_world(system);
}
