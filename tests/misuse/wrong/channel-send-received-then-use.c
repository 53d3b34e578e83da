/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message that was received is sent on, and read then.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_sender_send_at|use after .odeon_sender_send_at. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_send_received_then_use(odeon_receiver *in, odeon_sender *out);
int channel_send_received_then_use(odeon_receiver *in, odeon_sender *out)
{
	struct note *note = odeon_recv(note, in);

	if (!note)
		return 0;
	odeon_sender_send(out, note);
	return note->number; /* wrong */
}
