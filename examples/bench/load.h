/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.h - the parts of echo-load: who asks, and the least server that answers
 */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOAD_BYTES_MOST 16384                   /* of a message: what a socket takes at once */
#define LOAD_THREADS_MOST 64

struct load {
	struct sockaddr_in server;
	unsigned connections, bytes, back;      /* bytes: of one message; and of what comes back for it */
	const char *say;                        /* the message, of a server that answers something else; NULL: one that differs each time, and is echoed */
	double warm, seconds, rest;             /* not measured; measured; and then nothing is said for so long */
	long process;                           /* of the server, whose memory is looked at; 0: nobody's */
};

/* 0, and the figures printed in one line; or 1, and what went wrong. */
int load_run(const struct load *load);

struct load_floor {
	struct sockaddr_in here;
	unsigned threads;
	const char *answer;                     /* to each command; NULL: what was read is written */
	bool is_awake;                          /* looks again and again, and does not sleep until something comes */
};

/* Until it is killed: so many threads, each with an epoll of its own, that do nothing else. */
int load_serve(const struct load_floor *floor);

/* Where in a command the last bytes ended. All zero: before the first one. */
struct load_count { size_t words, bytes, number; char kind; };

/* How many commands end in these bytes, which go on where the last ones ended. */
size_t load_count(struct load_count *count, const char *bytes, size_t length);

#endif
