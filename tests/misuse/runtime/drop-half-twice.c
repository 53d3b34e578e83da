/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A half of a channel is dropped, and once more by another name.
 *
 * asan:  heap-use-after-free
 * debug: a sender is dropped that is none, or was dropped before
 */
#include "elsewhere.h"

int main(void)
{
	odeon_sender *out, *clone;
	odeon_receiver *in;

	if (odeon_channel_open(ODEON_TYPE(note), 1, &out, &in) != 0)
		return 99;
	clone = odeon_sender_clone(out);
	odeon_sender_drop(elsewhere_sender(clone));
	odeon_sender_drop(elsewhere_sender(clone));
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
	return 0;
}
