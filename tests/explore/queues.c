/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queues of slots: runtime/slotqueue.h, and the ring and the next slot of runtime/runqueue.h.
 *
 * Wanted: what is put in comes out exactly once; "empty" is said only of what was empty at some instant.
 */
#include <limits.h>
#include <string.h>
#include "runqueue.h"
#include "scenarios.h"

/* ---- slotqueue ---------------------------------------------------------------------------------------------------------- */

#define PUSHERS 3
#define EACH 2
#define LINKS (PUSHERS * EACH)
#define ROUNDS 2                                /* each entry is pushed again once by whoever took it */

static struct {
	struct slotqueue queue;
	struct link links[LINKS];
	int rounds[LINKS];                      /* how often it was taken */
	bool is_in[LINKS], is_pushed[LINKS];    /* from before the push; from after it */
	uint32_t event;
	int takers, takers_inside;
} lot;

static void tell_takers(void)
{
	(void)ck_pr_faa_32(&lot.event, 1);
	explore_wake(&lot.event);
}

/* What was pushed and is still in can't be missed, unless a taker has it in hand already. */
static void look(int number)
{
	int before = lot.rounds[number];
	bool is_empty = MUTANT(EMPTY_BY_TAIL) ? ck_pr_load_ptr(&((struct link *)ck_pr_load_ptr(&lot.queue.tail))->next) == NULL
	                                      : slotqueue_is_empty(&lot.queue);

	EXPLORE_CHECK(!is_empty || !lot.is_pushed[number] || lot.rounds[number] != before || lot.takers_inside > 0,
	              "false empty");
}

static void put(int number)
{
	EXPLORE_CHECK(!lot.is_in[number], "pushed while in the queue");
	lot.is_in[number] = true;
	slotqueue_push(&lot.queue, &lot.links[number]);
	lot.is_pushed[number] = lot.is_in[number];
}

static void pusher(long argument)
{
	for (int i = 0; i < EACH; i++) {
		int number = (int)argument * EACH + i;

		put(number);
		look(number);
		tell_takers();
	}
}

static unsigned take(struct link **links, unsigned most)
{
	unsigned taken = 0;

	lot.takers_inside++;
	if (MUTANT(TAKE_NO_CLAIM))
		while (taken < most && (links[taken] = slotqueue_pop(&lot.queue)) != NULL)
			taken++;
	else
		taken = slotqueue_take(&lot.queue, links, most);
	lot.takers_inside--;
	return taken;
}

static void took(struct link *link)
{
	int number = (int)(link - lot.links);

	EXPLORE_CHECK(number >= 0 && number < LINKS, "the stub is taken");
	EXPLORE_CHECK(lot.is_in[number], "taken twice");
	lot.is_in[number] = lot.is_pushed[number] = false;
	for (int i = number - number % EACH; lot.takers == 1 && lot.rounds[number] == 0 && i < number; i++) /* two would mix */
		EXPLORE_CHECK(lot.rounds[i] >= lot.rounds[number] + 1, "out of order");
	lot.rounds[number]++;
}

static void taker(long argument)
{
	struct link *links[2];

	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&lot.event);
		unsigned taken = take(links, 2);

		for (unsigned i = 0; i < taken; i++)
			took(links[i]);
		for (unsigned i = 0; i < taken; i++) {
			int number = (int)(links[i] - lot.links);

			if (lot.rounds[number] < ROUNDS && number % EACH == EACH - 1) {
				put(number);
				tell_takers();
			}
		}
		if (taken == 0 && slotqueue_is_empty(&lot.queue))
			explore_sleep(&lot.event, key);
		else if (taken == 0)
			ck_pr_stall();
	}
}

static void set_up_slotqueue(uint64_t seed)
{
	memset(&lot, 0, sizeof lot);
	slotqueue_init(&lot.queue);
	explore_thread("pusher 0", pusher, 0);
	explore_thread("pusher 1", pusher, 1);
	if (seed % 2 == 0)
		explore_thread("pusher 2", pusher, 2);
	explore_idler("taker 0", taker, 0);
	lot.takers = seed % 3 == 0 ? 1 : 2;
	if (lot.takers == 2)
		explore_idler("taker 1", taker, 1);
}

static void finish_slotqueue(void)
{
	for (int i = 0; i < LINKS; i++)
		EXPLORE_CHECK(!lot.is_in[i], "all asleep, and an entry waits: a false empty");
}

const struct scenario scenario_slotqueue = {
	"slotqueue", "pushers, competing takers, entries that come back", set_up_slotqueue, finish_slotqueue, 20000, 120,
};

/* ---- ring ------------------------------------------------------------------------------------------------------------------ */

#define SLOTS 8
#define THIEVES_MOST 3
#define RING_SMALL 4u

static struct {
	struct runqueue queue;
	struct slot slots[SLOTS];
	int put, taken[SLOTS];
	int in_hand;                            /* threads that may have taken what they have not told yet */
	int slots_used;
} work;

static void note(struct slot *slot)
{
	EXPLORE_CHECK(slot >= work.slots && slot < work.slots + work.slots_used, "something else comes out");
	EXPLORE_CHECK(work.taken[slot - work.slots]++ == 0, "taken twice");
}

static bool own(void)
{
	struct slot *slot = runqueue_pop(&work.queue);

	if (slot != NULL)
		note(slot);
	return slot != NULL;
}

static void owner(long argument)
{
	(void)argument;
	for (int i = 0; i < work.slots_used; i++) {
		while (!runqueue_push(&work.queue, &work.slots[i]))
			(void)own();
		work.put++;
		if (explore_random(3) == 0)
			(void)own();
	}
	while (own())
		;
}

static unsigned steal_without_claim(struct slot **slots)
{
	return runqueue_length(&work.queue) > 0
	    && ck_ring_dequeue_spsc(&work.queue.ring, work.queue.buffer, &slots[0]) ? 1 : 0;
}

static void thief(long argument)
{
	struct slot *slots[2];

	(void)argument;
	for (int round = 0; round < 3; round++) {
		unsigned taken = MUTANT(STEAL_NO_CLAIM) ? steal_without_claim(slots) : runqueue_steal(&work.queue, slots, 2);

		for (unsigned i = 0; i < taken; i++)
			note(slots[i]);
		ck_pr_stall();
	}
}

/* Empty is said only if it was, at some instant of the look: all that was in before must have been taken. */
static void looker(long argument)
{
	(void)argument;
	for (int round = 0; round < 3; round++) {
		unsigned newest = work.queue.ring.p_tail;
		bool is_empty = runqueue_is_empty(&work.queue);

		EXPLORE_CHECK(!is_empty || (int)(work.queue.ring.c_head - newest) >= 0,
		              "the ring is said to be empty, with an entry in it all the time");
		ck_pr_stall();
	}
}

/* Counters that are about to wrap; sometimes a ring of four, that gets full. */
static void set_up_ring(uint64_t seed)
{
	static const char *const names[] = { "thief 0", "thief 1", "thief 2" };
	int thieves = 1 + (int)(seed % THIEVES_MOST);

	memset(&work, 0, offsetof(struct runqueue, buffer));
	memset(work.taken, 0, sizeof work.taken);
	work.put = 0;
	runqueue_init(&work.queue, true, true);
	if (seed % 4 == 1)
		ck_ring_init(&work.queue.ring, RING_SMALL);
	work.queue.ring.c_head = work.queue.ring.p_head = work.queue.ring.p_tail = UINT_MAX - 2;
	work.slots_used = seed % 5 == 0 ? 1 : SLOTS;    /* one element and several thieves, too */
	explore_buffer(&work.queue.ring.p_tail, sizeof work.queue.ring.p_tail);
	explore_thread("owner", owner, 0);
	for (long i = 0; i < thieves; i++)
		explore_thread(names[i], thief, i);
	explore_thread("looker", looker, 0);
}

static void finish_ring(void)
{
	while (own())
		;
	for (int i = 0; i < work.slots_used; i++)
		EXPLORE_CHECK(work.taken[i] == 1, "lost");
}

const struct scenario scenario_ring = {
	"ring", "the owner and thieves at the ring, counters that wrap, a full ring", set_up_ring, finish_ring, 20000, 100,
};

/* ---- next slot -------------------------------------------------------------------------------------------------------------- */

static void put_next(struct slot *slot)
{
	slot = runqueue_put_next(&work.queue, slot);
	if (slot != NULL)                       /* the ring's, in the runtime */
		note(slot);
}

static void next_owner(long argument)
{
	(void)argument;
	for (int i = 0; i < work.slots_used; i++) {
		struct slot *slot;

		put_next(&work.slots[i]);
		if (explore_random(2) != 0 && (slot = runqueue_take_next(&work.queue)) != NULL)
			note(slot);
	}
}

static void next_thief(long argument)
{
	(void)argument;
	for (int round = 0; round < 3; round++) {
		struct slot *slot = runqueue_steal_next(&work.queue, explore_barrier);

		if (slot != NULL)
			note(slot);
	}
}

static void set_up_next(uint64_t seed)
{
	memset(&work, 0, offsetof(struct runqueue, buffer));
	memset(work.taken, 0, sizeof work.taken);
	runqueue_init(&work.queue, true, true);
	work.slots_used = 1 + (int)(seed % 4);
	explore_buffer(&work.queue, offsetof(struct runqueue, ring));
	explore_thread("owner", next_owner, 0);
	explore_thread("thief 0", next_thief, 0);
	if (seed % 2 == 0)
		explore_thread("thief 1", next_thief, 1);
}

static void finish_next(void)
{
	struct slot *slot = runqueue_take_next(&work.queue);

	if (slot != NULL)
		note(slot);
	EXPLORE_CHECK(work.queue.inside == 0 && work.queue.wanted == 0, "the next slot stays closed");
	for (int i = 0; i < work.slots_used; i++)
		EXPLORE_CHECK(work.taken[i] == 1, "lost");
}

const struct scenario scenario_next = {
	"next", "the owner and thieves at the next slot, with late stores", set_up_next, finish_next, 20000, 60,
};
