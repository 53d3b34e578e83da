/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is freed after it was sent: sending gave it away, on failure too.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_at|double-.odeon_free. of|use after .odeon_send_at. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int free_after_send(odeon_self *self, odeon_ref to);
int free_after_send(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	int error;

	if (!note)
		return ODEON_ENOMEM;
	error = odeon_send(self, to, note);
	if (error < 0)
		odeon_free(note); /* wrong */
	return error;
}
