/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explore - lock-free code under schedules that a seed chooses
 *
 * The code under test is the real one. Each atomic operation of it is a place where another thread may go on
 * (explore_atomic.h); the threads are coroutines of one thread, so one schedule takes microseconds, and the same seed
 * gives the same schedule again.
 *
 * Agreement. A scenario's set_up makes the world and names its threads with explore_thread; explore_run runs them to
 * the end; its finish judges what is left. Everything is called by one thread of the machine. The first explore_fail
 * ends the schedule. A schedule also fails
 *
 *   when all that are left sleep, unless they may (explore_idler): a lost wake-up
 *   when it takes more steps than the scenario allows: no progress
 *
 * Strategies, by the seed: threads change at random, seldom or often; or each has a priority, the highest runs, and at a
 * few places the running one gets the lowest ("probabilistic concurrency testing", Burckhardt and others, 2010).
 *
 * Memory. By itself everything is sequentially consistent, which hides a missing fence. So on some seeds the stores to
 * ranges that a scenario named (explore_buffer) stay in a buffer of the thread's, as on x86: in order, seen by itself,
 * by others only later; a locked operation, a full fence, a sleep, and explore_barrier empty it. In such ranges the code
 * under test may use atomic operations only.
 */
#ifndef EXPLORE_H
#define EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mutants.h"

struct scenario {
	const char *name;
	const char *what;                       /* one line for people */
	void (*set_up)(uint64_t seed);
	void (*finish)(void);
	long steps_most;
	long steps_usual;                       /* where changes of priority may fall */
};

/* ---- for scenarios ------------------------------------------------------------------------------------------------ */

/* In set_up: a thread. An idler may sleep for ever when all others have ended. */
void explore_thread(const char *name, void (*body)(long argument), long argument);
void explore_idler(const char *name, void (*body)(long argument), long argument);

/* In set_up: stores to these bytes may be late on this seed. */
void explore_buffer(const void *from, size_t bytes);

_Noreturn void explore_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define EXPLORE_CHECK(condition, ...) ((condition) ? (void)0 : explore_fail(__VA_ARGS__))

/* A number below `below` that belongs to this schedule. */
uint32_t explore_random(uint32_t below);

/* The number of the running thread, in the order they were named; -1 outside. */
int explore_me(void);

/* A thread that can't go on by itself: another one runs. */
void explore_stall(const char *where);

/* As a futex: sleeps if the word still has the value, until explore_wake of that word. explore_doze also ends by itself,
 * at some time. */
void explore_sleep(const uint32_t *word, uint32_t value);
void explore_doze(const uint32_t *word, uint32_t value);
void explore_wake(const uint32_t *word);
void explore_wake_one(const uint32_t *word);        /* any one of them */

/* Every thread passes a full barrier. */
void explore_barrier(void);

/* What the code under test touches and does; NULL: nobody looks. Reset before each set_up. */
extern void (*explore_on_touch)(const void *node);
extern void (*explore_on_entered)(const void *mailbox, const void *node);
extern void (*explore_on_left)(const void *mailbox);

/* ---- for main ------------------------------------------------------------------------------------------------------ */

struct explored {
	const char *why;                        /* NULL: clean */
	long steps;
	uint64_t trace;                         /* differs when the schedule differs */
};

struct explored explore_run(const struct scenario *scenario, uint64_t seed, bool is_traced);

/* ---- for the atomic operations ----------------------------------------------------------------------------------- */

extern long explore_left;                       /* steps until explore_due */
extern unsigned explore_pending;                /* stores of the running thread that others do not see yet */
extern bool explore_buffers;                    /* this schedule has late stores */

void explore_due(const char *where);
bool explore_held(const void *address, uint64_t *value);
bool explore_hold(void *address, unsigned bytes, uint64_t value);
void explore_flush(void);

/* Another thread may go on here. */
static inline void explore_at(const char *where)
{
	if (__builtin_expect(--explore_left <= 0, 0))
		explore_due(where);
}

static inline void explore_empty(void)
{
	if (__builtin_expect(explore_pending != 0, 0))
		explore_flush();
}

#endif
