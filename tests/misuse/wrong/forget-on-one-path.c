/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is sent on one path and forgotten on the other.
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

int forget_on_one_path(odeon_self *self, odeon_ref to, int urgent);
int forget_on_one_path(odeon_self *self, odeon_ref to, int urgent)
{
	struct note *note = odeon_new(note, .number = 1); /* wrong: only one path gives it away */

	if (!note)
		return ODEON_ENOMEM;
	if (urgent)
		return odeon_send(self, to, note);
	return 0;
}
