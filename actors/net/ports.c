/* SPDX-License-Identifier: BSD-2-Clause */
/* ports - listening and accepting in the network of a simulated system */
#include "network.h"

#include <errno.h>
#include <netinet/in.h>
#include <odeon/error.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_NS 20000                           /* who waits is told of again after up to so long */

/* ---- addresses --------------------------------------------------------------------------------------------------- */

static uint16_t *port_of(struct address *address)
{
	if (address->of.any.sa_family == AF_INET)
		return &((struct sockaddr_in *)(void *)&address->of.room)->sin_port;
	return &((struct sockaddr_in6 *)(void *)&address->of.room)->sin6_port;
}

static bool is_any(const struct address *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)&address->of.room;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&address->of.room;

	return address->of.any.sa_family == AF_INET ? four->sin_addr.s_addr == INADDR_ANY
	     : address->of.any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr);
}

/* Who is told to listen at one of them hears what comes to the other. */
static bool is_same(struct address *one, struct address *other)
{
	if (address_is_local(one) || address_is_local(other))
		return memcmp(&one->of, &other->of, sizeof one->of) == 0;
	if (*port_of(one) != *port_of(other))
		return false;
	return is_any(one) || is_any(other) || memcmp(&one->of, &other->of, sizeof one->of) == 0;
}

static struct port *find(struct network *network, struct address *address)
{
	struct port *port = network->ports;

	while (port != NULL && !is_same(&port->address, address))
		port = port->next;
	return port;
}

static void choose_port(struct network *network, struct address *address)
{
	if (address_is_local(address) || *port_of(address) != 0)
		return;
	do
		*port_of(address) = htons(network->port++);
	while (find(network, address) != NULL);
}

/* Of who connects: the same host as the other's, and another port; a Unix socket has none. */
static void name_client(struct network *network, struct end *end, const struct address *there)
{
	end->address = *there;
	if (address_is_local(there)) {
		memset(end->address.of.local.sun_path, 0, sizeof end->address.of.local.sun_path);
		return;
	}
	*port_of(&end->address) = 0;
	choose_port(network, &end->address);
}

/* ---- listening --------------------------------------------------------------------------------------------------- */

int ports_listen(struct network *network, struct address *address, unsigned backlog)
{
	struct port *port;
	int number;

	choose_port(network, address);
	if (find(network, address) != NULL)
		return ODEON_EBUSY;
	port = calloc(1, sizeof *port);
	number = port != NULL ? network_number(network, port, NULL) : -ENOMEM;
	if (number < 0) {
		free(port);
		return number == -ENOMEM ? ODEON_ENOMEM : ODEON_ESYSTEM;
	}
	*port = (struct port){ .next = network->ports, .network = network, .address = *address, .number = number, .backlog = backlog };
	network->ports = port;
	return number;
}

static void happen_knock(void *of);

/* As long as somebody waits, and somebody looks. */
static void look(struct port *port)
{
	struct network *network = port->network;

	if (port->first != NULL && port->knock != NULL)
		network_after(network, &port->knocks, 1 + (int64_t)network_below(network, LOOK_NS), happen_knock, port);
}

static void happen_knock(void *of)
{
	struct port *port = of;

	port->knock(port->argument);
	look(port);
}

void ports_watch(struct network *network, int number, void (*knock)(void *argument), void *argument)
{
	struct port *port = network->numbers[number].port;

	port->knock = knock;
	port->argument = argument;
	if (knock == NULL)
		network_cancel(network, &port->knocks);
	look(port);
}

static struct end *take_first(struct port *port)
{
	struct end *end = port->first;

	port->first = end->next;
	if (port->first == NULL)
		port->last = NULL;
	port->waiting--;
	return end;
}

int ports_accept(struct network *network, int number, struct address *there)
{
	struct port *port = network->numbers[number].port;
	struct end *end = port->first;

	if (end == NULL)
		return -EAGAIN;
	if (network_happens(network, network->options.shortages)) {
		network->stats.shortages++;
		network_tell(network, "no descriptor for who connects");
		return -EMFILE;
	}
	if (end->error != 0 && network_below(network, 2) == 0) {
		end_close(take_first(port), true, NULL);
		return -ECONNABORTED;
	}
	end->number = network_number(network, NULL, end);
	if (end->number < 0)
		return end->number;
	network->stats.accepts++;
	*there = line_other(end)->address;
	return take_first(port)->number;
}

static void close_port(struct network *network, struct port *port)
{
	struct port **link = &network->ports;

	while (*link != port)
		link = &(*link)->next;
	*link = port->next;
	while (port->first != NULL)
		end_close(take_first(port), true, NULL);
	network_cancel(network, &port->knocks);
	network_return(network, port->number);
	free(port);
}

void ports_close(struct network *network, int number)
{
	struct number *entry = &network->numbers[number];

	if (entry->port != NULL)
		close_port(network, entry->port);
	else
		end_close(entry->end, false, NULL);
}

/* ---- connecting -------------------------------------------------------------------------------------------------- */

#define TRIES 6                                 /* after 1, 2, 4 ... seconds */

static void happen_answer(void *of)
{
	struct end *end = of;
	uv_connect_t *request = end->connect;

	end->connect = NULL;
	end->on_connect(request, end->answer);
}

static void answer(struct end *end, int error, int64_t delay)
{
	struct network *network = end->line->network;
	char text[ODEON_ADDRESS_BYTES];

	end->answer = error;
	address_print(&line_other(end)->address, text);
	network_tell(network, "connecting to %s: %s", text, error == 0 ? "done" : uv_err_name(error));
	network_after(network, &end->connects, delay, happen_answer, end);
}

static void join_queue(struct port *port, struct end *end)
{
	struct end *client = line_other(end);

	*(port->last != NULL ? &port->last->next : &port->first) = end;
	port->last = end;
	port->waiting++;
	end->is_connected = client->is_connected = true;
	answer(client, 0, network_delay(port->network));
	look(port);
}

static void happen_try(void *of)
{
	struct end *end = of, *other = line_other(end);
	struct network *network = end->line->network;
	struct port *port = find(network, &other->address);

	if (port == NULL) {
		network->stats.refusals++;
		answer(end, UV_ECONNREFUSED, network_delay(network));
	} else if (port->waiting < port->backlog) {
		join_queue(port, other);
	} else {
		network->stats.crowds++;
		if (end->tries == TRIES)
			answer(end, UV_ETIMEDOUT, ODEON_SECONDS(1) << TRIES);
		else
			network_after(network, &end->connects, ODEON_SECONDS(1) << end->tries++, happen_try, end);
	}
}

static void begin(struct network *network, struct end *end)
{
	network->stats.connects++;
	if (network_happens(network, network->options.refusals)) {
		network->stats.refusals++;
		answer(end, UV_ECONNREFUSED, network_delay(network));
	} else if (network_happens(network, network->options.silences)) {
		network->stats.silences++;
		answer(end, UV_ETIMEDOUT, (ODEON_SECONDS(2) << TRIES) - ODEON_SECONDS(1));
	} else {
		network_after(network, &end->connects, network_delay(network), happen_try, end);
	}
}

int end_connect(struct network *network, uv_handle_t *handle, const struct address *address, uv_connect_t *request,
                uv_connect_cb on_connect, struct end **end)
{
	struct line *line = line_new(network);
	int number = line != NULL ? network_number(network, NULL, &line->ends[0]) : -ENOMEM;

	if (number < 0) {
		free(line);
		return number == -ENOMEM ? UV_ENOMEM : UV_EMFILE;
	}
	*end = &line->ends[0];
	(*end)->number = number;
	(*end)->handle = handle;
	(*end)->connect = request;
	(*end)->on_connect = on_connect;
	line->ends[1].address = *address;
	name_client(network, *end, address);
	begin(network, *end);
	return 0;
}
