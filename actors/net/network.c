/* SPDX-License-Identifier: BSD-2-Clause */
/* network - its time, its chances, its numbers; and the poller that it is */
#include "network.h"

#include <errno.h>
#include <odeon/net/loop.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MILLION 1000000u
#define DELAY_MOST ODEON_MS(1)
#define STALL_MOST ODEON_SECONDS(2)
#define CUTS 250000u
#define PORT_FIRST 49152u

/* ---- chance: splitmix64, so that it is nobody else's ------------------------------------------------------------- */

static uint64_t next_random(struct network *network)
{
	uint64_t value = network->random += 0x9e3779b97f4a7c15u;

	value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
	value = (value ^ value >> 27) * 0x94d049bb133111ebu;
	return value ^ value >> 31;
}

uint64_t network_below(struct network *network, uint64_t below) { return next_random(network) % below; }

static bool is_among(struct network *network, uint32_t rate) { return rate > 0 && network_below(network, MILLION) < rate; }

bool network_cuts(struct network *network) { return is_among(network, network->options.cuts); }

bool network_happens(struct network *network, uint32_t rate)
{
	return is_among(network, rate == ODEON_NETWORK_NEVER ? 0 : rate == 0 ? network->options.faults : rate);
}

/* As often short as long. */
int64_t network_delay(struct network *network)
{
	return 1 + (int64_t)network_below(network, ((uint64_t)network->options.delay_most >> network_below(network, 12)) + 1);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

int64_t network_now(const struct network *network)
{
	return network->closing > 0 ? network->closing : odeon_system_now(network->system).ns;
}

void network_cancel(struct network *network, struct event *event)
{
	if (!event->is_set)
		return;
	event->is_set = false;
	*(event->before != NULL ? &event->before->next : &network->first) = event->next;
	*(event->next != NULL ? &event->next->before : &network->last) = event->before;
}

void network_after(struct network *network, struct event *event, int64_t delay, void (*happen)(void *of), void *of)
{
	int64_t due = network_now(network) + delay;
	struct event *before = network->last;

	if (event->is_set && event->due <= due)
		return;
	network_cancel(network, event);
	while (before != NULL && before->due > due)
		before = before->before;
	*event = (struct event){ .due = due, .happen = happen, .of = of, .is_set = true, .before = before,
	                         .next = before != NULL ? before->next : network->first };
	*(before != NULL ? &before->next : &network->first) = event;
	*(event->next != NULL ? &event->next->before : &network->last) = event;
}

static void happen_first(struct network *network)
{
	struct event *event = network->first;

	network_cancel(network, event);
	event->happen(event->of);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static int find_number(struct network *network)
{
	int number = 0, room = network->numbers_room > 0 ? 2 * network->numbers_room : 16;
	struct number *numbers;

	while (number < network->numbers_room && (network->numbers[number].port != NULL || network->numbers[number].end != NULL))
		number++;
	if (number < network->numbers_room)
		return number;
	numbers = realloc(network->numbers, (size_t)room * sizeof *numbers);
	if (numbers == NULL)
		return -ENOMEM;
	for (int i = number; i < room; i++)
		numbers[i] = (struct number){ NULL, NULL };
	network->numbers = numbers;
	network->numbers_room = room;
	return number;
}

int network_number(struct network *network, struct port *port, struct end *end)
{
	int number = network->sockets >= network->options.sockets_most ? -EMFILE : find_number(network);

	if (number < 0)
		return number;
	network->numbers[number] = (struct number){ port, end };
	network->sockets++;
	return number;
}

void network_return(struct network *network, int number)
{
	if (number < 0)
		return;
	network->numbers[number] = (struct number){ NULL, NULL };
	network->sockets--;
}

/* ---- what is told ------------------------------------------------------------------------------------------------ */

void network_tell(struct network *network, const char *format, ...)
{
	int64_t now = network_now(network);
	char line[3 * ODEON_ADDRESS_BYTES];
	va_list arguments;
	int length;

	if (network->options.on_event == NULL)
		return;
	length = snprintf(line, sizeof line, "%lld.%09lld: ", (long long)(now / 1000000000), (long long)(now % 1000000000));
	va_start(arguments, format);
	vsnprintf(line + length, sizeof line - (size_t)length, format, arguments);
	va_end(arguments);
	network->options.on_event(network->options.data, line);
}

static void fill_in(odeon_network_options *options)
{
	if (options->delay_most == 0)
		options->delay_most = DELAY_MOST;
	if (options->stall_most == 0)
		options->stall_most = STALL_MOST;
	if (options->cuts == 0)
		options->cuts = CUTS;
	if (options->sockets_most == 0)
		options->sockets_most = UINT32_MAX;
}

int odeon_network_set(odeon_system *system, const odeon_network_options *options)
{
	struct network *network = system != NULL ? network_of(system) : NULL;

	if (network == NULL)
		return ODEON_EINVAL;
	if (options != NULL && options->bytes != sizeof *options)
		return ODEON_EVERSION;
	if (options != NULL && (options->delay_most < 0 || options->stall_most < 0))
		return ODEON_EINVAL;
	network->options = options != NULL ? *options : (odeon_network_options)ODEON_NETWORK_OPTIONS(.data = NULL);
	fill_in(&network->options);
	return 0;
}

int odeon_network_count(odeon_system *system, odeon_network_stats *stats)
{
	struct network *network = system != NULL && stats != NULL ? network_of(system) : NULL;

	if (network == NULL)
		return ODEON_EINVAL;
	if (stats->bytes != sizeof *stats)
		return ODEON_EVERSION;
	*stats = network->stats;
	stats->bytes = sizeof *stats;
	return 0;
}

/* ---- the poller -------------------------------------------------------------------------------------------------- */

struct network *network_of(odeon_system *system)
{
	struct network *network = odeon_system_poller(system) == odeon_net_poller() ? odeon_system_poller_state(system) : NULL;

	if (network != NULL && network->system == NULL) {
		network->system = system;
		network->random = odeon_system_seed(system);
	}
	return network;
}

static int open_network(void *host, int worker, void **state)
{
	struct network *network = calloc(1, sizeof *network);

	(void)host;
	(void)worker;
	if (network == NULL)
		return ODEON_ENOMEM;
	network->port = PORT_FIRST;
	fill_in(&network->options);
	*state = network;
	return 0;
}

/* No actor is left: what they left to be written goes its way, and each wire lets go of its end. */
static void close_network(void *state)
{
	struct network *network = state;

	while (network->first != NULL) {
		network->closing = network->first->due;
		happen_first(network);
	}
	free(network->numbers);
	free(network);
}

static void poll_network(void *state, odeon_duration at_most)
{
	struct network *network = state;

	(void)at_most;
	while (network->first != NULL && network->first->due <= network_now(network))
		happen_first(network);
}

static odeon_time due_network(void *state)
{
	const struct network *network = state;

	return network->first != NULL ? (odeon_time){ network->first->due } : ODEON_NEVER;
}

static void wake_network(void *state) { (void)state; }

const odeon_poller network_poller = {
	.bytes = sizeof(odeon_poller), .open = open_network, .close = close_network, .poll = poll_network, .wake = wake_network,
	.due = due_network,
};
