/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * news - what the owner of an actor is told, in order, as its mailbox has room
 *
 * Agreement. All of it is the actor's. What the full mailbox of the owner refuses waits here; the actor makes nothing more, but
 * the last of all, until news_are_told. An owner that has ended is told nothing: what comes then is dropped.
 *
 * The actor handles odeon_room, and stir, by news_go_on.
 */
#ifndef NET_NEWS_H
#define NET_NEWS_H

#include <odeon/failure.h>
#include <stdbool.h>
#include "stir.h"

#define NEWS_MOST 4                             /* that wait */

struct news {
	odeon_ref owner;
	void *waiting[NEWS_MOST];
	unsigned count;
	bool is_owned, awaits_room;
	struct stir *stir;                      /* to itself: look again; NULL: on its way */
};

/* 0, or the error with nothing left. */
int news_open(odeon_self *self, struct news *news, odeon_ref owner);

/* Taken. At most NEWS_MOST may wait. */
void news_tell(odeon_self *self, struct news *news, void *message);
static inline bool news_are_told(const struct news *news) { return news->count == 0; }

/* Stirs the actor: by itself, when there is no memory to be told of room with. */
void news_look_again(odeon_self *self, struct news *news);

/* There is room, perhaps. */
void news_go_on(odeon_self *self, struct news *news);
void news_stirred(odeon_self *self, struct news *news, struct stir *stir);     /* kept */

/* Another owner; what waits goes to that one. 0, or the error: it cannot be one. */
int news_give(odeon_self *self, struct news *news, odeon_ref owner);

/* Whether these are the news of the owner's end: then nobody is told anything any more. */
bool news_owner_ended(struct news *news, const struct odeon_down *down);

/* In stop: what waits, however full the mailbox. */
void news_close(odeon_self *self, struct news *news);

#endif
