/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait - a thread that waits for one of several channels, and who may wake it
 *
 * A *wait* is one thread's, for as long as it waits. It has a *waiter* in the waitlist of each channel that it waits for,
 * and is *chosen* at most once, for one of them, by compare-and-swap: so of all who could end its wait exactly one does,
 * and whoever cannot have this one goes on to the next in the list. A wake-up is never swallowed: a chosen wait comes back
 * for what it was chosen for, also when its deadline passed at the same time.
 *
 * Agreement. waitlist_tell, waitlist_tell_all, waitlist_meet: any thread. wait_begin, wait_end, wait_sleep, waitlist_add,
 * waitlist_remove: the thread that waits; waitlist_pass, waitlist_tell_on: the same, if its waiter was chosen as successor, once, after
 * its try, while it has its half, which keeps the list. A wait and its waiters live on its stack. Whoever chooses takes the waiter out of
 * the list first, and the compare-and-swap is his last touch of it: then he wakes by the address alone, without the lock. So
 * the wait may go as soon as it is chosen and its other waiters were removed, which takes those lists' locks. A wait with a
 * parker is woken with the lock held instead, and is gone when all its waiters were removed.
 *
 * No wake-up is lost:
 *
 *   whoever changes a channel   makes the change, THEN a full barrier (the exchange or compare-and-swap that made the
 *                               change is one), THEN looks whether the list is taken (waitlist_tell)
 *   whoever goes to sleep       waitlist_add, which ends with a full barrier, THEN looks at the channel once more
 *
 * Where one thread alone makes the changes and nobody has waited for long, the list is *quiet*. That barrier, which costs as much as
 * all the rest of a change, is then left to whoever comes to wait, once:
 *
 *   whoever changes a channel   makes the change, THEN reads the list's state: still quiet, so nobody is in it? Else a
 *                               full barrier, and it goes on as above (waitlist_tell_quietly)
 *   whoever enters the list     says that it is taken, which ends the quiet, THEN has every thread of the process pass a full barrier
 *                               (os_barrier), THEN gives the lock back, and looks
 *
 * A change whose reading came before that barrier is seen by the look; and by the looks of all who enter later, who waited for the lock.
 * A change whose reading comes after it finds that the list is not quiet. Only he who changes makes it quiet, after thousands of
 * changes during which nobody entered, and not while anybody is in it (waitlist_calm): so barriers of all threads are rare, too.
 * It is the asymmetric fence of runqueue.h; tests/model/quiet.pml is its model.
 *
 * Threads that may use one and the same core run one after the other. Were a hundred that wait for room there woken as room is made,
 * the first of them would take it all, and the others come in vain. So where all that wait in a list share a core, one is woken at a
 * time: their *successor*. While it is on its way the others are *held*:
 *
 *   whoever changes a channel   makes the change, THEN a full barrier, THEN looks whether the list is taken, and not held
 *   the successor               tries, THEN says that nobody is held (waitlist_pass), THEN a full barrier, THEN looks whether there is
 *                               more, and wakes the next, its own successor (waitlist_tell_on)
 *
 * So what is changed while others are held is seen by the successor's look, or he who changed it sees that they are held no longer.
 * Whoever enters from another core ends the holding; then nobody succeeds to the successor, who wakes them all, as it cannot know how
 * many changes were not told. After that others may be held anew while it is on its way still: each that was chosen passes, so it
 * does no harm that one ends what another began. All are told at once of a disconnection, too. The others wait for the successor to
 * run, which takes nothing from them, unless it is kept from running: by a lower priority, a signal's handler, a stop. After the
 * succession of HotSpot's monitors (objectMonitor.cpp), which keeps futile wake-ups few; tests/model/successor.pml is its model.
 *
 * A waiter that only *looks* (a select that asks what is ready) is woken besides, and is nobody's partner. So is a
 * *watcher*: not a thread, but something that is told once, with the list's lock held, and then is out of the list.
 */
#ifndef WAIT_H
#define WAIT_H

#include "atomic.h"
#include "lock.h"
#include "mutant.h"
#include "os.h"
#include "parker.h"

struct message;

/* WAIT_FIRST + the number of the waiter that was chosen. Asleep is open, too: whoever chooses it wakes it. */
enum { WAIT_OPEN, WAIT_ASLEEP, WAIT_OVER, WAIT_FIRST };

struct wait {
	uint32_t chosen;                        /* by compare-and-swap while it is open; the thread sleeps on this word */
	int16_t core;                           /* the only one that the thread may use; or OS_ANY_CORE */
	struct parker *parker;                  /* ... or here, where others may wake it too; or NULL */
};

struct waiter {
	struct waiter *next, *previous;         /* guarded by the list's lock, as is_listed */
	struct wait *wait;
	struct message *message;                /* rendezvous: what is offered; what was delivered. Guarded as above */
	uint32_t number;                        /* which of the wait's */
	uint8_t looks;
	uint8_t is_listed;
	uint8_t is_successor;                   /* if it was chosen: the others wait until it has tried (waitlist_pass) */
};

struct watcher {
	struct watcher *next, *previous;
	void (*tell)(struct watcher *watcher);  /* once; must not wait, nor touch the list */
	bool is_listed;
};

enum {
	WAITLIST_TAKEN = 1,                     /* a waiter or a watcher is in it */
	WAITLIST_USED = 2,                      /* somebody was in it since waitlist_calm was last called */
	WAITLIST_QUIET = 4,                     /* the only bit then */
	WAITLIST_HELD = 8,                      /* taken, by those alone who wait until the successor has tried */
};

/* Begins zeroed, and ends with its memory. */
struct waitlist {
	uint8_t state;                          /* of these; written with the lock, read by any thread */
	bool has_successor;                     /* nobody is told before one that was chosen has tried; guarded by the lock, as all below */
	int16_t core;                           /* of all who wait in it, or OS_ANY_CORE */
	struct lock lock;
	struct waiter *first, *last;            /* who only looks comes first */
	struct watcher *watchers;
};

/* ---- those who wait ------------------------------------------------------------------------------------------------- */

/* Parker NULL: none. The core: os_core_here's; OS_ANY_CORE, also where that is not asked: with it nobody is held. */
void wait_begin(struct wait *wait, struct parker *parker, int16_t core);

/* Last of its kind in the list. A full barrier; of all threads if the list was quiet. */
void waitlist_add(struct waitlist *list, struct waiter *waiter);

/* Out of the list, if it still is in it; whoever chose it has let go of it. */
void waitlist_remove(struct waitlist *list, struct waiter *waiter);

/* The number of the waiter that was chosen; -1: none yet. */
static inline int wait_chosen(struct wait *wait)
{
	uint32_t chosen = ck_pr_load_32(&wait->chosen);

	ck_pr_fence_acquire();                  /* the message that came with it; pairs with who chose */
	return chosen >= WAIT_FIRST ? (int)(chosen - WAIT_FIRST) : -1;
}

/* Nobody is to choose it any more. -1; or it was chosen before: the number. That one is in no list any more. */
int wait_end(struct wait *wait);

/* Until chosen or woken, or until the moment on the monotonic clock. */
void wait_sleep(struct wait *wait, int64_t until);

/* The successor has tried. True: others wait, so it looks whether there is more, and then tells on; a full barrier. */
bool waitlist_pass(struct waitlist *list);
void waitlist_tell_on(struct waitlist *list);

/* A watcher, which is in no list, into the list. The same barrier. */
void waitlist_watch(struct waitlist *list, struct watcher *watcher);

/* Out of the list, if it still is in it; afterwards nobody is telling it. */
void waitlist_unwatch(struct waitlist *list, struct watcher *watcher);

/* ---- those who change what is waited for --------------------------------------------------------------------------------- */

void waitlist_tell_some(struct waitlist *list, bool all);
void waitlist_tell_lookers(struct waitlist *list);

static inline bool waitlist_is_taken(struct waitlist *list)
{
	return (ck_pr_load_8(&list->state) & WAITLIST_TAKEN) != 0;
}

/* After a change and a full barrier: one who waits comes to see, unless the successor will; and whoever only looks. */
static inline void waitlist_tell(struct waitlist *list)
{
	if (UNLIKELY((ck_pr_load_8(&list->state) & (WAITLIST_TAKEN | WAITLIST_HELD)) == WAITLIST_TAKEN))
		waitlist_tell_some(list, false);
}

/* The same, for all, whoever is on the way: the channel is disconnected. */
static inline void waitlist_tell_all(struct waitlist *list)
{
	if (UNLIKELY(waitlist_is_taken(list)))
		waitlist_tell_some(list, true);
}

static inline bool waitlist_is_quiet(struct waitlist *list)
{
	return ck_pr_load_8(&list->state) == WAITLIST_QUIET;
}

/* As waitlist_tell, after a change without a barrier by the one thread that may make any; the list was quiet before it. */
static inline void waitlist_tell_quietly(struct waitlist *list)
{
	ck_pr_barrier();                        /* store before load, for the compiler; for the processor by the waiter's os_barrier */
	if (LIKELY(waitlist_is_quiet(list)) || MUTANT(QUIET_NOT_ASKED))
		return;
	ck_pr_fence_memory();                   /* the change, before the look; pairs with waitlist_add */
	waitlist_tell(list);
}

/* By the one thread that may make changes, when it has made many: quiet from here on, if nobody entered since the last time.
 * os_barrier_init has said yes. */
void waitlist_calm(struct waitlist *list);

/* Any thread. It is quiet no longer, and what was changed without a barrier is seen. */
void waitlist_disturb(struct waitlist *list);

/* Chooses a partner: one who waits, and does not only look. Gives it a message (a receiver), or takes the one it offers
 * (a sender, message NULL). False: there is none. */
bool waitlist_meet(struct waitlist *list, struct message **message);

/* Whether one waits here who could be the partner of somebody else than `wait`. */
bool waitlist_has_partner(struct waitlist *list, const struct wait *wait);

#endif
