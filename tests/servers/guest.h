/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest.h - a client of one of the servers, by a plain socket, who may behave in any way
 *
 * Its requests are numbered, and their bytes follow from their numbers, and so do the replies: so it is seen when one is missing, or
 * comes twice, or is another's. All calls wait, for GUEST_PATIENCE at most; false: that did not come, or something else did.
 */
#ifndef SERVERS_GUEST_H
#define SERVERS_GUEST_H

#include "host.h"

#define GUEST_PATIENCE 10                              /* seconds */
#define GUEST_BYTES 8192                               /* no request and no reply is longer */

struct guest {
	int socket, kind;
	bool is_other;                                 /* every other one: by TLS 1.2; by the chat's page */
	bool has_come;                                 /* into the chat */
	void *tls;
	uint64_t first, asked, heard;                  /* numbers: of the first; of the next to ask, to be answered */
	size_t length;                                 /* in the room: came, and was not used */
	char room[2 * GUEST_BYTES];
	size_t framed;                                 /* in the frames: came, and is not whole */
	char frames[2 * GUEST_BYTES];
};

bool guest_come(struct guest *guest, const struct host *host, uint64_t first);
bool guest_ask(struct guest *guest);                   /* the next request, whole */
bool guest_say(struct guest *guest, const char *bytes, size_t length);        /* that, whatever it is, and below TLS */
bool guest_greet(struct guest *guest);                 /* what comes before the first request, where there is something; asking does it */
void guest_half_greet(struct guest *guest);            /* begins with that; afterwards it can only go */
bool guest_ask_part(struct guest *guest, size_t from, size_t to);      /* so much of it; does not count as asked */
size_t guest_ask_length(const struct guest *guest);    /* of the next request */
void guest_has_asked(struct guest *guest);             /* in parts */
bool guest_hear(struct guest *guest);                  /* the next reply */
bool guest_hears_soon(const struct guest *guest, int milliseconds);    /* something came, or the end */
bool guest_end(struct guest *guest);                   /* says no more, hears all replies and then the end; goes */
void guest_go(struct guest *guest);                    /* at once */
void guest_reset(struct guest *guest);                 /* the same, and says so */

/* Asks on and on and reads nothing, until nothing goes any more for a while, or `most` bytes went. How many went. */
size_t guest_pour(struct guest *guest, size_t most);

#endif
