/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crowd.h - clients that are noted under a name, in the order in which they came: who watches a key, waits for it, or listens to a channel
 *
 * A note is good as long as the client's turn for that cause is the note's own (client.h). Notes that are not are struck
 * when somebody goes over the crowd, and by crowds_tidy. Crowds are part of a store and used as that is: by one at a time.
 */
#ifndef KV_CROWD_H
#define KV_CROWD_H

#include "client.h"

struct mark {
	struct mark *after;
	struct client *client;
	uint32_t turn;
	enum client_cause cause;
	int type;                                      /* of the value that it waits for */
	uint64_t stores;                               /* that it needs when it is served, a bit for each */
};
struct crowd { struct mark *first, **end; struct crowd *ready_after, *owed_after; bool is_ready, is_owed; struct entry entry; };
struct crowds { struct table table; uint64_t tidied; struct crowd *ready, *ready_last, *owed, *owed_last; };

void crowds_init(struct crowds *crowds, struct memory *memory);
/* Whoever watched was touched; who waited, or listened, is said to be left alone (orphaned, has_missed). */
void crowds_fini(struct crowds *crowds);

/* The first good note of a name; NULL: none. */
struct mark *crowd_first(struct crowds *crowds, struct text name, uint32_t hash);
struct mark *crowd_next(const struct mark *mark);      /* the next good one */
size_t crowd_count(struct crowds *crowds, struct text name, uint32_t hash);

/* At the end, with the client's turn for that cause. NULL: no memory. */
struct mark *crowd_join(struct crowds *crowds, struct text name, uint32_t hash, struct client *client, enum client_cause cause);
/* All notes of that client for that cause; and those that are no good. */
void crowd_leave(struct crowds *crowds, struct text name, uint32_t hash, const struct client *client, enum client_cause cause);
/* All who watch that name are told so; and when somebody waits for it, it is one of those that are ready. */
void crowd_touch(struct crowds *crowds, struct text name, uint32_t hash);
/* When somebody waits for that name it is one of those that are ready; who watches it is told nothing. */
void crowd_wake(struct crowds *crowds, struct text name, uint32_t hash);
/* One whose first has to be served elsewhere stays, until it is taken by who sees whether that was done: the first that came first. */
void crowd_owe(struct crowds *crowds, struct crowd *crowd);
struct crowd *crowd_take_owed(struct crowds *crowds);  /* NULL: none */
/* Takes the first of those that are ready; it stays as long as nobody leaves it or tidies. NULL: none. */
struct crowd *crowd_take_ready(struct crowds *crowds);
void crowd_thin(struct crowds *crowds, struct crowd *crowd);   /* without notes that are no good; without any, it goes */
/* Looks at about so many names. */
void crowds_tidy(struct crowds *crowds, unsigned about);

#endif
