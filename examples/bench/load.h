/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.h - the parts of echo-load: who asks, and the least server that answers
 */
#ifndef LOAD_H
#define LOAD_H

#include <netinet/in.h>
#include <stdint.h>

#define LOAD_BYTES_MOST 16384                   /* of a message: what a socket takes at once */
#define LOAD_THREADS_MOST 64

struct load {
	struct sockaddr_in server;
	unsigned connections, bytes;            /* bytes: of one message */
	double warm, seconds, rest;             /* not measured; measured; and then nothing is said for so long */
	long process;                           /* of the server, whose memory is looked at; 0: nobody's */
};

/* 0, and the figures printed in one line; or 1, and what went wrong. */
int load_run(const struct load *load);

/* Until it is killed: so many threads, each with an epoll of its own, that write what they read. */
int load_serve(struct sockaddr_in here, unsigned threads);

#endif
