/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages are received in a loop, read and forgotten.
 *
 * chapter: 3 Forgotten
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_recv_loop_and_forget(odeon_receiver *in);
int channel_recv_loop_and_forget(odeon_receiver *in)
{
	struct note *note;
	int sum = 0;

	while ((note = odeon_recv(note, in))) /* wrong: nobody frees it */
		sum += note->number; /* wrong */
	return sum;
}
