/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * adopted - sockets that somebody else has opened: connected, or listening
 *
 * Agreement. adopted_check and adopted_copy: any thread; they change nothing. What uses a descriptor of the host's has a copy of it, so that until
 * all has gone well the host's is as it was.
 */
#ifndef NET_ADOPTED_H
#define NET_ADOPTED_H

#include "connection.h"

/* Of a stream by TCP or a Unix socket, which listens, or is connected. 0, and its address; ODEON_EINVAL, or ODEON_EDISCONNECTED: there is no
 * other side. */
int adopted_check(int descriptor, bool listens, struct address *here);

/* Another number for it, behind those of the standard streams, which libuv does not close. Or ODEON_ESYSTEM. */
int adopted_copy(int descriptor);

/* By an actor that is pinned to a worker, on that worker. The descriptor, which is of a stream's socket, is taken, on failure too. */
int adopt(odeon_self *self, int descriptor, struct terms *terms, odeon_ref owner, odeon_ref *connection);

#endif
