/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message that odeon_sender_try gave back is forgotten.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_try_and_forget(odeon_sender *out);
int channel_try_and_forget(odeon_sender *out)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_sender_try(out, note, ODEON_AT_ONCE, NULL); /* wrong: what comes back is lost */
	return note ? note->number : 0;
}
