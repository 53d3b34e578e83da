/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 06-rendezvous - a channel with room for nothing: sender and receiver meet
 *
 * When the send returns, the receiver has the message. So after it the sender knows where the receiver is, which no
 * queue would tell it.
 */
#include "shared.h"
#include <stdatomic.h>

struct key { int door; };
ODEON_MESSAGE(key);

struct meeting { odeon_sender *out; atomic_int guest_is_there; int was_there; };

static void *landlord(void *given)
{
	struct meeting *meeting = given;

	odeon_sender_send(meeting->out, odeon_new(key, .door = 7));     /* waits for the guest */
	meeting->was_there = atomic_load(&meeting->guest_is_there);
	odeon_sender_drop(meeting->out);
	return NULL;
}

int main(void)
{
	struct meeting meeting = { 0 };
	odeon_receiver *in;
	struct key *key;
	pthread_t thread;
	int why;

	must(odeon_channel_open(ODEON_TYPE(key), 0, &meeting.out, &in));

	key = odeon_sender_try(meeting.out, odeon_new(key, .door = 6), ODEON_AT_ONCE, &why);
	printf("handing over the key to 6: %s\n", key ? odeon_error_text(why) : "done");
	odeon_free(key);

	thread = start(landlord, &meeting);
	pause_for(ODEON_MS(30));                        /* the landlord stands there with the key in his hand */
	atomic_store(&meeting.guest_is_there, 1);
	key = odeon_recv(key, in);
	if (key)
		printf("the guest has the key to %d\n", key->door);
	odeon_free(key);

	pthread_join(thread, NULL);
	printf("when the landlord could go, the guest was %s\n", meeting.was_there ? "there" : "not there");
	odeon_receiver_drop(in);
	return 0;
}
