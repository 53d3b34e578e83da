/* SPDX-License-Identifier: BSD-2-Clause */
/* client.c - clients, counted, and their turns */
#include "client.h"
#include <stdlib.h>

struct client *client_new(uint64_t id)
{
	struct client *client = calloc(1, sizeof *client);

	if (client == NULL)
		return NULL;
	client->id = id;
	client->protocol = 2;
	client->last_turn = 1;
	client->memory = (struct memory)MEMORY;
	atomic_init(&client->holders, 1);
	atomic_init(&client->gathered, -1);
	atomic_init(&client->spoken, 2);
	for (unsigned i = 0; i < CLIENT_LISTENINGS; i++)
		table_init(&client->names[i], &client->memory);
	reply_init(&client->wanted, 2);
	(void)client_next_turn(client, CLIENT_WATCHES);
	(void)client_next_turn(client, CLIENT_LISTENS);
	return client;
}

/* Whoever has one makes another: nothing is to be seen by it. */
struct client *client_hold(struct client *client)
{
	if (client != NULL)
		(void)atomic_fetch_add_explicit(&client->holders, 1, memory_order_relaxed);
	return client;
}

/* Released by each holder, acquired by the last one: it frees what all have written. */
void client_let_go(struct client *client)
{
	if (client == NULL || atomic_fetch_sub_explicit(&client->holders, 1, memory_order_acq_rel) > 1)
		return;
	client_forget_names(client);
	reply_fini(&client->wanted);
	free(client);
}

/* ---- the registry ------------------------------------------------------------------------------------------------------- */

void client_enter(struct client *client, struct clients *clients)
{
	(void)pthread_mutex_lock(&clients->lock);
	client->clients = clients;
	client->after = clients->first;
	if (client->after != NULL)
		client->after->before = client;
	clients->first = client;
	(void)pthread_mutex_unlock(&clients->lock);
}

static void strike(struct client *client)
{
	struct clients *clients = client->clients;

	(void)pthread_mutex_lock(&clients->lock);
	*(client->before != NULL ? &client->before->after : &clients->first) = client->after;
	if (client->after != NULL)
		client->after->before = client->before;
	client->clients = NULL;
	(void)pthread_mutex_unlock(&clients->lock);
}

void client_leave(struct client *client)
{
	if (client->clients != NULL)
		strike(client);
	for (unsigned i = 0; i < CLIENT_CAUSES; i++)
		atomic_store_explicit(&client->turns[i], 0, memory_order_relaxed);
}

/* ---- turns ---------------------------------------------------------------------------------------------------------------- */

/* Seen by stores with the order that brings it there, and sooner by nobody who must see it. */
unsigned client_next_turn(struct client *client, enum client_cause cause)
{
	unsigned turn = client->last_turn++;

	atomic_store_explicit(&client->turns[cause], turn, memory_order_relaxed);
	return turn;
}

void client_touch(struct client *client, unsigned turn)
{
	unsigned before = atomic_load_explicit(&client->touched, memory_order_relaxed);

	while (before < turn && !atomic_compare_exchange_weak_explicit(&client->touched, &before, turn, memory_order_relaxed,
	                                                               memory_order_relaxed))
		;
}

bool client_is_touched(const struct client *client, unsigned turn)
{
	return atomic_load_explicit(&client->touched, memory_order_relaxed) >= turn;
}

/* Acquires what the command that waits wrote before it waited: it may have done that in another store. */
bool client_claim(struct client *client, unsigned turn)
{
	return turn != 0 && atomic_compare_exchange_strong_explicit(&client->turns[CLIENT_WAITS], &turn, 0, memory_order_acq_rel, memory_order_relaxed);
}

/* ---- subscriptions ---------------------------------------------------------------------------------------------------------- */

static void set_count(struct client *client, enum client_listening what)
{
	atomic_store_explicit(&client->listening[what], (unsigned)client->names[what].count, memory_order_relaxed);
}

int client_listen(struct client *client, enum client_listening what, struct text name, uint32_t hash)
{
	struct table *names = &client->names[what];
	struct entry *entry = table_find(names, name, hash);

	if (entry != NULL)
		return 0;
	entry = entry_make(&client->memory, sizeof *entry, name, hash);
	if (entry == NULL || !table_add(names, entry)) {
		memory_give(&client->memory, entry);
		return -1;
	}
	set_count(client, what);
	return 1;
}

int client_unlisten(struct client *client, enum client_listening what, struct text name, uint32_t hash)
{
	struct entry *entry = table_find(&client->names[what], name, hash);

	if (entry == NULL)
		return 0;
	table_remove(&client->names[what], entry);
	memory_give(&client->memory, entry);
	set_count(client, what);
	return 1;
}

unsigned client_count(const struct client *client, enum client_listening what)
{
	return atomic_load_explicit(&client->listening[what], memory_order_relaxed);
}

void client_forget_names(struct client *client)
{
	for (unsigned i = 0; i < CLIENT_LISTENINGS; i++) {
		struct table *names = &client->names[i];
		struct entry *entry = table_next(names, NULL), *after;

		for (; entry != NULL; entry = after) {
			after = table_next(names, entry);
			memory_give(&client->memory, entry);
		}
		table_fini(names);
		set_count(client, (enum client_listening)i);
	}
}
