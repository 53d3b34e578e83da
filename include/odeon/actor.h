/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actor.h - kinds of actors, their handlers, and what a running actor may do
 *
 *   struct greet { const char *whom; };
 *   ODEON_MESSAGE(greet);
 *   struct greeter { unsigned greeted; };                              the state of one actor
 *   ODEON_HANDLER(greeter, greet) { greeter->greeted++; }              gets (self, greeter, greet)
 *   ODEON_HANDLERS(greeter_handlers, ODEON_ON(greeter, greet));        a table
 *   ODEON_KIND(greeter, greeter_handlers);                             defines greeter_kind
 *
 * At most one thread runs an actor at any instant, and what one handler wrote the next one sees. Kinds and tables are
 * plain const structs; tables must outlive every actor of them, kinds the system, as statistics name them.
 */
#ifndef ODEON_ACTOR_H
#define ODEON_ACTOR_H

#include <odeon/send.h>

/* Why an actor ended: code 0 is normal, ODEON_EKILLED killed, another ODEON_E... an error, a positive one the actor's
 * own. The text lives as long as the hook that was given the reason runs; it is never NULL. */
typedef struct odeon_reason { int code; const char *text; } odeon_reason;

typedef struct odeon_handler {
	const odeon_type *type;
	const char *state;                             /* name and size of the state that the handler expects */
	size_t state_bytes;
	void (*handle)(odeon_self *self, void *state, void *message);
} odeon_handler;

/* What a full mailbox does with one message more. Waiting for room is no policy but the caller's wish: odeon_try_post. */
enum odeon_policy {
	ODEON_FAIL = 0,                                /* the sender gets ODEON_EFULL */
	ODEON_DROP_NEWEST,                             /* the sender gets 0, the message is dropped and counted */
	ODEON_DROP_OLDEST,                             /* the receiver drops its oldest when it next runs; at most twice the
	                                                  bound wait until then, above that the sender gets ODEON_EFULL */
	ODEON_REDIRECT,                                /* it goes to the mailbox's `redirect`; one hop */
	ODEON_STOP_ACTOR                               /* the receiver ends with ODEON_EFULL, the message is a dead letter */
};

/* The bounds of a mailbox; all zero is unbounded. A bound of 0 is none. */
typedef struct odeon_mailbox {
	uint32_t messages;                             /* at most so many wait */
	size_t bytes;                                  /* at most so many bytes, headers included, in steps of 16 */
	enum odeon_policy policy;
	odeon_ref redirect;                            /* for ODEON_REDIRECT */
	uint32_t high_water, low_water;                /* in messages; 0 is none. Crossing one sends a struct odeon_water */
	odeon_ref water_to;                            /* to whom; nobody is the actor itself */
} odeon_mailbox;

enum odeon_place {
	ODEON_POOLED = 0,                              /* any worker may run it */
	ODEON_PINNED,                                  /* worker number `worker` (modulo their count) runs it, always */
	ODEON_OWN_THREAD,                              /* a thread of its own, so its handlers may block */
	ODEON_HOST_THREAD                              /* whoever calls odeon_system_run */
};

/* For odeon_spawn_pinned: the spawner's own worker; when he has none, one after the other. */
#define ODEON_WORKER_HERE ((unsigned)-1)

/* Filled by ODEON_KIND; starts with its size, so that later releases may add to it. */
typedef struct odeon_kind {
	size_t bytes;
	const char *name;
	size_t state_bytes;
	const odeon_handler *handlers;                 /* ends with a handler of no type */
	int  (*start)(odeon_self *self, void *state, const void *argument);
	void (*stop)(odeon_self *self, void *state, const odeon_reason *reason);
	void (*receive)(odeon_self *self, void *state, const odeon_type *type, void *message);  /* every message, no table */
	void (*on_other)(odeon_self *self, void *state, const odeon_type *type, void *message); /* what the table lacks */
	odeon_mailbox mailbox;
	enum odeon_place place;
	unsigned worker;                               /* for ODEON_PINNED */
	int is_background;                             /* not 0: it keeps no system alive, as it is there for others only:
	                                                  odeon_system_wait does not wait for its end. odeon_system_stop does */
} odeon_kind;

/*
 * ODEON_HANDLER(S, T) {...}    gets (odeon_self *self, struct S *S, struct T *T)
 * ODEON_START(S, A) {...}      gets (odeon_self *self, struct S *S, const struct A *A); returns 0 or a negative error,
 *                              which the spawner gets; runs inside odeon_spawn, on the caller's thread; the state is
 *                              zeroed before; A may be NULL when the spawner passed NULL. If it fails it undoes its own
 * ODEON_STOP(S) {...}          gets (odeon_self *self, struct S *S, const odeon_reason *reason); runs once, however the
 *                              actor ends, but not when start failed
 * ODEON_HANDLERS(name, ODEON_ON(S, T), ...);                   a table
 * ODEON_KIND(S, handlers, .start = ODEON_STARTS(S), .stop = ODEON_STOPS(S), ...);   defines S_kind
 *
 * Without start the state is a copy of what the spawner passes as argument, or zero. In C++ write
 * ODEON_KIND(S, handlers, start, stop).
 */
#define ODEON_HANDLER(S, T) \
	static void S##_on_##T(odeon_self *self, struct S *S, struct T *T); \
	static void ODEON_HANDLER_##S##_##T(odeon_self *self, void *state, void *message) \
	{ S##_on_##T(self, (struct S *)state, (struct T *)message); } \
	static void S##_on_##T(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, ODEON_UNUSED_ struct T *T)
#define ODEON_START(S, A) \
	static int S##_start(odeon_self *self, struct S *S, const struct A *A); \
	static int ODEON_START_##S(odeon_self *self, void *state, const void *argument) \
	{ return S##_start(self, (struct S *)state, (const struct A *)argument); } \
	static int S##_start(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, ODEON_UNUSED_ const struct A *A)
#define ODEON_STOP(S) \
	static void S##_stop(odeon_self *self, struct S *S, const odeon_reason *reason); \
	static void ODEON_STOP_##S(odeon_self *self, void *state, const odeon_reason *reason) \
	{ S##_stop(self, (struct S *)state, reason); } \
	static void S##_stop(ODEON_UNUSED_ odeon_self *self, ODEON_UNUSED_ struct S *S, ODEON_UNUSED_ const odeon_reason *reason)
#define ODEON_ON(S, T) { ODEON_TYPE(T), #S, sizeof(struct S), ODEON_HANDLER_##S##_##T }
#define ODEON_STARTS(S) ODEON_START_##S
#define ODEON_STOPS(S) ODEON_STOP_##S
#define ODEON_HANDLERS(name, ...) static const odeon_handler name[] = { __VA_ARGS__, { NULL, NULL, 0, NULL } }
#define ODEON_KIND(S, ...) ODEON_UNUSED_ static const odeon_kind S##_kind = ODEON_KIND_INIT(S, __VA_ARGS__)
#ifndef __cplusplus
# define ODEON_KIND_INIT(S, ...) \
	{ .bytes = sizeof(odeon_kind), .name = #S, .state_bytes = sizeof(struct S), .handlers = __VA_ARGS__ }
#else
constexpr odeon_kind odeon_kind_cxx_(const char *name, size_t bytes, const odeon_handler *handlers,
	int (*start)(odeon_self *, void *, const void *) = nullptr,
	void (*stop)(odeon_self *, void *, const odeon_reason *) = nullptr)
{
	return odeon_kind{ sizeof(odeon_kind), name, bytes, handlers, start, stop, nullptr, nullptr, {}, ODEON_POOLED, 0, 0 };
}
# define ODEON_KIND_INIT(S, ...) odeon_kind_cxx_(#S, sizeof(struct S), __VA_ARGS__)
#endif

ODEON_BEGIN_

/* ---- messages that the runtime itself sends ----------------------------------------------------------------------- */

/* A full mailbox has room again; asked for with odeon_when_room. Also sent when the actor has ended: sending says so. */
struct odeon_room { odeon_ref who; };

/* The number of waiting messages rose to a high-water mark, or fell to a low one. The actor itself looks, at the beginning
 * and at the end of each of its turns. It is told once until the other mark was crossed too. This and odeon_room take
 * nobody's place in a bounded mailbox. */
struct odeon_water { odeon_ref who; uint32_t messages; uint32_t is_high; };

ODEON_MESSAGE_DECLARE(odeon_room) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_water) ODEON_API;

/* ---- the actor that runs ------------------------------------------------------------------------------------------ */

/**
 * odeon_self_ref - the running actor's own name
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API odeon_ref odeon_self_ref(odeon_self *self);

/**
 * odeon_from - who sent the message in hand; also after that was sent on
 *
 * Returns:  the sender; nobody when a plain thread posted it, or asked (then odeon_reply reaches it all the same), and
 *           in start and stop
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API odeon_ref odeon_from(odeon_self *self);

/**
 * odeon_system_of - the running actor's system
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API odeon_system *odeon_system_of(odeon_self *self);

/**
 * odeon_now - the moment, on the system's clock: the machine's monotonic one, or the virtual one of a simulation
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API odeon_time odeon_now(odeon_self *self);

/**
 * odeon_deadline - a moment from now on the system's clock
 * @from_now: nanoseconds; less than 0 counts as 0; what would overflow is ODEON_NEVER
 *
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API odeon_time odeon_deadline(odeon_self *self, odeon_duration from_now);

/**
 * odeon_spawn - a new actor
 * @self:     the spawner
 * @kind:     must outlive the system
 * @argument: lent to start for the duration of the call; without start, the state's first value; NULL is zero
 * @child:    the new actor's ref; nobody on failure; may be NULL
 *
 * The kind's start runs inside the call. Nothing reaches the new actor before it has returned.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_ENOMEM     no memory, or no slot
 *   ODEON_EINVAL     no kind, a table of another state, or both or neither of handlers and receive
 *   ODEON_EVERSION   the kind has an unknown size
 *   ODEON_ESTOPPING  the system is stopping, or the running actor is
 *   ODEON_ESYSTEM    no thread to be had for ODEON_OWN_THREAD
 *   ODEON_EFORKED    this is a forked child
 *   or what start returned
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_spawn(odeon_self *self, const odeon_kind *kind, const void *argument, odeon_ref *child);

/**
 * odeon_spawn_pinned - a new actor that one worker runs, always, whatever place its kind names
 * @worker: its number, modulo their count; or ODEON_WORKER_HERE
 *
 * Returns:  as odeon_spawn
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_spawn_pinned(odeon_self *self, const odeon_kind *kind, const void *argument, unsigned worker,
                                 odeon_ref *child);

/**
 * odeon_exit - end normally when this handler returns
 *
 * It returns: the rest of the handler runs, and its sends go out. Messages still waiting become dead letters; but an actor
 * that is supervised so (failure.h) is halted, and they wait.
 *
 * Context:  own handler, not start or stop
 * Since:    0.1
 */
ODEON_API void odeon_exit(odeon_self *self);

/**
 * odeon_fail - end as failed when this handler returns
 * @code: ODEON_E... or a positive number of your own; 0 counts as ODEON_EFAILED
 * @text: for people; copied, cut at 119 bytes; NULL is the text of the code
 *
 * It returns; nothing is unwound, and what it still holds of its message is dropped. Who monitors the actor or is linked to
 * it is told, and an actor that is supervised is halted, its message goes where its supervision says, and it may be started
 * anew (failure.h). When nobody is told, odeon_options.on_failure is.
 *
 * Context:  own handler, not start or stop
 * Since:    0.1
 */
ODEON_API void odeon_fail(odeon_self *self, int code, const char *text);

/**
 * odeon_become - handle messages with another table from the next one on
 * @handlers: must outlive the actor; the table used so far is remembered, as on a stack
 *
 * Returns:  0, or with the table unchanged
 *   ODEON_ENOMEM  no memory for the stack
 *   ODEON_EINVAL  NULL, a table for another state, or a kind with receive
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_become(odeon_self *self, const odeon_handler *handlers);

/**
 * odeon_unbecome - back to the table before the last odeon_become
 *
 * Returns:  0, or
 *   ODEON_EINVAL  this is the kind's own table
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_unbecome(odeon_self *self);

/**
 * odeon_bound - give the running actor's mailbox other bounds than its kind's
 * @mailbox: copied; NULL is unbounded
 *
 * For bounds that name refs, which a const kind cannot know. Messages that already wait do not count.
 *
 * Returns:  0, or with the bounds unchanged
 *   ODEON_ENOMEM  no memory
 *   ODEON_EINVAL  an unknown policy, low water not below high water, or redirect to nobody or to itself
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_bound(odeon_self *self, const odeon_mailbox *mailbox);

/* ---- answers ------------------------------------------------------------------------------------------------------ */

/**
 * odeon_reply_error - answer the request in hand with an error
 * @error: a negative error; anything else counts as ODEON_EFAILED
 *
 * Returns:  0, or
 *   ODEON_EINVAL  what is in hand is no request, or was answered
 *   ODEON_EGONE   the asker gave up
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_reply_error(odeon_self *self, int error);

/**
 * odeon_reply_error_to - answer a kept request with an error; the request stays yours
 *
 * Returns:  as odeon_reply_error
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_reply_error_to(odeon_self *self, void *request, int error);

/* ---- room in mailboxes ---------------------------------------------------------------------------------------------- */

/**
 * odeon_permit_drop - give back what was reserved and not used
 * @permit: taken; NULL is fine. Also done when the actor that reserved ends
 *
 * Context:  own handler of the actor that reserved
 * Since:    0.1
 */
ODEON_API void odeon_permit_drop(odeon_permit *permit) ODEON_TAKES_(1);

/**
 * odeon_reserve - room in another actor's mailbox that is mine until used or dropped
 * @to:       whose mailbox
 * @messages: how many; at least 1
 * @bytes:    of their payloads together; only matters where the mailbox is bounded in bytes. As their rounding is not
 *            known, the largest is assumed, and up to 16 bytes a message more are taken
 * @why:      0 or the error; may be NULL: ODEON_EFULL ODEON_EGONE ODEON_ENOMEM ODEON_EFOREIGN ODEON_EINVAL
 *
 * Returns:  a permit, yours; NULL on failure
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_permit *odeon_reserve(odeon_self *self, odeon_ref to, unsigned messages, size_t bytes,
                                                  int *why) ODEON_GIVES_(malloc(odeon_permit_drop, 1));
#define odeon_reserve(self, to, messages, bytes, why) odeon_reserve(self, to, messages, bytes, odeon_out_(why))

/**
 * odeon_when_room - tell me, once, when a full mailbox has room again: a struct odeon_room
 * @who: whose mailbox; one with room tells at once
 *
 * Returns:  0, or
 *   ODEON_ENOMEM    no memory for the message
 *   ODEON_EGONE     that actor has ended
 *   ODEON_EFOREIGN  a ref of another system
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API int odeon_when_room(odeon_self *self, odeon_ref who);

ODEON_END_
#endif
