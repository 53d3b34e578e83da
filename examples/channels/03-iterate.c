/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 03-iterate - several values with pauses between them, and a receiver that takes each as it comes, until there are
 * no more
 *
 * The receiver sleeps while there is nothing: no loop, no time spent.
 */
#include "shared.h"

struct word { const char *text; };
ODEON_MESSAGE(word);

static void *speak(void *half)
{
	static const char *const words[] = { "hi", "from", "the", "thread" };
	odeon_sender *out = half;

	for (int i = 0; i < 4; i++) {
		odeon_sender_send(out, odeon_new(word, .text = words[i]));
		pause_for(ODEON_MS(20));
	}
	odeon_sender_drop(out);                         /* the last of its side: the channel is disconnected */
	return NULL;
}

int main(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	struct word *word;
	pthread_t thread;

	must(odeon_channel_open(ODEON_TYPE(word), ODEON_UNBOUNDED, &out, &in));
	thread = start(speak, out);

	while ((word = odeon_recv(word, in))) {
		printf("got: %s\n", word->text);
		odeon_free(word);
	}
	printf("nothing more will come\n");             /* the channel ended the loop, and nothing else can */

	pthread_join(thread, NULL);
	odeon_receiver_drop(in);
	return 0;
}
