/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mail.h - what actors tell a connection that it has not asked for: letters of channels, what it waited for, and that it is to end
 *
 * A letter is written once, and shared by all who get it. What a client has been sent and has not taken is counted, in its mailbox and
 * behind it, until the system has the bytes: who has too much of it is dismissed, as Redis does by client-output-buffer-limit
 * pubsub: at once beyond UNREAD_MOST, and after UNREAD_SECONDS beyond UNREAD_MANY. So nobody who does not read holds up who publishes, or
 * takes memory without end.
 */
#ifndef KV_MAIL_H
#define KV_MAIL_H

#include <odeon.h>
#include "commands.h"

struct kv_cluster;

#define UNREAD_MOST ((size_t)32 << 20)
#define UNREAD_MANY ((size_t)8 << 20)
enum { UNREAD_SECONDS = 60 };

struct kv_letter { size_t length; };                   /* frozen; the bytes lie behind it: all but the first, by which the protocols differ */
struct kv_push { odeon_frozen *letter; struct client *client; size_t bytes; bool is_own; struct kv_push *next; };   /* of its own order */
struct kv_served {
	char *bytes;                                   /* from malloc; nothing: there was no memory */
	size_t length;
	const char *refusal;                           /* instead of these, a whole reply; or NULL */
	struct client *client;                         /* until it is sent; and the rest is what it is told by */
	unsigned turn;
	struct kv_served *next;
};
struct kv_dismiss { int unused; };
ODEON_MESSAGE_DECLARE(kv_letter);
ODEON_MESSAGE_DECLARE(kv_push);
ODEON_MESSAGE_DECLARE(kv_served);
ODEON_MESSAGE_DECLARE(kv_dismiss);

struct mail {
	struct post post;
	odeon_self *self;
	const struct kv_cluster *cluster;
	int64_t now;
	const struct client *sender;                   /* whose order it is; or NULL */
	bool holds;                                    /* who waited is not told at once, but gathered here */
	struct kv_served *first, *last;
};
/* For commands that run in a handler of `self`, and no longer. */
struct mail mail_of(odeon_self *self, const struct kv_cluster *cluster);

static inline struct text kv_served_text(const struct kv_served *served)
{
	return served->refusal != NULL ? text_of(served->refusal) : (struct text){ served->bytes, served->length };
}

/*
 * Those who waited, and were gathered, are told; with `refusal`, not NULL, they are told that. The list is taken.
 *
 * While an answer waits for the disk, `held` says so of its client: one who knows that it was lost tells it so instead (served_lost).
 */
#define SERVED_UNSAFE "-MISCONF not on the disk: what was waited for was taken\r\n"
#define SERVED_ORPHANED "-UNBLOCKED a shard that was waited in has failed, and was started anew\r\n"
void served_hold(struct kv_served *list);
void served_send(odeon_self *self, struct kv_served *list, bool is_held, const char *refusal);
void served_free(struct kv_served *list);
/* All whose answers were held: those that come after all the same are told to nobody. */
void served_lost(odeon_self *self, const struct kv_cluster *cluster);
/* A store has come to its end, for all who held it: who waited there is told so, and who listened is dismissed. Who watched is touched. */
void mail_orphans(odeon_self *self, const struct kv_cluster *cluster);

#endif
