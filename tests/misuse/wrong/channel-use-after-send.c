/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is read after it was sent into a channel: the receiver may have freed it by then.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     pointer .note. used after .odeon_sender_send_at.|use after .odeon_sender_send_at. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_use_after_send(odeon_sender *out);
int channel_use_after_send(odeon_sender *out)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_sender_send(out, note);
	return note->number; /* wrong */
}
