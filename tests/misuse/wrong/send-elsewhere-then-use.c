/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A function of another file sends the message, and its caller goes on using it.
 *
 * chapter: 1 Used after it was given away
 * expect:  none
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void hand_over(odeon_self *self, odeon_ref to, struct note *note);

int send_elsewhere_then_use(odeon_self *self, odeon_ref to);
int send_elsewhere_then_use(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	hand_over(self, to, note);
	return note->number; /* wrong */
}
