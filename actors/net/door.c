/* SPDX-License-Identifier: BSD-2-Clause */
/* door - made, opened, shut, closed */
#include "door.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>
#include "adopted.h"
#include "network.h"

/* ---- listening ---------------------------------------------------------------------------------------------------------------- */

static int error_of_errno(void)
{
	return errno == EADDRINUSE ? ODEON_EBUSY : errno == ENOMEM ? ODEON_ENOMEM : ODEON_ESYSTEM;
}

static void set(int descriptor, int option)
{
	(void)setsockopt(descriptor, SOL_SOCKET, option, &(int){ 1 }, sizeof(int));
}

/* The first of them finds out whether others listen there, so it shares only from then on; with its port the others are
 * bound. */
static int bind_one(struct address *address, bool is_first)
{
	int descriptor = socket(address->of.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error;

	if (descriptor < 0)
		return error_of_errno();
	if (!address_is_local(address))
		set(descriptor, SO_REUSEADDR);
	if (!address_is_local(address) && !is_first)
		set(descriptor, SO_REUSEPORT);
	if (bind(descriptor, &address->of.any, address->length) != 0) {
		error = error_of_errno();
		(void)close(descriptor);
		return error;
	}
	if (is_first && !address_is_local(address)) {
		set(descriptor, SO_REUSEPORT);
		(void)getsockname(descriptor, &address->of.any, &address->length);
	}
	return descriptor;
}

/* A machine without the newer protocol has no any of it. */
static bool is_any_six(const struct address *address)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)&address->of.room;

	return six->sin6_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr);
}

static void be_any_four(struct address *address)
{
	struct sockaddr_in four = {
		.sin_family = AF_INET, .sin_port = ((struct sockaddr_in6 *)(void *)&address->of.room)->sin6_port,
	};

	*address = (struct address){ .length = sizeof four };
	*(struct sockaddr_in *)(void *)&address->of.room = four;
}

static int bind_first(struct address *address)
{
	int descriptor = bind_one(address, true);

	if (descriptor != ODEON_ESYSTEM || !is_any_six(address))
		return descriptor;
	be_any_four(address);
	return bind_one(address, true);
}

void doors_remove(odeon_system *system, const char *path)
{
	if (network_of(system) == NULL)
		(void)unlink(path);
}

void door_drop(odeon_system *system, int descriptor)
{
	struct network *network = network_of(system);

	if (network != NULL)
		ports_close(network, descriptor);
	else
		(void)close(descriptor);
}

static void close_all(const struct address *address, int *descriptors, unsigned count)
{
	if (address_is_local(address) && count > 0)
		(void)unlink(address->of.local.sun_path);
	while (count > 0)
		(void)close(descriptors[--count]);
}

static int bind_another(struct address *address, const int *descriptors)
{
	return address_is_local(address) ? adopted_copy(descriptors[0]) : bind_one(address, false);
}

/* With the system's own. */
static int listen_all(struct address *address, unsigned backlog, int *descriptors, unsigned count)
{
	int error;

	for (unsigned i = 0; i < count; i++) {
		int descriptor = i == 0 ? bind_first(address) : bind_another(address, descriptors);

		if (descriptor < 0) {
			close_all(address, descriptors, i);
			return descriptor;
		}
		descriptors[i] = descriptor;
	}
	for (unsigned i = 0; i < count; i++)
		if (listen(descriptors[i], (int)backlog) != 0) {
			error = error_of_errno();
			close_all(address, descriptors, count);
			return error;
		}
	return 0;
}

int doors_listen(odeon_system *system, struct address *address, unsigned backlog, int *descriptors, unsigned count)
{
	struct network *network = network_of(system);

	if (network == NULL)
		return listen_all(address, backlog, descriptors, count);
	descriptors[0] = ports_listen(network, address, backlog);
	return descriptors[0] < 0 ? descriptors[0] : 0;
}

int doors_copy(int listening, int *descriptors, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		int error = descriptors[i] = adopted_copy(listening);

		if (error >= 0)
			continue;
		while (i > 0)
			(void)close(descriptors[--i]);
		return error;
	}
	return 0;
}

/* ---- in a loop ------------------------------------------------------------------------------------------------------------------ */

struct door *door_new(odeon_system *system, odeon_ref actor, int descriptor)
{
	struct door *door = calloc(1, sizeof *door);

	if (door == NULL)
		return NULL;
	door->stir = odeon_new(stir);
	if (door->stir == NULL) {
		free(door);
		return NULL;
	}
	door->system = system;
	door->actor = actor;
	door->descriptor = descriptor;
	return door;
}

static void knock(void *argument)
{
	struct door *door = argument;
	struct stir *stir = door->stir;

	door->stir = NULL;
	if (stir != NULL)
		(void)odeon_post(door->system, door->actor, stir);
}

static void on_knock(uv_poll_t *poll, int status, int events)
{
	(void)status;                           /* accepting tells */
	(void)events;
	knock(poll->data);
}

static int open_virtually(struct door *door, struct network *network)
{
	door->is_entered = door->is_open = true;
	ports_watch(network, door->descriptor, knock, door);
	return 0;
}

int door_open(struct door *door, struct poller *poller)
{
	struct network *network = network_of(door->system);
	int error = UV_EINVAL;

	if (network != NULL)
		return open_virtually(door, network);
	if (poller != NULL)
		error = door->is_entered ? 0 : uv_poll_init(&poller->loop, &door->poll, door->descriptor);
	if (error != 0)
		return error;
	door->is_entered = door->is_open = true;
	door->poll.data = door;
	return uv_poll_start(&door->poll, UV_READABLE, on_knock);
}

void door_shut(struct door *door)
{
	struct network *network = network_of(door->system);

	if (door->is_open && network != NULL)
		ports_watch(network, door->descriptor, NULL, NULL);
	else if (door->is_open)
		(void)uv_poll_stop(&door->poll);
	door->is_open = false;
}

int door_accept(struct door *door, struct address *there)
{
	struct network *network = network_of(door->system);
	int descriptor;

	if (network != NULL)
		return ports_accept(network, door->descriptor, there);
	there->length = sizeof there->of;
	descriptor = accept4(door->descriptor, &there->of.any, &there->length, SOCK_CLOEXEC | SOCK_NONBLOCK);
	return descriptor < 0 ? -errno : descriptor;
}

static void free_door(struct door *door)
{
	odeon_free(door->stir);
	free(door);
}

static void on_close(uv_handle_t *handle) { free_door(handle->data); }

void door_close(struct door *door)
{
	bool is_in_loop = door->is_entered && network_of(door->system) == NULL;

	door_shut(door);
	if (is_in_loop)
		uv_close((uv_handle_t *)&door->poll, on_close);
	door_drop(door->system, door->descriptor);
	if (!is_in_loop)
		free_door(door);
}
