/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/router.h - messages spread over a pool of actors of one kind, its routees
 *
 *   odeon_pool pool = ODEON_POOL(.kind = &cook_kind, .least = 4);
 *   odeon_router_open(system, &pool, &router);
 *   odeon_router_send(self, router, odeon_new(order, .table = 7));
 *
 * A router is a handle that senders share, and an actor behind it, which starts the routees, starts them anew when they fail
 * and changes their number. A message does not go through that actor: the sender itself chooses a place in a table and sends
 * there, as with any ref. Choosing needs no memory, and in a pool of fixed size one load more than a send. Where only a ref will
 * do (odeon_ask, pipes, timers, names), odeon_router_ref is the actor's, which sends on what it gets in the name of the sender
 * and with its duty to be answered; that is one message more, and it lifts no limit of the routees' mailboxes.
 *
 * What is promised:
 *
 *   Each message is handled once or its end is told as for any other: the sender is refused, or it is a dead letter. None is
 *   lost when the number of routees changes: no more messages come to one that leaves, then it handles what waits, then it is
 *   told to stop.
 *
 *   A routee that fails is started anew at once, with the same ref, queue and order, and goes on with the next message
 *   (`failed` says what becomes of the one in hand); one that exits, too. In place of one that was killed, or told to stop
 *   by others, comes another, and what waited there is dead letters. A start that fails is tried again after a pause, from 1 ms
 *   to 1 s. When that happens more often than `restarts` allows, the pool ends: its actor fails with ODEON_EFAILED.
 *
 *   By key, messages with one key are handled in the order sent, while their routee lives and also when the number of routees
 *   changes: a new one handles nothing before the others have handled all that waited when it came; one that leaves is let go
 *   only when nothing waits there. 1 of n keys moves. For this a request struct odeon_router_mark comes to routees whenever
 *   their number changes; one who does not know it need not, but its refusal is a dead letter: the handler that ODEON_ROUTEE
 *   writes answers. No order is kept by kinds that lay messages aside or have bands, by a mailbox that redirects, and between
 *   what is sent to the router and what goes through its ref. State that a routee keeps for a key does not move.
 *
 *   Otherwise there is no order between messages that go to different routees. One that is full, or has just ended, is passed over
 *   by odeon_router_send and odeon_router_post, so these are refused only when all are.
 *
 * A routee is supervised by the router's actor: whoever kills that kills them. odeon_system_stop tells all to stop at once; when
 * what waits is to be handled, drop the router first, and wait for odeon_router_ref to end.
 */
#ifndef ODEON_ACTORS_ROUTER_H
#define ODEON_ACTORS_ROUTER_H

#include <odeon/failure.h>
#include <odeon/frozen.h>
#include <odeon/request.h>
#include <odeon/system.h>

enum odeon_routing {
	ODEON_ROUND_ROBIN = 0,                         /* one after the other */
	ODEON_ROUTE_RANDOM,                            /* any, each as likely */
	ODEON_LEAST_LOADED,                            /* where the fewest messages wait, about; looks at all for each message */
	ODEON_ROUTE_BY_KEY                             /* always the same for the same key (consistent hash) */
};

#define ODEON_ROUTEES_MOST 65536

/* A pool. Copied with its argument; the kind, and what an argument points to, must live as long as the system. */
typedef struct odeon_pool {
	size_t bytes;
	const odeon_kind *kind;
	const void *argument;                          /* for each start, argument_bytes long */
	size_t argument_bytes;
	enum odeon_failed failed;                      /* what becomes of the message that a routee failed with */
	enum odeon_routing routing;
	uint64_t (*key)(void *data, const void *message);   /* by key: of a message, whatever its type; any thread, any handler;
	                                                  must only look */
	void *data;
	unsigned least, most;                          /* routees; most 0 is least: their number is fixed */
	unsigned busy;                                 /* more come when more messages than this wait for each; 0: 16 */
	odeon_duration idle;                           /* one goes when, for so long, fewer wait than there are routees; 0: 1 s */
	odeon_duration every;                          /* how often that is looked at; 0: 20 ms */
	unsigned restarts;                             /* so many routees may fail, exit or be killed within ... ; 0: any number */
	odeon_duration within;                         /* ... so long of the first of them; 0: 5 s */
} odeon_pool;
#define ODEON_POOL(...) { .bytes = sizeof(odeon_pool), __VA_ARGS__ }

typedef struct odeon_router odeon_router;

/* What a routee gets of odeon_router_broadcast and odeon_router_gather: look at it with odeon_frozen_look. */
struct odeon_broadcast { odeon_frozen *payload; };

/* By key: what was sent before has been handled when this is answered, and nothing else is asked. */
struct odeon_router_mark { char unused; };

/* The handler of a routee's kind that answers it, and its line in the table. */
#define ODEON_ROUTEE(S) ODEON_HANDLER(S, odeon_router_mark) { (void)odeon_reply(self, odeon_router_mark); }
#define ODEON_ON_ROUTEE(S) ODEON_ON(S, odeon_router_mark)

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_broadcast) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_router_mark) ODEON_API;

/**
 * odeon_router_open - a pool with its least number of routees, and the router to it
 * @pool:   copied
 * @router: the result, yours to share or drop; NULL on failure
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_ENOMEM     no memory
 *   ODEON_EVERSION   the pool has an unknown size
 *   ODEON_EINVAL     a NULL, no kind, no routee, most below least or above ODEON_ROUTEES_MOST, an unknown routing or failed,
 *                    by key without a key, or a duration below 0
 *   ODEON_ESTOPPING  the system is stopping
 *   ODEON_EFORKED    this is a forked child
 *   or what a routee's start returned
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_router_open(odeon_system *system, const odeon_pool *pool, odeon_router **router);

/**
 * odeon_router_drop - give a share back
 * @router: taken; NULL is fine; its system may have gone
 *
 * With the last share the pool ends: its routees handle what waits and are told to stop, then the router's actor ends.
 *
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void odeon_router_drop(odeon_router *router) ODEON_TAKES_(1);

/**
 * odeon_router_share - one share more, for another actor or thread
 * @router: stays the caller's; NULL gives NULL
 *
 * Returns:  the share, yours to drop; cannot fail
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_router *odeon_router_share(odeon_router *router);

/**
 * odeon_router_ref - the router's actor, which sends on what it gets
 *
 * Returns:  the ref; it ends when the last share was dropped and all routees have ended
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API odeon_ref odeon_router_ref(const odeon_router *router);

/**
 * odeon_router_count - how many routees messages are spread over now
 *
 * Returns:  the number, those that are just started anew or replaced included; 0 when the pool has ended
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API unsigned odeon_router_count(const odeon_router *router);

/**
 * odeon_router_resize - have so many routees
 * @count: from least to most of the pool, which goes on sizing itself from there
 *
 * It is done later: at once where it can be; by key one leaves when nothing waits there.
 *
 * Returns:  0, or
 *   ODEON_EINVAL  out of these bounds
 *   or as odeon_post
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_router_resize(odeon_router *router, unsigned count);

/**
 * odeon_router_send, odeon_router_forward - as odeon_send and odeon_forward, to one routee
 * @message: taken
 *
 * While the number of routees changes, they wait for others who are in the middle of sending, but for nothing else. What is
 * called in the middle of a send, like odeon_options.on_dead_letter, must not send by a router whose number may change.
 *
 * Returns:  as odeon_send; ODEON_EGONE: the pool has ended, or by key: the one with this key has, and the next is not there yet
 * Context:  own handler; does not allocate
 * Since:    0.1
 */
#define odeon_router_send(self, router, message) odeon_router_send_at(self, router, message, ODEON_HERE)
ODEON_API int odeon_router_send_at(odeon_self *self, odeon_router *router, void *message, const odeon_site *site) ODEON_TAKES_(3);
#define odeon_router_forward(self, router, message) odeon_router_forward_at(self, router, message, ODEON_HERE)
ODEON_API int odeon_router_forward_at(odeon_self *self, odeon_router *router, void *message, const odeon_site *site)
	ODEON_TAKES_(3);

/**
 * odeon_router_post - as odeon_post, to one routee
 * @message: taken
 *
 * Returns:  as odeon_router_send
 * Context:  any thread, any handler; does not allocate
 * Since:    0.1
 */
#define odeon_router_post(router, message) odeon_router_post_at(router, message, ODEON_HERE)
ODEON_API int odeon_router_post_at(odeon_router *router, void *message, const odeon_site *site) ODEON_TAKES_(2);

/**
 * odeon_router_request - as odeon_request, of one routee
 * @message: taken
 * @then:    ODEON_THEN(...); consumed
 *
 * Returns:  as odeon_request
 * Context:  own handler, also in start
 * Since:    0.1
 */
#define odeon_router_request(self, router, message, until, then) \
	odeon_router_request_at(self, router, message, until, then, ODEON_HERE)
ODEON_API ODEON_MUST_ int odeon_router_request_at(odeon_self *self, odeon_router *router, void *message, odeon_time until,
                                                  odeon_then *then, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_router_broadcast - one payload to all routees, each in a struct odeon_broadcast, without copies
 * @message: taken; nobody may change it any more
 *
 * Returns:  how many took it; who refused it has ended or is full, and that one is a dead letter; or, and then nobody has it,
 *   ODEON_ENOMEM  no memory, or @message was NULL
 *   ODEON_EGONE   the pool has ended
 * Context:  own handler
 * Since:    0.1
 */
#define odeon_router_broadcast(self, router, message) odeon_router_broadcast_at(self, router, message, ODEON_HERE)
ODEON_API int odeon_router_broadcast_at(odeon_self *self, odeon_router *router, void *message, const odeon_site *site)
	ODEON_TAKES_(3);

/**
 * odeon_router_gather - ask all routees, each with a struct odeon_broadcast, and have the answers come together
 * @wanted:  so many answers are enough: 1 is the first of all; 0 is all; more than there are is all
 * @until:   with the answers that have come by then it runs in any case
 * @message: taken; nobody may change it any more
 * @then:    ODEON_THEN_GATHERED(...); consumed
 *
 * Who could not be asked for want of memory is not among the answers; so there are none when @message was NULL or the pool has
 * ended. A routee answers with odeon_reply.
 *
 * Returns:  0: the continuation runs, once; or, and then it does not,
 *   ODEON_ENOMEM  as odeon_gather_open: no memory, @then was used before, or in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
#define odeon_router_gather(self, router, wanted, until, message, then) \
	odeon_router_gather_at(self, router, wanted, until, message, then, ODEON_HERE)
ODEON_API ODEON_MUST_ int odeon_router_gather_at(odeon_self *self, odeon_router *router, unsigned wanted, odeon_time until,
                                                 void *message, odeon_then *then, const odeon_site *site) ODEON_TAKES_(5);

ODEON_END_
#endif
