/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A half of a channel is dropped, and received from by another name.
 *
 * asan:  heap-use-after-free
 * debug: a receiver is used that is none, or was dropped before
 */
#include "elsewhere.h"

int main(void)
{
	odeon_sender *out;
	odeon_receiver *in, *clone;

	if (odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) != 0)
		return 99;
	clone = odeon_receiver_clone(in);
	odeon_receiver_drop(elsewhere_receiver(clone));
	odeon_free(odeon_try_recv(note, elsewhere_receiver(clone), NULL));
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	return 0;
}
