/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stir - to an actor, by itself or by a callback of its loop: look
 */
#ifndef NET_STIR_H
#define NET_STIR_H

#include <odeon/actor.h>

struct stir { uint32_t unused; };
ODEON_MESSAGE_DECLARE(stir);

#endif
