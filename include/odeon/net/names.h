/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/names.h - addresses of names
 *
 *   odeon_names_find(self, "example.org:80", odeon_deadline(self, ODEON_SECONDS(5)), ODEON_THEN(self, client, waiting, odeon_addresses));
 *
 *   ODEON_ANSWER(client, waiting, odeon_addresses)
 *   {
 *           if (error == 0 && odeon_addresses->error == 0)
 *                   odeon_connection_open(..., odeon_addresses->texts[0], ...);
 *   }
 *
 * Asking the system for these may take long. It is done on a thread of the system's own pool (actors/offload.h), as many at a time as that
 * has threads, and not interrupted: a program that stops waits for those under way. To connect, nobody needs it: odeon_connection_open
 * takes names.
 */
#ifndef ODEON_NET_NAMES_H
#define ODEON_NET_NAMES_H

#include <odeon/net/connection.h>

#define ODEON_HOST_BYTES 262                           /* of the longest name, ":65535" and the final zero included */
#define ODEON_ADDRESSES_MOST 16

struct odeon_addresses {
	int error;                                     /* 0: there is one at least; ODEON_EEMPTY: no such name; ODEON_ENOMEM;
	                                                  ODEON_ESYSTEM: nobody can say now */
	const char *text;                              /* for people; lives for ever */
	unsigned count;
	char texts[ODEON_ADDRESSES_MOST][ODEON_ADDRESS_BYTES];     /* in the order in which they should be tried */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_addresses) ODEON_API;

/**
 * odeon_names_find - the addresses of a name
 * @self:  the asker
 * @name:  "host:port", the port a number; copied. An address is its own
 * @until: how long to wait, as odeon_request
 * @then:  ODEON_THEN(self, ..., odeon_addresses); consumed
 *
 * Returns:  as odeon_offload, and the continuation is told the same errors as there; and
 *   ODEON_EINVAL  this is neither a name nor an address; and then the continuation does not run
 * Context:  own handler, also in start; does not wait
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ int odeon_names_find(odeon_self *self, const char *name, odeon_time until, odeon_then *then);

ODEON_END_
#endif
