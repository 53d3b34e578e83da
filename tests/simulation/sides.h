/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sides.h - owners of connections in a simulated network, that do by chance whatever an owner may do, and what must hold of it
 *
 * Each side writes a stream of its own, which begins with its number, so that whoever reads it knows whose it is. What must hold:
 *
 *   - what the one read is a part from the beginning of what the other wrote, and all of that when it was told of its end
 *   - written, not written, and sent when it was over make up all that was sent, and what was not written is the rest
 *   - no read comes without credit; reads come before the end of reading, and all before the end, which comes once
 *   - high and low water come in turns, and when they say so
 *   - a polite side, with a polite other, in a network without faults gets everything: no edge is lost
 */
#ifndef TESTS_SIDES_H
#define TESTS_SIDES_H

#include "scene.h"

enum { SIDES_MOST = 64, MESSAGES_MOST = 512 };

struct side {
	unsigned number;                               /* from 1 on */
	odeon_connection_options options;
	odeon_ref connection, owners[2];
	bool is_polite;                                /* writes and reads what there is, and ends by write_end */
	bool is_rude;                                  /* writes also when too much waits */
	bool is_echoed;                                /* what comes back is what it wrote */
	bool is_narrow;                                /* its owner's mailbox has bounds */
	unsigned actions;                              /* that are still to come */
	uint64_t sent;
	size_t sizes[MESSAGES_MOST];                   /* of the messages that it sent */
	unsigned messages, dead;                       /* the latter: of these, at the end, that came too late */
	bool is_high, has_ended_writing;
	bool has_closed;                               /* told the connection to end, in whatever way */
	bool has_stopped;                              /* as an actor, politely: what it still writes then is not told of */
	bool has_left;                                 /* its owner has ended before it was told */
	bool is_stubborn;                              /* does not end when it is asked to, at draining */
	bool is_late;                                  /* was still there when the scene was over, and closed only then */
	bool is_deaf;                                  /* ended as an actor, and its owner's mailbox has bounds: that may be full */
	uint64_t received, credit;
	uint64_t reads;
	bool reads_always;                             /* did so at least once */
	unsigned head[4];                              /* the other's number, as it came */
	bool has_heard_end;
	unsigned ends;
	struct odeon_disconnected end;
	uint64_t rest;                                 /* bytes in its chain */
};

struct sides {
	struct side all[SIDES_MOST];
	unsigned count;
	uint64_t highs, gives, whole, broken;          /* that tests are sure they saw */
};
extern struct sides sides;

/* A scene in which sides are. */
void sides_begin(uint64_t seed, const odeon_network_options *network);

extern const odeon_kind *const side_kind;              /* of sessions; makes a side for each */

struct side *side_new(void);                           /* by chance */
void side_connect(struct side *side, const char *address);
odeon_connection_options side_options(void);           /* by chance */
void sides_check(void);                                /* when all have ended */
unsigned sides_open(void);                             /* that were not told of their end */
unsigned sides_deaf(void);                             /* whose owners still wait for that */

#endif
