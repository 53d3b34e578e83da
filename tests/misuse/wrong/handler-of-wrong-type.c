/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler written by hand takes another type than a table calls it with.
 *
 * chapter: 4 Of the wrong type
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     (warning|error): initialization of .*from incompatible pointer type
 * clang:   (warning|error): incompatible function pointer types
 * rust:    E0053 method `handle` has an incompatible type for trait
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { int number; };

void take_note(odeon_self *self, struct office *office, struct note *note);

ODEON_HANDLERS(office_handlers, { ODEON_TYPE(note), "office", sizeof(struct office), take_note }); /* wrong */
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
