/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/channel.h - channels: owned messages between plain threads, between actors, and from one to the other
 *
 *   odeon_sender *out;
 *   odeon_receiver *in;
 *   int error = odeon_channel_open(ODEON_TYPE(number), 16, &out, &in);
 *
 *   odeon_sender_send(out, odeon_new(number, .value = 1));            another thread:
 *                                                                     while ((number = odeon_recv(number, in)))
 *   odeon_sender_drop(out);                                                   odeon_free(number);
 *
 * A channel has two sides, and each side has *halves*: senders and receivers. A half is used by one thread at a time;
 * another thread gets a clone of its own. When the last half of one side is dropped, the channel is *disconnected*:
 * what was sent before can still be received, and then receivers get ODEON_EDISCONNECTED; senders get it at once. What
 * nobody will receive is dropped as the last receiver goes, on that thread.
 *
 *   unbounded    odeon_channel_open(type, ODEON_UNBOUNDED, ...): a send never waits; of 2 to 32 senders, one that is far
 *                ahead of the receivers, or that meets others, offers its core now and then, unless it is a pooled actor
 *   bounded      odeon_channel_open(type, n, ...): a send waits while n messages are queued
 *   rendezvous   odeon_channel_open(type, 0, ...): a send is complete when a receiver has taken its message
 *   oneshot      odeon_oneshot_open: one message ever
 *   broadcast    odeon_broadcast_open: every receiver gets each message, or hears how many it missed
 *   watch        odeon_watch_open: the latest value
 *
 * Channels of the first four take messages from any number of senders and give each to exactly one receiver. The
 * messages of one half arrive in the order sent, and what was done before a send is seen by whoever receives the message;
 * but a send or a receive is no full memory barrier. No channel needs a system.
 *
 * Waiting belongs to plain threads and to actors with a thread of their own. In a handler of any other actor a call
 * that would wait answers ODEON_EWOULDBLOCK, at once. There, send with odeon_sender_try and ask for a message when there is
 * room (odeon_sender_when_room); and let what a channel carries come as messages: odeon_receiver_pipe, in
 * odeon/actors/pipe.h, or odeon_receiver_when_ready.
 *
 * Threads that wait for the same side of a channel are woken one for each message, or for each place that is free. Where all of them
 * may use one and the same core only, one is woken at a time and then wakes the next: whatever keeps it from running, such as
 * a priority lower than that of others on the core, holds up those behind it.
 */
#ifndef ODEON_CHANNEL_H
#define ODEON_CHANNEL_H

#include <odeon/send.h>
#include <odeon/tick.h>

#define ODEON_UNBOUNDED SIZE_MAX
#define ODEON_CAPACITY_MOST ((size_t)1 << 30)          /* of messages, for what is not unbounded */

typedef struct odeon_sender odeon_sender;
typedef struct odeon_receiver odeon_receiver;

enum odeon_channel_kind {
	ODEON_CHANNEL_QUEUE = 0,                       /* unbounded, bounded, rendezvous: `capacity` says which */
	ODEON_CHANNEL_ONESHOT,
	ODEON_CHANNEL_BROADCAST,
	ODEON_CHANNEL_WATCH
};

/* Start it with ODEON_CHANNEL_OPTIONS(.capacity = n, ...). Zero is the default of all but the capacity. */
typedef struct odeon_channel_options {
	size_t bytes;
	enum odeon_channel_kind kind;
	size_t capacity;                               /* in messages: of a queue as above; of a broadcast, how many a
	                                                  receiver may be behind, at least 1. Others have their own */
	size_t capacity_bytes;                         /* of a queue whose capacity is not 0: at most so many bytes wait,
	                                                  headers included, in steps of 16. One message is always let into
	                                                  an empty channel, however large. 0: no such bound */
	odeon_system *system;                          /* simulated: deadlines are on its clock, waiting runs it. NULL, and
	                                                  any other system: real time */
	int (*copy)(void *to, const void *from);       /* broadcast, watch: fills *to, which holds the bytes of *from already;
	                                                  0, or a negative error that the receiver gets. Needed by types
	                                                  that have a drop; the others are copied as bytes */
} odeon_channel_options;
#define ODEON_CHANNEL_OPTIONS(...) { .bytes = sizeof(odeon_channel_options), __VA_ARGS__ }

/* ---- messages that channels send to actors -------------------------------------------------------------------------- */

/* Asked for with odeon_receiver_when_ready and odeon_sender_when_room, once each time. It may still come after the half was
 * dropped: compare the pointer, do not use it before. */
struct odeon_readable { odeon_receiver *receiver; };
struct odeon_writable { odeon_sender *sender; };

ODEON_MESSAGE_DECLARE(odeon_readable) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_writable) ODEON_API;

ODEON_BEGIN_

/* ---- opening, cloning, dropping ------------------------------------------------------------------------------------- */

/**
 * odeon_channel_open - a channel for messages of one type
 * @type:     of everything sent, ODEON_TYPE(T); must outlive the channel
 * @capacity: ODEON_UNBOUNDED; or how many messages may wait, up to ODEON_CAPACITY_MOST; 0: none, sender and receiver meet
 * @sender:   its first sending half, yours to drop; unchanged on failure
 * @receiver: its first receiving half, yours to drop; unchanged on failure
 *
 * A bounded channel of up to 65536 messages has its memory from the beginning, 16 bytes a message.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM  no memory
 *   ODEON_EINVAL  no type, an absurd capacity, or nowhere to put the halves
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_channel_open(const odeon_type *type, size_t capacity, odeon_sender **sender, odeon_receiver **receiver);

/**
 * odeon_oneshot_open - a channel for one message
 *
 * After the first message every further send answers ODEON_EDISCONNECTED, and once it was received so does receiving.
 *
 * Returns:  as odeon_channel_open
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_oneshot_open(const odeon_type *type, odeon_sender **sender, odeon_receiver **receiver);

/**
 * odeon_broadcast_open - a channel whose every receiver gets each message, as a copy of its own
 * @capacity: how many messages a receiver may be behind, 1 to ODEON_CAPACITY_MOST
 *
 * A send never waits. A receiver that is further behind than the capacity gets ODEON_ELAGGED once, odeon_receiver_missed says
 * how many messages it missed, and the next receive gives the oldest that is left. A clone of a receiver begins where the
 * original stands. A message that was sent while there is no receiver at all is answered with ODEON_EDISCONNECTED.
 *
 * It has its memory from the beginning, 8 bytes a message. That for more than 65536 it gets as they are sent; where there is none,
 * what it has then is its capacity from there on.
 *
 * Returns:  as odeon_channel_open; ODEON_EINVAL also when the type has a drop: say how to copy it, with
 *           odeon_channel_open_with
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_broadcast_open(const odeon_type *type, size_t capacity, odeon_sender **sender,
                                   odeon_receiver **receiver);

/**
 * odeon_watch_open - a channel that holds the latest value
 *
 * A send replaces the value and never waits. A receive waits for a value that this receiver has not seen, and gives a copy
 * of it; values in between are skipped. odeon_latest gives the value whether it was seen or not.
 *
 * Returns:  as odeon_broadcast_open
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_watch_open(const odeon_type *type, odeon_sender **sender, odeon_receiver **receiver);

/**
 * odeon_channel_open_with - a channel of any kind, with bounds in bytes, a simulated clock, a way to copy
 *
 * Returns:  as odeon_channel_open, and
 *   ODEON_EINVAL    options that contradict each other or the type
 *   ODEON_EVERSION  the options have an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_channel_open_with(const odeon_type *type, const odeon_channel_options *options, odeon_sender **sender,
                                      odeon_receiver **receiver);

/**
 * odeon_sender_drop, odeon_receiver_drop - end a half
 * @sender, @receiver: taken; NULL is fine
 *
 * The last sender's drop disconnects the channel when what was sent has been received; the last receiver's drop does at
 * once, and drops what is queued. A half that is dropped twice stops a debug build with a panic.
 *
 * Context:  any thread, any handler, a drop of a message, a destructor of thread-local data; does not wait
 * Since:    0.1
 */
ODEON_API void odeon_sender_drop(odeon_sender *sender) ODEON_TAKES_(1);
ODEON_API void odeon_receiver_drop(odeon_receiver *receiver) ODEON_TAKES_(1);

/* Who gives a receiver names every taker; odeon/actors/pipe.h says what this one does. */
extern ODEON_API int odeon_receiver_pipe(odeon_receiver *receiver, odeon_system *system, odeon_ref to) ODEON_TAKES_(1);
#define ODEON_RECEIVER_GIVEN_ ODEON_MUST_ ODEON_GIVES_(malloc(odeon_receiver_drop, 1), malloc(odeon_receiver_pipe, 1))

/**
 * odeon_sender_clone, odeon_receiver_clone - another half of the same channel and side
 *
 * Returns:  the half, yours to drop; NULL: no memory, or @half was NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_sender *odeon_sender_clone(odeon_sender *half) ODEON_GIVES_(malloc(odeon_sender_drop, 1));
ODEON_API odeon_receiver *odeon_receiver_clone(odeon_receiver *half) ODEON_RECEIVER_GIVEN_;

/* ---- sending ---------------------------------------------------------------------------------------------------------- */

/**
 * odeon_sender_send - send, waiting while the channel is full
 * @sender:  a half of this thread
 * @message: taken, on failure too: then it is dropped
 *
 * Returns:  0, or
 *   ODEON_ENOMEM         message was NULL: what should have made it had no memory
 *   ODEON_EDISCONNECTED  no receiver is left
 *   ODEON_ETYPE          the channel carries another type
 *   ODEON_EWOULDBLOCK    full, in a handler of a pooled actor: use odeon_sender_try and odeon_sender_when_room
 *   ODEON_EINVAL         @sender is NULL
 * Context:  plain thread, or a handler of an actor with a thread of its own; into an unbounded, a broadcast, or a watch
 *           channel any thread, any handler
 * Since:    0.1
 */
#define odeon_sender_send(sender, message) odeon_sender_send_at(sender, message, ODEON_HERE)
ODEON_API int odeon_sender_send_at(odeon_sender *sender, void *message, const odeon_site *site) ODEON_TAKES_(2);

/**
 * odeon_sender_try - send, waiting until a deadline, or get the message back
 * @sender:  a half of this thread
 * @message: taken; comes back as it was
 * @until:   how long to wait; ODEON_AT_ONCE, and any moment in the past, does not wait
 * @why:     0 or the error; may be NULL: as odeon_sender_send, and
 *   ODEON_EFULL      no room, and @until was ODEON_AT_ONCE
 *   ODEON_ETIMEDOUT  no room until then
 *
 * Into a rendezvous it succeeds only with a receiver that waits.
 *
 * Returns:  NULL when it was taken, else the message (NULL too when @message was NULL; then why is ODEON_ENOMEM)
 * Context:  any thread, any handler; with something to wait for as odeon_sender_send
 * Since:    0.1
 */
#define odeon_sender_try(sender, message, until, why) \
	((ODEON_TYPEOF_(message))odeon_sender_try_at(sender, message, until, odeon_out_(why), ODEON_HERE))
ODEON_API ODEON_MUST_ void *odeon_sender_try_at(odeon_sender *sender, void *message, odeon_time until, int *why,
                                                const odeon_site *site) ODEON_TAKES_(2);

/**
 * odeon_sender_when_room - tell me, once, when a send would not find the channel full: a struct odeon_writable
 * @self:   the running actor
 * @sender: a half of its own; the message names it
 *
 * A channel with room, or without receivers, tells at once. It promises nothing: others may be faster. Asking again before
 * the message was sent changes nothing.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM  no memory for the message
 *   ODEON_EINVAL  @sender is NULL
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_sender_when_room(odeon_self *self, odeon_sender *sender);

/* ---- receiving ---------------------------------------------------------------------------------------------------------- */

/**
 * odeon_receiver_recv - receive; what the macros below call
 * @type:     what is expected; NULL accepts whatever the channel carries
 * @receiver: a half of this thread
 * @until:    how long to wait; ODEON_AT_ONCE, and any moment in the past, does not wait
 * @why:      0 or the error; may be NULL:
 *   ODEON_EEMPTY         nothing there, and @until was ODEON_AT_ONCE
 *   ODEON_ETIMEDOUT      nothing came until then
 *   ODEON_EDISCONNECTED  nothing there, and no sender is left
 *   ODEON_ELAGGED        messages of this broadcast were missed; the next call goes on with what is left
 *   ODEON_ETYPE          the channel carries another type; nothing was received
 *   ODEON_EWOULDBLOCK    nothing there, in a handler of a pooled actor: use odeon_receiver_pipe or odeon_receiver_when_ready
 *   ODEON_ENOMEM         no memory for the copy that a broadcast or watch gives, or for a tick; it can be received later
 *   ODEON_EINVAL         @receiver is NULL
 *   or what `copy` answered
 *
 * Returns:  the message, yours; NULL on failure
 * Context:  any thread, any handler; with something to wait for: plain thread, or a handler of an actor with a thread of
 *           its own
 * Since:    0.1
 */
ODEON_API void *odeon_receiver_recv(const odeon_type *type, odeon_receiver *receiver, odeon_time until, int *why)
	ODEON_MESSAGE_GIVEN_;

/*
 * odeon_recv(T, receiver)                    the next struct T *, yours. NULL: nothing more will come. So
 *                                            while ((m = odeon_recv(T, receiver))) runs until the channel is disconnected
 * odeon_try_recv(T, receiver, &why)          does not wait. So while ((m = odeon_try_recv(T, receiver, NULL))) takes what is
 *                                            there now
 * odeon_recv_until(T, receiver, until, &why) waits until then
 * odeon_latest(T, receiver, &why)            a copy of what a watch holds, whether this receiver has seen it or not
 */
#define odeon_recv(T, receiver) ((struct T *)odeon_receiver_recv(ODEON_TYPE(T), receiver, ODEON_NEVER, NULL))
#define odeon_try_recv(T, receiver, why) \
	((struct T *)odeon_receiver_recv(ODEON_TYPE(T), receiver, ODEON_AT_ONCE, odeon_out_(why)))
#define odeon_recv_until(T, receiver, until, why) \
	((struct T *)odeon_receiver_recv(ODEON_TYPE(T), receiver, until, odeon_out_(why)))
#define odeon_latest(T, receiver, why) ((struct T *)odeon_receiver_latest(ODEON_TYPE(T), receiver, odeon_out_(why)))

/**
 * odeon_receiver_latest - a copy of what a watch holds; counts as seen
 * @type: as for odeon_receiver_recv
 * @why:  0 or the error; may be NULL: ODEON_EEMPTY when nothing was ever sent, ODEON_EINVAL for any other kind of channel, and
 *        as odeon_receiver_recv. A watch whose senders are gone still has its value
 *
 * Returns:  the message, yours; NULL on failure
 * Context:  any thread, any handler; does not wait
 * Since:    0.1
 */
ODEON_API void *odeon_receiver_latest(const odeon_type *type, odeon_receiver *receiver, int *why) ODEON_MESSAGE_GIVEN_;

/**
 * odeon_receiver_recv_many - receive what is there, at least one message, at most so many
 * @messages: where the pointers go; all yours
 * @most:     room there; 0 answers 0
 * @until:    how long to wait for the first
 * @why:      as odeon_receiver_recv, when the answer is 0
 *
 * Returns:  how many
 * Context:  as odeon_receiver_recv
 * Since:    0.1
 */
ODEON_API size_t odeon_receiver_recv_many(const odeon_type *type, odeon_receiver *receiver, void **messages, size_t most,
                                          odeon_time until, int *why);
#define odeon_recv_many(T, receiver, messages, most, until, why) \
	odeon_receiver_recv_many(ODEON_TYPE(T), receiver, (void **)(1 ? (messages) : (struct T **)0), most, until, why)

/**
 * odeon_receiver_missed - how many messages the last ODEON_ELAGGED of this broadcast receiver stood for
 *
 * Returns:  the number; 0 when it never lagged, and for any other kind of channel
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API uint64_t odeon_receiver_missed(const odeon_receiver *receiver);

/**
 * odeon_receiver_when_ready - tell me, once, when there is something to receive: a struct odeon_readable
 * @self:     the running actor
 * @receiver: a half of its own; the message names it
 *
 * A channel that has something, or is disconnected, tells at once. Others may be faster to receive it. Asking again before the
 * message was sent changes nothing.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM  no memory for the message
 *   ODEON_EINVAL  @receiver is NULL, or a tick or after: let a timer send a message
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_receiver_when_ready(odeon_self *self, odeon_receiver *receiver);

/**
 * odeon_receiver_fd - a descriptor that is readable while there is something to receive, or the channel is disconnected
 *
 * For the poll, epoll, libuv or glib loop of a host. It belongs to this half, is made by the first call and closed with the
 * half; do not read it. It may be readable in vain; after odeon_try_recv has said ODEON_EEMPTY, it no longer is.
 *
 * Returns:  the descriptor, or
 *   ODEON_ESYSTEM  no descriptor to be had, or no memory for what belongs to it
 *   ODEON_EINVAL   @receiver is NULL, or of a simulated system
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_receiver_fd(odeon_receiver *receiver);

/* ---- time as a channel -------------------------------------------------------------------------------------------------- */

/**
 * odeon_receiver_tick - a receiver that gets a struct odeon_tick (odeon/tick.h) every so often
 * @clock:  a simulated system: its time; NULL, and any other system: real time
 * @period: nanoseconds, at least 1
 *
 * The first is due a period from now. Late ones are not piled up: the next is due a period after one was taken, if that was
 * late. Clones share its ticks.
 *
 * Returns:  the receiver, yours to drop; NULL: no memory, or no period
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API odeon_receiver *odeon_receiver_tick(odeon_system *clock, odeon_duration period) ODEON_RECEIVER_GIVEN_;

/**
 * odeon_receiver_after - a receiver that gets one struct odeon_tick, at a moment
 * @clock: as for odeon_receiver_tick
 * @when:  at once when it has passed; ODEON_NEVER: never. Then nothing more comes, and it is not disconnected
 *
 * Returns:  the receiver, yours to drop; NULL: no memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API odeon_receiver *odeon_receiver_after(odeon_system *clock, odeon_time when) ODEON_RECEIVER_GIVEN_;

/**
 * odeon_receiver_never - a receiver that never gets anything and is never disconnected
 * @clock: as for odeon_receiver_tick
 *
 * Returns:  the receiver, yours to drop; NULL: no memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API odeon_receiver *odeon_receiver_never(odeon_system *clock) ODEON_RECEIVER_GIVEN_;

/* ---- looking ------------------------------------------------------------------------------------------------------------ */

/**
 * odeon_sender_len, odeon_receiver_len - how many messages wait; exact while nobody else uses the channel
 *
 * Of a broadcast receiver: how many it has not seen and can still get. Of a rendezvous: 0. Of a tick or after: 1 when due.
 * Of a sender of a broadcast or watch: what the channel holds.
 *
 * Returns:  the number; 0 for NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API size_t odeon_sender_len(const odeon_sender *sender);
ODEON_API size_t odeon_receiver_len(const odeon_receiver *receiver);

/**
 * odeon_sender_capacity, odeon_receiver_capacity - how many messages may wait
 *
 * Returns:  as it was opened: ODEON_UNBOUNDED, n, 0 for a rendezvous, 1 for a oneshot, a watch, a tick, an after; 0 for never
 *           and for NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API size_t odeon_sender_capacity(const odeon_sender *sender);
ODEON_API size_t odeon_receiver_capacity(const odeon_receiver *receiver);

/**
 * odeon_sender_is_empty, odeon_sender_is_full, odeon_receiver_is_empty, odeon_receiver_is_full - len against 0 and capacity
 *
 * A rendezvous is always empty and always full. What never makes a sender wait is never full. A channel bounded in bytes is
 * full when the smallest message would not fit.
 *
 * Returns:  1 or 0
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_sender_is_empty(const odeon_sender *sender);
ODEON_API int odeon_sender_is_full(const odeon_sender *sender);
ODEON_API int odeon_receiver_is_empty(const odeon_receiver *receiver);
ODEON_API int odeon_receiver_is_full(const odeon_receiver *receiver);

/**
 * odeon_sender_same_channel, odeon_receiver_same_channel, odeon_channel_joins - whether two halves are of one channel
 *
 * Returns:  1 or 0; 0 when one is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_sender_same_channel(const odeon_sender *one, const odeon_sender *other);
ODEON_API int odeon_receiver_same_channel(const odeon_receiver *one, const odeon_receiver *other);
ODEON_API int odeon_channel_joins(const odeon_sender *sender, const odeon_receiver *receiver);

/* ---- checked by the compiler ------------------------------------------------------------------------------------------ */

/*
 * ODEON_CHANNEL(T); for a type declared with ODEON_MESSAGE: halves that the compiler knows to carry struct T.
 *
 *   struct T_sender out;                         each has one member, the plain half:
 *   struct T_receiver in;                        odeon_sender_drop(out.half), odeon_receiver_fd(in.half), ...
 *   T_channel_open(capacity, &out, &in)          as odeon_channel_open
 *   T_send(out, message)                         as odeon_sender_send; a message of another type is a warning
 *   T_try_send(out, message, until, &why)        as odeon_sender_try
 *   T_recv(in)   T_try_recv(in, &why)   T_recv_until(in, until, &why)
 */
#define ODEON_CHANNEL(T) \
	struct T##_sender { odeon_sender *half; }; \
	struct T##_receiver { odeon_receiver *half; }; \
	ODEON_INLINE_ int T##_channel_open(size_t capacity, struct T##_sender *out, struct T##_receiver *in) \
	{ return odeon_channel_open(ODEON_TYPE(T), capacity, &out->half, &in->half); } \
	ODEON_INLINE_ int T##_send(struct T##_sender out, struct T *message) { return odeon_sender_send(out.half, message); } \
	ODEON_INLINE_ ODEON_MUST_ struct T *T##_try_send(struct T##_sender out, struct T *message, odeon_time until, int *why) \
	{ return odeon_sender_try(out.half, message, until, why); } \
	ODEON_INLINE_ ODEON_MUST_ struct T *T##_recv(struct T##_receiver in) { return odeon_recv(T, in.half); } \
	ODEON_INLINE_ ODEON_MUST_ struct T *T##_try_recv(struct T##_receiver in, int *why) \
	{ return odeon_try_recv(T, in.half, why); } \
	ODEON_INLINE_ ODEON_MUST_ struct T *T##_recv_until(struct T##_receiver in, odeon_time until, int *why) \
	{ return odeon_recv_until(T, in.half, until, why); } \
	ODEON_ASSERT_(sizeof(struct T) <= ODEON_MESSAGE_BYTES_MOST, "struct " #T " is too large for a message")

ODEON_END_
#endif
