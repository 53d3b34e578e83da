/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * network - of a simulated system: what a kernel and a loop are elsewhere
 *
 * Agreement. One thread, the one that runs the system. It is the poller of the system (odeon/poller.h): things happen in its poll, as
 * events in the order of their time, between the turns of actors. What is called back may call anything here.
 *
 * A *line* is a connection, and has two ends. An *end* is what a socket is elsewhere, and its functions are those of
 * libuv, with the same callbacks, which get the handle that it was given; so wire.c does not know which it has
 * (stream.h). Bytes that were written are in *pieces* at the end where they are to be read, until they are; each has
 * the moment when it arrives. They are never more than the window. A *port* listens. Ports, and ends without a
 * handle, have a number, as descriptors have.
 */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include <odeon/net/network.h>
#include <stdbool.h>
#include <uv.h>
#include "address.h"

struct network;

struct event {
	struct event *next, *before;            /* in the order of time, and among equals as they were set */
	int64_t due;
	void (*happen)(void *of);
	void *of;
	bool is_set;
};

struct piece {
	struct piece *next;
	int64_t due;                            /* INT64_MAX: never */
	size_t at, length;                      /* 0: the end of this direction */
	unsigned char bytes[];
};

struct writing {                                /* a request, and what of it is still to be written */
	struct writing *next;
	uv_write_t *request;
	uv_write_cb on_write;
	unsigned at, count;
	uv_buf_t buffers[];
};

struct end {
	struct line *line;
	struct end *next;                       /* in a port's queue */
	struct address address;                 /* ours */
	int number;                             /* -1: none */
	uv_handle_t *handle;                    /* NULL: nobody has it yet */
	struct piece *first, *last;             /* to be read */
	size_t held;                            /* bytes in these */
	uint32_t window;
	int64_t last_due;
	uv_alloc_cb on_room;
	uv_read_cb on_read;                     /* NULL: it does not read */
	uv_connect_t *connect;                  /* requests; NULL: none is under way */
	uv_connect_cb on_connect;
	struct writing *write, *last_write;
	uv_shutdown_t *shutdown;
	uv_shutdown_cb on_shutdown;
	uv_close_cb on_close;
	uv_timer_t *timer;
	uv_timer_cb on_timer;
	struct event reads, writes, connects, breaks, closes, times;
	int error, breaks_with;                 /* what it has broken with; and will */
	int answer;                             /* to connecting */
	unsigned tries, keep_alive;             /* to connect; seconds */
	bool is_connected, has_ended, has_read_end, is_closing, is_gone;
};

struct line {
	struct network *network;
	struct end ends[2];                     /* the one who connects, and the other */
	bool is_lost;
};

struct port {
	struct port *next;
	struct network *network;
	struct address address;
	int number;
	unsigned backlog, waiting;
	struct end *first, *last;               /* waiting to be accepted */
	void (*knock)(void *argument);          /* NULL: nobody looks */
	void *argument;
	struct event knocks;
};

struct number { struct port *port; struct end *end; };

struct network {
	odeon_system *system;                   /* NULL: nobody has used it yet */
	uint64_t random;
	int64_t closing;                        /* the moment, when it closes; 0: that of the system */
	struct event *first, *last;
	struct port *ports;
	struct number *numbers;
	int numbers_room;
	unsigned sockets;                       /* numbers in use */
	uint16_t port;                          /* the next free one */
	odeon_network_options options;
	odeon_network_stats stats;
};

extern const odeon_poller network_poller;

/* NULL: the system has real sockets. */
struct network *network_of(odeon_system *system);

/* ---- network.c: time, chance, numbers */

int64_t network_now(const struct network *network);
uint64_t network_below(struct network *network, uint64_t below);       /* by chance; at least 1 */
bool network_cuts(struct network *network);
bool network_happens(struct network *network, uint32_t rate);  /* a fault */
int64_t network_delay(struct network *network);                /* from side to side */

/* From now on; one that is set is set anew when that is earlier. */
void network_after(struct network *network, struct event *event, int64_t delay, void (*happen)(void *of), void *of);
void network_cancel(struct network *network, struct event *event);

int network_number(struct network *network, struct port *port, struct end *end);      /* or -EMFILE, -ENOMEM */
void network_return(struct network *network, int number);

__attribute__((format(printf, 2, 3)))
void network_tell(struct network *network, const char *format, ...);

/* ---- ports.c. Errors are -errno, and ODEON_EBUSY for an address in use, ODEON_ESYSTEM for others that ports_listen has */

int ports_listen(struct network *network, struct address *address, unsigned backlog);
void ports_watch(struct network *network, int number, void (*knock)(void *argument), void *argument);
int ports_accept(struct network *network, int number, struct address *there);
void ports_close(struct network *network, int number); /* a port, or an end that nobody has */

/* ---- line.c */

struct line *line_new(struct network *network);         /* NULL: no memory */
struct end *line_other(struct end *end);
void end_tell(struct end *end, const char *what, size_t bytes);
void end_drop_first(struct end *end);
void end_go_wrong(struct end *end);                     /* by chance, if at all */
void end_lose_patience(struct end *end);                /* of a line that is lost */

/* An end that was accepted, or is to connect, gets its handle. NULL: no memory, no number */
struct end *end_open(struct network *network, int number, uv_handle_t *handle);
int end_connect(struct network *network, uv_handle_t *handle, const struct address *address, uv_connect_t *request,
                uv_connect_cb on_connect, struct end **end);
void end_break(struct end *end, int error, int64_t delay);
void end_close(struct end *end, bool resets, uv_close_cb on_close);
void end_timer(struct end *end, uv_timer_t *timer, uv_timer_cb on_timer, uint64_t milliseconds);
void end_timer_close(struct end *end);

/* ---- pieces.c */

void end_look_at_reads(struct end *end);
void end_look_at_writes(struct end *end);
void end_send(struct end *end, struct piece *piece);    /* to the other, taken */
void end_finish_write(struct end *end, int error);      /* the first one */
int end_read_start(struct end *end, uv_alloc_cb on_room, uv_read_cb on_read);
int end_read_stop(struct end *end);
int end_try_write(struct end *end, const uv_buf_t *buffers, unsigned count);
int end_write(struct end *end, uv_write_t *request, const uv_buf_t *buffers, unsigned count, uv_write_cb on_write);
int end_shutdown(struct end *end, uv_shutdown_t *request, uv_shutdown_cb on_shutdown);

#endif
