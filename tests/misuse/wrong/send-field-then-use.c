/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message kept in the state is sent and then used through the state.
 *
 * chapter: 1 Used after it was given away
 * expect:  analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   gcc-O0 gcc-O2 system-O2 clang
 * gcc:     used after .*odeon_send_at|use after .odeon_send_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0507 cannot move out of `self.held` which is behind a mutable reference
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { odeon_ref next; struct note *held; };

ODEON_HANDLER(office, note)
{
	odeon_send(self, office->next, office->held);
	office->held->number = 2; /* wrong */
	office->held = odeon_keep(self, note);
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
