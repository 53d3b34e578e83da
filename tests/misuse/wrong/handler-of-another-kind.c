/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table for one kind names another kind's handler: spawning answers ODEON_EINVAL.
 *
 * chapter: 4 Of the wrong type
 * expect:  none
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { int number; };
struct depot { char name[64]; };

ODEON_HANDLER(depot, note)
{
	depot->name[note->number & 63] = 1;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(depot, note)); /* wrong */
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
