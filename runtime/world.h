/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world - what a system and its workers are made of; no functions of its own but the smallest
 *
 * struct odeon_self   what a hook sees: one a worker, good for whatever actor that worker runs now
 * struct worker       a thread that drains mailboxes, or a thread of the host that does so now and then
 * struct odeon_system the whole
 *
 * Workers: number 0 to pool - 1 are the pool and share work among each other; number `pool` is the host's (whoever calls
 * odeon_system_run), which in a system without workers runs everything; numbers above that each serve one actor with a
 * thread of its own. A worker's fields are its own, unless the comment says otherwise.
 */
#ifndef WORLD_H
#define WORLD_H

#include <pthread.h>
#include <odeon.h>
#include "ask.h"
#include "bounds.h"
#include "cache.h"
#include "context.h"
#include "directory.h"
#include "message.h"
#include "parker.h"
#include "random.h"
#include "runqueue.h"
#include "sleepers.h"
#include "slotqueue.h"
#include "tally.h"

#define FAIL_TEXT (ODEON_REASON_BYTES - 1)

struct wheel;

enum hook { HOOK_NONE, HOOK_START, HOOK_HANDLER, HOOK_STOP };

struct odeon_self {
	struct directory *directory;
	struct worker *worker;                  /* NULL: start, on a thread that is no worker */
	struct slot *slot;
	odeon_ref me;
	struct message *hand;                   /* the message in hand; NULL: none, or it was taken */
	uint64_t sender;                        /* of the message in hand, as message.h has it; stays when that is taken */
	uint32_t role;                          /* of it, beside the sender */
	bool loose;                             /* the message in hand is out of the mailbox's list */
	bool ending;                            /* when the handler returns */
	uint8_t hook;                           /* enum hook */
	bool halts;                             /* ... and is halted, if it is supervised: nobody ordered its end */
	bool has_failed;                        /* its handler said so */
	bool is_noted;                          /* what it handles is: for a simulation, or the report of a crash */
	const odeon_type *type;                 /* of the message handled now, NULL between; read by anybody */
	const odeon_site *site;
	odeon_system *system;
	int code;                               /* why it ends */
	char text[FAIL_TEXT + 1];
	bool is_nested;                         /* a select in its handler gave it another message: nest.h */
};

struct crash;

struct worker {
	struct odeon_self self;
	struct runqueue queue CACHE_ALIGNED;
	bool runs_pool;                         /* takes part in running the pool's actors */
	uint8_t is_done;                        /* an own thread: its actor has ended, or was not born */
	uint16_t number;
	uint32_t hot;                           /* turns in a row out of the next slot */
	int32_t credit;                         /* messages and turns until the next look at the clock */
	int32_t interval;
	uint64_t now;                           /* the clock at that look; any thread reads */
	int64_t passed;                         /* work since the last look between turns */
	bool look_is_due;                       /* there was a look within a turn: the rest comes after it */
	uint32_t turns_since;                   /* turns since the last look between turns */
	uint64_t turn_ns;                       /* about what a turn takes; any thread reads */
	bool sampling;                          /* the next turn is timed */
	struct { struct link *first, *last; uint32_t count; } vacant;
	struct slot *fresh;                     /* slots that nobody has had yet */
	uint32_t fresh_left;
	struct random random;
	struct context context;
	struct cache cache;
	struct { int64_t due; uint32_t slow; } tidied;          /* rest.c */
	struct slotqueue inbox;                 /* pinned actors; any thread pushes */
	struct parker parker;                   /* any thread wakes */
	struct wheel *wheel;                    /* timers: timer.h. Any thread makes it; NULL: none yet */
	struct tally tally;                     /* any thread reads, from here on */
	struct slot *running;                   /* NULL: between turns */
	uint64_t turns, stolen, steals, parks, wakes, busy;
	struct { struct slot *running; uint64_t done; } watched;        /* by the watch, when it looked last */
	uint32_t finished;                      /* an own thread: it will touch nothing more */
	pthread_t thread;
	bool has_thread;
	int opened;                             /* by its thread: 1, or the poller's error */
	struct crash *crash;                    /* crash.h; NULL: no report is wanted */
	struct strand *strand;                  /* an own thread that is simulated: simulation.h; NULL: none */
};

enum phase { PHASE_RUNNING, PHASE_STOPPING, PHASE_STOPPED };

struct simulation;
struct watchdog;

struct odeon_system {
	struct directory *directory;
	odeon_options options;
	char name[16];
	int pool;                               /* workers with threads of the pool; 0: the host's thread does it all */
	struct worker **workers;                /* WORKERS_PLACES; set before anybody can know the number */
	uint32_t workers_used;                  /* places in use */
	pthread_mutex_t private_lock;           /* guards the places of own threads: made and joined */
	void *(*own_loop)(void *worker);        /* what an own thread does */
	void (*own_turns)(void *strand);        /* ... and one that is simulated */
	struct sleepers sleepers;
	struct slotqueue inject;                /* ready actors from outside the pool */
	struct slotqueue vacant;                /* slots without an actor, for all */
	struct depot *depot;                    /* blocks for messages, for all */
	uint32_t watch_is_deep;                 /* the watch sleeps for ever, since all were idle */
	uint32_t phase;                         /* enum phase */
	uint32_t births;                        /* of actors, from outside, under way */
	uint32_t homes;                         /* of pinned actors, whose spawners are no workers and leave it open which */
	uint32_t stopper;                       /* a thread is in odeon_system_stop */
	uint32_t closing;                       /* the threads end */
	uint32_t quit;
	uint32_t waiters;                       /* threads that wait for the last actor's end */
	struct parker event;                    /* where these wait */
	uint32_t host_taken;                    /* a thread is in odeon_system_run */
	uint32_t host_poked;
	int host_fd;                            /* of a timer: -1: nobody asked */
	struct tally outside[TALLY_STRIPES];
	struct said { int64_t second; uint32_t said, held; } letters_log, ends_log;    /* guarded by log_lock */
	pthread_mutex_t log_lock;
	struct inquiry *inquiries;              /* guarded by inquiries_lock: waits.h */
	pthread_mutex_t inquiries_lock;
	struct watchdog *watchdog;              /* NULL: none */
	bool (*refuses)(const struct context *context, size_t bytes);   /* of its workers: context.h; NULL: never */
	struct single *singles;                 /* single.c; the last added first */
	struct simulation *simulation;          /* NULL: real threads, real time */
};

#define OWN_THREADS_MOST 4096
#define WORKERS_PLACES (ODEON_WORKERS_MOST + 1 + OWN_THREADS_MOST)

static inline struct worker *host_worker(const odeon_system *system) { return system->workers[system->pool]; }

static inline struct worker *worker_at(const odeon_system *system, uint32_t number)
{
	return ck_pr_load_ptr(&system->workers[number]);
}

/* The worker of this system that this thread is; NULL: none. */
static inline struct worker *worker_here(const odeon_system *system)
{
	if (context_here == NULL || context_here->system != system)
		return NULL;
	return (struct worker *)(void *)((char *)(uintptr_t)context_here - offsetof(struct worker, context));
}

/* Counts one, for the worker that runs, or for any other thread. */
#define TALLY(system, worker, field) \
	do { \
		if (LIKELY((worker) != NULL)) \
			count_up(&(worker)->tally.field, 1); \
		else \
			(void)ck_pr_faa_64(&(system)->outside[tally_stripe()].field, 1); \
	} while (0)

/* The sum of all tallies. `ended` is read before `spawned`, so equal numbers mean that no actor was alive at some instant. */
void world_tally(odeon_system *system, struct tally *sum);

/* The actors that keep it alive: all, once it stops, and until then but for those in the background. */
uint64_t world_alive(odeon_system *system);

/* Whether none of these is left, and none is being born. `seen` is what the caller's look before left there, 0 at first: all
 * are counted only if some have ended since. */
bool world_is_empty(odeon_system *system, uint64_t *seen);

#endif
