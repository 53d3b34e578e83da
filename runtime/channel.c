/* SPDX-License-Identifier: BSD-2-Clause */
/* channel - its memory, its halves counted, its end */
#include "channel.h"

#include "alloc.h"
#include "clock.h"
#include "plain.h"
#include "simulation.h"
#include "watch.h"

/* ---- memory ------------------------------------------------------------------------------------------------------------- */

struct channel *channel_make(const struct flavour *flavour, const odeon_type *type, size_t bytes)
{
	struct channel *channel = alloc_lines(bytes);

	if (channel == NULL)
		return NULL;
	channel->flavour = flavour;
	channel->type = type;
	channel->bytes = bytes;
	waitlist_init(&channel->for_room);
	waitlist_init(&channel->for_messages);
	return channel;
}

void channel_discard(struct channel *channel)
{
	if (channel->flavour->fini != NULL)
		channel->flavour->fini(channel);
	waitlist_fini(&channel->for_room);
	waitlist_fini(&channel->for_messages);
	depot_leave(channel->depot);
	if (channel->simulated != NULL)
		simulation_leave(channel->simulated);
	alloc_free_lines(channel);
}

static void let_go(struct channel *channel)
{
	if (let_go_last(&channel->halves))
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
struct message *channel_recv_disconnected(struct channel *channel, odeon_receiver *receiver, int *why)
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

/* ---- halves ------------------------------------------------------------------------------------------------------------- */

static odeon_sender *make_sender(struct channel *channel)
{
	odeon_sender *sender = alloc_zeroed(sizeof *sender);

	if (sender == NULL)
		return NULL;
	sender->channel = channel;
	sender->magic = HALF_SENDER;
	(void)ck_pr_faa_32(&channel->halves, 1);
	(void)ck_pr_faa_32(&channel->senders, 1);
	pthread_mutex_lock(&channel->for_room.lock);
	sender->next = channel->first_sender;
	if (sender->next != NULL)
		sender->next->previous = sender;
	channel->first_sender = sender;
	pthread_mutex_unlock(&channel->for_room.lock);
	return sender;
}

static void free_sender(odeon_sender *sender)
{
	struct channel *channel = sender->channel;

	pthread_mutex_lock(&channel->for_room.lock);
	*(sender->previous != NULL ? &sender->previous->next : &channel->first_sender) = sender->next;
	if (sender->next != NULL)
		sender->next->previous = sender->previous;
	channel->sent_before += sender->sent;
	pthread_mutex_unlock(&channel->for_room.lock);
	sender->magic = 0;
	alloc_free(sender, sizeof *sender);
}

uint64_t channel_sent(struct channel *channel)
{
	uint64_t sent;

	pthread_mutex_lock(&channel->for_room.lock);
	sent = channel->sent_before;
	for (odeon_sender *sender = channel->first_sender; sender != NULL; sender = sender->next)
		sent += ck_pr_load_64(&sender->sent);
	pthread_mutex_unlock(&channel->for_room.lock);
	return sent;
}

odeon_receiver *channel_receiver(struct channel *channel, const odeon_receiver *like)
{
	odeon_receiver *receiver = alloc_zeroed(sizeof *receiver);

	if (receiver == NULL)
		return NULL;
	receiver->channel = channel;
	receiver->magic = HALF_RECEIVER;
	(void)ck_pr_faa_32(&channel->halves, 1);
	(void)ck_pr_faa_32(&channel->receivers, 1);
	if (channel->flavour->join != NULL)
		channel->flavour->join(channel, receiver, like);
	return receiver;
}

int channel_halves(struct channel *channel, odeon_sender **sender, odeon_receiver **receiver)
{
	odeon_sender *out = make_sender(channel);
	odeon_receiver *in = out != NULL ? channel_receiver(channel, NULL) : NULL;

	if (in == NULL) {
		if (out != NULL)
			free_sender(out);
		channel_discard(channel);
		return ODEON_ENOMEM;
	}
	*sender = out;
	*receiver = in;
	return 0;
}

odeon_sender *odeon_sender_clone(odeon_sender *half)
{
	return half != NULL ? make_sender(half->channel) : NULL;
}

odeon_receiver *odeon_receiver_clone(odeon_receiver *half)
{
	return half != NULL ? channel_receiver(half->channel, half) : NULL;
}

/* One half of a side goes. True: the last, and everything that the others did is seen. */
static bool leave_side(uint32_t *side)
{
	ck_pr_fence_release();
	bool is_last = ck_pr_faa_32(side, (uint32_t)-1) == 1;

	ck_pr_fence_acquire();
	return is_last;
}

void odeon_sender_drop(odeon_sender *sender)
{
	struct channel *channel;

	if (sender == NULL)
		return;
	debug_invariant(sender->magic == HALF_SENDER, "a sender is dropped that is none, or was dropped before");
	channel = sender->channel;
	watch_leave(sender->watch);
	free_sender(sender);
	if (MUTANT(SENDER_TELLS_FIRST))
		waitlist_tell_all(&channel->for_messages);
	if (leave_side(&channel->senders)) {
		channel_note(channel, "is the last that sends");
		if (!MUTANT(SENDER_TELLS_FIRST))
			waitlist_tell_all(&channel->for_messages);
	}
	let_go(channel);
}

void odeon_receiver_drop(odeon_receiver *receiver)
{
	struct channel *channel;

	if (receiver == NULL)
		return;
	debug_invariant(receiver->magic == HALF_RECEIVER, "a receiver is dropped that is none, or was dropped before");
	channel = receiver->channel;
	watch_leave(receiver->watch);
	beacon_close(receiver);
	if (channel->flavour->leave != NULL)
		channel->flavour->leave(channel, receiver);
	receiver->magic = 0;
	alloc_free(receiver, sizeof *receiver);
	if (MUTANT(DRAINED_FIRST) && channel_is_only_receiver(channel))
		channel_drain(channel);
	if (MUTANT(RECEIVER_TELLS_FIRST))
		waitlist_tell_all(&channel->for_room);
	if (leave_side(&channel->receivers)) {
		channel_note(channel, "is the last that receives");
		if (!MUTANT(RECEIVER_TELLS_FIRST))
			waitlist_tell_all(&channel->for_room);
		if (!MUTANT(DRAINED_FIRST))
			channel_drain(channel);
	}
	let_go(channel);
}
