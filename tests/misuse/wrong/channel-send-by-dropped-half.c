/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is sent by a half that was dropped.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     used after .*odeon_sender_drop|use after .odeon_sender_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 borrow of moved value: `out`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_send_by_dropped_half(odeon_sender *out);
int channel_send_by_dropped_half(odeon_sender *out)
{
	odeon_sender_drop(out);
	return odeon_sender_send(out, odeon_new(note, .number = 1)); /* wrong */
}
