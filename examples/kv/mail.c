/* SPDX-License-Identifier: BSD-2-Clause */
/* mail.c - letters and other news to connections */
#include "mail.h"
#include "shard.h"
#include <stdlib.h>
#include <string.h>

enum { BESIDE_BYTES = 256 };                           /* what a letter takes beside its own bytes, about */

ODEON_MESSAGE_DEFINE(kv_letter);
ODEON_MESSAGE_DEFINE(kv_dismiss);
ODEON_MESSAGE_DEFINE_DROP(kv_served) { free(kv_served->bytes); }
ODEON_MESSAGE_DEFINE_DROP(kv_push)
{
	odeon_frozen_drop(kv_push->letter);
	(void)atomic_fetch_sub_explicit(&kv_push->client->unread, kv_push->bytes, memory_order_relaxed);
	client_let_go(kv_push->client);
}

static void dismiss(struct post *post, struct client *client)
{
	struct mail *mail = (struct mail *)post;
	struct kv_dismiss *message = odeon_new(kv_dismiss);

	atomic_store_explicit(&client->is_dismissed, true, memory_order_relaxed);
	if (message != NULL)
		(void)odeon_send(mail->self, client->owner, message);
	else                                                   /* it would wait for ever */
		(void)odeon_actor_kill(odeon_system_of(mail->self), client->owner);
}

/* ---- letters ------------------------------------------------------------------------------------------------------------ */

static odeon_frozen *write_letter(const struct posting *letter)
{
	struct kv_letter *written = NULL;
	struct reply reply;

	reply_init(&reply, 2);
	(void)letter_write(letter, &reply);
	if (!reply.failed)
		written = odeon_new_sized(kv_letter, reply.length - 1, .length = reply.length - 1);
	if (written != NULL)
		memcpy(written + 1, reply.bytes + 1, reply.length - 1);
	reply_fini(&reply);
	return written != NULL ? odeon_freeze(written) : NULL;
}

/* One more of so many bytes: may he have it? The counts order nothing. */
static bool may_have(struct mail *mail, struct client *client, size_t bytes)
{
	size_t unread = bytes + atomic_fetch_add_explicit(&client->unread, bytes, memory_order_relaxed);
	long long since = atomic_load_explicit(&client->behind_since, memory_order_relaxed);
	bool is_behind = unread > UNREAD_MANY;

	if (is_behind != (since != 0))
		atomic_store_explicit(&client->behind_since, is_behind ? (long long)mail->now : 0, memory_order_relaxed);
	return unread <= UNREAD_MOST && !(is_behind && since != 0 && mail->now - since > UNREAD_SECONDS * 1000LL);
}

static void send_letter(struct post *post, struct client *to, struct posting *letter)
{
	struct mail *mail = (struct mail *)post;
	struct kv_push *push = NULL;
	size_t bytes;

	if (letter->made == NULL)
		letter->made = write_letter(letter);
	if (atomic_load_explicit(&to->is_dismissed, memory_order_relaxed))
		return;
	bytes = letter->made != NULL ? odeon_frozen_look(kv_letter, letter->made)->length + BESIDE_BYTES : 0;
	if (letter->made != NULL && may_have(mail, to, bytes))
		push = odeon_new(kv_push, .bytes = bytes);
	if (push != NULL) {
		push->letter = odeon_frozen_share(letter->made);
		push->client = client_hold(to);
		(void)odeon_send(mail->self, to->owner, push);
		return;
	}
	(void)atomic_fetch_sub_explicit(&to->unread, bytes, memory_order_relaxed);
	dismiss(post, to);                                     /* rather no subscriber than one that misses something */
}

static void end_letter(struct post *post, struct posting *letter)
{
	(void)post;
	odeon_frozen_drop(letter->made);
	letter->made = NULL;
}

/* ---- who waited --------------------------------------------------------------------------------------------------------- */

static void send_served(struct post *post, struct client *to, const struct reply *reply)
{
	struct mail *mail = (struct mail *)post;
	struct kv_served *served = odeon_new(kv_served);
	char *bytes = served != NULL && reply->length > 0 && !reply->failed ? malloc(reply->length) : NULL;

	if (bytes != NULL) {
		memcpy(bytes, reply->bytes, reply->length);
		served->bytes = bytes;
		served->length = reply->length;
	}
	if (served == NULL)
		dismiss(post, to);
	else
		(void)odeon_send(mail->self, to->owner, served);
}

/* A clerk has all of these stores together, and serves. */
static void serve_elsewhere(struct post *post, struct text name, uint64_t stores)
{
	struct mail *mail = (struct mail *)post;
	const struct text words[] = { TEXT("|serve"), name };
	struct kv_order *order = NULL;
	struct pack pack;

	pack_init(&pack);
	if (pack_add(&pack, command_named("|serve"), words, 2))
		order = kv_order_new(&pack, 0, 0, stores, NULL);
	pack_fini(&pack);
	if (order != NULL)
		(void)odeon_send(mail->self, kv_cluster_place(mail->cluster, stores, 0), order);
}

struct mail mail_of(odeon_self *self, const struct kv_cluster *cluster)
{
	return (struct mail){ { send_letter, end_letter, send_served, serve_elsewhere, dismiss }, self, cluster, kv_now(self, cluster) };
}
