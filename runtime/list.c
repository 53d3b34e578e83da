/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list - messages linked through their headers, as in a mailbox (mailbox.h), but for what a mailbox counts and schedules
 *
 * After Vyukov's intrusive queue. One exchange a send, no memory, no waiting for other senders; of the message before, which may
 * be on its way to another core, only once in many times is read whose it is (ahead.h). Receivers take turns under a latch, unless there is only one. What is received leaves
 * the list at once, also when it is the newest: the stub is then the newest in its place. It stands in the line that the next sender has
 * to have anyway, and that whoever waits looks at; what stands behind another message receivers remember in a line of their own.
 *
 * A bound is one word, how much is inside, changed by compare-and-swap, so that nobody is refused because of somebody
 * who was refused.
 */
#include "list.h"

#include "alloc.h"
#include "apart.h"
#include "context.h"
#include "latch.h"

struct list {
	struct channel base;
	uint32_t most, most_units;              /* 0: no such bound. Not beside what senders write: 44 ns a message, not 25 */
	uint64_t inside CACHE_ALIGNED;          /* amount let in and not yet taken out, where there is a bound */
	struct node *newest;                    /* who pushes next links his to it; the stub: empty */
	struct node stub;                       /* before what came to an empty list: linked in the line that its sender just had to have */
	struct node *first CACHE_ALIGNED;       /* the oldest; NULL: it is linked to the stub. Receivers', as all that follows */
	struct latch latch;                     /* when there are several */
	struct apart apart;
	uint64_t taken;                         /* how many in all */
	uint64_t taken_empty;                   /* and when it was last seen empty */
};

/* So far behind its senders, a receiver has the next message fetched while it looks at this one. Closer to them it would take that
 * one's line from the sender who is about to link another to it: 23 ns a message instead of 14, from one core to another. */
#define FETCH_AFTER 64

static struct list *list_of(struct channel *channel) { return (struct list *)(void *)channel; }

static inline bool is_bounded(const struct list *list)
{
	return (list->most | list->most_units) != 0;
}

static inline bool fits(const struct list *list, uint64_t inside, uint32_t units)
{
	return inside == 0 || ((list->most == 0 || AMOUNT_MESSAGES(inside) < list->most)
	                       && (list->most_units == 0 || AMOUNT_UNITS(inside) + (uint64_t)units <= list->most_units));
}

static bool admit(struct list *list, uint32_t units)
{
	uint64_t inside = ck_pr_load_64(&list->inside);

	do {
		if (!fits(list, inside, units))
			return false;
		if (MUTANT(ADMIT_LOOK_ONLY)) {
			(void)ck_pr_faa_64(&list->inside, AMOUNT(1, units));
			return true;
		}
	} while (!ck_pr_cas_64_value(&list->inside, inside, inside + AMOUNT(1, units), &inside));
	return true;
}

/* Before it is linked to the one that was the newest. */
static __attribute__((noinline)) void look_before(const struct list *list, odeon_sender *sender, const struct node *before)
{
	if (!is_bounded(list))
		sender->ahead.is_met = before != &list->stub && ck_pr_load_64(&before->stamp) != (uintptr_t)sender;
}

/* A full barrier. The predecessor lives until its link is written: take waits for that. */
static inline void push(struct list *list, odeon_sender *sender, struct node *node)
{
	struct node *before;

	ck_pr_store_ptr(&node->link, NULL);
	ck_pr_store_64(&node->stamp, (uintptr_t)sender);
	ck_pr_fence_release();                  /* the message, before it can be found */
	before = ck_pr_fas_ptr(&list->newest, node);    /* in, but not reachable yet */
	EXPLORE_ENTERED(list, node);
	EXPLORE_TOUCH(before);
	if (UNLIKELY(ahead_looks(sender->sent + 1)))
		look_before(list, sender, before);
	ck_pr_fence_release();                  /* pairs with take */
	ck_pr_store_ptr(&before->link, node);
}

static int list_send(odeon_sender *sender, struct message *message)
{
	struct channel *channel = sender->channel;
	struct list *list = list_of(channel);

	if (is_bounded(list) && !admit(list, message_units(message)))
		return ODEON_EFULL;
	message_hide(message);
	push(list, sender, &message->node);
	waitlist_tell(&channel->for_messages);  /* the exchange of the push is the barrier */
	return 0;
}

static inline bool is_empty(struct list *list)
{
	return ck_pr_load_ptr(&list->newest) == &list->stub;
}

/* Nothing was linked to the node, which is to leave. NULL: nothing stands behind it, and the stub is the newest in its place. */
static __attribute__((noinline)) struct node *await_next(struct list *list, struct node *node)
{
	struct node *next;
	unsigned spins = 0;

	do {
		if (!MUTANT(STUB_CLEARED_LATE))
			ck_pr_store_ptr(&list->stub.link, NULL);
		ck_pr_fence_release();          /* the stub, before a sender can find it */
		if (ck_pr_cas_ptr(&list->newest, node, &list->stub)) {
			if (MUTANT(STUB_CLEARED_LATE))
				ck_pr_store_ptr(&list->stub.link, NULL);
			return NULL;
		}
		if (MUTANT(LINK_NOT_AWAITED))
			return NULL;
		latch_pause(&spins);            /* a sender holds it as its predecessor at this very instant */
	} while ((next = ck_pr_load_ptr(&node->link)) == NULL);
	return next;
}

/* Nothing was linked to the stub, which is before the oldest. NULL: empty. A sender may be in the middle of its push: what it and those
 * behind it sent is there, so wait. */
static __attribute__((noinline)) struct node *await_first(struct list *list)
{
	struct node *node;
	unsigned spins = 0;

	do {
		if (is_empty(list) || MUTANT(BUSY_IS_EMPTY)) {
			list->taken_empty = list->taken;
			return NULL;
		}
		latch_pause(&spins);
	} while ((node = ck_pr_load_ptr(&list->stub.link)) == NULL);
	return node;
}

/* Alone. NULL: empty. */
static inline struct message *take(struct list *list)
{
	struct node *node = list->first, *next;

	if (node == NULL && (node = ck_pr_load_ptr(&list->stub.link)) == NULL && (node = await_first(list)) == NULL)
		return NULL;
	ck_pr_fence_acquire();                  /* pairs with push */
	next = ck_pr_load_ptr(&node->link);
	if (UNLIKELY(next == NULL))
		next = await_next(list, node);
	ck_pr_fence_acquire();                  /* pairs with push */
	count_up(&list->taken, 1);
	list->first = next;
	if (next != NULL && list->taken - list->taken_empty > FETCH_AFTER)
		__builtin_prefetch(next);
	return message_of_node(node);
}

/* Others were taking from it. A worker has more to do than to stay away. The core is offered once it was waited for: the holder may need it,
 * or a sender has a use for it. */
static __attribute__((noinline)) void await_turn(struct list *list)
{
	unsigned most = context_would_block() ? 0 : apart_pauses(&list->apart), pauses = 0;
	uint64_t before = ck_pr_load_64(&list->taken);

	if (most == 0)
		latch_take(&list->latch);
	else
		do {
			if (pauses != 0)
				os_yield();
			for (unsigned left = EXPLORE_FEWER(most); left > 0; left--)
				ck_pr_stall();
			pauses += most;
		} while (!latch_try(&list->latch));
	apart_judge(&list->apart, pauses, list->taken - before, is_empty(list) || list->taken_empty >= before);
}

static __attribute__((noinline)) struct message *take_in_turn(struct list *list)
{
	struct message *message;

	if (UNLIKELY(!latch_try(&list->latch)))
		await_turn(list);
	message = take(list);
	latch_give(&list->latch);
	return message;
}

/* Room for one message more; in bytes, for whose message it may be enough. */
static void tell_room(struct list *list)
{
	ck_pr_fence_atomic_load();              /* room, before the look; pairs with waitlist_add */
	if (list->most_units != 0)
		waitlist_tell_all(&list->base.for_room);
	else
		waitlist_tell(&list->base.for_room);
}

static __attribute__((noinline)) void let_out(struct list *list, struct message *message)
{
	if (MUTANT(ROOM_TOLD_FIRST))
		tell_room(list);
	(void)ck_pr_faa_64(&list->inside, (uint64_t)0 - AMOUNT(1, message_units(message)));
	if (!MUTANT(ROOM_TOLD_FIRST))
		tell_room(list);
}

static struct message *list_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct list *list = list_of(channel);
	bool alone = (receiver != NULL && channel_is_only_receiver(channel)) || MUTANT(TAKE_NO_LATCH);
	struct message *message = alone ? take(list) : take_in_turn(list);

	if (UNLIKELY(message == NULL)) {
		*why = ODEON_EEMPTY;
		return NULL;
	}
	if (is_bounded(list))
		let_out(list, message);
	message_show(message);
	return message;
}

static bool list_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	struct list *list = list_of(channel);

	(void)wait;
	return !is_bounded(list) || fits(list, ck_pr_load_64(&list->inside), message != NULL ? message_units(message) : 1);
}

static bool list_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	(void)receiver, (void)wait;
	return !is_empty(list_of(channel));
}

static uint64_t list_taken(struct channel *channel)
{
	return ck_pr_load_64(&list_of(channel)->taken);
}

static size_t list_len(struct channel *channel, const odeon_receiver *receiver)
{
	struct list *list = list_of(channel);
	uint64_t taken, sent;

	(void)receiver;
	if (is_bounded(list))
		return AMOUNT_MESSAGES(ck_pr_load_64(&list->inside));
	if (is_empty(list))
		return 0;
	taken = ck_pr_load_64(&list->taken);
	sent = channel_sent(channel);
	return sent > taken ? (size_t)(sent - taken) : 1;       /* who is sending has not counted it yet */
}

static const struct flavour unbounded_flavour = {
	.send = list_send, .recv = list_recv, .can_send = list_can_send, .can_recv = list_can_recv, .len = list_len,
	.taken = list_taken, .fini = channel_drain, .never_full = true, .in_turn = true,
};

static const struct flavour bounded_flavour = {
	.send = list_send, .recv = list_recv, .can_send = list_can_send, .can_recv = list_can_recv, .len = list_len,
	.taken = list_taken, .fini = channel_drain, .in_turn = true,
};

struct channel *list_make(const odeon_type *type, size_t most, size_t most_bytes)
{
	const struct flavour *flavour = most == ODEON_UNBOUNDED && most_bytes == 0 ? &unbounded_flavour : &bounded_flavour;
	struct list *list = (struct list *)(void *)channel_make(flavour, type, sizeof *list);

	if (list == NULL)
		return NULL;
	list->base.capacity = most;
	list->most = most == ODEON_UNBOUNDED ? 0 : (uint32_t)most;
	list->most_units = most_bytes == 0 ? 0 : most_bytes / 16 > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)((most_bytes + 15) / 16);
	list->newest = &list->stub;
	return &list->base;
}
