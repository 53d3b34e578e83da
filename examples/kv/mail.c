/* SPDX-License-Identifier: BSD-2-Clause */
/* mail.c - letters and other news to connections */
#include "mail.h"
#include "shard.h"
#include <stdlib.h>
#include <string.h>

enum { BESIDE_BYTES = 256 };                           /* what a letter takes beside its own bytes, about */

ODEON_MESSAGE_DEFINE(kv_letter);
ODEON_MESSAGE_DEFINE(kv_dismiss);
ODEON_MESSAGE_DEFINE_DROP(kv_served)
{
	free(kv_served->bytes);
	client_let_go(kv_served->client);
}
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
		push->is_own = to == mail->sender;
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
	if (served == NULL) {
		dismiss(post, to);
	} else if (!mail->holds) {
		(void)odeon_send(mail->self, to->owner, served);
	} else {
		served->client = client_hold(to);
		served->turn = to->last_turn;                  /* its own as long as it waits: it was claimed by whoever runs this */
		*(mail->last != NULL ? &mail->last->next : &mail->first) = served;
		mail->last = served;
	}
}

void served_hold(struct kv_served *list)
{
	for (; list != NULL; list = list->next)
		atomic_store_explicit(&list->client->held, list->turn, memory_order_relaxed);
}

/* One of those who may tell it does. Orders nothing: what is told comes by message. */
static bool take_held(struct client *client, unsigned turn)
{
	return turn != 0 && atomic_compare_exchange_strong_explicit(&client->held, &turn, 0, memory_order_relaxed, memory_order_relaxed);
}

void served_send(odeon_self *self, struct kv_served *list, bool is_held, const char *refusal)
{
	while (list != NULL) {
		struct kv_served *served = list;

		list = served->next;
		served->next = NULL;
		served->refusal = refusal;
		if (!is_held || take_held(served->client, served->turn))
			(void)odeon_send(self, served->client->owner, served);
		else
			odeon_free(served);
	}
}

void served_free(struct kv_served *list)
{
	while (list != NULL) {
		struct kv_served *served = list;

		list = served->next;
		odeon_free(served);
	}
}

/* ---- losses ------------------------------------------------------------------------------------------------------------- */

static void refuse(struct mail *mail, struct client *client, const char *refusal)
{
	struct kv_served *served = odeon_new(kv_served, .refusal = refusal);

	if (served == NULL)
		dismiss(&mail->post, client);
	else
		(void)odeon_send(mail->self, client->owner, served);
}

static void refuse_held(struct mail *mail, struct client *client)
{
	if (take_held(client, atomic_load_explicit(&client->held, memory_order_relaxed)))
		refuse(mail, client, SERVED_UNSAFE);
}

static void console(struct mail *mail, struct client *client)
{
	unsigned turn = atomic_exchange_explicit(&client->orphaned, 0, memory_order_relaxed);

	if (client_claim(client, turn))
		refuse(mail, client, SERVED_ORPHANED);
	if (atomic_exchange_explicit(&client->has_missed, false, memory_order_relaxed))
		dismiss(&mail->post, client);
}

static void visit_all(odeon_self *self, const struct kv_cluster *cluster, void (*visit)(struct mail *mail, struct client *client))
{
	struct mail mail = mail_of(self, cluster);
	struct clients *clients = cluster->server.clients;

	if (clients == NULL)
		return;
	(void)pthread_mutex_lock(&clients->lock);
	for (struct client *client = clients->first; client != NULL; client = client->after)
		visit(&mail, client);
	(void)pthread_mutex_unlock(&clients->lock);
}

void served_lost(odeon_self *self, const struct kv_cluster *cluster)
{
	visit_all(self, cluster, refuse_held);
}

void mail_orphans(odeon_self *self, const struct kv_cluster *cluster)
{
	visit_all(self, cluster, console);
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
	return (struct mail){ .post = { send_letter, end_letter, send_served, serve_elsewhere, dismiss }, .self = self, .cluster = cluster,
	                      .now = kv_now(self, cluster) };
}
