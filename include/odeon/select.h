/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/select.h - one wait for everything: channels, time, descriptors, a mailbox
 *
 *   odeon_case cases[] = {
 *           ODEON_CASE_RECV(numbers), ODEON_CASE_RECV(tick), ODEON_CASE_FD(fd, POLLIN),
 *           ODEON_CASE_SEND(out, odeon_new(number, .value = 1)),
 *   };
 *
 *   switch (odeon_select(cases, 4, until)) {
 *   case 0:
 *           number = odeon_case_message(number, &cases[0]);        NULL: cases[0].error says why
 *           ...
 *
 * A select waits until one of its cases can happen, and makes exactly that one happen; the others have no effect. When
 * several can, each is as likely as any other. A case *happens* also when its channel is disconnected: `error` says so.
 *
 * The array is yours, and is used again for the next round: nothing is allocated in a round, unless descriptors are
 * waited for. A message to be sent stays in its case until it is taken; put the next one there. One that was received and
 * not taken out is freed when its case is used again, or by odeon_case_clear.
 */
#ifndef ODEON_SELECT_H
#define ODEON_SELECT_H

#include <odeon/channel.h>

enum odeon_case_what {
	ODEON_ON_NOTHING = 0,                          /* a case that never happens: to leave one out for a while */
	ODEON_ON_RECV,
	ODEON_ON_SEND,
	ODEON_ON_FD,
	ODEON_ON_MAILBOX,
	ODEON_ON_DEFAULT
};

/* Filled by the macros. Its size is fixed for ever: arrays of it have a stride. */
typedef struct odeon_case {
	enum odeon_case_what what;
	int error;                                     /* of the case that happened: 0 or why there is no message; else it means nothing */
	void *end;                                     /* an odeon_receiver, odeon_sender, or odeon_self */
	void *message;                                 /* to be sent, until taken; or received */
	int fd;
	short events, got;                             /* POLLIN, POLLOUT, ...: asked for, and what was there */
	int is_ready;                                  /* set by odeon_select_ready */
	void *private_[6];
} odeon_case;

/* (1 ? x : (T *)0) is x, and a warning when x is no T *. */
#define ODEON_CASE_(what, end, message, fd, events) { what, 0, end, message, fd, events, 0, 0, { 0, 0, 0, 0, 0, 0 } }
#define ODEON_CASE_NOTHING ODEON_CASE_(ODEON_ON_NOTHING, NULL, NULL, -1, 0)
#define ODEON_CASE_RECV(receiver) ODEON_CASE_(ODEON_ON_RECV, (1 ? (receiver) : (odeon_receiver *)0), NULL, -1, 0)
#define ODEON_CASE_SEND(sender, owned) ODEON_CASE_(ODEON_ON_SEND, (1 ? (sender) : (odeon_sender *)0), (owned), -1, 0)
#define ODEON_CASE_FD(fd, events) ODEON_CASE_(ODEON_ON_FD, NULL, NULL, (fd), (events))
#define ODEON_CASE_MAILBOX(self) ODEON_CASE_(ODEON_ON_MAILBOX, (1 ? (self) : (odeon_self *)0), NULL, -1, 0)
#define ODEON_CASE_DEFAULT ODEON_CASE_(ODEON_ON_DEFAULT, NULL, NULL, -1, 0)

/* A set of cases that grows, and keeps what it needs between rounds. Used by one thread at a time. */
typedef struct odeon_selector odeon_selector;

ODEON_BEGIN_

/**
 * odeon_select - wait for one of several things, and do it
 * @cases: the array; not shared with another thread during the call
 * @count: how many; 0 waits for @until, which must not be ODEON_NEVER
 * @until: how long; ODEON_AT_ONCE, and any moment in the past, looks once
 *
 * ODEON_CASE_RECV     happened: `message` is what was received, or NULL and `error` as for odeon_receiver_recv
 * ODEON_CASE_SEND     happened: `message` is NULL, it was taken; or still there, and `error` as for odeon_sender_try
 * ODEON_CASE_FD       happened: `got` are the events that are there, POLLERR, POLLHUP and POLLNVAL also unasked
 * ODEON_CASE_MAILBOX  happened: one message of the running actor's mailbox was given to its handler, inside this call; or
 *                     `error` is ODEON_ESTOPPING: the actor is to end, return from the handler. Only in a handler of an actor with a
 *                     thread of its own. While a message is handled so, another select with this case is ODEON_EINVAL
 * ODEON_CASE_DEFAULT  happens when nothing else can at once: then the call never waits
 *
 * The same half may stand in several cases, each counts for itself; a select never meets itself in a rendezvous. When
 * the channels belong to a simulated system, so does the deadline.
 *
 * Returns:  the index of the case that happened, or, with nothing done,
 *   ODEON_ETIMEDOUT    none could until then
 *   ODEON_EWOULDBLOCK  none could at once, in a handler of a pooled actor
 *   ODEON_EINVAL       @cases is NULL, or a case is: a NULL half, a send without a message, a mailbox where none may be;
 *                      nothing to wait for and no deadline; simulated channels beside a descriptor, or of two systems
 *   ODEON_ENOMEM       no memory to wait for descriptors
 *   ODEON_ESYSTEM      no descriptor to be woken by
 * Context:  plain thread, or a handler of an actor with a thread of its own; with ODEON_AT_ONCE any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_select(odeon_case *cases, size_t count, odeon_time until);

/**
 * odeon_select_biased - the same, but of several cases that can happen the first in the array does
 *
 * Returns:  as odeon_select
 * Context:  as odeon_select
 * Since:    0.1
 */
ODEON_API int odeon_select_biased(odeon_case *cases, size_t count, odeon_time until);

/**
 * odeon_select_ready - wait until at least one case can happen, do nothing, and say which can
 *
 * Sets `is_ready` of every case. Others may be faster: what is ready now may not be when it is tried.
 *
 * Returns:  how many are ready, or an error as of odeon_select
 * Context:  as odeon_select
 * Since:    0.1
 */
ODEON_API int odeon_select_ready(odeon_case *cases, size_t count, odeon_time until);

/**
 * odeon_case_take - the message out of a case: received, or not sent
 * @type: what is expected; NULL accepts any
 *
 * Returns:  the message, yours; NULL: there is none, or it is of another type and stays
 * Context:  whoever uses the case
 * Since:    0.1
 */
ODEON_API void *odeon_case_take(odeon_case *one, const odeon_type *type) ODEON_MESSAGE_GIVEN_;
#define odeon_case_message(T, one) ((struct T *)odeon_case_take(one, ODEON_TYPE(T)))

/**
 * odeon_case_clear - free the message that is in a case, if there is one
 * Context:  whoever uses the case
 * Since:    0.1
 */
ODEON_API void odeon_case_clear(odeon_case *one);

/**
 * odeon_selector_drop - end a selector; frees the messages in its cases, not its halves; NULL is fine
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void odeon_selector_drop(odeon_selector *selector) ODEON_TAKES_(1);

/**
 * odeon_selector_open - an empty set of cases
 *
 * Returns:  the selector, yours to drop; NULL: no memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_selector *odeon_selector_open(void) ODEON_GIVES_(malloc(odeon_selector_drop, 1));

/**
 * odeon_selector_add - one case more
 * @one: copied; its message, if it has one, is the selector's from then on. Not on failure
 *
 * Returns:  its index, the lowest that is free; or ODEON_ENOMEM; or ODEON_EINVAL: NULL, or what is in no array either
 * Context:  whoever uses the selector
 * Since:    0.1
 */
ODEON_API int odeon_selector_add(odeon_selector *selector, const odeon_case *one);

/**
 * odeon_selector_remove - take a case out; the message in it is freed; other indices stay
 *
 * Returns:  0, or ODEON_EINVAL: there is no such case
 * Context:  whoever uses the selector
 * Since:    0.1
 */
ODEON_API int odeon_selector_remove(odeon_selector *selector, int index);

/**
 * odeon_selector_case - the case of an index, to look at what happened and to put in the next message
 *
 * Returns:  the case, until the next odeon_selector_add; NULL: there is none
 * Context:  whoever uses the selector
 * Since:    0.1
 */
ODEON_API odeon_case *odeon_selector_case(odeon_selector *selector, int index);

/**
 * odeon_selector_select, odeon_selector_select_biased, odeon_selector_select_ready - as the functions on arrays
 *
 * Returns:  as those
 * Context:  as those
 * Since:    0.1
 */
ODEON_API int odeon_selector_select(odeon_selector *selector, odeon_time until);
ODEON_API int odeon_selector_select_biased(odeon_selector *selector, odeon_time until);
ODEON_API int odeon_selector_select_ready(odeon_selector *selector, odeon_time until);

ODEON_END_
#endif
