/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is sent into a channel that was opened for another type.
 *
 * chapter: 4 Of the wrong type
 * expect:  none
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

int channel_send_wrong_type(void);
int channel_send_wrong_type(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	int error = odeon_channel_open(ODEON_TYPE(note), 8, &out, &in);

	if (error < 0)
		return error;
	error = odeon_sender_send(out, odeon_new(letter, .pages = 1)); /* wrong: answers ODEON_ETYPE */
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	return error;
}
