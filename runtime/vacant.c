/* SPDX-License-Identifier: BSD-2-Clause */
/* vacant - slots that had an actor, and slots that had none */
#include "vacant.h"

#define FRESH_AT_ONCE 32u                       /* slots that a worker takes at a time for its spawns */
#define VACANT_KEPT 256u                        /* vacant slots that a worker keeps for itself; more goes to all */
#define CLAIM_TRIES 4

static void keep_vacant(struct worker *worker, struct link *link)
{
	link->next = NULL;
	if (worker->vacant.last != NULL)
		worker->vacant.last->next = link;
	else
		worker->vacant.first = link;
	worker->vacant.last = link;
	worker->vacant.count++;
}

/* First in, first out: a slot whose claim fails is not tried again at once. */
static struct link *take_vacant(odeon_system *system, struct worker *worker)
{
	struct link *link;

	if (worker == NULL || worker->vacant.count == 0)        /* only workers of the pool keep any */
		return slotqueue_take(&system->vacant, &link, 1) == 1 ? link : NULL;
	link = worker->vacant.first;
	worker->vacant.first = link->next;
	if (link->next == NULL)
		worker->vacant.last = NULL;
	worker->vacant.count--;
	return link;
}

void vacant_give(odeon_system *system, struct worker *worker, struct slot *slot)
{
	if (worker != NULL && worker->runs_pool && worker->vacant.count < VACANT_KEPT)
		keep_vacant(worker, &slot->vacancy);
	else
		slotqueue_push(&system->vacant, &slot->vacancy);
}

static struct slot *fresh_slot(odeon_system *system, struct worker *worker)
{
	uint32_t got;
	struct slot *slot;

	if (worker == NULL || !worker->runs_pool)
		return directory_fresh(system->directory, 1, &got);
	if (worker->fresh_left == 0)
		worker->fresh = directory_fresh(system->directory, FRESH_AT_ONCE, &worker->fresh_left);
	if (worker->fresh_left == 0)
		return NULL;
	slot = worker->fresh++;
	worker->fresh_left--;
	return slot;
}

struct slot *vacant_claim(odeon_system *system, struct worker *worker)
{
	struct slot *slot;
	struct link *link;

	for (int i = 0; i < CLAIM_TRIES && (link = take_vacant(system, worker)) != NULL; i++) {
		slot = slot_of_vacancy(link);
		if (mailbox_claim(&slot->mailbox))
			return slot;
		vacant_give(system, worker, slot);
	}
	slot = fresh_slot(system, worker);
	if (slot != NULL) {
		mailbox_init(&slot->mailbox);
		slot->mailbox.head = &slot->mailbox.stub;       /* claimed */
		slot->generation = system->directory->first_generation;
	}
	return slot;
}
