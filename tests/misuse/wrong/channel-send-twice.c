/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One message is sent into a channel twice: two receivers would own it.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   system-O2 clang
 * gcc:     used after .*odeon_sender_send_at|double-.odeon_sender_send_at. of|use after .odeon_sender_send_at. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_send_twice(odeon_sender *out);
int channel_send_twice(odeon_sender *out)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_sender_send(out, note);
	return odeon_sender_send(out, note); /* wrong */
}
