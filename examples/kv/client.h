/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - what is known of a connection, by itself and by those who wait to tell it something
 *
 * It lives as long as one of those who hold it: its connection, orders of it that are under way, and stores that remember it. Who may use what:
 *
 *   - what is plain belongs to the connection, and to whoever runs a command of it: a command that changes any of it is the last of its round, so that
 *     never two do at the same time;
 *   - what is atomic is for everybody;
 *   - name, addresses, and the list of all clients are used under the lock of the registry.
 *
 * A store remembers a client for three causes: it watches a key, waits for one, or subscribed to a channel. Each has a turn: a number. A
 * store's note is good as long as the client's turn is the note's own; so a client forgets all that it watches by having another turn,
 * wherever that is noted, and stores strike what is no good any more when they come by.
 */
#ifndef KV_CLIENT_H
#define KV_CLIENT_H

#include <odeon/ref.h>
#include <pthread.h>
#include <stdatomic.h>
#include "reply.h"
#include "table.h"

#define CLIENT_NAME_BYTES 256
#define CLIENT_ADDRESS_BYTES 120

enum client_cause { CLIENT_WATCHES, CLIENT_WAITS, CLIENT_LISTENS, CLIENT_CAUSES };
enum client_listening { LISTENS_CHANNELS, LISTENS_PATTERNS, LISTENS_SHARD_CHANNELS, CLIENT_LISTENINGS };

/*
 * All that there are; and how long commands are not to run, as CLIENT PAUSE has said: those that write, and all. The second is over, or as long as
 * the first. They are changed under the lock, and become longer only when somebody has all stores: so whoever has one sees it, and when
 * CLIENT PAUSE is answered nothing changes any more.
 */
struct client;
struct clients { pthread_mutex_t lock; struct client *first; atomic_llong writes_paused, all_paused; };       /* milliseconds since 1970; 0: none */
#define CLIENTS { .lock = PTHREAD_MUTEX_INITIALIZER }

/* Whether commands that write are not to run at that moment; no registry (NULL) pauses nothing. */
static inline bool clients_pause_writes(const struct clients *clients, int64_t now)
{
	return clients != NULL && now < atomic_load_explicit(&clients->writes_paused, memory_order_relaxed);
}

struct client {
	uint64_t id;
	int protocol;
	bool closes;                                   /* when what was answered so far is sent */
	enum client_answers { ANSWERS_ON, ANSWERS_OFF, ANSWERS_SKIP, ANSWERS_SKIP_NEXT } answers;
	char name[CLIENT_NAME_BYTES];                  /* ends with a zero */

	odeon_ref owner;                               /* who hears of letters; nobody in tests without actors */
	char there[CLIENT_ADDRESS_BYTES], here[CLIENT_ADDRESS_BYTES];
	int64_t since;                                 /* milliseconds since 1970 */
	atomic_llong used;                             /* the last command, the same */
	atomic_uint command;                           /* its number in the table */
	atomic_int gathered;                           /* commands of a transaction; -1: none */
	atomic_uint spoken;                            /* protocol, for others */

	atomic_uint holders;
	atomic_uint turns[CLIENT_CAUSES];              /* 0: for nothing */
	uint32_t last_turn;
	atomic_uint touched;                           /* the last turn of watching in which a watched key has changed */
	struct reply wanted;                           /* the words of the command that waits: counts and bytes, as wait.h has them */
	size_t wanted_words;
	atomic_uint held;                              /* the last turn there was, while what it waited for is not on the disk; 0: nothing is held */
	atomic_uint orphaned;                          /* the turn of waiting that was noted in a store which was lost; 0: none */
	atomic_bool has_missed;                        /* a store that knew it as a subscriber was lost */
	int64_t wait_until;                            /* milliseconds since 1970; INT64_MAX: for ever */

	struct memory memory;
	struct table names[CLIENT_LISTENINGS];         /* what it subscribed to */
	atomic_uint listening[CLIENT_LISTENINGS];      /* how many these are */
	atomic_size_t unread;                          /* bytes of letters that it was sent and has not taken */
	atomic_llong behind_since;                     /* milliseconds; 0: it is not behind */
	atomic_bool is_dismissed;
	atomic_bool is_postponed;                      /* what it waits for, in its turn of waiting, is the end of a pause */

	struct clients *clients;                       /* NULL: it is in no registry */
	struct client *before, *after;
};

struct client *client_new(uint64_t id);                /* NULL: no memory */
struct client *client_hold(struct client *client);     /* the same; NULL stays NULL */
void client_let_go(struct client *client);
void client_enter(struct client *client, struct clients *clients);
/* It has gone: nobody tells it anything any more. */
void client_leave(struct client *client);

static inline unsigned client_turn(const struct client *client, enum client_cause cause)
{
	return atomic_load_explicit(&client->turns[cause], memory_order_relaxed);
}
/* A new turn, of which nothing is noted anywhere. */
unsigned client_next_turn(struct client *client, enum client_cause cause);

/* A watched key has changed, noted in that turn. Orders nothing: who looks has all stores in which it was noted to itself. */
void client_touch(struct client *client, unsigned turn);
bool client_is_touched(const struct client *client, unsigned turn);

/* Who waits is told by one: whoever ends its turn of waiting. False: it is another turn, or none. */
bool client_claim(struct client *client, unsigned turn);

/* Subscriptions: 1 it is new (or gone), 0 it was there (or was not), -1 no memory. */
int client_listen(struct client *client, enum client_listening what, struct text name, uint32_t hash);
int client_unlisten(struct client *client, enum client_listening what, struct text name, uint32_t hash);
unsigned client_count(const struct client *client, enum client_listening what);
static inline bool client_is_listening(const struct client *client)
{
	return client_count(client, LISTENS_CHANNELS) + client_count(client, LISTENS_PATTERNS) + client_count(client, LISTENS_SHARD_CHANNELS) > 0;
}
void client_forget_names(struct client *client);

#endif
