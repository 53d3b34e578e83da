/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is filled without a look whether there was memory for it.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     dereference of possibly-NULL .note
 * rust:    E0609 no field `number` on type `Option<Box<Note>>`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int new_unchecked(odeon_self *self, odeon_ref to);
int new_unchecked(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note);

	note->number = 1; /* wrong */
	return odeon_send(self, to, note);
}
