/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An answer to a kept request is used after it was given.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_reply_to_at|use after .odeon_reply_to_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `answer`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int use_after_reply_to(odeon_self *self, struct note *request);
int use_after_reply_to(odeon_self *self, struct note *request)
{
	struct note *answer = odeon_new(note, .number = 1);

	if (!answer)
		return ODEON_ENOMEM;
	odeon_reply_to(self, request, answer);
	return answer->number; /* wrong */
}
