/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vacant slots: the list of them and the inject queue (runtime/slotqueue.h), on slots as they are (runtime/slot.h).
 *
 * A vacant slot lies in the list, linked by `vacancy`, and a late push may put it into the inject queue at the same
 * time, linked by `link`. The claim is claim_slot's of runtime/actor.c, the turn that of runtime/turn.c without what
 * does not concern it. Wanted: each late message is buried once, each actor born dies once, no slot runs twice at a
 * time, and at the end each slot lies in the list exactly once.
 */
#include <string.h>
#include "scenarios.h"
#include "slot.h"

#define SLOTS 2
#define SENDERS 2
#define EACH 2
#define MAILS (SENDERS * EACH)
#define BIRTHS 2                                /* of each spawner */
#define CLAIM_TRIES 4

static struct {
	struct slot slots[SLOTS];
	struct slotqueue inject, vacant;
	struct node nodes[MAILS];
	int targets[MAILS];
	bool is_dead[MAILS], runs[SLOTS], is_queued[SLOTS], is_vacant[SLOTS];
	int buried, born, ended, births;
	uint32_t event;
} town;

static const odeon_handler no_handlers[1];

static int number_of(const struct slot *slot)
{
	EXPLORE_CHECK(slot >= town.slots && slot < town.slots + SLOTS, "something else comes out of a queue");
	return (int)(slot - town.slots);
}

/* ---- the two queues --------------------------------------------------------------------------------------------------- */

static void make_ready(struct slot *slot)
{
	bool *is_queued = &town.is_queued[number_of(slot)];

	EXPLORE_CHECK(!*is_queued, "in the inject queue twice");
	*is_queued = true;
	slotqueue_push(&town.inject, &slot->link);
	(void)ck_pr_faa_32(&town.event, 1);
	explore_wake(&town.event);
}

static void give_vacant(struct slot *slot)
{
	bool *is_vacant = &town.is_vacant[number_of(slot)];

	EXPLORE_CHECK(!*is_vacant, "vacant twice");
	*is_vacant = true;
	slotqueue_push(&town.vacant, MUTANT(LINK_SHARED) ? &slot->link : &slot->vacancy);
}

static struct slot *take_vacant(void)
{
	struct link *link;
	struct slot *slot;

	if (slotqueue_take(&town.vacant, &link, 1) == 0)
		return NULL;
	slot = MUTANT(LINK_SHARED) ? slot_of_link(link) : slot_of_vacancy(link);
	EXPLORE_CHECK(town.is_vacant[number_of(slot)], "a slot that is not vacant comes out of the list");
	town.is_vacant[number_of(slot)] = false;
	return slot;
}

/* ---- a turn ------------------------------------------------------------------------------------------------------------- */

static void bury(struct node *node)
{
	if (node == NULL)
		return;
	EXPLORE_CHECK(node >= town.nodes && node < town.nodes + MAILS, "something else is in a mailbox");
	EXPLORE_CHECK(!town.is_dead[node - town.nodes], "buried twice");
	town.is_dead[node - town.nodes] = true;
	town.buried++;
}

static void left(const void *mailbox)
{
	town.runs[number_of((const struct slot *)mailbox)] = false;
}

static void obey(struct slot *slot)
{
	if ((mailbox_orders_take(&slot->mailbox) & ORDER_KILL) == 0)
		return;
	EXPLORE_CHECK(generation_is_alive(slot->generation), "an order reaches nobody");
	EXPLORE_CHECK(slot->handlers == no_handlers, "an actor's table is overwritten");
	ck_pr_store_32(&slot->generation, slot->generation + 1);
	slot->flags |= SLOT_VACATING;
	town.ended++;
}

static enum mailbox_state go_idle(struct slot *slot)
{
	uint8_t flags = slot->flags;
	struct node *passed;
	enum mailbox_state state;

	slot->flags = flags & (uint8_t)~SLOT_VACATING;
	state = mailbox_idle(&slot->mailbox, &passed);
	if (state != MAILBOX_GONE_IDLE) {
		slot->flags = flags;
		return state;
	}
	bury(passed);
	if ((flags & SLOT_VACATING) != 0)
		give_vacant(slot);
	return state;
}

static void turn(struct slot *slot)
{
	enum mailbox_state state = MAILBOX_MORE;
	struct node *passed;

	EXPLORE_CHECK(!town.runs[number_of(slot)], "runs on two workers");
	town.runs[number_of(slot)] = true;
	while (state == MAILBOX_MORE) {
		obey(slot);                     /* before each message: a push takes the tag of an order off again */
		if (mailbox_take(&slot->mailbox, &passed) != NULL)
			bury(passed);
		else
			state = go_idle(slot);
	}
	if (state == MAILBOX_GONE_IDLE)
		return;
	town.runs[number_of(slot)] = false;
	make_ready(slot);
}

/* ---- threads ------------------------------------------------------------------------------------------------------------ */

static void worker(long argument)
{
	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&town.event);
		struct link *link;
		struct slot *slot;

		if (slotqueue_take(&town.inject, &link, 1) == 1) {
			slot = slot_of_link(link);
			EXPLORE_CHECK(town.is_queued[number_of(slot)], "a slot that is not ready comes out of the inject queue");
			town.is_queued[number_of(slot)] = false;
			turn(slot);
		} else if (slotqueue_is_empty(&town.inject))
			explore_sleep(&town.event, key);
		else
			ck_pr_stall();
	}
}

/* To whoever lived there before. */
static void late_sender(long argument)
{
	for (long i = argument * EACH; i < (argument + 1) * EACH; i++) {
		struct slot *slot = &town.slots[town.targets[i]];

		if (mailbox_push(&slot->mailbox, &town.nodes[i], 1))
			make_ready(slot);
	}
}

/* As claim_slot of runtime/actor.c. */
static struct slot *claim_slot(void)
{
	struct slot *slot;

	for (int i = 0; i < CLAIM_TRIES && (slot = take_vacant()) != NULL; i++) {
		if (mailbox_claim(&slot->mailbox))
			return slot;
		give_vacant(slot);
	}
	return NULL;
}

static void be_born_and_killed(struct slot *slot)
{
	uint32_t generation = slot->generation + 1;
	struct node *passed;

	EXPLORE_CHECK(!town.runs[number_of(slot)], "born in a slot that runs");
	town.runs[number_of(slot)] = true;
	slot->handlers = no_handlers;
	mailbox_orders_open(&slot->mailbox, generation);
	ck_pr_store_32(&slot->generation, generation);
	town.born++;
	if (mailbox_idle(&slot->mailbox, &passed) != MAILBOX_GONE_IDLE) {
		town.runs[number_of(slot)] = false;
		make_ready(slot);
	}
	if (mailbox_order(&slot->mailbox, generation, ORDER_KILL) == MAILBOX_SCHEDULE)
		make_ready(slot);
}

static void spawner(long argument)
{
	(void)argument;
	for (int i = 0; i < BIRTHS; i++) {
		struct slot *slot;

		while ((slot = claim_slot()) == NULL)
			ck_pr_stall();                  /* the runtime takes one that nobody has had yet */
		be_born_and_killed(slot);
	}
}

/* ---- set-up and verdict --------------------------------------------------------------------------------------------------- */

static void set_up(uint64_t seed)
{
	memset(&town, 0, sizeof town);
	slotqueue_init(&town.inject);
	slotqueue_init(&town.vacant);
	for (int i = 0; i < SLOTS; i++) {
		mailbox_init(&town.slots[i].mailbox);
		town.slots[i].generation = 2;
		give_vacant(&town.slots[i]);
	}
	for (int i = 0; i < MAILS; i++)
		town.targets[i] = (int)(seed >> i & 1) % SLOTS;
	explore_on_left = left;
	explore_thread("late sender 0", late_sender, 0);
	explore_thread("late sender 1", late_sender, 1);
	explore_thread("spawner 0", spawner, 0);
	town.births = BIRTHS;
	if (seed % 3 == 0) {
		explore_thread("spawner 1", spawner, 1);
		town.births += BIRTHS;
	}
	explore_idler("worker 0", worker, 0);
	explore_idler("worker 1", worker, 1);
}

static void finish(void)
{
	EXPLORE_CHECK(town.buried == MAILS, "all asleep, and %d messages wait: a lost wake-up", MAILS - town.buried);
	EXPLORE_CHECK(town.born == town.births && town.ended == town.born, "all asleep, and %d actors live", town.born - town.ended);
	for (int i = 0; i < SLOTS; i++)
		EXPLORE_CHECK(town.is_vacant[i], "a slot is lost");
	for (int i = 0; i < SLOTS; i++)
		EXPLORE_CHECK(take_vacant() != NULL, "a slot is lost from the list");
	EXPLORE_CHECK(slotqueue_is_empty(&town.vacant) && slotqueue_is_empty(&town.inject), "a queue is not empty");
}

const struct scenario scenario_vacancy = {
	"vacancy", "late messages to slots in the list of vacant ones, births, deaths", set_up, finish, 20000, 250,
};
