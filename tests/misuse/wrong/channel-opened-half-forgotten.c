/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The halves of a channel that was opened are never dropped.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_opened_half_forgotten(void);
int channel_opened_half_forgotten(void)
{
	odeon_sender *out;
	odeon_receiver *in;

	return odeon_channel_open(ODEON_TYPE(note), 8, &out, &in); /* wrong: nobody drops them */
}
