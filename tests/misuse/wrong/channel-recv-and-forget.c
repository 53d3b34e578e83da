/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was received is read and forgotten.
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

int channel_recv_and_forget(odeon_receiver *in);
int channel_recv_and_forget(odeon_receiver *in)
{
	struct note *note = odeon_recv(note, in); /* wrong: nobody frees it */

	return note ? note->number : 0;
}
