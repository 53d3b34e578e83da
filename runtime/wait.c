/* SPDX-License-Identifier: BSD-2-Clause */
/* wait - lists of those who wait, and the choice among them: the first who can be had */
#include "wait.h"

#include <time.h>
#include "mutant.h"

/* ---- those who wait ---------------------------------------------------------------------------------------------------- */

void wait_begin(struct wait *wait, struct parker *parker, int16_t core)
{
	*wait = (struct wait){ .chosen = WAIT_OPEN, .parker = parker, .core = core };
}

/* With the lock, as all that follows here. Not quiet, so what was changed before is seen; pairs with waitlist_tell_quietly. */
static void set_state(struct waitlist *list, unsigned state)
{
	bool was_quiet = waitlist_is_quiet(list);

	ck_pr_store_8(&list->state, (uint8_t)state);
	if (!was_quiet || MUTANT(QUIET_NO_BARRIER))
		return;
	if (MUTANT(QUIET_LETS_IN))
		lock_give(&list->lock);
	os_barrier();
	if (MUTANT(QUIET_LETS_IN))
		lock_take(&list->lock);
}

/* After who is in it has changed, or whether they are held. */
static void weigh(struct waitlist *list)
{
	bool is_held = list->has_successor && list->watchers == NULL && list->first != NULL && !list->first->looks;
	bool is_taken = list->first != NULL || list->watchers != NULL;

	set_state(list, WAITLIST_USED | (is_taken ? WAITLIST_TAKEN : 0) | (is_held ? WAITLIST_HELD : 0));
}

/* Among the others; a successor that is on its way is one of them, too. Where not all share a core, nobody is held. */
static void join(struct waitlist *list, int16_t core)
{
	bool is_first = (list->last == NULL || list->last->looks) && !list->has_successor;

	if (is_first)
		list->core = core;
	else if (list->core != core) {
		list->core = OS_ANY_CORE;
		list->has_successor = false;
	}
}

static void link_waiter(struct waitlist *list, struct waiter *waiter)
{
	waiter->previous = waiter->looks ? NULL : list->last;
	waiter->next = waiter->looks ? list->first : NULL;
	*(waiter->previous != NULL ? &waiter->previous->next : &list->first) = waiter;
	*(waiter->next != NULL ? &waiter->next->previous : &list->last) = waiter;
	waiter->is_listed = 1;
}

static void unlink_waiter(struct waitlist *list, struct waiter *waiter)
{
	*(waiter->previous != NULL ? &waiter->previous->next : &list->first) = waiter->next;
	*(waiter->next != NULL ? &waiter->next->previous : &list->last) = waiter->previous;
	waiter->is_listed = 0;
	weigh(list);
	EXPLORE_TOUCH(waiter);
}

static void unlink_watcher(struct waitlist *list, struct watcher *watcher)
{
	*(watcher->previous != NULL ? &watcher->previous->next : &list->watchers) = watcher->next;
	if (watcher->next != NULL)
		watcher->next->previous = watcher->previous;
	watcher->is_listed = false;
	weigh(list);
}

void waitlist_add(struct waitlist *list, struct waiter *waiter)
{
	lock_take(&list->lock);
	if (!waiter->looks)
		join(list, waiter->wait->core);
	link_waiter(list, waiter);
	EXPLORE_ENTERED(list, waiter);
	weigh(list);
	lock_give(&list->lock);
	ck_pr_fence_atomic_load();              /* in the list by the exchange that gave the lock, before the look; pairs with waitlist_tell */
}

void waitlist_remove(struct waitlist *list, struct waiter *waiter)
{
	if (MUTANT(REMOVE_NO_LOCK) && !waiter->is_listed)
		return;
	lock_take(&list->lock);
	if (waiter->is_listed)
		unlink_waiter(list, waiter);
	lock_give(&list->lock);
}

/* What it was: open or asleep, and is settled now; or else, and stays so. */
static uint32_t settle(struct wait *wait, uint32_t value)
{
	uint32_t seen = WAIT_OPEN;              /* not read before: its thread reads it all the time, so the line comes over once */

	while (seen <= WAIT_ASLEEP && !ck_pr_cas_32_value(&wait->chosen, seen, value, &seen))
		;
	return seen;
}

int wait_end(struct wait *wait)
{
	(void)settle(wait, WAIT_OVER);
	return wait_chosen(wait);
}

void wait_sleep(struct wait *wait, int64_t until)
{
	struct timespec moment = { .tv_sec = until / 1000000000, .tv_nsec = until % 1000000000 };
	uint32_t key;

	if (wait->parker == NULL) {
		if (MUTANT(SLEEP_NOT_SAID))
			os_word_sleep(&wait->chosen, WAIT_OPEN, until == INT64_MAX ? NULL : &moment);
		else if (ck_pr_cas_32(&wait->chosen, WAIT_OPEN, WAIT_ASLEEP))        /* pairs with who chooses */
			os_word_sleep(&wait->chosen, WAIT_ASLEEP, until == INT64_MAX ? NULL : &moment);
		return;
	}
	key = parker_key(wait->parker);
	if (ck_pr_load_32(&wait->chosen) == WAIT_OPEN)
		parker_sleep(wait->parker, key, until);
}

void waitlist_watch(struct waitlist *list, struct watcher *watcher)
{
	lock_take(&list->lock);
	watcher->previous = NULL;
	watcher->next = list->watchers;
	if (list->watchers != NULL)
		list->watchers->previous = watcher;
	list->watchers = watcher;
	watcher->is_listed = true;
	weigh(list);
	lock_give(&list->lock);
	ck_pr_fence_atomic_load();              /* as in waitlist_add */
}

void waitlist_unwatch(struct waitlist *list, struct watcher *watcher)
{
	lock_take(&list->lock);
	if (watcher->is_listed)
		unlink_watcher(list, watcher);
	lock_give(&list->lock);
}

bool waitlist_pass(struct waitlist *list)
{
	bool others;

	lock_take(&list->lock);
	list->has_successor = false;
	others = list->first != NULL;
	if (others)
		weigh(list);
	lock_give(&list->lock);
	ck_pr_fence_atomic_load();              /* not held, before the look; pairs with waitlist_tell */
	return others;
}

/* ---- quiet --------------------------------------------------------------------------------------------------------------- */

void waitlist_calm(struct waitlist *list)
{
	lock_take(&list->lock);
	if (!waitlist_is_taken(list) || MUTANT(CALMED_TAKEN))
		ck_pr_store_8(&list->state, ck_pr_load_8(&list->state) == WAITLIST_USED ? 0 : WAITLIST_QUIET);
	lock_give(&list->lock);
}

void waitlist_disturb(struct waitlist *list)
{
	lock_take(&list->lock);
	if (waitlist_is_quiet(list))
		set_state(list, WAITLIST_USED);
	lock_give(&list->lock);
}

/* ---- those who change what is waited for -------------------------------------------------------------------------------- */

/* Whom to wake when the lock is given back: the address may be gone by then, which waking allows. */
struct wake { const uint32_t *word; };

static void wake_now(struct wake *wake)
{
	if (wake->word != NULL)
		os_word_wake(wake->word);
	wake->word = NULL;
}

/* With the lock. False: it was chosen elsewhere, or gave up. In any case it is out of the list, and not to be touched. */
static bool choose(struct waitlist *list, struct waiter *waiter, struct wake *wake)
{
	struct wait *wait = waiter->wait;
	struct parker *parker = wait->parker;
	uint32_t was = WAIT_ASLEEP;

	if (!MUTANT(UNLINKED_LATE))
		unlink_waiter(list, waiter);
	ck_pr_fence_release();                  /* all that was done to it, before it may go; pairs with wait_chosen */
	if (MUTANT(CHOSEN_NO_COMPARE))
		ck_pr_store_32(&wait->chosen, WAIT_FIRST + waiter->number);
	else if ((was = settle(wait, WAIT_FIRST + waiter->number)) > WAIT_ASLEEP) {
		EXPLORE_TOUCH(wait);
		return false;
	}
	if (MUTANT(UNLINKED_LATE))
		unlink_waiter(list, waiter);
	if (!MUTANT(WAKE_OVERWRITTEN))
		wake_now(wake);
	if (parker != NULL)
		parker_wake(parker);
	else if (was == WAIT_ASLEEP)
		wake->word = &wait->chosen;
	return true;
}

static void tell_watchers(struct waitlist *list)
{
	struct watcher *watcher;

	while ((watcher = list->watchers) != NULL) {
		unlink_watcher(list, watcher);
		watcher->tell(watcher);
	}
}

enum whom { LOOKERS, ONE, NEXT, ALL };

/* With the lock: how many of those who do not only look. Nobody while they are held; all, if the successor finds that others than
 * those of its core have come, as nobody knows how many changes were not told until then. */
static unsigned partners_wanted(struct waitlist *list, enum whom whom)
{
	if (whom == ALL || (whom == NEXT && list->core == OS_ANY_CORE && !MUTANT(PASS_TO_ONE)))
		return UINT32_MAX;
	return whom == LOOKERS || list->has_successor ? 0 : 1;
}

/* The lookers, too. One alone, of those who share a core, is the successor. */
static void tell(struct waitlist *list, enum whom whom)
{
	struct wake wake = { NULL };
	unsigned partners;
	bool succeeds;

	lock_take(&list->lock);
	partners = partners_wanted(list, whom);
	succeeds = partners == 1 && list->core != OS_ANY_CORE;
	for (struct waiter *waiter = list->first, *next; waiter != NULL && (waiter->looks || partners > 0); waiter = next) {
		bool looks = waiter->looks;

		next = waiter->next;
		waiter->is_successor = succeeds && !looks;
		if (choose(list, waiter, &wake) || MUTANT(TELL_GIVES_UP))
			partners -= looks && !MUTANT(LOOKER_COUNTS) ? 0 : 1;
	}
	if (succeeds && partners == 0) {
		list->has_successor = true;
		weigh(list);
	}
	tell_watchers(list);
	lock_give(&list->lock);
	wake_now(&wake);
}

void waitlist_tell_some(struct waitlist *list, bool all)
{
	tell(list, all && !MUTANT(TELL_ONE_OF_ALL) ? ALL : ONE);
}

void waitlist_tell_on(struct waitlist *list)
{
	tell(list, NEXT);
}

void waitlist_tell_lookers(struct waitlist *list)
{
	if (waitlist_is_taken(list))
		tell(list, LOOKERS);
}

bool waitlist_meet(struct waitlist *list, struct message **message)
{
	struct wake wake = { NULL };
	bool met = false;

	if (!waitlist_is_taken(list))
		return false;
	lock_take(&list->lock);
	for (struct waiter *waiter = list->first, *next; waiter != NULL && !met; waiter = next) {
		struct message *offered = waiter->message;

		next = waiter->next;
		if (waiter->looks)
			continue;
		waiter->message = *message;
		met = choose(list, waiter, &wake) || MUTANT(MEET_NOT_CHOSEN);
		if (met)
			*message = offered;
	}
	lock_give(&list->lock);
	wake_now(&wake);
	return met;
}

bool waitlist_has_partner(struct waitlist *list, const struct wait *wait)
{
	bool has = false;

	if (!waitlist_is_taken(list))
		return false;
	lock_take(&list->lock);
	for (struct waiter *waiter = list->first; waiter != NULL && !has; waiter = waiter->next)
		has = !waiter->looks && waiter->wait != wait && ck_pr_load_32(&waiter->wait->chosen) <= WAIT_ASLEEP;
	lock_give(&list->lock);
	return has;
}
