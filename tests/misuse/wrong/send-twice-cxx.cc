/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message is sent twice, in C++.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 clang-analyzer
 * blind:   system-O2 clang
 * gcc:     used after .*odeon_send_at|double-.odeon_send_at. of|use after .odeon_send_at. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_twice(odeon_self *self, odeon_ref first, odeon_ref second)
{
	note *message = odeon_new(note, 1, "");

	if (!message)
		return ODEON_ENOMEM;
	odeon_send(self, first, message);
	return odeon_send(self, second, message); /* wrong */
}
