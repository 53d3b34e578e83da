/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 14-actors-and-threads - a thread sends to an actor by a channel, and the actor sends to a thread by another
 *
 *   thread --- channel --- pipe ---> actor --- channel with room for one ---> thread
 *
 * A handler never waits: its actor shares a thread with others. So nothing is received in a handler; what the first
 * channel carries comes as messages. And nothing waits for room: what finds none comes back, and a message says
 * when to try again.
 */
#include "shared.h"

#define NUMBERS 10

struct number { int value, is_last; struct number *next; };
ODEON_MESSAGE(number);

struct squarer { odeon_sender *out; struct number *first, *last; };     /* what found no room yet stands in a row */

static void enqueue(struct squarer *squarer, struct number *number)
{
	number->next = NULL;
	if (squarer->first)
		squarer->last->next = number;
	else
		squarer->first = number;
	squarer->last = number;
}

static void send_row(odeon_self *self, struct squarer *squarer)
{
	int why = 0, is_last = 0;

	while (squarer->first && why == 0) {
		struct number *number = squarer->first, *next = number->next;

		is_last = number->is_last;
		number = odeon_sender_try(squarer->out, number, ODEON_AT_ONCE, &why);
		squarer->first = number ? number : next;        /* back at its place, or gone */
	}
	if (why == ODEON_EFULL)
		why = odeon_sender_when_room(self, squarer->out);
	else if (is_last)
		odeon_exit(self);
	if (why < 0)
		odeon_fail(self, why, "cannot send squares");
}

ODEON_HANDLER(squarer, number)
{
	number->value *= number->value;
	enqueue(squarer, odeon_keep(self, number));
	if (squarer->first == squarer->last)                    /* nobody was waiting before it */
		send_row(self, squarer);
}

ODEON_HANDLER(squarer, odeon_writable)                          /* there was room a moment ago */
{
	send_row(self, squarer);
}

/* However the actor ends, its half goes with it, and the other side sees that. */
ODEON_STOP(squarer)
{
	while (squarer->first) {
		struct number *next = squarer->first->next;

		odeon_free(squarer->first);
		squarer->first = next;
	}
	odeon_sender_drop(squarer->out);
}

ODEON_HANDLERS(squarer_handlers, ODEON_ON(squarer, number), ODEON_ON(squarer, odeon_writable));
ODEON_KIND(squarer, squarer_handlers, .stop = ODEON_STOPS(squarer));

static void *feed(void *half)
{
	odeon_sender *out = half;

	for (int i = 1; i <= NUMBERS; i++)
		odeon_sender_send(out, odeon_new(number, .value = i, .is_last = i == NUMBERS));
	odeon_sender_drop(out);
	return NULL;
}

static void print_squares(odeon_receiver *squares)
{
	struct number *number;

	while ((number = odeon_recv(number, squares))) {        /* until the actor has ended */
		pause_for(ODEON_MS(2));                         /* slower than what comes */
		printf("%d\n", number->value);
		odeon_free(number);
	}
	printf("the squarer has ended\n");
}

int main(void)
{
	odeon_system *system;
	odeon_sender *numbers;
	odeon_receiver *in, *squares;
	struct squarer squarer = { 0 };
	odeon_ref ref;
	pthread_t thread;

	must(odeon_system_start(NULL, &system));
	must(odeon_channel_open(ODEON_TYPE(number), 2, &numbers, &in));
	must(odeon_channel_open(ODEON_TYPE(number), 1, &squarer.out, &squares));
	must(odeon_system_spawn(system, &squarer_kind, &squarer, &ref));        /* its state begins as a copy of ours */
	must(odeon_receiver_pipe(in, system, ref));             /* takes the half: the rest is done for us */

	thread = start(feed, numbers);
	print_squares(squares);
	pthread_join(thread, NULL);
	odeon_receiver_drop(squares);
	odeon_system_free(system);
	return 0;
}
