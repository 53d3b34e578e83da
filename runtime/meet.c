/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * meet - by the table, and by the lists
 *
 * Two who come at the same time and find nobody both enter their list, THEN look for a partner in the other's (waitlist_add
 * is a full barrier), so at least one of them sees the other, takes itself out again and tries once more.
 */
#include "meet.h"

enum { FREE, OFFERING, OFFERED, TAKING, ROUND };

struct meet {
	struct channel base;
	_Alignas(CACHE_LINE) uint64_t turn;
	struct message *offered;                /* OFFERING: its sender writes; TAKING: its receiver reads */
};

static struct meet *meet_of(struct channel *channel) { return (struct meet *)channel; }

/* ---- the table ------------------------------------------------------------------------------------------------------------- */

static bool is_offered(struct channel *channel)
{
	return ck_pr_load_64(&meet_of(channel)->turn) % ROUND == OFFERED;
}

bool meet_offer(struct channel *channel, struct message *message, uint64_t *turn)
{
	struct meet *meet = meet_of(channel);
	uint64_t seen = ck_pr_load_64(&meet->turn);

	if (seen % ROUND != FREE || waitlist_is_taken(&channel->for_room) || waitlist_is_taken(&channel->for_messages)
	    || !ck_pr_cas_64(&meet->turn, seen, seen + OFFERING))
		return false;
	ck_pr_store_ptr(&meet->offered, message);
	ck_pr_fence_release();                          /* the message, before it may be taken; pairs with take_offered */
	*turn = seen + OFFERED;
	(void)ck_pr_fas_64(&meet->turn, *turn);
	ck_pr_fence_atomic_load();                      /* the offer, before the look; pairs with waitlist_add */
	if (!waitlist_is_taken(&channel->for_messages))
		return true;
	return !meet_withdraw(channel, *turn);          /* taken all the same */
}

bool meet_is_taken(struct channel *channel, uint64_t turn)
{
	return ck_pr_load_64(&meet_of(channel)->turn) != turn;
}

bool meet_withdraw(struct channel *channel, uint64_t turn)
{
	uint64_t *now = &meet_of(channel)->turn;

	if (MUTANT(WITHDRAWN_BLIND)) {
		ck_pr_store_64(now, turn - OFFERED + ROUND);
		return true;
	}
	if (ck_pr_cas_64(now, turn, turn - OFFERED + ROUND))
		return true;
	ck_pr_fence_acquire();                          /* what its receiver did before; pairs with take_offered */
	return false;
}

static struct message *take_offered(struct channel *channel)
{
	struct meet *meet = meet_of(channel);
	uint64_t seen = ck_pr_load_64(&meet->turn);
	struct message *message;

	if (seen % ROUND != OFFERED)
		return NULL;
	ck_pr_fence_release();                          /* all that we did, before it is taken; pairs with meet_withdraw */
	if (MUTANT(TAKEN_NO_CLAIM))
		ck_pr_store_64(&meet->turn, seen + TAKING - OFFERED);
	else if (!ck_pr_cas_64(&meet->turn, seen, seen + TAKING - OFFERED))
		return NULL;
	ck_pr_fence_acquire();                          /* pairs with meet_offer */
	message = ck_pr_load_ptr(&meet->offered);
	ck_pr_fence_release();                          /* read, before somebody else may put one there */
	ck_pr_store_64(&meet->turn, MUTANT(TURN_REUSED) ? seen - OFFERED : seen - OFFERED + ROUND);
	return message;
}

/* ---- the flavour ------------------------------------------------------------------------------------------------------------ */

static int meet_send(odeon_sender *sender, struct message *message)
{
	return waitlist_meet(&sender->channel->for_messages, &message) ? 0 : ODEON_EFULL;
}

static struct message *meet_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct message *message;

	(void)receiver;
	message = take_offered(channel);                /* who offered it found nobody in the list: he was first */
	if (message == NULL && !waitlist_meet(&channel->for_room, &message))
		*why = ODEON_EEMPTY;
	return message;
}

static bool meet_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	(void)message;
	return waitlist_has_partner(&channel->for_messages, wait);
}

static bool meet_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	(void)receiver;
	return is_offered(channel) || waitlist_has_partner(&channel->for_room, wait);
}

static size_t meet_len(struct channel *channel, const odeon_receiver *receiver)
{
	(void)channel, (void)receiver;
	return 0;
}

static const struct flavour meet_flavour = {
	.send = meet_send, .recv = meet_recv, .can_send = meet_can_send, .can_recv = meet_can_recv, .len = meet_len,
	.meets = true,
};

struct channel *meet_make(const odeon_type *type)
{
	return channel_make(&meet_flavour, type, sizeof(struct meet));
}
