/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/tick.h - the message that time itself sends
 */
#ifndef ODEON_TICK_H
#define ODEON_TICK_H

#include <odeon/message.h>
#include <odeon/time.h>

struct odeon_tick {
	odeon_time due;                                /* the moment it was due; handling it may be later */
	uint64_t key;                                  /* of an actor's own tick; 0 through a channel */
	uint64_t missed;                               /* periods that went by before it was taken, and bring none */
};

ODEON_BEGIN_
ODEON_MESSAGE_DECLARE(odeon_tick) ODEON_API;
ODEON_END_

#endif
