/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message that stood in a case to be sent is read after the select, which may have sent it.
 *
 * chapter: 1 Used after it was given away
 * expect:  none
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int case_use_after_select(odeon_sender *out);
int case_use_after_select(odeon_sender *out)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_case cases[] = { ODEON_CASE_SEND(out, note) };

	odeon_select(cases, 1, ODEON_NEVER);
	return note->number; /* wrong */
}
