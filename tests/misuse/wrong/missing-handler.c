/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table names a handler that nobody wrote.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: .ODEON_HANDLER_office_note. undeclared
 * clang:   error: use of undeclared identifier 'ODEON_HANDLER_office_note'
 * rust:    E0277 the trait bound `Office: Handle<Note>` is not satisfied
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { int number; };

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note)); /* wrong */
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
