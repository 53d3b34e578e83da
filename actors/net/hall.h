/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hall - where the connections of one acceptor have their places, and leave them
 *
 * Agreement. An acceptor and its connections are pinned to one worker: all of it is that worker's, or, when that has ended,
 * the thread's that ends what is left. The acceptor holds a share, and so does each connection. Who leaves does it himself,
 * without memory; the acceptor is told, once for all who left, and finds them gone.
 */
#ifndef NET_HALL_H
#define NET_HALL_H

#include <odeon/actor.h>
#include <stdbool.h>

struct left { uint32_t unused; };               /* to the acceptor: somebody did */
ODEON_MESSAGE_DECLARE(left);

struct house;
struct place { odeon_ref connection; uint32_t next_free; };

struct hall {
	odeon_ref acceptor;
	struct left *news;                      /* laid by; NULL: on its way to the acceptor */
	struct place *places;
	uint32_t room, free, count;             /* of the places; the first free one; connections */
	uint32_t left;                          /* since the acceptor looked */
	uint32_t users;
	struct house *house;
};

/* NULL: no memory. With the acceptor's share. */
struct hall *hall_new(odeon_ref acceptor, struct house *house);
void hall_drop(struct hall *hall);

/* Whether there is a free one, if need be a new one. */
bool hall_has_place(struct hall *hall);

/* Of those, the one that is taken next; and it is taken, with a share. */
uint32_t hall_next_place(const struct hall *hall);
void hall_enter(struct hall *hall, odeon_ref connection);

/* The connection's, as its last; NULL: it has none. The share goes. */
void hall_leave(odeon_self *self, struct hall *hall, uint32_t place);

#endif
