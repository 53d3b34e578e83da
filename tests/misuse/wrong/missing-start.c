/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kind names a start hook that nobody wrote.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: .ODEON_START_office. undeclared
 * clang:   error: use of undeclared identifier 'ODEON_START_office'
 * rust:    E0046 not all trait items implemented, missing: `start`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { int number; };

ODEON_HANDLER(office, note)
{
	office->number = note->number;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers, .start = ODEON_STARTS(office)); /* wrong */

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
