/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wires.h - what the tests of connections share: owners that note what they get, and plain sockets on the other side
 *
 * Each test runs for all kinds of connection: _i is KIND_TCP, KIND_LOCAL or, where that is built, KIND_TLS, of which a test sees
 * nothing: its plain sockets speak by a relay (relay.h). An owner does what its ears say, and notes everything
 * there, under a lock; the test looks, and drives its connection by posting to it.
 */
#ifndef TESTS_WIRES_H
#define TESTS_WIRES_H

#include "../harness/kit.h"
#include <errno.h>
#include <odeon/net.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { KIND_TCP, KIND_LOCAL, KIND_TLS, PLAIN_KINDS = KIND_TLS, KINDS = PLAIN_KINDS + WITH_TLS };
enum { SAID_MOST = 256 };

struct ears {
	bool echoes;                                   /* writes what it reads, and grants credit while there is room */
	bool is_stubborn;                              /* does not end when its connection has */
	uint32_t credit;                               /* to begin with */
	uint32_t slow;                                 /* milliseconds for each read */
	pthread_mutex_t lock;
	char said[SAID_MOST];                          /* a letter for each: c o b e h l g d; b once for many in a row */
	odeon_ref connection, owner;
	uint64_t bytes, reads;
	size_t room;                                   /* of the last one */
	bool is_wrong;                                 /* the bytes were not those of the pattern */
	unsigned ends;                                 /* how often it was told of the end */
	struct odeon_disconnected end;                 /* the first of these; its chain counted and freed */
	uint64_t rest;                                 /* bytes in that */
	bool is_rest_wrong;
	char protocol[ODEON_PROTOCOL_BYTES], peer[ODEON_PEER_BYTES];
	bool is_resumed;
	size_t high;                                   /* the most that it was told that waits */
};

extern struct world world;
extern char address[ODEON_ADDRESS_BYTES];              /* of the listener */

unsigned char pattern(uint64_t at);                    /* the byte at that place of every stream */
void pattern_put(void *to, uint64_t from, size_t length);
bool pattern_is(const void *bytes, uint64_t from, size_t length);

void wires_open(int kind, unsigned workers);
void wires_close(void);
odeon_tls *wires_tls(void);                            /* what listeners of this kind have; NULL: none */

void wires_place(char wanted[ODEON_ADDRESS_BYTES]);    /* where to listen */
odeon_ref listen_with(odeon_listener_options options); /* fills in the address; a session, that is given `argument` */
odeon_ref listen_for(struct ears *ears, odeon_connection_options options);     /* the next connection's session has these */
odeon_ref owner_with(struct ears *ears);               /* an owner for a connection that is opened or given */
extern const odeon_kind *const ears_kind;

/* To the address, by the kind of connection; options may be NULL. */
int connect_for(odeon_ref owner, const odeon_connection_options *options, odeon_ref *connection);

void ears_init(struct ears *ears);
bool ears_said(struct ears *ears, const char *said);
uint64_t ears_bytes(struct ears *ears);
uint64_t ears_reads(struct ears *ears);
size_t ears_room(struct ears *ears);
size_t ears_high(struct ears *ears);
bool ears_ended(struct ears *ears);
odeon_ref ears_connection(struct ears *ears);          /* waits for it */

int new_socket(void);
void dial_by(int plain);                               /* connects it to the address */
int dial(void);                                        /* both */
int listen_plainly(void);                              /* a plain listening socket; sets the address */
int accept_plainly(int listening);
void write_pattern(int socket, uint64_t from, size_t length);  /* all of it */
size_t write_what_goes(int socket, uint64_t from, size_t length);      /* until nothing goes for 200 ms */
uint64_t read_pattern(int socket, uint64_t from, uint64_t most);       /* until that many, or the end; how many */
uint64_t echoed_pattern(int socket, size_t length);    /* so much is written, and our side ended; read meanwhile, to their end */
int read_end_of(int socket);                           /* reads on to the end; 0: it was one, else errno */
void reset(int socket);                                /* closes it so that the other side is told of a reset, by TCP */
struct odeon_bytes *pattern_bytes(uint64_t from, size_t length);

#define tell(connection, message) must(odeon_post(world.system, connection, message) == 0)

/* For what a busy machine may make too late: of five times it must be so once. */
#define in_time(claim) \
	do { \
		int times_ = 1; \
		while (!(claim)) \
			if (times_++ == 5) \
				ck_abort_msg("it was never so that %s", #claim); \
	} while (0)

#endif
