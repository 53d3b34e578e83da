/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The address of a field is sent instead of the message.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     odeon_send_at. called on pointer .* with nonzero offset|leak of
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_inner_pointer(odeon_self *self, odeon_ref to);
int send_inner_pointer(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	return odeon_send(self, to, note->text); /* wrong */
}
