/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only name of a message is given to another one.
 *
 * chapter: 3 Forgotten
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int forget_by_overwriting(odeon_self *self, odeon_ref to);
int forget_by_overwriting(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1); /* wrong: this one is lost */

	if (!note)
		return ODEON_ENOMEM;
	note = odeon_new(note, .number = 2);
	return odeon_send(self, to, note);
}
