/* SPDX-License-Identifier: BSD-2-Clause */
/* watch - armed, told, left by either side */
#include "watch.h"

#include "alloc.h"
#include "deliver.h"
#include "latch.h"
#include "mutant.h"

#define PRUNE_FIRST 16u                         /* watches of an actor before it looks which of them are lost */

static void let_go(struct watch *watch)
{
	if (let_go_last(&watch->parties))
		alloc_free(watch, sizeof *watch);
}

static bool move(struct watch *watch, uint32_t from, uint32_t to)
{
	if (MUTANT(MOVED_BY_STORE) && ck_pr_load_32(&watch->state) == from) {
		ck_pr_store_32(&watch->state, to);
		return true;
	}
	bool is_moved = ck_pr_cas_32(&watch->state, from, to);

	ck_pr_fence_acquire();                  /* what the one before did; pairs with settle */
	return is_moved;
}

/* Nobody but the one who moved it here is at it: the move back. */
static void settle(struct watch *watch, uint32_t state)
{
	ck_pr_fence_release();
	ck_pr_store_32(&watch->state, state);
}

/* TELLING, so the actor does not end and its system is there, until it is settled. */
static void post(struct watch *watch)
{
	void *message = watch->message;

	watch->message = NULL;
	deliver_notice(watch->system, worker_here(watch->system), ODEON_NOBODY, watch->who, message);
	settle(watch, WATCH_IDLE);              /* from here on the watch may be gone */
}

/* Out of its list already, with the list's lock held. */
static void tell(struct watcher *watcher)
{
	struct watch *watch = (struct watch *)(void *)watcher;

	if (move(watch, WATCH_ARMED, WATCH_TELLING))
		post(watch);
}

void watch_tell(struct watch *watch)
{
	if (!move(watch, WATCH_ARMED, WATCH_TELLING))
		return;
	if (!MUTANT(TOLD_NOT_UNWATCHED))
		waitlist_unwatch(watch->list, &watch->watcher);
	post(watch);
}

/* LEAVING or ENDING. */
static void disarm(struct watch *watch)
{
	if (!MUTANT(DISARMED_IN_LIST))
		waitlist_unwatch(watch->list, &watch->watcher);
	message_free(message_of(watch->message));
	watch->message = NULL;
	settle(watch, WATCH_LOST);
}

/* ---- the half's end ------------------------------------------------------------------------------------------------ */

void watch_leave(struct watch *watch)
{
	unsigned spins = 0;

	if (watch == NULL)
		return;
	while (!move(watch, WATCH_IDLE, WATCH_LOST)) {
		if (move(watch, WATCH_ARMED, WATCH_LEAVING)) {
			disarm(watch);
			break;
		}
		if (ck_pr_load_32(&watch->state) == WATCH_LOST || MUTANT(HALF_NO_WAIT))
			break;
		latch_pause(&spins);            /* TELLING or ENDING */
	}
	let_go(watch);
}

/* ---- the actor's end ----------------------------------------------------------------------------------------------- */

static void end(struct watch *watch)
{
	unsigned spins = 0;

	while (!move(watch, WATCH_IDLE, WATCH_LOST)) {
		if (move(watch, WATCH_ARMED, WATCH_ENDING)) {
			disarm(watch);
			break;
		}
		if (ck_pr_load_32(&watch->state) != WATCH_TELLING || MUTANT(END_NO_WAIT))
			break;                  /* the half has it: it will not be told */
		latch_pause(&spins);
	}
	let_go(watch);
}

void watches_end(struct attic *attic)
{
	struct watch *watch, *next;

	for (watch = attic->watches.first; watch != NULL; watch = next) {
		next = watch->next;
		end(watch);
	}
	attic->watches.first = NULL;
	attic->watches.count = 0;
}

/* ---- arming -------------------------------------------------------------------------------------------------------- */

/* Watches whose half has gone are let go, now and then: as many are kept at most as there were at the last time. */
static void prune(struct attic *attic)
{
	struct watch **place = &attic->watches.first, *watch;

	if (attic->watches.count < attic->watches.most)
		return;
	while ((watch = *place) != NULL)
		if (ck_pr_load_32(&watch->state) == WATCH_LOST) {
			*place = watch->next;
			attic->watches.count--;
			let_go(watch);
		} else
			place = &watch->next;
	attic->watches.most = attic->watches.count * 2 < PRUNE_FIRST ? PRUNE_FIRST : attic->watches.count * 2;
}

static struct watch *make(odeon_self *self, struct waitlist *list)
{
	struct attic *attic = actor_attic(self->slot);
	struct watch *watch = attic != NULL ? alloc_zeroed(sizeof *watch) : NULL;

	if (watch == NULL)
		return NULL;
	prune(attic);
	watch->watcher.tell = tell;
	watch->list = list;
	watch->system = self->system;
	watch->who = self->me;
	watch->parties = 2;
	watch->next = attic->watches.first;
	attic->watches.first = watch;
	attic->watches.count++;
	return watch;
}

/* The half's watch for the running actor; NULL: no memory. */
static struct watch *find(odeon_self *self, struct watch **place, struct waitlist *list)
{
	struct watch *watch = *place;

	if (watch != NULL && odeon_ref_equal(watch->who, self->me))
		return watch;
	watch = make(self, list);
	if (watch == NULL)
		return NULL;
	watch_leave(*place);                    /* another actor's */
	*place = watch;
	return watch;
}

/* IDLE, and the running actor's. */
static int arm(struct watch *watch, const odeon_type *type, const void *value)
{
	struct message *message = message_make(type, 0, value, ODEON_HERE);

	if (message == NULL)
		return ODEON_ENOMEM;
	watch->message = message_payload(message);
	settle(watch, WATCH_ARMED);
	waitlist_watch(watch->list, &watch->watcher);
	return 0;
}

int watch_arm(odeon_self *self, struct watch **place, struct waitlist *list, const odeon_type *type, const void *value)
{
	struct watch *watch;
	unsigned spins = 0;

	if (self->hook == HOOK_STOP)            /* its watches have ended */
		return ODEON_EINVAL;
	watch = find(self, place, list);
	if (watch == NULL)
		return ODEON_ENOMEM;
	while (ck_pr_load_32(&watch->state) == WATCH_TELLING)
		latch_pause(&spins);            /* its message may be the one in hand */
	ck_pr_fence_acquire();                  /* pairs with settle */
	return ck_pr_load_32(&watch->state) == WATCH_IDLE ? arm(watch, type, value) : 0;
}
