/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nobody looks whether the message was laid aside: in a full mailbox it was not, and is dropped when the handler returns.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     ignoring return value of .odeon_stash_at
 * rust:    warning: unused `Result` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void stash_and_ignore(odeon_self *self, struct note *in_hand);
void stash_and_ignore(odeon_self *self, struct note *in_hand)
{
	odeon_stash(self, in_hand, NULL); /* wrong */
}
