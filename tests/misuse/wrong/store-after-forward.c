/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler stores the name of a message that it has forwarded.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2
 * blind:   clang clang-analyzer
 * gcc:     used after .*odeon_forward_at|use after .odeon_forward_at. of
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { odeon_ref next; struct note *held; };

ODEON_HANDLER(office, note)
{
	odeon_forward(self, office->next, note);
	office->held = note; /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
