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
struct kv_push { odeon_frozen *letter; struct client *client; size_t bytes; };
struct kv_served { char *bytes; size_t length; };      /* from malloc; nothing: there was no memory */
struct kv_dismiss { int unused; };
ODEON_MESSAGE_DECLARE(kv_letter);
ODEON_MESSAGE_DECLARE(kv_push);
ODEON_MESSAGE_DECLARE(kv_served);
ODEON_MESSAGE_DECLARE(kv_dismiss);

struct mail { struct post post; odeon_self *self; const struct kv_cluster *cluster; int64_t now; };
/* For commands that run in a handler of `self`, and no longer. */
struct mail mail_of(odeon_self *self, const struct kv_cluster *cluster);

#endif
