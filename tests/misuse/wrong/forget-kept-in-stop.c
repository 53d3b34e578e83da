/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An actor keeps a message and has no stop hook that frees it.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { struct note *held; };

ODEON_HANDLER(office, note)
{
	odeon_free(office->held);
	office->held = odeon_keep(self, note); /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
