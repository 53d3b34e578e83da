/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory from malloc is sent: it has no header, so it is no message.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     odeon_send_at. called on pointer returned from a mismatched allocation function|should have been deallocated with .free. but was deallocated with .odeon_send_at
 * rust:    E0308 mismatched types
 */
#include <odeon.h>
#include <stdlib.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_malloced_pointer(odeon_self *self, odeon_ref to);
int send_malloced_pointer(odeon_self *self, odeon_ref to)
{
	struct note *note = malloc(sizeof *note);

	if (!note)
		return ODEON_ENOMEM;
	note->number = 1;
	return odeon_send(self, to, note); /* wrong */
}
