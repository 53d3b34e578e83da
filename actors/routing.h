/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * routing - what senders and the router's actor share: a table of routees, and a gate to it
 *
 *   routing.c  the table: its life, its gate, and choosing a place
 *   router.c   what senders call
 *   foreman.c  the router's actor: it starts routees, also anew, and changes their number
 *
 * Agreement. The table has `most` places for good; only the foreman fills and empties them and changes their count. In a pool of
 * fixed size senders only read. Otherwise each is let in at one place, sends, and leaves, and the foreman changes the
 * count when it has shut the gate and nobody is in: so when that is done, all that was sent by the old count is in its mailbox,
 * and whoever sends later sends by the new one. It is shut for some instructions in one handler, and waits only for senders in
 * the middle of a send, which do not wait.
 */
#ifndef ROUTING_H
#define ROUTING_H

#include <odeon.h>
#include <stdatomic.h>
#include <stdbool.h>

/* One routee. Its words are written for each message, so it has a cache line of its own. */
struct place {
	_Alignas(64) _Atomic uint64_t ref;              /* nobody: it has ended. Released when filled, acquired by senders: to send is
	                                                   all they do with it, so that is enough */
	_Atomic uint64_t entered, left;                 /* senders, ever. Entering and shutting the gate are each a write and then a
	                                                   read of the other's word, so all four are sequentially consistent; leaving
	                                                   is a release, for the foreman who counts */
};

struct odeon_router {
	odeon_pool pool;                                /* its argument lies behind the places */
	odeon_system *system;
	odeon_ref actor;
	_Atomic uint32_t users, shares;                 /* handles; and those and the foreman, the last of whom frees it */
	_Atomic bool has_ended;                         /* the foreman has; so the system may have gone */
	void *leave;                                    /* tells the foreman that the last user has gone */
	_Alignas(64) _Atomic uint32_t count;            /* places in use, from the first on; released and acquired */
	_Atomic bool is_shut;
	_Alignas(64) _Atomic uint64_t turn;             /* of the next message, or its chance; relaxed: only a number */
	struct place places[];
};

struct router_leave { char unused; };
struct router_resize { unsigned count; };
ODEON_MESSAGE_DECLARE(router_leave);
ODEON_MESSAGE_DECLARE(router_resize);

extern const odeon_kind router_foreman_kind;            /* its argument is a struct router_opening */
struct router_opening { odeon_router *router; };

odeon_router *routing_make(odeon_system *system, const odeon_pool *pool);      /* NULL: no memory */
void routing_release(odeon_router *router);             /* one share */
bool routing_sizes(const odeon_router *router);         /* its number of routees may change */

/* ---- senders */

/* The place for a message, let in; NULL: the pool has ended. With a number: that place; NULL: there is none such. */
struct place *routing_enter(odeon_router *router, const void *message);
struct place *routing_enter_at(odeon_router *router, unsigned number);
void routing_leave(odeon_router *router, struct place *place);
odeon_ref routing_ref(const struct place *place);

/* ---- the foreman */

/* Sets the count when nobody is in; or leaves it, when `unless` is another number than ever entered at that place. */
bool routing_recount(odeon_router *router, unsigned count, const struct place *place, uint64_t unless);
/* True: nobody is in at this place, and so many ever were. */
bool routing_is_quiet(const struct place *place, uint64_t *entered);

#endif
