/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idle - an actor's odeon_idle_after: one timer, which follows its last message
 *
 * Agreement. The holder of the slot's token. The record stays the annex's from odeon_idle_after until it is ended. It is
 * pending, or in flight, or it rests: since it has told, or because what it found cannot be judged before the turn's end.
 * Nobody reads the clock for each message: only a turn's end does, and the timer that finds a later message than it was
 * armed for is armed again for that.
 */
#ifndef IDLE_H
#define IDLE_H

#include "timer.h"

/* As timer_take: the odeon_idle for the handler, or NULL. */
struct message *idle_take(struct odeon_self *self, struct message *message);

/* The end of a turn, or of a part of it, in which so many messages were handled. The actor has such a timer. */
void idle_look(struct odeon_self *self, struct slot *slot, uint32_t handled);

/* It has none any more. */
void idle_end(struct annex *annex);

#endif
