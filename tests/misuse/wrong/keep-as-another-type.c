/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept is stored as another type.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     (warning|error): assignment to .struct letter \*. from incompatible pointer type .struct note
 * clang:   (warning|error): incompatible pointer types assigning to 'struct letter \*' from .*struct note
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

struct office { struct letter *held; };

ODEON_HANDLER(office, note)
{
	office->held = odeon_keep(self, note); /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
