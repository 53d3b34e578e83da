/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * frozen - a message as its own count of shares
 *
 * The count stands in the node's stamp, which nobody needs while a message is in no mailbox. A share is made by one who has
 * one, so the count cannot come back from 0, and adding needs no order. Each drop releases what its party has read, and
 * the last one acquires that before the message goes.
 */
#include <odeon/frozen.h>

#include "hand.h"

static struct message *message_in(const odeon_frozen *frozen) { return (struct message *)(uintptr_t)frozen; }

odeon_frozen *odeon_freeze(void *payload)
{
	struct message *message;

	if (payload == NULL)
		return NULL;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = 0;
	ck_pr_store_64(&message->node.stamp, 1);
	return (odeon_frozen *)(void *)message;
}

odeon_frozen *odeon_frozen_share(odeon_frozen *frozen)
{
	if (frozen != NULL)
		(void)ck_pr_faa_64(&message_in(frozen)->node.stamp, 1);
	return frozen;
}

void odeon_frozen_drop(odeon_frozen *frozen)
{
	struct message *message = message_in(frozen);

	if (frozen == NULL)
		return;
	ck_pr_fence_release();                  /* what was read, before the share goes; pairs with the fence below */
	if (ck_pr_faa_64(&message->node.stamp, (uint64_t)0 - 1) != 1)
		return;
	ck_pr_fence_acquire();                  /* what all have read, before it goes */
	message_free(message);
}

const void *odeon_frozen_look_at(const odeon_frozen *frozen, const odeon_type *type)
{
	struct message *message = message_in(frozen);

	return frozen != NULL && message->type == type ? message_payload(message) : NULL;
}
