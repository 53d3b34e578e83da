/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * adopted - a connection of a descriptor that is connected already
 */
#ifndef NET_ADOPTED_H
#define NET_ADOPTED_H

#include "connection.h"

/* By an actor that is pinned to a worker, on that worker. The descriptor, which is of a stream's socket, is taken, on failure too. */
int adopt(odeon_self *self, int descriptor, struct terms *terms, odeon_ref owner, odeon_ref *connection);

#endif
