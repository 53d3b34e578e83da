/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire - a socket in a worker's loop, and what was seen there until its actor looks
 *
 * Agreement. All functions: the thread of the loop. The loop's callbacks run between turns, so they never touch a wire at the
 * same time as the actor that it belongs to, which is pinned to the worker. A callback does no more than to note what
 * it saw, and to stir the actor: by a message that is laid by, so that this cannot fail. What follows from it is decided in
 * the actor's turn.
 *
 * A wire outlives its actor by as long as the loop needs to let go of it: wire_close and wire_leave take it.
 *
 * Reading is by credit. The loop goes on watching when there is none, and stops when bytes are there all the same: whoever
 * gives credit in time costs no system call. At most WIRE_WAITING_MOST reads wait for the actor.
 *
 * Writing is tried at once, as much as the actor has. When the system takes no more, one single byte is given to the loop,
 * which writes it when there is room, and then the actor tries again: so it is always known exactly what was written.
 *
 * Most wires are idle, and there may be many: what is needed only while connecting, probing or ending is made then.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <odeon/net/connection.h>
#include "address.h"
#include "poller.h"
#include "stir.h"

struct end;

#define WIRE_WAITING_MOST 4
#define WIRE_BUFFERS_MOST 64                    /* of one write */

/* What a callback saw. */
#define WIRE_CONNECTED 1u
#define WIRE_READ_END 2u                        /* the other side writes no more */
#define WIRE_PROBED 4u                          /* the byte was written */
#define WIRE_WRITE_ENDED 8u                     /* the other side was told that we write no more */
#define WIRE_FAILED 16u                         /* see error */

struct wire {
	union { uv_handle_t handle; uv_stream_t stream; uv_tcp_t tcp; uv_pipe_t pipe; } uv;
	struct poller *poller;                  /* NULL: not in a loop yet, or the system is simulated */
	struct end *end;                        /* in the network of a simulated system; NULL: none */
	odeon_system *system;
	odeon_ref actor;                        /* nobody: nothing is noted any more */
	struct stir *stir;                      /* NULL: on its way */
	struct odeon_bytes *first;              /* read, in order */
	uint32_t waiting, credit;               /* reads in the list; reads that may still be */
	uint32_t read_bytes, read_most;         /* room of the next read, fitted to what came */
	uint32_t seen;
	int error;                              /* negative, as libuv has it */
	unsigned char small_reads;              /* in a row */
	bool is_local, is_reading, is_probing;
	unsigned char probed;                   /* the byte, while the loop has it */
	uint64_t read;
};

/* Not in a loop yet, so any thread. NULL: no memory. */
struct wire *wire_new(odeon_system *system, const odeon_connection_options *options, bool is_local);
void wire_free(struct wire *wire);

/* Into the loop, which a simulated system has none of (stream.h). 0, or the error of libuv: then wire_close. */
int wire_open(struct wire *wire, struct poller *poller, const odeon_connection_options *options, int descriptor);
int wire_connect(struct wire *wire, struct poller *poller, const odeon_connection_options *options,
                 const struct address *address);

/* Of both sides, as text: ODEON_ADDRESS_BYTES each. */
void wire_addresses(const struct wire *wire, char *here, char *there);

void wire_credit(struct wire *wire, uint32_t credit);   /* replaces what there was */
struct odeon_bytes *wire_take(struct wire *wire);       /* the next that was read, the caller's; NULL: none */

/* How many bytes of the chain were written; 0: the system takes no more now. Negative: the error of libuv. */
ssize_t wire_write(struct wire *wire, const struct odeon_bytes *chain);

int wire_probe(struct wire *wire, unsigned char byte);
int wire_write_end(struct wire *wire);

/* Taken. What is still being read or written is given up; `resets`: and the other side is told so. */
void wire_close(struct wire *wire, bool resets);

/* Whether the system has bytes that the other side has not confirmed. */
bool wire_is_sending(const struct wire *wire);

/* Both taken; the chain may be NULL. It is written by the loop, and the other side's end waited for, then the wire is closed; after
 * `linger` in any case. Meanwhile the poller does not close. */
void wire_leave(struct wire *wire, struct odeon_bytes *chain, odeon_duration linger);

#endif
