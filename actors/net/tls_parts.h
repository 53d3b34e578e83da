/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_parts - what the files that know OpenSSL share
 *
 * Agreement. A struct generation is what a context was told, once: counted, and never changed, but for its sessions, which have
 * a lock. Its users: the context, until it is told something else, and each connection that began with it. A struct tls, too, has
 * a share.
 *
 * OpenSSL's errors are in a queue of the thread. Whoever calls it clears the queue before, and names what is in there after.
 */
#ifndef NET_TLS_PARTS_H
#define NET_TLS_PARTS_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include "tls.h"

#define SESSIONS 64
#define PROTOCOLS_MOST 512

struct identity { X509 *certificate; EVP_PKEY *key; STACK_OF(X509) *chain; };
struct kept { char *key; SSL_SESSION *session; };

struct generation {
	atomic_uint users;
	SSL_CTX *context;
	BIO_METHOD *method;
	struct identity *identities;
	size_t identity_count;
	unsigned char protocols[PROTOCOLS_MOST];        /* each with its length before it */
	unsigned protocols_length;
	bool is_server, trusts_any;
	pthread_mutex_t lock;                           /* of the sessions */
	struct kept sessions[SESSIONS];
};

struct odeon_tls {
	atomic_uint users;
	bool is_server;
	pthread_mutex_t lock;                           /* of the generation */
	struct generation *generation;
};

/* ---- tls_generation.c */

int generation_new(const odeon_tls_options *options, bool is_server, struct generation **generation, const char **text);
struct generation *generation_share(struct generation *generation);
void generation_drop(struct generation *generation);    /* NULL is fine */

/* ---- tls_files.c: 0, or the error and its text */

int tls_read_identity(const odeon_tls_certificate *from, struct identity *identity, const char **text);
void tls_free_identity(struct identity *identity);

/* Each is given to `use`, which answers false when it cannot. */
int tls_read_roots(const odeon_tls_options *options, bool (*use)(SSL_CTX *context, X509 *root), SSL_CTX *context,
                   const char **text);

/* ---- tls_sessions.c: what client connections have settled, by whom with */

void tls_keep_session(struct tls *tls, SSL_SESSION *session);   /* one share of it, taken */
SSL_SESSION *tls_find_session(struct tls *tls);                 /* its, for one use; NULL: none */
void tls_forget_sessions(struct generation *generation);

/* ---- tls_errors.c: out of the thread's queue, which is empty after that */

int tls_error_of_making(int otherwise, const char **text);
void tls_fail(struct tls *tls);

/* ---- tls_bio.c */

BIO_METHOD *tls_bio_method(void);               /* NULL: no memory */
bool tls_reserve(struct tls *tls, size_t more);

#endif
