/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What odeon_try_send gave back is used without a look whether anything came back.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  none
 * rust:    E0609 no field `number` on type `Option<Box<Note>>`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int try_send_unchecked(odeon_self *self, odeon_ref to);
int try_send_unchecked(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_try_send(self, to, note, NULL);
	note->number = 2; /* wrong */
	odeon_free(note);
	return 0;
}
