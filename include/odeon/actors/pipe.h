/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/pipe.h - what a channel carries, as messages to an actor
 *
 * An actor of its own moves them, in order, and no faster than the receiver's mailbox has room: when that is bounded and
 * full, messages wait in the channel, and so do its senders when the channel is bounded too.
 */
#ifndef ODEON_ACTORS_PIPE_H
#define ODEON_ACTORS_PIPE_H

#include <odeon/channel.h>
#include <odeon/system.h>

ODEON_BEGIN_

/**
 * odeon_receiver_pipe - let an actor get what a channel carries, until the channel is disconnected or the actor has ended
 * @receiver: taken, on failure too
 * @system:   the actor's; if it is simulated, the channel was opened with it
 * @to:       who gets the messages; odeon_from says nobody. Policies of its mailbox other than ODEON_FAIL drop or redirect
 *            messages as they do anybody's
 *
 * When the actor has ended, the half is dropped as soon as a next message shows it.
 *
 * Returns:  0, or
 *   ODEON_EGONE      the actor has ended
 *   ODEON_EINVAL     @receiver or @system is NULL, or the receiver is a tick, after or never: use a timer
 *   ODEON_ENOMEM     no memory
 *   ODEON_EFOREIGN   a ref of another system
 *   ODEON_ESTOPPING  the system is stopping
 *   ODEON_EFORKED    this is a forked child
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_receiver_pipe(odeon_receiver *receiver, odeon_system *system, odeon_ref to) ODEON_TAKES_(1);

ODEON_END_
#endif
