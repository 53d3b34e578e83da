/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 08-try-recv - looking for messages beside other useful work
 *
 * odeon_try_recv answers at once: a message, or why there is none. Only *disconnected* ends the loop; *empty*
 * means: later.
 */
#include "shared.h"

struct order { int dish; };
ODEON_MESSAGE(order);
struct dish { int number; };
ODEON_MESSAGE(dish);

struct kitchen { odeon_receiver *orders; odeon_sender *dishes; };

static void *cook(void *given)
{
	struct kitchen *kitchen = given;
	struct order *order;

	while ((order = odeon_recv(order, kitchen->orders))) {
		pause_for(ODEON_MS(10));
		odeon_sender_send(kitchen->dishes, odeon_new(dish, .number = order->dish));
		odeon_free(order);
	}
	odeon_receiver_drop(kitchen->orders);
	odeon_sender_drop(kitchen->dishes);
	return NULL;
}

/* One look. Returns whether more can come. */
static int look(odeon_receiver *dishes, int *polished)
{
	int why;
	struct dish *dish = odeon_try_recv(dish, dishes, &why);

	if (dish)
		printf("dish %d is ready\n", dish->number);
	else if (why == ODEON_EEMPTY && (*polished)++ == 0)
		printf("nothing yet: polishing glasses meanwhile\n");
	odeon_free(dish);
	return why != ODEON_EDISCONNECTED;
}

int main(void)
{
	struct kitchen kitchen;
	odeon_sender *orders;
	odeon_receiver *dishes;
	pthread_t thread;
	int polished = 0;

	must(odeon_channel_open(ODEON_TYPE(order), ODEON_UNBOUNDED, &orders, &kitchen.orders));
	must(odeon_channel_open(ODEON_TYPE(dish), ODEON_UNBOUNDED, &kitchen.dishes, &dishes));
	thread = start(cook, &kitchen);

	look(dishes, &polished);                        /* nothing was ordered, so nothing is there */
	for (int i = 1; i <= 3; i++)
		odeon_sender_send(orders, odeon_new(order, .dish = i));
	odeon_sender_drop(orders);                      /* no more orders: the cook goes home after these */
	while (look(dishes, &polished))
		pause_for(ODEON_MS(1));                 /* the glasses */
	printf("the kitchen is closed\n");

	pthread_join(thread, NULL);
	odeon_receiver_drop(dishes);
	return 0;
}
