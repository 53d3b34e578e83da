/* SPDX-License-Identifier: BSD-2-Clause */
/* adopted - a connection of a descriptor */
#include "adopted.h"

#include <unistd.h>

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
