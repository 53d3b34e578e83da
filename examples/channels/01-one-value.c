/* SPDX-License-Identifier: BSD-2-Clause */
/* 01-one-value - a channel has two halves: what one thread puts into the one, another takes out of the other */
#include "shared.h"

struct greeting { const char *text; };
ODEON_MESSAGE(greeting);                                /* struct greeting may travel */

static void *greet(void *half)
{
	odeon_sender *out = half;

	odeon_sender_send(out, odeon_new(greeting, .text = "hi"));      /* moved: it is the receiver's now */
	odeon_sender_drop(out);
	return NULL;
}

int main(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	struct greeting *greeting;
	pthread_t thread;

	must(odeon_channel_open(ODEON_TYPE(greeting), ODEON_UNBOUNDED, &out, &in));
	thread = start(greet, out);                     /* the sending half goes with it */

	greeting = odeon_recv(greeting, in);            /* waits; the message is ours, and so is freeing it */
	if (greeting)
		printf("got: %s\n", greeting->text);
	odeon_free(greeting);

	pthread_join(thread, NULL);
	odeon_receiver_drop(in);
	return 0;
}
