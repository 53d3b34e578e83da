/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * datagrams - what the system is asked with a socket for datagrams
 */
#ifndef NET_DATAGRAMS_H
#define NET_DATAGRAMS_H

#include <odeon/net/udp.h>
#include <stdbool.h>
#include <sys/socket.h>

#define DATAGRAMS_MOST 16                       /* that are sent at once */

/* A descriptor, bound and connected as the options say, whose address is filled in; or an error of ours. */
int datagrams_open(const odeon_udp_options *options, char bound[ODEON_ADDRESS_BYTES], sa_family_t *family);

/* The first one that waits. 0, or errno; EAGAIN: none. *datagram is NULL then, and may be NULL otherwise: no memory. */
int datagrams_receive(int descriptor, void *room, size_t most, struct odeon_datagram **datagram);

/* The first ones of a list: how many went; or, when the first one does not go, errno, negative. EINVAL: no address. */
int datagrams_send(int descriptor, sa_family_t family, const struct odeon_datagram *first);

void datagrams_join(int descriptor, sa_family_t family, const struct odeon_udp_join *join, struct odeon_udp_joined *joined);

#endif
