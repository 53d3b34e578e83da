/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler treats its message as another type: its parameter has the type that its name says.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: .struct note. has no member named .pages
 * clang:   error: no member named 'pages' in 'struct note'
 * rust:    E0609 no field `pages` on type `Box<Note>`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

struct office { int pages; };

ODEON_HANDLER(office, note)
{
	office->pages = note->pages; /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
