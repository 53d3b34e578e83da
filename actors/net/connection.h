/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connection - the actor between an owner and a wire
 *
 * Agreement. All of it is the actor's. Its parts: what the wire has seen (seeing.c), what is to be written (writing.c), what the
 * owner is to be told (telling.c), and the life of it all (connection.c). With TLS there is a struct tls between it and the wire. Whatever happens, happens in order: a callback notes what it saw and stirs the
 * actor; the actor, when it gets the stir, looks at everything. A stir also collects: what was sent before it is written
 * together.
 *
 * The end. The wire goes at once. One stir more is sent to itself: what was to be written and waited in the mailbox before
 * that comes first, and is added to what was not written. Then the owner is told, when there is room, and the actor exits.
 */
#ifndef NET_CONNECTION_H
#define NET_CONNECTION_H

#include <odeon/net/listener.h>
#include <odeon/failure.h>
#include <odeon/timer.h>
#include <odeon/request.h>
#include <stdatomic.h>
#include "dialing.h"
#include "hall.h"
#include "sources.h"
#include "tls.h"
#include "wire.h"

/* Options with all defaults filled in, shared by all connections of a listener. */
struct terms {
	atomic_uint users;
	odeon_connection_options options;
};

/* 0, or the error. */
int terms_new(const odeon_connection_options *options, struct terms **terms);
struct terms *terms_share(struct terms *terms);
void terms_drop(struct terms *terms);           /* NULL is fine */

/* To who accepted it, when TLS has to come before a session: now. */
struct ready {
	odeon_ref who;
	char there[ODEON_ADDRESS_BYTES], protocol[ODEON_PROTOCOL_BYTES], peer[ODEON_PEER_BYTES];
};
ODEON_MESSAGE_DECLARE(ready);

/* What a connection begins with. All that is pointed to is taken when it has begun, and only then. */
struct beginning {
	struct wire *wire;
	struct terms *terms;
	struct dialing *dialing;                /* to connect to; NULL: the wire is connected */
	odeon_ref owner;                        /* nobody: a struct odeon_give will come */
	struct hall *hall;                      /* NULL: nobody accepted it; else a share, with the place there */
	uint32_t place;
	struct ready *ready;                    /* NULL: no session waits for TLS */
	struct tls *tls;                        /* NULL: none */
};

extern const odeon_kind *const net_connection;

enum ending { RUNS, MARKS, ENDED };

struct connection {
	struct wire *wire;                      /* NULL: it is over */
	struct tls *tls;                        /* between the wire and the rest; NULL: none, or it is over */
	struct terms *terms;
	struct dialing *dialing;                /* NULL: it is connected */
	odeon_ref owner;
	struct hall *hall;
	struct ready *ready;                    /* laid by, until TLS is ready */
	struct chain out;                       /* to be written */
	struct sources sources;                 /* behind it, and what was sent behind them */
	struct chain late;                      /* sent after the end of writing */
	uint64_t written, read, heard;          /* in all; heard: read and written, when the clock looked last */
	struct odeon_bytes *reads;              /* when the wire is gone: what was read, and not yet told */
	struct odeon_connected *connected;      /* to be told, all of these */
	struct odeon_bytes *held;
	struct odeon_unwritten *high, *low, *low_laid_by;
	struct odeon_draining *draining;
	struct odeon_read_end *read_end;
	struct odeon_disconnected *disconnected;        /* laid by; told last */
	struct stir *stir;                      /* when the wire is gone; NULL: on its way */
	uint32_t place;
	unsigned char ending, quiet, quiet_writes;
	bool is_connected, is_owned, has_lost_owner, awaits_room, is_high;
	bool ends_writing, has_ended_writing;   /* wanted; asked of the wire */
	bool is_closing, has_seen_read_end, times_writes;
};

/* ---- connection.c */

void connection_stir(odeon_self *self, struct connection *connection);

/* The end, for this reason; the first counts. */
void connection_end(odeon_self *self, struct connection *connection, int error, int system_error, const char *text,
                    bool resets);
void connection_fail(odeon_self *self, struct connection *connection, int uv_error);

/* ---- seeing.c */

void seeing_connected(odeon_self *self, struct connection *connection);
void seeing_all(odeon_self *self, struct connection *connection);
void seeing_nobody(odeon_self *self, struct connection *connection);    /* who was to find it an owner has ended */
uint32_t *seeing_credit(struct connection *connection); /* reads that may still be */
void seeing_read_on(odeon_self *self, struct connection *connection);

/* When it is over: what was read is the connection's, what can be said is said; the wire and TLS are the caller's. */
struct wire *seeing_last(struct connection *connection, bool resets);

/* ---- writing.c */

void writing_add(odeon_self *self, struct connection *connection, struct odeon_bytes *bytes);
void writing_probed(struct connection *connection);
void writing_flush(odeon_self *self, struct connection *connection);
bool writing_is_done(const struct connection *connection);

/* A source brought bytes, or gives no more. */
void writing_bring(odeon_self *self, struct connection *connection, struct odeon_bytes *bytes);
void writing_source_ended(odeon_self *self, struct connection *connection, odeon_ref who, bool is_broken, bool has_ended);

/* The caller's: all that was not written, the late ones behind. No source is read any more. */
struct odeon_bytes *writing_take_all(struct connection *connection, size_t *length);

/* ---- telling.c */

/* Whether all that there was to tell was told, or nobody is left to tell it to. */
bool telling_go_on(odeon_self *self, struct connection *connection);
void telling_free(struct connection *connection);
struct odeon_bytes *telling_next_read(struct connection *connection);

#endif
