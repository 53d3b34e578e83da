/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nursery.h - children that fail at random, who has them among them, and what is counted of all
 *
 * What is atomic here belongs to all threads; the rest is main's, and does not change while children live.
 */
#ifndef TESTS_NURSERY_H
#define TESTS_NURSERY_H

#include "../harness/random.h"
#include <odeon.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { DRIVERS = 2, CHILDREN_MOST = 100000, KEEPERS = 10, GROUP = 20 };

extern struct settings { uint64_t seed; int seconds, children; bool is_tree; } settings;

/* Restarts: starts of a child that lives; refused: those that failed; again: messages that came once more; reborn: children
 * in place of others. */
extern atomic_ulong made, dropped, restarts, refused, again, reborn;

__attribute__((noreturn, format(printf, 2, 3)))
void give_up(int answer, const char *format, ...);
#define fail_unless(claim) \
	do { if (!(claim)) give_up(1, "%s:%d: it does not hold that %s", __FILE__, __LINE__, #claim); } while (0)

struct token { unsigned driver; uint64_t number; };
ODEON_MESSAGE_DECLARE(token);

/* A place for one child after another. What is not atomic belongs to whoever runs the child. */
struct place {
	_Atomic uint64_t who;
	atomic_int inside;
	odeon_ref lives;                               /* whose the rest is */
	struct random random;
	uint64_t seen[DRIVERS];
	struct token again;                            /* number 0: none */
	unsigned lives_before;
};
extern struct place places[CHILDREN_MOST];

struct seat { unsigned child; };                       /* where a child starts */
extern const odeon_kind child_kind;

enum odeon_failed policy_of(unsigned child);

/* Who starts the children, and starts them anew: ten actors of our own, or a tree of ready-made supervisors. */
int keepers_open(odeon_system *system);
int tree_open(odeon_system *system);
void tree_close(odeon_system *system);                 /* in order; returns when all have ended */

#endif
