/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * town.h - shards, clerks, and clients without sockets
 *
 * A talker is a connection without a socket: it is given bytes, one talk after the other, and what it would send is heard. What it hears
 * between two talks comes in front of what the next one says.
 */
#ifndef KV_TOWN_H
#define KV_TOWN_H

#include "../../examples/kv/conversation.h"
#include "../../examples/kv/mail.h"
#include "../harness/kit.h"

enum { UNIX_SECONDS = 1700000000, TALKERS = 4 };

/* The one that there is. */
extern struct town {
	odeon_system *system;
	struct kv_cluster cluster;
	struct clients clients;
	odeon_ref talkers[TALKERS];
	bool is_simulated;
} town;

struct hearer { struct gate done; struct reply heard; bool is_closed; };
#define HEARER { .done = GATE, .heard = { .protocol = 2 } }

void open_town(odeon_options options, unsigned shards, unsigned clerks);
/* The same, with a registry of clients; `persistence`, not NULL, is of what saving's ledger keeps. */
void open_town_saved(odeon_options options, unsigned shards, unsigned clerks, const struct kv_saving *saving, struct persistence *persistence);
void close_town(void);
void pass(odeon_duration duration);                            /* simulated: of its time */

void begin_talk(unsigned talker, struct hearer *hearer, const struct reply *bytes);
void say(unsigned talker, struct hearer *hearer, const char *lines);   /* the same, lines inline */
void await_talk(struct hearer *hearer, unsigned count);        /* so many talks of this hearer have ended */
/* Says some lines, inline, and expects what is heard. */
void expect_talk(unsigned talker, const char *lines, const char *wanted);

/* Adds a command to what will be said. */
void add_words(struct reply *bytes, const struct text *words, size_t count);
void add_line(struct reply *bytes, const char *text);

#endif
