/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A duty to answer is detached from its request and forgotten: the asker waits for its deadline.
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

int duty_forgotten(odeon_self *self, odeon_ref to, struct note *in_hand);
int duty_forgotten(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	void *duty = odeon_duty(self); /* wrong: nobody answers or frees it */

	if (!duty)
		return ODEON_ENOMEM;
	return odeon_send(self, to, in_hand);
}
