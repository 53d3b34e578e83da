/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is freed because its timer could not be armed: it was dropped there.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_send_after_at|use after .odeon_send_after_at. of|double-.odeon_(free|send_after_at)
 * clang:   [Uu]se of memory after it is freed|[Aa]ttempt to free released memory
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void free_after_send_after(odeon_self *self, odeon_ref to);
void free_after_send_after(odeon_self *self, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return;
	if (odeon_send_after(self, to, note, ODEON_MS(1), NULL) != 0)
		odeon_free(note); /* wrong */
}
