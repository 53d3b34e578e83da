/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message that odeon_try_send gave back is forgotten.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int try_send_and_forget(odeon_self *self, odeon_ref to);
int try_send_and_forget(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	int why;

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_try_send(self, to, note, &why); /* wrong: what comes back is lost */
	if (note)
		note->number = why;
	return why;
}
