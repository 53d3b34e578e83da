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
struct ready { struct crowd *first, *last; };
struct crowds { struct table table; uint64_t tidied; struct ready ready; struct crowd *owed, *owed_last; };

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
struct crowd *crowd_find(const struct crowds *crowds, struct text name, uint32_t hash);       /* NULL: nobody is noted under that name */
void crowd_touch(const struct crowd *crowd);           /* all who watch that name are told so */
/* When somebody waits for a value of that type, it is the last of those that are ready, unless it is one of them already. */
void crowd_wake(struct crowds *crowds, struct crowd *crowd, int type);
/* One whose first has to be served elsewhere stays, until it is taken by who sees whether that was done: the first that came first. */
void crowd_owe(struct crowds *crowds, struct crowd *crowd);
struct crowd *crowd_take_owed(struct crowds *crowds);  /* NULL: none */
/* Those that are ready go behind others. They stay until they are thinned, and is_ready until it is taken back by who has them. */
void crowds_take_ready(struct crowds *crowds, struct ready *to);
void crowd_thin(struct crowds *crowds, struct crowd *crowd);   /* without notes that are no good; without any, it goes */
/* Looks at about so many names. */
void crowds_tidy(struct crowds *crowds, unsigned about);

#endif
