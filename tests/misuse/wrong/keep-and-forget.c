/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler keeps its message, which takes it out of the automatic drop, and stores it nowhere.
 *
 * chapter: 3 Forgotten
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { int number; };

ODEON_HANDLER(office, note)
{
	struct note *kept = odeon_keep(self, note); /* wrong: nobody sends or frees it */

	office->number = kept->number;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
