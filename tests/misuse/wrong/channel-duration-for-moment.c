/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A duration is given where a moment belongs.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     incompatible type for argument 3 of .odeon_receiver_recv
 * clang:   passing '.*' to parameter of incompatible type 'odeon_time'
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void channel_duration_for_moment(odeon_receiver *in);
void channel_duration_for_moment(odeon_receiver *in)
{
	struct note *note = odeon_recv_until(note, in, ODEON_MS(5), NULL); /* wrong */

	odeon_free(note);
}
