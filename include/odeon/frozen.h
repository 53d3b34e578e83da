/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/frozen.h - one payload for many receivers, without copies
 *
 * odeon_freeze (send.h) makes a message one that nobody may change and anybody may read. It is counted: each share is one
 * party's to drop, and the last drop runs its type's drop, once, and frees it. To send one, put a share into a message
 * whose type drops it:
 *
 *   struct news { odeon_frozen *text; };
 *   ODEON_MESSAGE_DROP(news) { odeon_frozen_drop(news->text); }
 *   odeon_send(self, reader, odeon_new(news, .text = odeon_frozen_share(text)));
 */
#ifndef ODEON_FROZEN_H
#define ODEON_FROZEN_H

#include <odeon/send.h>

ODEON_BEGIN_

/**
 * odeon_frozen_drop - give a share back
 * @frozen: taken; NULL is fine
 *
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void odeon_frozen_drop(odeon_frozen *frozen) ODEON_TAKES_(1);

/**
 * odeon_frozen_share - one share more
 * @frozen: stays the caller's; NULL gives NULL
 *
 * Returns:  the share, yours to drop; cannot fail
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_frozen *odeon_frozen_share(odeon_frozen *frozen) ODEON_GIVES_(malloc(odeon_frozen_drop, 1));

odeon_frozen *odeon_freeze(void *message) ODEON_GIVES_(malloc(odeon_frozen_drop, 1));

/**
 * odeon_frozen_look - read it
 * @T:      its type
 * @frozen: stays the caller's
 *
 * Returns:  the payload, valid as long as the share; NULL when it is of another type, or @frozen is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
#define odeon_frozen_look(T, frozen) ((const struct T *)odeon_frozen_look_at(frozen, ODEON_TYPE(T)))
ODEON_API const void *odeon_frozen_look_at(const odeon_frozen *frozen, const odeon_type *type);

ODEON_END_
#endif
