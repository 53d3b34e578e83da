/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A half that odeon_channel_open gave is dropped twice.
 *
 * chapter: 1 Used after it was given away
 * expect:  analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   gcc-O0 gcc-O2 system-O2 clang
 * gcc:     used after .*odeon_sender_drop|double-.odeon_sender_drop. of|use after .odeon_sender_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `out`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_opened_half_drop_twice(void);
int channel_opened_half_drop_twice(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	int error = odeon_channel_open(ODEON_TYPE(note), 8, &out, &in);

	if (error < 0)
		return error;
	odeon_receiver_drop(in);
	odeon_sender_drop(out);
	odeon_sender_drop(out); /* wrong */
	return 0;
}
