/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_sessions - what client connections have settled with whom, for the next ones
 *
 * A table that grows no more: whoever comes to the same place replaces who was there. One is used once, so that nobody who
 * listens can tell by it that two connections are of the same client; the server gives a new one each time.
 */
#include "tls_parts.h"

#include <stdlib.h>
#include <string.h>

static struct kept *place_of(struct generation *generation, const char *key)
{
	uint64_t hash = 1469598103934665603u;

	for (; *key != '\0'; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211u;
	return &generation->sessions[(hash >> 32) % SESSIONS];
}

static void free_kept(struct kept kept)
{
	SSL_SESSION_free(kept.session);
	free(kept.key);
}

void tls_keep_session(struct tls *tls, SSL_SESSION *session)
{
	struct kept *place = place_of(tls->generation, tls->peer_key), former;
	size_t length = strlen(tls->peer_key) + 1;
	struct kept fresh = { .key = malloc(length), .session = session };

	if (fresh.key == NULL) {
		free_kept(fresh);
		return;
	}
	memcpy(fresh.key, tls->peer_key, length);
	pthread_mutex_lock(&tls->generation->lock);
	former = *place;
	*place = fresh;
	pthread_mutex_unlock(&tls->generation->lock);
	free_kept(former);
}

SSL_SESSION *tls_find_session(struct tls *tls)
{
	struct kept *place = place_of(tls->generation, tls->peer_key), found = { .key = NULL };

	pthread_mutex_lock(&tls->generation->lock);
	if (place->key != NULL && strcmp(place->key, tls->peer_key) == 0) {
		found = *place;
		*place = (struct kept){ .key = NULL };
	}
	pthread_mutex_unlock(&tls->generation->lock);
	free(found.key);
	return found.session;
}

void tls_forget_sessions(struct generation *generation)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		free_kept(generation->sessions[i]);
}
