/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * town.h - the town: its places, what everybody does, the tokens that they send each other
 *
 * What is atomic here belongs to all threads; the rest is main's, and does not change while a round is played.
 */
#ifndef TESTS_TOWN_H
#define TESTS_TOWN_H

#include "../harness/random.h"
#include <odeon.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { PLACES = 48, DRIVERS = 3, SENDERS = PLACES + DRIVERS, SERIALS = 1 << 27 };
#define MAIN_THREAD SENDERS

/* ---- the town ------------------------------------------------------------------------------------------------------------ */

extern struct settings {
	uint64_t seed;
	int seconds, workers, starts, watchdog;
	const char *plant;
} settings;

extern odeon_system *town;
extern _Atomic uint64_t places[PLACES];                /* bits of the refs of those who live there */
extern atomic_bool closing;                            /* drivers go home */
extern _Atomic(const char *) doing[SENDERS + 1];       /* what each sender does now, the last one is main */
extern atomic_ulong continuations_made, continuations_run;
extern unsigned long rounds;

bool is_planted(const char *mistake);
void print_everyone(void);

/* A claim that does not hold ends the program. */
#define fail_unless(claim, ...) do { if (!(claim)) give_up(#claim, __VA_ARGS__); } while (0)
__attribute__((noreturn, format(printf, 2, 3)))
void give_up(const char *claim, const char *format, ...);

/* ---- tokens ---------------------------------------------------------------------------------------------------------------- */

struct token {
	uint64_t serial, sequence;                     /* of this sender, over all receivers */
	uint64_t life;                                 /* of the sender, when a citizen */
	uint16_t sender;
	uint8_t hops;                                  /* how often it may be sent on */
	bool is_direct;                                /* by its maker: then its order is checked */
};
ODEON_MESSAGE_DECLARE(token);

bool tokens_begin(void);                               /* false: no memory, see errno */
struct token *token_make(unsigned sender, uint64_t life, uint64_t *sequence);
void check_fates(void);                                /* all that were made have been dropped */
void forget_fates(void);

/* ---- citizens ---------------------------------------------------------------------------------------------------------------- */

void prepare_kinds(void);
unsigned long count_lives(void);
odeon_ref anyone(struct random *random);

/* A new citizen, who takes the place; whoever had it is killed. Self NULL: by a driver. */
uint64_t spawn_at(unsigned place, struct random *random, odeon_self *self);

#endif
