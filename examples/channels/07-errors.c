/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 07-errors - what each end is told when the other is not there, or not ready
 *
 * Nothing is lost in silence: a parcel that says so when it ends shows where each one went.
 */
#include "shared.h"

struct parcel { int number; };
ODEON_MESSAGE_DROP(parcel)                              /* runs once for every parcel, wherever it ends */
{
	printf("        (parcel %d ended)\n", parcel->number);
}

struct letter { char unused; };
ODEON_MESSAGE(letter);

static odeon_time soon(void) { return odeon_clock_deadline(ODEON_MS(5)); }

static void receive(const char *what, odeon_receiver *in, odeon_time until)
{
	int why;
	struct parcel *parcel = odeon_recv_until(parcel, in, until, &why);

	if (parcel)
		printf("%s: parcel %d\n", what, parcel->number);
	else
		printf("%s: %s\n", what, odeon_error_text(why));
	odeon_free(parcel);
}

/* A parcel that nobody will take comes back from odeon_sender_try; odeon_sender_send ends it. */
static void send_both_ways(odeon_sender *out)
{
	int why;
	struct parcel *back = odeon_sender_try(out, odeon_new(parcel, .number = 4), ODEON_AT_ONCE, &why);

	printf("trying: %s\n", odeon_error_text(why));
	if (back)
		printf("parcel %d came back, and is ours\n", back->number);
	odeon_free(back);
	printf("sending: %s\n", odeon_error_text(odeon_sender_send(out, odeon_new(parcel, .number = 5))));
}

static void the_sender_goes(void)
{
	odeon_sender *out;
	odeon_receiver *in;

	printf("-- the receiver stays\n");
	must(odeon_channel_open(ODEON_TYPE(parcel), 8, &out, &in));
	receive("nothing sent yet, at once", in, ODEON_AT_ONCE);
	receive("nothing sent yet, a while", in, soon());
	odeon_sender_send(out, odeon_new(parcel, .number = 1));
	odeon_sender_drop(out);
	receive("the sender went, what it sent is there", in, ODEON_NEVER);
	receive("and then", in, ODEON_NEVER);           /* does not wait: nobody can send any more */
	odeon_receiver_drop(in);
}

static void the_receiver_goes(void)
{
	odeon_sender *out;
	odeon_receiver *in;

	printf("-- the sender stays\n");
	must(odeon_channel_open(ODEON_TYPE(parcel), 8, &out, &in));
	odeon_sender_send(out, odeon_new(parcel, .number = 2));
	odeon_sender_send(out, odeon_new(parcel, .number = 3));
	printf("the receiver goes, and what it did not take ends with it\n");
	odeon_receiver_drop(in);
	send_both_ways(out);
	odeon_sender_drop(out);
}

static void mistakes(void)
{
	odeon_sender *out;
	odeon_receiver *in;
	int error;

	printf("-- mistakes\n");
	must(odeon_channel_open(ODEON_TYPE(parcel), 8, &out, &in));
	error = odeon_sender_send(out, odeon_new(letter));
	printf("a letter in a channel for parcels: %s\n", odeon_error_text(error));
	printf("no message at all: %s\n", odeon_error_text(odeon_sender_send(out, NULL)));
	printf("no channel: %s\n", odeon_error_text(odeon_sender_send(NULL, odeon_new(letter))));
	odeon_sender_drop(out);
	odeon_receiver_drop(in);
}

int main(void)
{
	the_sender_goes();
	the_receiver_goes();
	mistakes();
	return 0;
}
