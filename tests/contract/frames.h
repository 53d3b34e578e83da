/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frames.h - what the tests of websockets share: owners that note what they hear, a server of one handshake, and plain sockets
 * on the other side that speak in frames
 *
 * An owner does what its guest says, and notes everything there as text, under a lock: opened(protocol) text(...) binary(...), with a
 * + behind what goes on, long ones as text[length], which must be the pattern; high low pong drains, and closed. The test looks, and drives
 * its websocket by posting to it.
 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <odeon/http/websocket.h>
#include "../../actors/http/websocket.h"
#include "../../actors/http/websocket_handshake.h"
#include "wires.h"

enum { HEARD_MOST = 8192, FRAME_MOST = 1 << 20 };

struct guest {
	bool echoes;                                   /* says what it hears, and grants credit while there is room */
	bool says_goodbye;                             /* when the server drains, and closes */
	bool is_stubborn;                              /* does not end when its websocket has */
	int refuses;                                   /* its start fails with this */
	const char *demands;                           /* but not when the request's field Cookie is this; NULL: always */
	uint32_t slow;                                 /* milliseconds for each message */
	pthread_mutex_t lock;
	char heard[HEARD_MOST];
	odeon_ref websocket, owner;
	uint64_t messages, bytes;
	bool is_wrong;                                 /* the bytes were not those of the pattern */
	unsigned ends;                                 /* how often it was told of the end */
	struct odeon_websocket_closed end;             /* the first of these */
	size_t high;                                   /* the most that it was told that waits */
	odeon_duration pong;
	char path[64], query[64], protocol[64], name[64];      /* of its request; the parameter "name" */
};

extern const odeon_kind *const guest_kind;
extern const odeon_kind *const door_kind;              /* a listener's session: one handshake. Argument: the websocket's options */

void guest_init(struct guest *guest);
bool guest_heard(struct guest *guest, const char *heard);
bool guest_heard_first(struct guest *guest, const char *heard);    /* and perhaps more */
uint64_t guest_bytes(struct guest *guest);
uint64_t guest_messages(struct guest *guest);
size_t guest_high(struct guest *guest);
bool guest_ended(struct guest *guest);
odeon_duration guest_pong(struct guest *guest);
odeon_ref guest_websocket(struct guest *guest);        /* waits for it */
odeon_ref guest_owner(struct guest *guest);            /* an owner for a websocket that is opened */

/* A server whose next websockets have these options; the session is the guest's. The listener. */
odeon_ref serve(struct guest *guest, odeon_websocket_options options, odeon_connection_options connection);

/* ---- plain sockets ---------------------------------------------------------------------------------------------------- */

struct frame { unsigned opcode; bool is_last; size_t length; unsigned char bytes[FRAME_MOST]; };

int shake(void);                                       /* dials, and opens: the rest is frames */
void say(int socket, const void *bytes, size_t length);
size_t frame_put(char *at, enum websocket_opcode opcode, bool is_last, const void *bytes, size_t length);     /* as a client's */
void say_frame(int socket, enum websocket_opcode opcode, bool is_last, const void *bytes, size_t length);
void say_text(int socket, const char *text);           /* a whole one */
void say_close(int socket, uint16_t code, const char *reason);         /* code 0: an empty one */

bool hear_frame(int socket, struct frame *frame);      /* false: the end */
void expect_frame(int socket, enum websocket_opcode opcode, const char *text);
void expect_close(int socket, uint16_t code);          /* that, and then the end; code 0: an empty one */

#endif
