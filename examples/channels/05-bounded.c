/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 05-bounded - a channel with room for two: a fast sender waits for a slow receiver
 *
 * Without a bound, what a fast sender sends piles up until memory is gone. With one, it goes as fast as the receiver.
 */
#include "shared.h"

#define ROOM 2
#define PLATES 20

struct plate { int number; };
ODEON_MESSAGE(plate);

/* Not waiting, or only so long: then the plate comes back, and is ours again. */
static void fill(odeon_sender *out)
{
	for (int i = 1; i <= 3; i++) {
		int why;
		struct plate *plate = odeon_new(plate, .number = i);

		plate = odeon_sender_try(out, plate, ODEON_AT_ONCE, &why);
		printf("plate %d: %s\n", i, plate ? odeon_error_text(why) : "on the belt");
		if (plate)
			plate = odeon_sender_try(out, plate, odeon_clock_deadline(ODEON_MS(10)), &why);
		if (plate)
			printf("plate %d, 10 ms later: %s\n", i, odeon_error_text(why));
		odeon_free(plate);
	}
}

static void *cook(void *half)
{
	odeon_sender *out = half;

	for (int i = 3; i <= PLATES; i++)
		odeon_sender_send(out, odeon_new(plate, .number = i));  /* waits while the belt is full */
	odeon_sender_drop(out);
	return NULL;
}

static void wash(odeon_receiver *in)
{
	size_t most = 0, washed = 0;
	struct plate *plate;

	do {
		size_t waiting = odeon_receiver_len(in);

		most = waiting > most ? waiting : most;
		pause_for(ODEON_MS(1));
		plate = odeon_recv(plate, in);
		washed += plate != NULL;
		odeon_free(plate);
	} while (plate);
	printf("%zu plates washed, %s more than %d waited\n", washed, most > ROOM ? "and once" : "and never", ROOM);
}

int main(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	pthread_t thread;

	must(odeon_channel_open(ODEON_TYPE(plate), ROOM, &out, &in));
	fill(out);
	printf("%zu of %zu places are taken\n", odeon_sender_len(out), odeon_sender_capacity(out));
	thread = start(cook, out);
	wash(in);
	pthread_join(thread, NULL);
	odeon_receiver_drop(in);
	return 0;
}
