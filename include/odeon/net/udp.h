/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/udp.h - sockets for datagrams, as actors
 *
 *   odeon_udp_open(system, owner, &(odeon_udp_options)ODEON_UDP_OPTIONS(.here = "0.0.0.0:5353", .credit = ODEON_READ_ALWAYS), bound, &udp);
 *
 *   ODEON_HANDLER(server, odeon_datagram) { odeon_send(self, odeon_from(self), odeon_datagram); }       gives back what it gets
 *
 * A datagram is a message, with where it is from, or where it goes to. Anybody may send to a socket:
 *
 *   struct odeon_datagram  is sent, in order, several at once; taken, not copied
 *   struct odeon_read      credit, as for a connection: so many datagrams more. Without credit nothing is read, and what comes waits in
 *                          the system's buffer, which drops what is too much
 *   struct odeon_udp_join  joins a group of multicast, or leaves it; answers a struct odeon_udp_joined
 *   struct odeon_give      from now on another actor is the owner
 *   struct odeon_close     sends what the system takes now, and ends; or, with resets, sends nothing more
 *
 * The owner gets odeon_datagram, as many as it gave credit for; odeon_unsent for each that could not be sent, with it; odeon_unwritten at
 * the marks; and exactly once, as the last, odeon_disconnected. What was sent may still be lost on its way, come twice, or be
 * overtaken: that is what datagrams do.
 *
 * It ends with its owner, and by odeon_actor_stop.
 */
#ifndef ODEON_NET_UDP_H
#define ODEON_NET_UDP_H

#include <odeon/net/connection.h>

#define ODEON_INTERFACE_BYTES 16                       /* of an interface's name, its final zero included */

/* ---- to and from a socket ------------------------------------------------------------------------------------------------ */

struct odeon_datagram {
	char address[ODEON_ADDRESS_BYTES];             /* from there; or to be sent there. Empty, to send: where it is connected to */
	struct odeon_bytes *bytes;                     /* its own; up to 16 are one datagram; NULL: an empty one */
	uint32_t is_truncated;                         /* it was longer than read_bytes, and this is its beginning */
	uint32_t dropped;                              /* how many the system has dropped so far, before this, for want of room; since
	                                                  2^32 of them, the rest */
	struct odeon_datagram *next;                   /* the socket's */
};

struct odeon_udp_join {
	char group[ODEON_ADDRESS_BYTES];               /* "239.1.2.3", "ff02::1" */
	char interface_name[ODEON_INTERFACE_BYTES];    /* "eth0"; empty: the system chooses */
	uint32_t leaves;                               /* not 0: leaves it */
};
struct odeon_udp_joined {
	int error;                                     /* 0; ODEON_EINVAL: no group, or no such interface; ODEON_ESYSTEM */
	int system_error;                              /* as errno has it */
};

/* To the owner. */
struct odeon_unsent {
	odeon_ref who;
	int error;                                     /* ODEON_EFULL: write_most; ODEON_EINVAL: no address; ODEON_EDISCONNECTED: nobody is
	                                                  there; ODEON_ESYSTEM, and text says what */
	int system_error;                              /* as errno has it: EMSGSIZE, ENETUNREACH, ...; 0: none */
	const char *text;                              /* for people; lives for ever */
	struct odeon_datagram *datagram;               /* this one; NULL: one before, whose answer came now */
	uint64_t untold;                               /* so many before had no room in the owner's mailbox, and were dropped */
};

/* ---- opening ------------------------------------------------------------------------------------------------------------------ */

/* Zero is always the default. */
typedef struct odeon_udp_options {
	size_t bytes;
	const char *here;                              /* as a listener's address; default: any port, of the protocol that `there` has */
	const char *there;                             /* connected: it gets from there only, and is told when nobody is there */
	uint32_t credit;                               /* to begin with; default none */
	uint32_t read_bytes;                           /* a datagram brings at most so many; default 64 KiB, which is all */
	size_t high_water, low_water, write_most;      /* as of a connection; what comes when that is reached, is unsent */
	int receive_buffer, send_buffer;               /* of the system, in bytes; default: what it likes */
	unsigned hops;                                 /* so far; default: what the system likes, and 1 for multicast */
	int may_broadcast;                             /* not 0: also to all in a network */
	int may_share;                                 /* not 0: others of this machine may listen there too, for multicast */
	int is_deaf_to_itself;                         /* not 0: its own multicast does not come back to this machine */
} odeon_udp_options;
#define ODEON_UDP_OPTIONS(...) { .bytes = sizeof(odeon_udp_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_datagram) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_udp_join) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_udp_joined) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_unsent) ODEON_API;

/**
 * odeon_udp_open - a socket for datagrams
 * @system:  whose workers sleep in odeon_net_poller
 * @owner:   who gets what comes, and the news
 * @options: copied; NULL: all defaults
 * @bound:   the address that it has, with its port; may be NULL
 * @udp:     its ref; nobody on failure; may be NULL
 *
 * What comes to it from then on is not lost.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EBUSY     another socket has that address
 *   ODEON_EINVAL    no such address, options that contradict each other, or the system has another poller
 *   ODEON_EVERSION  options of an unknown size
 *   ODEON_ESYSTEM   the operating system refused
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_udp_open(odeon_system *system, odeon_ref owner, const odeon_udp_options *options,
                             char bound[ODEON_ADDRESS_BYTES], odeon_ref *udp);

/**
 * odeon_datagram_new - a datagram
 * @address: where it goes to; copied; NULL: where the socket is connected to
 * @bytes:   taken, on failure too; may be NULL
 *
 * Returns:  the message, yours; NULL when out of memory, or when the address is too long
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_datagram *odeon_datagram_new(const char *address, struct odeon_bytes *bytes) ODEON_MESSAGE_GIVEN_
	ODEON_GIVES_(malloc) ODEON_TAKES_(2);

ODEON_END_
#endif
