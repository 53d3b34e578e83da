/* SPDX-License-Identifier: BSD-2-Clause */
/* channel - its memory, its halves counted, its end */
#include "channel.h"

#include "alloc.h"
#include "clock.h"
#include "simulation.h"
#include "watch.h"

/* ---- memory ------------------------------------------------------------------------------------------------------------- */

struct channel *channel_anyhow(size_t bytes)
{
	void *block = bytes <= CHANNEL_BLOCK ? cache_alloc(CHANNEL_BLOCK) : NULL;
	struct channel *channel;
	struct depot *depot;

	if (block != NULL)
		return channel_in_block(block);
	depot = plain_depot();
	channel = alloc_lines(bytes);
	if (channel == NULL) {
		plain_leave(depot);
		return NULL;
	}
	channel->depot = depot;
	return channel;
}

struct depot *channel_depot(struct channel *channel)
{
	return channel->is_block ? cache_depot_of(channel) : channel->depot;
}

static void free_lines(struct channel *channel)
{
	struct depot *depot = channel->depot;

	alloc_free_lines(channel);
	plain_leave(depot);
}

void channel_discard(struct channel *channel)
{
	if (channel->flavour->fini != NULL && !(MUTANT(ONCE_NOT_DRAINED) && channel->flavour->once))
		channel->flavour->fini(channel);
	if (UNLIKELY(channel->simulated != NULL))
		simulation_leave(channel->simulated);
	if (channel->is_block)
		cache_free(channel, CHANNEL_BLOCK);
	else
		free_lines(channel);
}

/* The other side has let go: nobody there is to be told, nothing more comes from there. */
static bool is_last_side(struct channel *channel)
{
	bool is = ck_pr_load_32(&channel->sides) == 1;

	ck_pr_fence_acquire();                  /* all that it did; pairs with let_go */
	return is;
}

/* Of one side: its last half went. */
static void let_go(struct channel *channel)
{
	if (MUTANT(SIDES_STORED) && !is_last_side(channel)) {
		ck_pr_store_32(&channel->sides, 1);
		return;
	}
	if (is_last_side(channel) || let_go_last(&channel->sides))
		channel_discard(channel);
}

void channel_drain(struct channel *channel)
{
	struct message *message;
	int why;

	if (channel->flavour->meets && !MUTANT(MEET_DRAINED))
		return;                         /* nothing is kept: a message that is offered is its sender's, who will hear */
	while ((message = channel->flavour->recv(channel, NULL, &why)) != NULL)
		message_free(message);
}

bool channel_is_full(struct channel *channel)
{
	const struct flavour *flavour = channel->flavour;

	if (flavour->meets || flavour->never_full)
		return flavour->meets;
	return flavour->len(channel, NULL) >= channel->capacity || !flavour->can_send(channel, NULL, NULL);
}

int64_t channel_now(const struct channel *channel)
{
	return channel->simulated != NULL ? channel->simulated->now : clock_now();
}

void channel_simulate(struct channel *channel, odeon_system *system)
{
	struct simulation *simulation = system != NULL ? system->simulation : NULL;

	if (simulation == NULL)
		return;
	simulation_join(simulation);
	channel->simulated = simulation;
	channel->number = ++simulation->channels;
}

void channel_note_simulated(struct channel *channel, const char *what)
{
	odeon_system *system = channel->simulated->system;
	struct worker *here = system != NULL ? worker_here(system) : NULL;
	odeon_ref who = here != NULL && here->self.slot != NULL ? here->self.me : ODEON_NOBODY;

	if (system != NULL)
		simulation_event(system, "%u.%u %s struct %s, channel %llu", ref_slot(who), ref_generation(who), what,
		                 channel->type->name, (unsigned long long)channel->number);
}

/* Empty, and the last sender had gone before that was seen? Then look once more: it may have sent before it went. */
static struct message *recv_disconnected(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct message *message;

	if (MUTANT(GONE_NO_LOOK)) {
		*why = ODEON_EDISCONNECTED;
		return NULL;
	}
	ck_pr_fence_acquire();                  /* what the last sender did before its drop */
	message = channel->flavour->recv(channel, receiver, why);
	if (message == NULL && *why == ODEON_EEMPTY)
		*why = ODEON_EDISCONNECTED;
	return message;
}

struct message *channel_recv_nothing(odeon_receiver *receiver, int *why)
{
	struct channel *channel = receiver->channel;

	if (*why != ODEON_EEMPTY)
		return NULL;
	if (UNLIKELY(ck_pr_load_32(&channel->senders) == 0))
		return recv_disconnected(channel, receiver, why);
	if (UNLIKELY(receiver->beacon != NULL))
		beacon_lower(receiver);
	return NULL;
}

/* ---- halves ------------------------------------------------------------------------------------------------------------- */

static odeon_sender *clone_sender(struct channel *channel)
{
	odeon_sender *sender = alloc_lines(sizeof *sender);      /* its thread writes in it at each send */

	if (sender == NULL)
		return NULL;
	sender->channel = channel;
	sender->magic = HALF_SENDER;
	(void)ck_pr_faa_32(&channel->senders, 1);
	lock_take(&channel->for_room.lock);
	sender->next = channel->clones;
	if (sender->next != NULL)
		sender->next->previous = sender;
	channel->clones = sender;
	lock_give(&channel->for_room.lock);
	return sender;
}

/* The first half only ends; what it has sent stays with it. */
static void end_clone(struct channel *channel, odeon_sender *sender)
{
	lock_take(&channel->for_room.lock);
	*(sender->previous != NULL ? &sender->previous->next : &channel->clones) = sender->next;
	if (sender->next != NULL)
		sender->next->previous = sender->previous;
	channel->sent_before += sender->sent;
	lock_give(&channel->for_room.lock);
	alloc_free_lines(sender);
}

uint64_t channel_sent(struct channel *channel)
{
	uint64_t sent;

	lock_take(&channel->for_room.lock);
	sent = channel->sent_before + ck_pr_load_64(&channel->sender.sent);
	for (odeon_sender *sender = channel->clones; sender != NULL; sender = sender->next)
		sent += ck_pr_load_64(&sender->sent);
	lock_give(&channel->for_room.lock);
	return sent;
}

static odeon_receiver *clone_receiver(struct channel *channel, const odeon_receiver *like)
{
	odeon_receiver *receiver = alloc_lines(sizeof *receiver);

	if (receiver == NULL)
		return NULL;
	receiver->channel = channel;
	receiver->magic = HALF_RECEIVER;
	(void)ck_pr_faa_32(&channel->receivers, 1);
	if (channel->flavour->join != NULL)
		channel->flavour->join(channel, receiver, like);
	return receiver;
}

odeon_sender *odeon_sender_clone(odeon_sender *half)
{
	return half != NULL ? clone_sender(half->channel) : NULL;
}

odeon_receiver *odeon_receiver_clone(odeon_receiver *half)
{
	return half != NULL ? clone_receiver(half->channel, half) : NULL;
}

/* Of the only sender: its message went, and whoever waited was told, so nobody need hear that nothing more will come. */
static inline bool is_told(const struct channel *channel, const odeon_sender *sender)
{
	return channel->flavour->once && (sender->sent != 0 || MUTANT(ONCE_NOT_SENT));
}

/* It is a clone, or there are others, or somebody may wait to be told. */
static __attribute__((noinline)) void leave_senders(struct channel *channel, odeon_sender *sender)
{
	if (sender != &channel->sender)
		end_clone(channel, sender);
	if (MUTANT(SENDER_TELLS_FIRST))
		waitlist_tell_all(&channel->for_messages);
	if (!let_go_last(&channel->senders))
		return;                         /* others may end the channel from here on */
	ck_pr_fence_atomic_load();              /* the count, before the look; pairs with waitlist_add */
	channel_note(channel, "is the last that sends");
	if (!MUTANT(SENDER_TELLS_FIRST))
		waitlist_tell_all(&channel->for_messages);
	let_go(channel);
}

void odeon_sender_drop(odeon_sender *sender)
{
	struct channel *channel;
	bool is_alone;

	if (sender == NULL)
		return;
	debug_invariant(sender->magic == HALF_SENDER, "a sender is dropped that is none, or was dropped before");
	channel = sender->channel;
	if (UNLIKELY(sender->watch != NULL))
		watch_leave(sender->watch);
	sender->magic = 0;
	is_alone = sender == &channel->sender
	        && (channel_is_only_sender(channel) || (MUTANT(ONCE_NOT_ONLY) && is_told(channel, sender)));
	if (is_alone && (is_told(channel, sender) || is_last_side(channel))) {
		channel_note(channel, "is the last that sends");
		let_go(channel);
	} else
		leave_senders(channel, sender);
}

/* It is a clone, or there are others, or senders. */
static __attribute__((noinline)) void leave_receivers(struct channel *channel, odeon_receiver *receiver)
{
	if (receiver != &channel->receiver)
		alloc_free_lines(receiver);
	if (MUTANT(DRAINED_FIRST) && channel_is_only_receiver(channel))
		channel_drain(channel);
	if (MUTANT(RECEIVER_TELLS_FIRST))
		waitlist_tell_all(&channel->for_room);
	if (!let_go_last(&channel->receivers))
		return;
	ck_pr_fence_atomic_load();              /* as above */
	channel_note(channel, "is the last that receives");
	if (!MUTANT(RECEIVER_TELLS_FIRST))
		waitlist_tell_all(&channel->for_room);
	if (!is_last_side(channel) && !MUTANT(QUIET_DRAINED))
		waitlist_disturb(&channel->for_messages);       /* what was sent is seen; who sends now sees that nobody is left */
	if (!MUTANT(DRAINED_FIRST))
		channel_drain(channel);
	let_go(channel);
}

void odeon_receiver_drop(odeon_receiver *receiver)
{
	struct channel *channel;
	bool is_alone;

	if (receiver == NULL)
		return;
	debug_invariant(receiver->magic == HALF_RECEIVER, "a receiver is dropped that is none, or was dropped before");
	channel = receiver->channel;
	if (UNLIKELY(receiver->watch != NULL))
		watch_leave(receiver->watch);
	if (UNLIKELY(receiver->beacon != NULL))
		beacon_close(receiver);
	receiver->magic = 0;
	is_alone = receiver == &channel->receiver && (channel_is_only_receiver(channel) || MUTANT(LAST_NOT_ALONE));
	if (is_alone && is_last_side(channel)) {
		channel_note(channel, "is the last that receives");
		channel_discard(channel);
	} else
		leave_receivers(channel, receiver);
}
