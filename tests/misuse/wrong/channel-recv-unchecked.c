/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is used without looking whether one came.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  analyzer-O0 analyzer-O2
 * blind:   gcc-O0 gcc-O2 system-O2 clang clang-analyzer
 * gcc:     dereference of possibly-NULL
 * rust:    E0609 no field `number` on type `Result<Box<Note>, RecvError>`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_recv_unchecked(odeon_receiver *in);
int channel_recv_unchecked(odeon_receiver *in)
{
	struct note *note = odeon_recv(note, in);
	int number = note->number; /* wrong */

	odeon_free(note);
	return number;
}
