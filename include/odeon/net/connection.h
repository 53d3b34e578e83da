/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/connection.h - one connection by TCP or a Unix socket, as an actor
 *
 * A connection is an actor that is pinned to a worker and owns a socket in that worker's loop. It has one owner: the actor
 * that gets what is read, and the news. Anybody may send to it:
 *
 *   struct odeon_bytes      is written, in the order sent, several at once; taken, not copied
 *   struct odeon_read       credit: so many reads more. Each brings one struct odeon_bytes. Without credit nothing is read, so
 *                           the other side's window fills up and it must wait: that is the backpressure
 *   struct odeon_write_from here the bytes of another actor are to be written: what is sent from then on waits behind them
 *   struct odeon_write_end  after what was sent before, tells the other side that no more comes; reading goes on
 *   struct odeon_close      writes what was sent before, says so to the other side, waits for its end, and ends; or
 *                           resets. What is read from then on is thrown away
 *   struct odeon_give       from now on another actor is the owner; what was read and not yet sent goes to that one
 *
 * The owner gets, in this order: odeon_connected, when it was the owner then; odeon_bytes, as many as it gave credit for;
 * odeon_unwritten, whenever too much waits to be written and when that is over; odeon_read_end, when the other
 * side writes no more; and exactly once, as the last, odeon_disconnected: why, and what was not written. odeon_from is the
 * connection. When the owner's mailbox is full these wait in the connection, and nothing more is read.
 *
 * The connection ends when both sides have ended writing, when it is told to, when a time-out passes, and when it breaks. It
 * also ends with its owner: as by odeon_close when that ended for reason 0, by a reset otherwise.
 *
 * odeon_actor_stop ends it politely: what it had taken by then is still written, by the worker's loop, for at most `linger`.
 * When it is stopped or killed as an actor, which is what odeon_system_stop does to all, news that the owner's full mailbox
 * refuses are a dead letter. Somebody who must know in any case monitors it.
 *
 * A source (struct odeon_write_from) is anything that is read by credit: a file (file.h), or another connection. The connection
 * becomes its owner, reads it as there is room, and is high while it does; so nothing has to be asked for by anybody. When
 * that many bytes have come, or at the source's end, it is told to close, and what was sent behind it is written. A source
 * that ends before (a file that has shrunk, a disk that fails) breaks the connection off, by a reset and with ODEON_EFAILED, as the
 * other side could not tell what follows from what is missing. All that ends a connection does so in the middle of a source
 * too; stopped politely, it writes what was read from it, and not what was sent behind.
 *
 * Whoever gives no credit learns of the other side's end when he reads or writes, or by the idle time-out.
 */
#ifndef ODEON_NET_CONNECTION_H
#define ODEON_NET_CONNECTION_H

#include <odeon/net/bytes.h>

/*
 * Addresses are text: "127.0.0.1:8080", "[::1]:8080", "unix:/run/x.sock". To listen, the port may be 0, and the host left out
 * (":8080"): any. To connect, the host may be a name, "example.org:80" (names.h): its addresses are tried one after the other, until one
 * answers.
 */
#define ODEON_ADDRESS_BYTES 120                        /* of the longest, its final zero included */

#define ODEON_READ_ALWAYS UINT32_MAX
#define ODEON_PROTOCOL_BYTES 32                        /* of a protocol's name, its final zero included */
#define ODEON_PEER_BYTES 128                           /* of a certificate's name, the same */

typedef struct odeon_tls odeon_tls;                    /* tls.h */

/* ---- to a connection ---------------------------------------------------------------------------------------------------- */

struct odeon_read { uint32_t count; };                 /* reads more; ODEON_READ_ALWAYS; 0 takes all credit back */
struct odeon_write_from { odeon_ref source; uint64_t length; };        /* so many bytes; 0: all there are. It is not another's as well */
struct odeon_write_end { uint32_t unused; };
struct odeon_close { uint32_t resets; };               /* not 0: at once, and what waits is not written */
struct odeon_give { odeon_ref to; };

/* ---- from a connection, to its owner ----------------------------------------------------------------------------------- */

struct odeon_connected {
	odeon_ref who;
	char here[ODEON_ADDRESS_BYTES], there[ODEON_ADDRESS_BYTES];
	char protocol[ODEON_PROTOCOL_BYTES];           /* that the two agreed on by TLS; empty: none */
	char peer[ODEON_PEER_BYTES];                   /* common name in the other side's certificate, if that is trusted; or empty */
	uint32_t is_resumed;                           /* TLS: without a new look at certificates */
};
struct odeon_read_end { odeon_ref who; };
struct odeon_unwritten { odeon_ref who; size_t bytes; uint32_t is_high; };     /* what waits takes up; not high: there is room */

struct odeon_disconnected {
	odeon_ref who;
	int error;                                     /* 0: both sides were done, or the owner wanted it;
	                                                  ODEON_EDISCONNECTED: the other side was gone, or reset it;
	                                                  ODEON_ETIMEDOUT: connecting, writing or being idle took too long;
	                                                  ODEON_EFULL: more than write_most waited;
	                                                  ODEON_EEMPTY: there is no such name;
	                                                  ODEON_EFAILED: a source ended before all its bytes had come;
	                                                  ODEON_ENOMEM, ODEON_EKILLED; those of tls.h;
	                                                  ODEON_ESYSTEM: the system refused, and text says what */
	int system_error;                              /* as errno has it: ECONNREFUSED, ...; 0: none */
	const char *text;                              /* for people; lives for ever */
	uint64_t read, written;                        /* bytes, in all */
	size_t unwritten_bytes;
	struct odeon_bytes *unwritten;                 /* what was sent to it and not given to the system, in order: take it out, or
	                                                  it is freed with this message. The first may be the rest of one */
};

/* ---- opening ------------------------------------------------------------------------------------------------------------ */

/* Zero is always the default. */
typedef struct odeon_connection_options {
	size_t bytes;
	uint32_t credit;                               /* to begin with; default none */
	uint32_t read_bytes;                           /* one read brings at most so many; default 64 KiB. The room is fitted to
	                                                  what comes */
	size_t high_water, low_water;                  /* bytes that messages which wait to be written take up, the room in them
	                                                  included; default 64 KiB, and a quarter of high */
	size_t write_most;                             /* when they take up so many, one more write ends it; default 64 MiB */
	odeon_duration connect_timeout;                /* default 30 s; for all addresses of a name, and finding them; with TLS, for
	                                                  the handshake too */
	odeon_duration idle_timeout;                   /* without a byte read or written, within a quarter more; default: none */
	odeon_duration write_timeout;                  /* bytes wait, and none could be written, the same; default: none */
	odeon_duration linger;                         /* how long ending may take; default 2 s */
	int delays;                                    /* not 0: small writes wait for others, which saves packets (no TCP_NODELAY) */
	unsigned keep_alive;                           /* seconds until the system looks after a silent other side; 0: never */
	odeon_tls *tls;                                /* speaks TLS, by this context; it has a share of its own */
	const char *tls_name;                          /* to connect: the name that the server's certificate must have; default: the
	                                                  address's host. Copied */
} odeon_connection_options;
#define ODEON_CONNECTION_OPTIONS(...) { .bytes = sizeof(odeon_connection_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_read) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_write_from) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_write_end) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_close) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_give) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_connected) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_read_end) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_unwritten) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_disconnected) ODEON_API;

/**
 * odeon_connection_open - connect to an address
 * @system:     whose workers sleep in odeon_net_poller
 * @address:    copied
 * @owner:      who gets what is read, and the news
 * @options:    copied; NULL: all defaults
 * @connection: its ref; nobody on failure; may be NULL
 *
 * A name's addresses share the time-out: one that has not answered in its share of it is given up for the next. When none answers,
 * the owner is told what the last one said.
 *
 * Does not wait: the owner is told by odeon_connected, or by odeon_disconnected. What is sent to it before is written then.
 * It runs on the caller's worker, or, when the caller is none, on one after the other.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL    no such address, options that contradict each other, a server's TLS or one with no name to verify, or the
 *                   system has another poller
 *   ODEON_EVERSION  options of an unknown size
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_connection_open(odeon_system *system, const char *address, odeon_ref owner,
                                    const odeon_connection_options *options, odeon_ref *connection);

/**
 * odeon_connection_adopt - make a connection of a socket that is connected already
 * @system:     whose workers sleep in odeon_net_poller
 * @descriptor: of a stream by TCP or a Unix socket: half of a pair, inherited, or accepted elsewhere. May be one that waits for what
 *              it reads; what the socket is from then on, it is for all who share it
 * @owner:      who gets what is read, and the news
 * @options:    copied; NULL: all defaults
 * @connection: its ref; nobody on failure; may be NULL
 *
 * When it returns 0, this number is closed: the connection has one of its own, which it closes at its end, and nobody else may read or write
 * there. Else the descriptor is still the caller's, and as it was. The owner is told by odeon_connected, as of any connection. With TLS
 * it takes the side of its context; a client's needs a `tls_name`. It runs where odeon_connection_open's does.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL        the descriptor is closed, of a file, a pipe, a terminal, of datagrams, or of a socket that listens; options
 *                       that contradict each other, a client's TLS with no name to verify, or the system has another poller or is simulated
 *   ODEON_EDISCONNECTED the socket is not connected, or not any more
 *   ODEON_EVERSION      options of an unknown size
 *   ODEON_ESYSTEM       no descriptor is left
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_connection_adopt(odeon_system *system, int descriptor, odeon_ref owner,
                                     const odeon_connection_options *options, odeon_ref *connection);

ODEON_END_
#endif
