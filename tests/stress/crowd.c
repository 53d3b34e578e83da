/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd.c - threads that come and go, each with a half of two channels: they send, receive and select for a while, send others in their
 * place, with clones, and leave
 *
 *   crowd [SECONDS]     3
 *
 * The channels of a round are of sorts that chance chooses. When all have gone, every item that was made or copied was dropped once. The
 * seed is printed, and taken from ODEON_SEED; how threads meet is still the machine's.
 */
#include "../harness/random.h"
#include <odeon.h>
#include <odeon/select.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST = 4, PEOPLE_MOST = 40, TURNS_MOST = 150 };

#define fail_unless(claim) do { if (!(claim)) { printf("%s:%d: not %s\n", __FILE__, __LINE__, #claim); abort(); } } while (0)

struct item { uint64_t check; unsigned *owned; };
static atomic_long alive;
static atomic_ulong sent, received;

static int own(void *to, const void *from)
{
	struct item *item = to;

	(void)from;
	item->check = (uint64_t)(uintptr_t)item;
	item->owned = malloc(sizeof *item->owned);
	fail_unless(item->owned != NULL);
	atomic_fetch_add(&alive, 1);
	return 0;
}

ODEON_MESSAGE_DROP(item)
{
	fail_unless(item->check == (uint64_t)(uintptr_t)item);
	item->check = 0;
	free(item->owned);
	atomic_fetch_sub(&alive, 1);
}

static struct item *item_new(void)
{
	struct item *item = odeon_new(item);

	fail_unless(item != NULL);
	(void)own(item, NULL);
	return item;
}

struct person { pthread_t thread; odeon_sender *out; odeon_receiver *in; struct random random; };
static struct person people[PEOPLE_MOST];
static atomic_uint come;

static void come_in(odeon_sender *out, odeon_receiver *in, uint64_t seed);

static void got(struct item *item, int why)
{
	fail_unless((item != NULL) == (why == 0));
	fail_unless(item == NULL || item->check == (uint64_t)(uintptr_t)item);
	atomic_fetch_add(&received, item != NULL);
	odeon_free(item);
}

static void choose(struct person *person, odeon_time until)
{
	odeon_case cases[] = { ODEON_CASE_RECV(person->in), ODEON_CASE_SEND(person->out, item_new()) };
	int index = odeon_select(cases, 2, until);

	if (index == 0)
		got(odeon_case_message(item, &cases[0]), cases[0].error);
	else
		atomic_fetch_add(&sent, index == 1 && cases[1].error == 0);
	fail_unless((cases[1].message == NULL) == (index == 1 && cases[1].error == 0));
	odeon_case_clear(&cases[1]);
}

static void act(struct person *person)
{
	odeon_time until = random_below(&person->random, 2) ? odeon_clock_deadline(ODEON_US(random_below(&person->random, 80))) : ODEON_AT_ONCE;
	struct item *item;
	int why;

	switch (random_below(&person->random, 3)) {
	case 0:
		item = odeon_sender_try(person->out, item_new(), until, &why);
		atomic_fetch_add(&sent, item == NULL);
		odeon_free(item);
		break;
	case 1:
		item = odeon_recv_until(item, person->in, until, &why);
		got(item, why);
		break;
	default:
		choose(person, until);
	}
}

static void *live(void *argument)
{
	struct person *person = argument;

	for (unsigned turns = random_below(&person->random, TURNS_MOST); turns > 0; turns--)
		act(person);
	for (unsigned i = random_below(&person->random, 3); i > 0; i--)
		come_in(person->out, person->in, random_next(&person->random));
	odeon_sender_drop(person->out);
	odeon_receiver_drop(person->in);
	return NULL;
}

/* With clones of these halves. Whoever comes has a higher number than who sent him, so that main joins them in order. */
static void come_in(odeon_sender *out, odeon_receiver *in, uint64_t seed)
{
	unsigned number = atomic_fetch_add(&come, 1);
	struct person *person;

	if (number >= PEOPLE_MOST)
		return;
	person = &people[number];
	*person = (struct person){ .out = odeon_sender_clone(out), .in = odeon_receiver_clone(in), .random = { seed } };
	fail_unless(person->out != NULL && person->in != NULL);
	fail_unless(pthread_create(&person->thread, NULL, live, person) == 0);
}

static void open_any(struct random *random, odeon_sender **out, odeon_receiver **in)
{
	static const odeon_channel_options sorts[] = {
		ODEON_CHANNEL_OPTIONS(.capacity = 0), ODEON_CHANNEL_OPTIONS(.capacity = 1), ODEON_CHANNEL_OPTIONS(.capacity = 16),
		ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED), ODEON_CHANNEL_OPTIONS(.capacity = ODEON_UNBOUNDED, .capacity_bytes = 500),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_ONESHOT),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_BROADCAST, .capacity = 8, .copy = own),
		ODEON_CHANNEL_OPTIONS(.kind = ODEON_CHANNEL_WATCH, .copy = own),
	};

	fail_unless(odeon_channel_open_with(ODEON_TYPE(item), &sorts[random_below(random, sizeof sorts / sizeof sorts[0])], out, in) == 0);
}

static void play(struct random *random)
{
	odeon_sender *outs[2];
	odeon_receiver *ins[2];

	atomic_store(&come, 0);
	for (int i = 0; i < 2; i++)
		open_any(random, &outs[i], &ins[i]);
	for (int i = 0; i < FIRST; i++)
		come_in(outs[i % 2], ins[1 - i % 2], random_next(random));
	for (int i = 0; i < 2; i++) {
		odeon_sender_drop(outs[i]);
		odeon_receiver_drop(ins[i]);
	}
	for (unsigned i = 0; i < atomic_load(&come) && i < PEOPLE_MOST; i++)
		fail_unless(pthread_join(people[i].thread, NULL) == 0);
	fail_unless(atomic_load(&alive) == 0);
}

int main(int count, char **arguments)
{
	const char *given = getenv("ODEON_SEED");
	struct random random = { given != NULL ? strtoull(given, NULL, 0) : (uint64_t)odeon_clock_now().ns };
	odeon_time until = odeon_clock_deadline(ODEON_SECONDS(count > 1 ? atoi(arguments[1]) : 3));
	unsigned long rounds = 0, in_all = 0;

	printf("ODEON_SEED=%llu\n", (unsigned long long)random.state);
	fflush(stdout);
	for (; odeon_clock_now().ns < until.ns; rounds++, in_all += atomic_load(&come) < PEOPLE_MOST ? atomic_load(&come) : PEOPLE_MOST)
		play(&random);
	printf("%lu rounds, %lu threads, %lu items sent, %lu received\n", rounds, in_all, atomic_load(&sent), atomic_load(&received));
	fail_unless(rounds > 1 && atomic_load(&received) > 0);
	return 0;
}
