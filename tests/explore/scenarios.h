/* SPDX-License-Identifier: BSD-2-Clause */
/* scenarios - all there are, and where each mutant must be found */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include "explore.h"

/* mailbox.c */
extern const struct scenario scenario_traffic, scenario_life, scenario_bound, scenario_stamp;

/* halt.c */
extern const struct scenario scenario_halt;

/* queues.c */
extern const struct scenario scenario_slotqueue, scenario_ring, scenario_next;

/* vacancy.c */
extern const struct scenario scenario_vacancy;

/* duty.c */
extern const struct scenario scenario_duty;

/* slabs.c */
extern const struct scenario scenario_slabs;

/* sleep.c */
extern const struct scenario scenario_park, scenario_pair, scenario_chain, scenario_stop;

/* pool.c */
extern const struct scenario scenario_loop, scenario_watch, scenario_wait, scenario_close;

/* stream.c */
extern const struct scenario scenario_stream, scenario_ends;

/* quiet.c */
extern const struct scenario scenario_quiet, scenario_desert;

/* rendezvous.c */
extern const struct scenario scenario_meet, scenario_mutual;

/* choice.c */
extern const struct scenario scenario_gather, scenario_relay;

/* turns.c */
extern const struct scenario scenario_turns;

/* room.c */
extern const struct scenario scenario_room;

/* watches.c */
extern const struct scenario scenario_told;

/* known.c: faults of Concurrency Kit 0.7.1, which must be found */
extern const struct scenario scenario_fifo, scenario_stack;

#endif
