/* SPDX-License-Identifier: BSD-2-Clause */
/* adopted - looked over, copied, and made a connection */
#include "adopted.h"

#include <fcntl.h>
#include <unistd.h>

#define STANDARD_STREAMS 3

static bool has(int descriptor, int option, int wanted)
{
	socklen_t length = sizeof(int);
	int value;

	return getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 && value == wanted;
}

static bool is_of_ours(const struct address *address)
{
	return address_is_local(address) || address->of.any.sa_family == AF_INET || address->of.any.sa_family == AF_INET6;
}

int adopted_check(int descriptor, bool listens, struct address *here)
{
	struct address there = { .length = sizeof there.of };

	*here = (struct address){ .length = sizeof here->of };
	if (!has(descriptor, SO_TYPE, SOCK_STREAM) || !has(descriptor, SO_ACCEPTCONN, listens)
	 || getsockname(descriptor, &here->of.any, &here->length) != 0 || !is_of_ours(here))
		return ODEON_EINVAL;
	if (!listens && getpeername(descriptor, &there.of.any, &there.length) != 0)
		return ODEON_EDISCONNECTED;
	return 0;
}

int adopted_copy(int descriptor)
{
	int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, STANDARD_STREAMS);

	return copy >= 0 ? copy : ODEON_ESYSTEM;
}

static bool is_local(int descriptor)
{
	struct address address = { .length = sizeof address.of };

	return getsockname(descriptor, &address.of.any, &address.length) == 0 && address_is_local(&address);
}

int adopt(odeon_self *self, int descriptor, struct terms *terms, odeon_ref owner, odeon_ref *connection)
{
	struct beginning beginning = {
		.terms = terms_share(terms), .owner = owner,
		.wire = wire_new(odeon_system_of(self), &terms->options, is_local(descriptor)),
	};
	int error = beginning.wire != NULL ? 0 : ODEON_ENOMEM;

	*connection = ODEON_NOBODY;
	if (error == 0 && wire_open(beginning.wire, poller_here(self), &terms->options, descriptor) != 0)
		error = ODEON_ESYSTEM;
	if (error != 0)
		(void)close(descriptor);
	else
		error = odeon_spawn_pinned(self, net_connection, &beginning, ODEON_WORKER_HERE, connection);
	if (error == 0)
		return 0;
	if (beginning.wire != NULL)
		wire_close(beginning.wire, false);
	terms_drop(terms);
	return error;
}
