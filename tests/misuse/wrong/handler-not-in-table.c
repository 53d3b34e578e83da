/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler was written and never put in a table.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang
 * blind:   system-O2 clang-analyzer
 * gcc:     warning: .ODEON_HANDLER_office_letter. defined but not used
 * clang:   warning: unused function 'ODEON_HANDLER_office_letter'
 * rust:    warning: method `on_letter` is never used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

struct office { int pages; };

ODEON_HANDLER(office, note)
{
	office->pages = note->number;
}

ODEON_HANDLER(office, letter) /* wrong */
{
	office->pages = letter->pages;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
