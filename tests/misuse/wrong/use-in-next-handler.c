/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message kept in the state is sent by one handler and used by the next.
 *
 * chapter: 1 Used after it was given away
 * expect:  none
 * rust:    E0507 cannot move out of `self.held` which is behind a mutable reference
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct tick { char unused; };
ODEON_MESSAGE(tick);

struct office { odeon_ref next; struct note *held; };

ODEON_HANDLER(office, note)
{
	odeon_send(self, office->next, office->held);
}

ODEON_HANDLER(office, tick)
{
	office->held->number++; /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note), ODEON_ON(office, tick));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
