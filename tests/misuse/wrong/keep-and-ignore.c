/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler keeps its message and stores the old name: the new one is the only one.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2
 * blind:   clang clang-analyzer
 * gcc:     ignoring return value of .odeon_keep_at|used after .*odeon_keep_at|use after .odeon_keep_at. of
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { struct note *held; };

ODEON_HANDLER(office, note)
{
	odeon_keep(self, note); /* wrong */
	office->held = note; /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
