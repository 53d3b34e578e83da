/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 09-mpmc - many senders, many receivers: each message goes to exactly one of them, also those left behind
 *
 * A clone of a receiver is another handle to the same stream, not another stream. (For that: broadcast, in program
 * 15.)
 */
#include "shared.h"

#define SENDERS 2
#define RECEIVERS 3
#define NUMBERS 500                                     /* from each sender */

struct number { int value; };
ODEON_MESSAGE(number);

struct range { int first; odeon_sender *out; };
struct taker { odeon_receiver *in; long sum; int count, end; };

static void *send_range(void *given)
{
	struct range *range = given;

	for (int i = 0; i < NUMBERS; i++)
		odeon_sender_send(range->out, odeon_new(number, .value = range->first + i));
	odeon_sender_drop(range->out);
	return NULL;
}

static void *take(void *given)
{
	struct taker *taker = given;
	struct number *number;

	while ((number = odeon_recv_until(number, taker->in, ODEON_NEVER, &taker->end))) {
		taker->sum += number->value;
		taker->count++;
		odeon_free(number);
	}
	odeon_receiver_drop(taker->in);
	return NULL;
}

static void send_all(odeon_sender *out)
{
	struct range ranges[SENDERS];
	pthread_t threads[SENDERS];

	for (int i = 0; i < SENDERS; i++) {
		ranges[i] = (struct range){ i * NUMBERS + 1, odeon_sender_clone(out) };
		must(ranges[i].out ? 0 : ODEON_ENOMEM);
		threads[i] = start(send_range, &ranges[i]);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
}

static void take_all(odeon_receiver *in)
{
	struct taker takers[RECEIVERS];
	pthread_t threads[RECEIVERS];
	long sum = 0;
	int count = 0;

	for (int i = 0; i < RECEIVERS; i++) {
		takers[i] = (struct taker){ .in = odeon_receiver_clone(in) };
		must(takers[i].in ? 0 : ODEON_ENOMEM);
		threads[i] = start(take, &takers[i]);
	}
	for (int i = 0; i < RECEIVERS; i++) {
		pthread_join(threads[i], NULL);
		sum += takers[i].sum;
		count += takers[i].count;
		printf("receiver %d ended: %s\n", i, odeon_error_text(takers[i].end));
	}
	printf("together they got %d numbers, whose sum is %ld\n", count, sum);
}

int main(void)
{
	odeon_sender *out;
	odeon_receiver *in;

	must(odeon_channel_open(ODEON_TYPE(number), SENDERS * NUMBERS, &out, &in));     /* room for all: nobody waits */
	send_all(out);
	odeon_sender_drop(out);
	printf("every sender is gone, and %zu numbers wait\n", odeon_receiver_len(in));
	take_all(in);
	odeon_receiver_drop(in);
	return 0;
}
