/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialing - what a connection connects to: an address, or a name, whose addresses are tried one after the other; or a socket that is
 * connected already, which enters the loop in the same place
 *
 * Agreement. All of it is the connection's actor's. Each address but the last has its share of the time-out: so one that does not answer
 * keeps no time from the others that is not its own.
 */
#ifndef NET_DIALING_H
#define NET_DIALING_H

#include <odeon/net/names.h>
#include <stdbool.h>
#include "address.h"

struct connection;

struct dialing {
	struct address address;                 /* length 0: it is a name. Of a socket: ours */
	int descriptor;                         /* of a socket that is connected, until it is in the loop; -1: none */
	char name[ODEON_HOST_BYTES];
	struct odeon_addresses *found;          /* NULL: none, or not yet */
	unsigned next;                          /* of these */
	bool has_begun;
};

/* 0, or the error. */
int dialing_new(const char *text, struct dialing **dialing);
int dialing_adopt(int descriptor, struct dialing **dialing);   /* of a copy, so that this one is the caller's in any case */
void dialing_free(struct dialing *dialing);     /* NULL is fine */

/* The connection's first turn. */
void dialing_begin(odeon_self *self, struct connection *connection);

/* This one has failed, or took too long. False: there is no other. */
bool dialing_go_on(odeon_self *self, struct connection *connection);

#endif
