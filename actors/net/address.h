/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * address - addresses as text, and as the system has them
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <odeon/net/connection.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
	socklen_t length;
	union {
		struct sockaddr any;
		struct sockaddr_un local;
		struct sockaddr_storage room;
	} of;
};

/* False: no address. Without a host any of this machine's, where `may_be_any`. */
bool address_read(struct address *address, const char *text, bool may_be_any);

bool address_is_local(const struct address *address);

/* As address_read reads it; empty when the system has none, as for the client's side of a Unix socket. */
void address_print(const struct address *address, char text[ODEON_ADDRESS_BYTES]);

/* Of one side of a descriptor, as text. */
void address_of_peer(int descriptor, char text[ODEON_ADDRESS_BYTES]);
void address_of_here(int descriptor, char text[ODEON_ADDRESS_BYTES]);

#endif
