/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/timer.h - messages that come later
 *
 * A timer belongs to the actor that set it, and its message comes, or is sent, in a turn of that actor. All end with it,
 * and when it is started anew. Setting and ending one costs the same with one pending as with a million, and ending it
 * gives the memory back at once. A timer is never early, and on a system with nothing else to do at most 1 ms late. It keeps
 * no system alive. In a simulated system time is virtual, and exact.
 *
 * Ending is exact: when a function that ends a timer has answered 0, its message will not come, although it may have
 * been due. odeon_send_after is in send.h, with all that takes messages.
 */
#ifndef ODEON_TIMER_H
#define ODEON_TIMER_H

#include <odeon/actor.h>
#include <odeon/tick.h>

/* What odeon_idle_after brings. */
struct odeon_idle { odeon_duration since; };           /* how long ago the last message was handled */

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_idle) ODEON_API;

/**
 * odeon_timer_cancel - have what odeon_send_after was given not be sent
 * @timer: {0} is fine
 *
 * Returns:  0: it is dropped, and will not come; or
 *   ODEON_EGONE  it was sent, or ended before, or is none of this actor's
 * Context:  own handler, also in stop
 * Since:    0.1
 */
ODEON_API int odeon_timer_cancel(odeon_self *self, odeon_timer timer);

/**
 * odeon_tick_after - a struct odeon_tick to the running actor itself, once
 * @delay: nanoseconds from now; less than 0 counts as 0
 * @key:   names it: a tick of the same key that is still to come is replaced
 *
 * Returns:  0, or with what was there before unchanged
 *   ODEON_ENOMEM     no memory
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_tick_after(odeon_self *self, odeon_duration delay, uint64_t key);

/**
 * odeon_tick_every - a struct odeon_tick to the running actor itself, again and again
 * @period: nanoseconds, at least 1; the first comes a period from now. The n-th is due n periods from now, however late
 *          others were: there is no drift
 * @key:    names it: a tick of the same key that is still to come is replaced
 *
 * At most one waits at a time. What an actor that is late, or a clock that leapt, has missed is a number in the next one.
 *
 * Returns:  0, or with what was there before unchanged
 *   ODEON_ENOMEM     no memory
 *   ODEON_EINVAL     a period below 1
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_tick_every(odeon_self *self, odeon_duration period, uint64_t key);

/**
 * odeon_tick_cancel - end the tick of a key
 *
 * Returns:  0: none of it will come, also if one was waiting already; or
 *   ODEON_EGONE  there is none
 * Context:  own handler, also in stop
 * Since:    0.1
 */
ODEON_API int odeon_tick_cancel(odeon_self *self, uint64_t key);

/**
 * odeon_idle_after - a struct odeon_idle when the running actor has handled no message for so long
 * @delay: nanoseconds, at least 1; 0 ends it
 *
 * It comes once for each such pause; the next message begins a new one. The odeon_idle itself does not count as a message.
 *
 * Returns:  0, or with what was asked before unchanged
 *   ODEON_ENOMEM     no memory
 *   ODEON_EINVAL     a delay below 0
 *   ODEON_ESTOPPING  in stop
 * Context:  own handler, also in start
 * Since:    0.1
 */
ODEON_API int odeon_idle_after(odeon_self *self, odeon_duration delay);

ODEON_END_
#endif
