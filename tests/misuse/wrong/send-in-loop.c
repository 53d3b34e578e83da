/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message is sent once a round.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O2 analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   gcc-O0 system-O2 clang
 * gcc:     used after .*odeon_send_at|double-.odeon_send_at. of|use after .odeon_send_at. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_in_loop(odeon_self *self, odeon_ref to);
int send_in_loop(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	for (int round = 0; round < 2; round++)
		odeon_send(self, to, note); /* wrong */
	return 0;
}
