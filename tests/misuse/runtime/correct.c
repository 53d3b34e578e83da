/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing is wrong here: a message is posted, forwarded, kept, replied with and freed, and no net may catch anything.
 *
 * asan:  silent
 * debug: silent
 */
#include "elsewhere.h"

struct office { struct note *held; };

ODEON_HANDLER(office, note)
{
	elsewhere_write(note, elsewhere_read(note) - 1);
	if (elsewhere_read(note) > 0) {
		odeon_forward(self, odeon_self_ref(self), note);
		return;
	}
	odeon_free(office->held);
	office->held = odeon_keep(self, note);
	elsewhere_write(office->held, 7);
}

ODEON_STOP(office)
{
	elsewhere_write(office->held, elsewhere_read(office->held) + 1);
	odeon_free(office->held);
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers, .stop = ODEON_STOPS(office));

int main(void)
{
	odeon_ref office;
	odeon_system *system = open_world(&office_kind, &office);

	post_and_run(system, office, 5);
	post_and_run(system, office, 1);
	return close_world(system);
}
