/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler stores the name of its message without keeping it: it is dropped when the handler returns.
 *
 * chapter: 1 Used after it was given away
 * expect:  none
 * rust:    E0597 `note` does not live long enough
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { struct note *held; };

ODEON_HANDLER(office, note)
{
	office->held = note; /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
