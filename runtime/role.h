/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * role - messages that are more than a message for a handler, to the part of the runtime they belong to
 *
 * Agreement. The holder of the slot's token, in a turn, with a message just taken that has another role than ROLE_PLAIN.
 * It is not in hand, and not shown; self->loose says whether its memory is still the list's.
 */
#ifndef ROLE_H
#define ROLE_H

#include "world.h"

/* Of this generation. What a handler is to get: the message, or another one that stands for it, with self->loose set for
 * that; NULL: nothing, it is dealt with, counted, and its memory has gone (hand_release). */
struct message *role_take(struct odeon_self *self, struct message *message);

/* Of another generation, and the runtime's own (beyond ROLE_MET): dealt with, and its memory has gone. */
void role_bury(struct odeon_self *self, struct message *message);

#endif
