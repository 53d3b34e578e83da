/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * halves.h - what the tests of channels share: sorts of channel, loads that are counted, threads that are known to sleep
 *
 *   sorts           every sort of channel that the questions of the contract are asked of, those that can be full first
 *   struct load     a message that owns memory, and is counted when it is made, copied and dropped
 *   put, take       send and receive a load by its number
 *   struct mate     a thread; it can be waited for until it sleeps in the kernel, as a thread in a wait of ours does
 */
#ifndef TESTS_HALVES_H
#define TESTS_HALVES_H

#include "kit.h"
#include "random.h"
#include <odeon/select.h>
#include <sched.h>

/* ---- loads ------------------------------------------------------------------------------------------------------- */

struct load {
	int number;
	unsigned sender;
	uint64_t check;                                /* its own address while it is whole */
	int *owned;                                    /* memory of its own, with the number in it */
};
ODEON_MESSAGE_DECLARE(load);

struct load *load_new(int number);                     /* never NULL */
struct load *load_of(unsigned sender, int number);
int load_copy(void *to, const void *from);             /* for broadcast and watch */
long loads_alive(void);                                /* made or copied, and not dropped */
unsigned long loads_dropped_here(void);                /* by the thread that asks */

/* ---- sorts of channel --------------------------------------------------------------------------------------------- */

enum {
	SORT_RENDEZVOUS, SORT_BOUNDED_1, SORT_BOUNDED_3, SORT_BOUNDED_16, SORT_BOUNDED_1000, SORT_BYTES,
	SORT_UNBOUNDED, SORT_ONESHOT, SORT_BROADCAST, SORT_WATCH,
	SORTS,
	SORTS_BOUNDED = SORT_BYTES + 1,                /* a send may have to wait */
	SORTS_QUEUE = SORT_UNBOUNDED + 1,              /* any number of messages, each to one receiver */
	SORTS_EXCLUSIVE = SORT_ONESHOT + 1             /* each message to one receiver */
};

const char *sort_name(int sort);
void sort_open(int sort, odeon_sender **out, odeon_receiver **in);

/* How many loads can be sent without a receiver and are all received afterwards; of an unbounded one, a hundred of them. */
int sort_fits(int sort);

/* 0, or the error; the load is gone either way. */
int put(odeon_sender *out, int number, odeon_time until);

/* The number, which is not negative; or the error. */
int take(odeon_receiver *in, odeon_time until);

/* As `eventually`, for what takes microseconds: looks all the time, but lets others run. */
#define soon(claim) \
	do { \
		odeon_time soon_until_ = kit_deadline(); \
		while (!(claim)) { \
			if (odeon_clock_now().ns > soon_until_.ns) \
				ck_abort_msg("it never came true that %s", #claim); \
			sched_yield(); \
		} \
	} while (0)

/* ---- threads -------------------------------------------------------------------------------------------------------- */

struct mate {
	pthread_t thread;
	void (*run)(void *argument);
	void *argument;
	atomic_int id;                                 /* the kernel's; 0: it has not begun */
	atomic_bool is_done;
	struct gate done;
};

void mate_begin(struct mate *mate, void (*run)(void *argument), void *argument);
void mate_await_sleep(struct mate *mate);              /* until it sleeps and goes on sleeping, or is done */
void mate_end(struct mate *mate);                      /* until it is done, but for KIT_PATIENCE only */

/* Numbers that differ from run to run, and are told with ODEON_SEED. One sequence is used by one thread. */
struct random random_of(unsigned number);

#endif
