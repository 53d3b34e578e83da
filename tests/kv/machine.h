/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.h - a town (town.h) whose scribe writes on a disk in memory (shelf.h), all of it simulated; it may stop at any moment, and
 * another one goes on with what its disk has
 */
#ifndef KV_MACHINE_H
#define KV_MACHINE_H

#include "../../examples/kv/ledger.h"
#include "../../examples/kv/persistence.h"
#include "shelf.h"
#include "town.h"

/* The one that there is. Its shelf is opened and closed by who uses it. */
extern struct machine {
	struct shelf shelf;
	struct ledger ledger;
	struct persistence shared;
	struct store *stores[STORES_MOST];
	const char *dies;                              /* one of this kind of actor, of the message with that number that any of them gets, */
	unsigned dies_of;                              /* from 1; 0: of none */
	const char *held_kind;                         /* messages to this kind, and of this type, wait; NULL: none */
	const odeon_type *held_type;
	const char *slow;                              /* messages of the type with that name come a millisecond later; NULL: none */
	bool was_slow;
	unsigned long asked, refused_from, refused_to; /* messages, timers and the like that handlers ask memory for: those are refused, from 1 */
	unsigned losses;                               /* keys that could not be read again */
} kept;

void open_machine(uint64_t seed, unsigned shards);     /* appendfsync always */
void close_machine(void);
void stop_and_start(uint64_t seed, unsigned shards);   /* it stops here, whatever is under way; another one has its disk */

void expect_heard(struct hearer *hearer, const char *wanted);  /* by one talk; the hearer ends */
bool is_heard(const struct hearer *hearer, const char *what);  /* first */

#endif
