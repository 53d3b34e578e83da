/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kept request is freed, which tells the asker that there is no answer, and then answered.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     used after .*odeon_free|use after .odeon_free. of
 * rust:    E0382 borrow of moved value: `request`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int reply_to_freed_request(odeon_self *self, struct note *request);
int reply_to_freed_request(odeon_self *self, struct note *request)
{
	odeon_free(request);
	return odeon_reply_to(self, request, odeon_new(note, .number = 1)); /* wrong */
}
