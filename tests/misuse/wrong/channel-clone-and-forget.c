/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A clone is used and never dropped: its side never ends.
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

int channel_clone_and_forget(odeon_sender *out);
int channel_clone_and_forget(odeon_sender *out)
{
	odeon_sender *other = odeon_sender_clone(out); /* wrong: nobody drops it */

	if (!other)
		return ODEON_ENOMEM;
	return odeon_sender_send(other, odeon_new(note, .number = 1));
}
