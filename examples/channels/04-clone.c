/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 04-clone - several producers, each with a clone of the sending half
 *
 * The values of one half come in the order sent. Those of different halves come as it happens, so this program says
 * only what is the same in every run.
 */
#include "shared.h"

#define PRODUCERS 3
#define VALUES 100

struct value { int producer, number; };
ODEON_MESSAGE(value);

struct producer { int number; odeon_sender *out; };

static void *produce(void *given)
{
	struct producer *producer = given;

	for (int i = 1; i <= VALUES; i++)
		odeon_sender_send(producer->out, odeon_new(value, .producer = producer->number, .number = i));
	odeon_sender_drop(producer->out);
	return NULL;
}

struct heard { int last, sum, in_order; };

static void listen(odeon_receiver *in, struct heard heard[PRODUCERS])
{
	struct value *value;

	while ((value = odeon_recv(value, in))) {       /* until the last of the clones was dropped */
		struct heard *of = &heard[value->producer];

		of->in_order += value->number == of->last + 1;
		of->last = value->number;
		of->sum += value->number;
		odeon_free(value);
	}
}

int main(void)
{
	struct producer producers[PRODUCERS];
	struct heard heard[PRODUCERS] = { { 0, 0, 0 } };
	pthread_t threads[PRODUCERS];
	odeon_sender *out;
	odeon_receiver *in;

	must(odeon_channel_open(ODEON_TYPE(value), ODEON_UNBOUNDED, &out, &in));
	for (int i = 0; i < PRODUCERS; i++) {
		producers[i] = (struct producer){ i, odeon_sender_clone(out) };
		must(producers[i].out ? 0 : ODEON_ENOMEM);
		threads[i] = start(produce, &producers[i]);
	}
	odeon_sender_drop(out);                         /* the original sends nothing; kept, it would keep the channel open */
	listen(in, heard);

	for (int i = 0; i < PRODUCERS; i++) {
		pthread_join(threads[i], NULL);
		printf("producer %d: %d values in order, their sum is %d\n", i, heard[i].in_order, heard[i].sum);
	}
	odeon_receiver_drop(in);
	return 0;
}
