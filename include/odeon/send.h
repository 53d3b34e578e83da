/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/send.h - who gives messages and who takes them
 *
 * A message is a pointer that one party owns. odeon_new gives it to you; a function that takes it ends your
 * ownership always, on success and on failure: what cannot be delivered is dropped by its type and counted as a dead
 * letter. A function that may hand a message back takes it too and returns it: NULL when it was taken.
 *
 *   msg = odeon_try_send(self, to, msg, &why);
 *
 * The message that a handler was called with is *in hand*: the handler may send it on, reply with it, keep it, free
 * it, and what it still holds when it returns is dropped for it, as a Rust value is at the end of its scope. Storing
 * the pointer somewhere is not keeping it; odeon_keep is.
 *
 * Messages from one sender to one receiver arrive in the order sent (unless redirected by a full mailbox), and what a
 * message causes comes after it. A message is delivered once or becomes a dead letter; it never vanishes uncounted.
 * Sending a message that exists needs no memory, so it cannot fail for want of it.
 */
#ifndef ODEON_SEND_H
#define ODEON_SEND_H

#include <odeon/compiler.h>
#include <odeon/error.h>
#include <odeon/time.h>
#include <odeon/ref.h>
#include <odeon/message.h>

typedef struct odeon_system odeon_system;
typedef struct odeon_self odeon_self;                  /* the running actor; valid only inside the hook that was given it */
typedef struct odeon_permit odeon_permit;              /* room in somebody's mailbox that is mine */
typedef struct odeon_gather { uint64_t bits; } odeon_gather;   /* several requests with one continuation; {0} is none */
typedef struct odeon_then odeon_then;                  /* what becomes of an answer, and the state that will need: request.h */
typedef struct odeon_timer { uint64_t bits; } odeon_timer;     /* a message that is still to be sent; {0} is none */

ODEON_BEGIN_

/* ---- who takes ------------------------------------------------------------------------------------------------- */

/**
 * odeon_free - run a message's drop and release its memory
 * @message: taken; NULL is fine
 *
 * Cannot fail.
 * Context:  any thread, any handler; a handler may free the message in hand
 * Since:    0.1
 */
ODEON_API void odeon_free(void *message) ODEON_TAKES_(1);

/**
 * odeon_send - hand a message to an actor
 * @self:    the sender
 * @to:      the receiver; it may have ended, that is an ordinary answer
 * @message: taken, on failure too: then it is dropped and counted as a dead letter
 *
 * Arrival is not receipt: a receiver that ends first lets its messages become dead letters.
 *
 * Returns:  0 (also when a full mailbox dropped it because its policy says so), or
 *   ODEON_ENOMEM     message was NULL: what should have made it had no memory
 *   ODEON_EGONE      the receiver has ended, or @to is nobody
 *   ODEON_EFULL      its mailbox is full
 *   ODEON_EFOREIGN   @to belongs to another system
 *   ODEON_ESTOPPING  the system has stopped
 *   ODEON_EFORKED    this is a forked child
 * Context:  own handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_send(self, to, message) odeon_send_at(self, to, message, ODEON_HERE)
ODEON_API int odeon_send_at(odeon_self *self, odeon_ref to, void *message, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_forward - send on what is in hand, with its original sender and its duty to be answered
 * @self:    the running actor
 * @to:      the receiver, who sees the original sender in odeon_from
 * @message: taken; usually the message in hand. Another message goes out in the name of the sender of the one in hand
 *
 * Returns:  as odeon_send
 * Context:  own handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_forward(self, to, message) odeon_forward_at(self, to, message, ODEON_HERE)
ODEON_API int odeon_forward_at(odeon_self *self, odeon_ref to, void *message, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_reply - answer whoever sent the message in hand
 * @self:   the running actor
 * @answer: taken; may be the message in hand itself
 *
 * A message that was asked for (odeon_ask) is answered once; any other may be replied to any number of times.
 *
 * Returns:  as odeon_send, and
 *   ODEON_EGONE   also: nobody is waiting, a plain thread posted it, or the one who asked gave up
 *   ODEON_EINVAL  this request was answered before, or no message is in hand (in start and stop)
 * Context:  own handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_reply(self, answer) odeon_reply_at(self, answer, ODEON_HERE)
ODEON_API int odeon_reply_at(odeon_self *self, void *answer, const odeon_site *site) ODEON_TAKES_(2);

/**
 * odeon_reply_to - answer a request that was kept (odeon_keep), later
 * @self:    the running actor
 * @request: the kept message; it stays yours
 * @answer:  taken; may be @request itself
 *
 * Returns:  as odeon_reply; ODEON_EINVAL also when @request is NULL
 * Context:  own handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_reply_to(self, request, answer) odeon_reply_to_at(self, request, answer, ODEON_HERE)
ODEON_API int odeon_reply_to_at(odeon_self *self, void *request, void *answer, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_post - hand a message to an actor, from outside
 * @system:  the receiver's system
 * @to:      the receiver
 * @message: taken, on failure too
 *
 * Returns:  as odeon_send
 * Context:  any thread, any handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_post(system, to, message) odeon_post_at(system, to, message, ODEON_HERE)
ODEON_API int odeon_post_at(odeon_system *system, odeon_ref to, void *message, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_try_send - send, or get the message back
 * @self:    the sender
 * @to:      the receiver
 * @message: taken; comes back as it was, in hand or owned
 * @why:     0 or the error of odeon_send; may be NULL
 *
 * Returns:  NULL when it was taken, else the message (NULL too when @message was NULL; then why is ODEON_ENOMEM)
 * Context:  own handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_try_send(self, to, message, why) \
	((ODEON_TYPEOF_(message))odeon_try_send_at(self, to, message, odeon_out_(why), ODEON_HERE))
ODEON_API ODEON_MUST_ void *odeon_try_send_at(odeon_self *self, odeon_ref to, void *message, int *why,
                                              const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_try_post - post, waiting for room, or get the message back
 * @system:  the receiver's system
 * @to:      the receiver
 * @message: taken; comes back as it was
 * @until:   how long to wait while the mailbox is full; ODEON_AT_ONCE does not wait
 * @why:     0 or the error; may be NULL: as odeon_post, and
 *   ODEON_EFULL        no room, and @until was ODEON_AT_ONCE
 *   ODEON_ETIMEDOUT    no room until then
 *   ODEON_EWOULDBLOCK  called in a handler of a pooled actor with something to wait for
 *
 * Returns:  NULL when it was taken, else the message
 * Context:  plain thread, or a handler of an actor with a thread of its own; with ODEON_AT_ONCE any thread
 * Since:    0.1
 */
#define odeon_try_post(system, to, message, until, why) \
	((ODEON_TYPEOF_(message))odeon_try_post_at(system, to, message, until, odeon_out_(why), ODEON_HERE))
ODEON_API ODEON_MUST_ void *odeon_try_post_at(odeon_system *system, odeon_ref to, void *message, odeon_time until,
                                              int *why, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_permit_send - send into room that was reserved; never refused for want of room
 * @self:    the sender
 * @permit:  from odeon_reserve
 * @message: taken
 *
 * Returns:  0, or
 *   ODEON_ENOMEM  message was NULL; no place was used
 *   ODEON_EGONE   the receiver has ended
 *   ODEON_EINVAL  no place left in the permit, in messages or in bytes; or @permit is NULL
 *   ODEON_EFORKED this is a forked child
 * Context:  own handler; does not wait or allocate
 * Since:    0.1
 */
#define odeon_permit_send(self, permit, message) odeon_permit_send_at(self, permit, message, ODEON_HERE)
ODEON_API int odeon_permit_send_at(odeon_self *self, odeon_permit *permit, void *message, const odeon_site *site)
	ODEON_TAKES_(3);

/**
 * odeon_keep - take the message in hand out of the automatic drop
 * @self:    the running actor
 * @message: taken, and given back under the name to use from now on; must not be NULL
 *
 * The message is the actor's until it gives it away; whoever keeps frees, in ODEON_STOP at the latest. A request that
 * is kept is answered later by odeon_reply_to, and freeing it unanswered tells the asker so. Idempotent.
 *
 * Returns:  the same message; never NULL
 * Context:  own handler
 * Since:    0.1
 */
#define odeon_keep(self, message) ((ODEON_TYPEOF_(message))odeon_keep_at(self, message))
ODEON_API void *odeon_keep_at(odeon_self *self, void *message) ODEON_TAKES_(2);

/**
 * odeon_ask - send from a plain thread and wait for the answer
 * @T:       the type of the answer
 * @system:  the receiver's system
 * @to:      the receiver, who answers with odeon_reply
 * @message: taken
 * @until:   how long to wait
 * @why:     0 or the error; may be NULL: as odeon_post, and
 *   ODEON_ETIMEDOUT    no answer until then; one that comes later is a dead letter
 *   ODEON_EUNANSWERED  the request was dropped unanswered, or its holder ended
 *   ODEON_ETYPE        the answer is of another type; it was dropped
 *   ODEON_EWOULDBLOCK  called in a handler of a pooled actor
 *   or what odeon_reply_error said
 *
 * Returns:  the answer, yours; NULL on failure
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
#define odeon_ask(T, system, to, message, until, why) \
	((struct T *)odeon_ask_at(ODEON_TYPE(T), system, to, message, until, odeon_out_(why), ODEON_HERE))
ODEON_API void *odeon_ask_at(const odeon_type *type, odeon_system *system, odeon_ref to, void *message,
                             odeon_time until, int *why, const odeon_site *site) ODEON_TAKES_(4);

/**
 * odeon_request - send, and have a continuation run with the answer, or with the error
 * @self:    the asker
 * @to:      the receiver, who answers with odeon_reply; whoever it forwards the request to may answer in its place
 * @message: taken
 * @until:   how long to wait, on the system's clock; ODEON_NEVER is allowed
 * @then:    ODEON_THEN(...); consumed, whatever this answers
 *
 * 0 means that the continuation will run: exactly once, in a turn of this actor, in order with all else that comes to
 * it, or while the actor ends. All that goes wrong with the request is told there and not here. The error is one of
 *   ODEON_EGONE       the receiver has ended, or did with the request in its mailbox
 *   ODEON_EFULL       its mailbox was full, or dropped it
 *   ODEON_EUNANSWERED  whoever held the request let go of it
 *   ODEON_EFAILED     whoever handled it failed, and his supervision does not have it handled once more
 *   ODEON_ETIMEDOUT   no answer until then. A request that the receiver comes to after that is not handled any more
 *   ODEON_ETYPE       the answer is of another type; it was dropped
 *   ODEON_ENOMEM      @message was NULL
 *   ODEON_EFOREIGN    @to belongs to another system
 *   ODEON_ESTOPPING   this actor ends, or is started anew
 *   or what odeon_reply_error said
 * An answer takes nobody's place in a bounded mailbox, and is never refused.
 *
 * Returns:  0, or, and then the continuation does not run and what its state should have owned is still the caller's,
 *   ODEON_ENOMEM     @then is NULL: no memory for it; or no memory for the deadline
 *   ODEON_EINVAL     @then was used before, or is of another actor's state
 *   ODEON_ESTOPPING  in stop, or in a continuation that runs since the actor ends
 * Context:  own handler, also in start; does not wait
 * Since:    0.1
 */
#define odeon_request(self, to, message, until, then) odeon_request_at(self, to, message, until, then, ODEON_HERE)
ODEON_API ODEON_MUST_ int odeon_request_at(odeon_self *self, odeon_ref to, void *message, odeon_time until,
                                           odeon_then *then, const odeon_site *site) ODEON_TAKES_(3);

/**
 * odeon_gather_request - one more request, whose answer goes to a gather (request.h)
 * @self:    the asker
 * @gather:  from odeon_gather_open, not closed
 * @to:      the receiver
 * @message: taken
 *
 * Returns:  0: its answer or its error will be among the answers; or
 *   ODEON_ENOMEM  no memory, also when @message was NULL; it is not among the answers
 *   ODEON_EINVAL  no such gather, or it is closed
 *   ODEON_EGONE   the gather has run already: enough have answered, or its deadline has passed
 * Context:  own handler, also in start; does not wait
 * Since:    0.1
 */
#define odeon_gather_request(self, gather, to, message) odeon_gather_request_at(self, gather, to, message, ODEON_HERE)
ODEON_API int odeon_gather_request_at(odeon_self *self, odeon_gather gather, odeon_ref to, void *message,
                                      const odeon_site *site) ODEON_TAKES_(4);

/**
 * odeon_stash - lay the message in hand aside, until odeon_unstash
 * @self:    the running actor
 * @message: taken; must be in hand. Comes back as it was
 * @why:     0 or the error; may be NULL:
 *   ODEON_EFULL   what lies aside still counts as waiting in a bounded mailbox, and that is full
 *   ODEON_EINVAL  the message is not the one in hand
 *   ODEON_ENOMEM  no memory for the first one, or @message was NULL
 *
 * Sender and duty stay with it. When the actor ends it becomes a dead letter; an order to stop does not wait for it
 * unless odeon_unstash was called. Of the system's counters it is in `queued`: its handler is counted as one that handled it, and it as accepted anew.
 *
 * Returns:  NULL when it was taken, else the message
 * Context:  own handler
 * Since:    0.1
 */
#define odeon_stash(self, message, why) ((ODEON_TYPEOF_(message))odeon_stash_at(self, message, odeon_out_(why)))
ODEON_API ODEON_MUST_ void *odeon_stash_at(odeon_self *self, void *message, int *why) ODEON_TAKES_(2);

typedef struct odeon_rest odeon_rest;                  /* what comes after an interceptor: others, then the handler */

/**
 * odeon_proceed - go on to the next interceptor (behaviour.h), or to the handler
 * @self:    the running actor
 * @rest:    what the interceptor was given
 * @message: taken: what the interceptor was given, perhaps changed, or another in its place, which is in hand from here
 *           on, while the first is dropped. Its type decides who handles it. NULL: nobody does
 *
 * Sender and duty stay those of the first, unless the duty has left the hand and the other brings one of its own.
 *
 * Context:  own handler, inside an interceptor, once
 * Since:    0.1
 */
ODEON_API void odeon_proceed(odeon_self *self, odeon_rest *rest, void *message) ODEON_TAKES_(3);

/* Frees nobody's message: behind the list, in frozen.h, it says what it gives. */
typedef struct odeon_frozen odeon_frozen;              /* a message that nobody may change any more, shared by any number */

/**
 * odeon_freeze - make a message one that may be shared
 * @message: taken
 *
 * Returns:  the frozen message, yours to share or drop (frozen.h); NULL when @message was NULL
 * Context:  any thread, any handler; needs no memory
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_frozen *odeon_freeze(void *message) ODEON_TAKES_(1);

/**
 * odeon_send_after - send a message later
 * @self:    the sender
 * @to:      the receiver; may be the sender itself
 * @message: taken
 * @delay:   nanoseconds from now; less than 0 counts as 0; never early, and late by at most 1 ms when nothing else runs
 * @timer:   for odeon_timer_cancel; {0} on failure; may be NULL
 *
 * The running actor sends it, when it is due and the actor's turn has come: after what waits for the actor by then, and
 * in order with all else it sends. When the actor ends before, or is started anew, the message is dropped. A refusal by
 * the receiver makes it a dead letter.
 *
 * Returns:  0, or, with the message dropped,
 *   ODEON_ENOMEM     no memory, or @message was NULL
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
#define odeon_send_after(self, to, message, delay, timer) odeon_send_after_at(self, to, message, delay, timer, ODEON_HERE)
ODEON_API int odeon_send_after_at(odeon_self *self, odeon_ref to, void *message, odeon_duration delay, odeon_timer *timer,
                                  const odeon_site *site) ODEON_TAKES_(3);

typedef struct odeon_blocking odeon_blocking;          /* a function that may block: actors/offload.h */

/**
 * odeon_offload - have a function run on a thread of a pool, and a continuation with its answer
 * @self:     the asker
 * @pool:     from odeon_offload_start (actors/offload.h); ODEON_NOBODY is the system's own
 * @function: the name that ODEON_BLOCKING gave
 * @argument: taken; of the function's type, which the compiler checks. In hand, it goes with its duty to answer, unless that was
 *            detached: ODEON_THEN(self, S, C, R, .asked = odeon_duty(self)) keeps it for the continuation
 * @until:    how long to wait, as odeon_request
 * @then:     ODEON_THEN(...); consumed
 *
 * 0 means that the continuation will run, exactly once, as with odeon_request. Beside the errors there, and those of the
 * function itself, it is told
 *   ODEON_EFULL      all threads are busy, and as many functions wait as may
 *   ODEON_ENOMEM     the argument was NULL, or no memory
 *   ODEON_ESYSTEM    the pool has no thread and there is none to be had
 *   ODEON_ESTOPPING  the pool, or the system, stopped before it began; or the asker ends
 *   ODEON_EGONE      the pool has ended, or the thread, before it began; or the system stops and has no pool of its own
 *   ODEON_ETIMEDOUT  no answer until then. A function that has not begun does not run; what another one answers, later, is a
 *                    dead letter
 *
 * Returns:  as odeon_request; what it refuses does not run
 * Context:  own handler, also in start; does not wait
 * Since:    0.1
 */
#define odeon_offload(self, pool, function, argument, until, then) \
	odeon_offload_at(self, pool, &ODEON_BLOCKING_##function, ODEON_ARGUMENT_(function, argument), until, then, ODEON_HERE)
ODEON_API ODEON_MUST_ int odeon_offload_at(odeon_self *self, odeon_ref pool, const odeon_blocking *function, void *argument,
                                           odeon_time until, odeon_then *then, const odeon_site *site) ODEON_TAKES_(4);

/**
 * odeon_offload_ask - have a function run on a thread of a pool, from a plain thread, and wait for its answer
 * @system:   the pool's
 * @argument: taken; not in hand
 * @why:      0 or the error: as odeon_ask, and as odeon_offload tells it; may be NULL
 *
 * For what the pool's bounds should hold for; otherwise a plain thread may as well call the function.
 *
 * Returns:  the answer, yours; NULL on failure
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
#define odeon_offload_ask(system, pool, function, argument, until, why) \
	((ODEON_TYPEOF_(function(NULL, NULL)))odeon_offload_ask_at(system, pool, &ODEON_BLOCKING_##function, \
		ODEON_ARGUMENT_(function, argument), until, odeon_out_(why), ODEON_HERE))
ODEON_API void *odeon_offload_ask_at(odeon_system *system, odeon_ref pool, const odeon_blocking *function, void *argument,
                                     odeon_time until, int *why, const odeon_site *site) ODEON_TAKES_(4);

/* ---- who gives: one list, every taker in it; those of channels are in odeon/channel.h ------------------------------ */

typedef struct odeon_sender odeon_sender;
ODEON_API int odeon_sender_send_at(odeon_sender *sender, void *message, const odeon_site *site) ODEON_TAKES_(2);
ODEON_API void *odeon_sender_try_at(odeon_sender *sender, void *message, odeon_time until, int *why,
                                    const odeon_site *site) ODEON_TAKES_(2);

#define ODEON_MESSAGE_GIVEN_ ODEON_MUST_ ODEON_GIVES_( \
	malloc(odeon_free, 1), malloc(odeon_send_at, 3), malloc(odeon_forward_at, 3), malloc(odeon_reply_at, 2), \
	malloc(odeon_reply_to_at, 3), malloc(odeon_post_at, 3), malloc(odeon_try_send_at, 3), malloc(odeon_try_post_at, 3), \
	malloc(odeon_permit_send_at, 3), malloc(odeon_keep_at, 2), malloc(odeon_ask_at, 4), malloc(odeon_sender_send_at, 2), malloc(odeon_sender_try_at, 2), \
	malloc(odeon_offload_at, 4), malloc(odeon_offload_ask_at, 4), \
	malloc(odeon_request_at, 3), malloc(odeon_gather_request_at, 4), malloc(odeon_send_after_at, 3), \
	malloc(odeon_stash_at, 2), malloc(odeon_proceed, 3), malloc(odeon_freeze, 1))

ODEON_API void *odeon_keep_at(odeon_self *self, void *message) ODEON_MESSAGE_GIVEN_ __attribute__((returns_nonnull));
ODEON_API void *odeon_ask_at(const odeon_type *type, odeon_system *system, odeon_ref to, void *message,
                             odeon_time until, int *why, const odeon_site *site) ODEON_MESSAGE_GIVEN_;
ODEON_API void *odeon_offload_ask_at(odeon_system *system, odeon_ref pool, const odeon_blocking *function, void *argument,
                                     odeon_time until, int *why, const odeon_site *site) ODEON_MESSAGE_GIVEN_;

/**
 * odeon_make - a message of a type, filled from a value; what odeon_new and odeon_new_sized call
 * @type:  must outlive the message
 * @extra: bytes behind the struct, not initialised
 * @value: type->bytes bytes to copy; NULL fills with zero
 * @site:  where; must live for ever; may be NULL
 *
 * Returns:  the message, yours, aligned for any type; NULL when out of memory, or when the sum of the sizes is more
 *           than ODEON_MESSAGE_BYTES_MOST, or when @type is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
	ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/**
 * odeon_duty - detach the duty to answer from the request in hand
 * @self: the running actor
 *
 * For a request whose content must go elsewhere while its answer is still owed: the duty becomes a message without
 * content, to be kept and given to odeon_reply_to as the request, or forwarded, or freed, which tells the asker so.
 *
 * Returns:  the duty, yours; NULL when out of memory, or when what is in hand is owed no answer
 * Context:  own handler
 * Since:    0.1
 */
ODEON_API void *odeon_duty(odeon_self *self) ODEON_MESSAGE_GIVEN_;

/*
 * odeon_new(T), odeon_new(T, .x = 1)                   a zeroed, or filled, struct T *
 * odeon_new_sized(T, extra_bytes, .x = 1)              the same with room behind the struct
 *
 * Give a struct T *, or NULL when out of memory. In C++ the initialisers are positional.
 */
#define odeon_new(...) ODEON_NEW_(__VA_ARGS__, )
#define odeon_new_sized(...) ODEON_NEW_SIZED_(__VA_ARGS__, )
#define ODEON_NEW_(T, ...) ODEON_NEW_SIZED_(T, 0, __VA_ARGS__)
#ifndef __cplusplus
# define ODEON_NEW_SIZED_(T, extra, ...) \
	((struct T *)odeon_make(ODEON_TYPE(T), extra, __extension__ &(const struct T){ __VA_ARGS__ }, ODEON_HERE))
#else
# define ODEON_NEW_SIZED_(T, extra, ...) \
	(odeon_make_cxx_(ODEON_TYPE(T), extra, ODEON_STRUCT_##T{ __VA_ARGS__ }, ODEON_HERE))
} template <class T> T *odeon_make_cxx_(const odeon_type *type, size_t extra, const T &value, const odeon_site *site)
{
	static_assert(__is_trivially_copyable(T), "a message type must be trivially copyable: it is moved as bytes");
	return static_cast<T *>(odeon_make(type, extra, &value, site));
} extern "C" {
#endif

ODEON_END_
#endif
