/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_generation - OpenSSL told what a context is to be */
#include "tls_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- what OpenSSL asks during a handshake --------------------------------------------------------------------------------- */

/* In our order. The client that named none has none. */
static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
                           unsigned offered_length, void *argument)
{
	const struct generation *generation = argument;
	unsigned char *found;

	(void)ssl;
	if (SSL_select_next_proto(&found, length, generation->protocols, generation->protocols_length, offered, offered_length)
	    != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = found;
	return SSL_TLSEXT_ERR_OK;
}

/* The first one is there already. 1: go on. */
static int choose_identity(SSL *ssl, void *argument)
{
	const struct generation *generation = argument;
	const char *wish = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);

	for (size_t i = 0; wish != NULL && i < generation->identity_count; i++) {
		const struct identity *identity = &generation->identities[i];

		if (X509_check_host(identity->certificate, wish, 0, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) != 1)
			continue;
		if (i == 0)
			return 1;
		SSL_certs_clear(ssl);
		return SSL_use_cert_and_key(ssl, identity->certificate, identity->key, identity->chain, 1);
	}
	return 1;
}

/* Taken. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	tls_keep_session(SSL_get_app_data(ssl), session);
	return 1;
}

/* ---- what it is told ----------------------------------------------------------------------------------------------------------- */

static int check(const odeon_tls_options *options, bool is_server)
{
	bool has_roots, demands;

	if (options == NULL)
		return ODEON_EINVAL;
	if (options->bytes != sizeof *options)
		return ODEON_EVERSION;
	has_roots = options->roots_file != NULL || options->roots != NULL;
	demands = options->peer == ODEON_TLS_PEER_ASKED || options->peer == ODEON_TLS_PEER_DEMANDED;
	if ((options->certificate_count > 0 && options->certificates == NULL) || (unsigned)options->peer > ODEON_TLS_PEER_ANY)
		return ODEON_EINVAL;
	if (is_server)
		return options->certificate_count == 0 || options->peer == ODEON_TLS_PEER_ANY || demands != has_roots ? ODEON_EINVAL : 0;
	return options->certificate_count > 1 || demands ? ODEON_EINVAL : 0;
}

static int add_protocols(struct generation *generation, const char *const *protocols)
{
	for (; protocols != NULL && *protocols != NULL; protocols++) {
		size_t length = strlen(*protocols), at = generation->protocols_length;

		if (length == 0 || length >= ODEON_PROTOCOL_BYTES || at + 1 + length > PROTOCOLS_MOST)
			return ODEON_EINVAL;
		generation->protocols[at] = (unsigned char)length;
		memcpy(&generation->protocols[at + 1], *protocols, length);
		generation->protocols_length += (unsigned)length + 1;
	}
	return 0;
}

/* Zero is good for the one function, and not for the other. */
static int speak_protocols(struct generation *generation)
{
	if (generation->protocols_length == 0)
		return 0;
	if (generation->is_server)
		SSL_CTX_set_alpn_select_cb(generation->context, choose_protocol, generation);
	else if (SSL_CTX_set_alpn_protos(generation->context, generation->protocols, generation->protocols_length) != 0)
		return ODEON_ENOMEM;
	return 0;
}

static int add_identities(struct generation *generation, const odeon_tls_options *options, const char **text)
{
	const struct identity *first;
	int error = 0;

	if (options->certificate_count == 0)
		return 0;
	generation->identities = calloc(options->certificate_count, sizeof generation->identities[0]);
	if (generation->identities == NULL)
		return ODEON_ENOMEM;
	for (size_t i = 0; i < options->certificate_count && error == 0; i++) {
		generation->identity_count++;
		error = tls_read_identity(&options->certificates[i], &generation->identities[i], text);
	}
	if (error != 0)
		return error;
	first = &generation->identities[0];
	if (SSL_CTX_use_cert_and_key(generation->context, first->certificate, first->key, first->chain, 1) != 1)
		return tls_error_of_making(ODEON_EINVAL, text);
	if (generation->is_server && generation->identity_count > 1)
		SSL_CTX_set_cert_cb(generation->context, choose_identity, generation);
	return 0;
}

static bool trust(SSL_CTX *context, X509 *root)
{
	return X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root) == 1;
}

static bool trust_and_name(SSL_CTX *context, X509 *root)
{
	return trust(context, root) && SSL_CTX_add_client_CA(context, root) == 1;
}

static int mode_of(const odeon_tls_options *options, bool is_server)
{
	switch (options->peer) {
	case ODEON_TLS_PEER_ASKED:
		return SSL_VERIFY_PEER;
	case ODEON_TLS_PEER_DEMANDED:
		return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	case ODEON_TLS_PEER_ANY:
		return SSL_VERIFY_NONE;
	default:
		return is_server ? SSL_VERIFY_NONE : SSL_VERIFY_PEER;
	}
}

/* Who is named is trusted, whoever may have signed him. */
static int set_trust(struct generation *generation, const odeon_tls_options *options, const char **text)
{
	SSL_CTX *context = generation->context;

	generation->trusts_any = options->peer == ODEON_TLS_PEER_ANY;
	SSL_CTX_set_verify(context, mode_of(options, generation->is_server), NULL);
	if (X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN) != 1)
		return ODEON_ENOMEM;
	if (options->roots_file != NULL || options->roots != NULL)
		return tls_read_roots(options, generation->is_server ? trust_and_name : trust, context, text);
	if (generation->is_server || SSL_CTX_set_default_verify_paths(context) == 1)
		return 0;
	return tls_error_of_making(ODEON_ESYSTEM, text);
}

/* A server's sessions are tickets, which the client keeps; a client's are kept by tls_sessions.c. */
static void set_sessions(struct generation *generation)
{
	static const unsigned char us[] = "odeon";
	SSL_CTX *context = generation->context;

	if (generation->is_server) {
		SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
		(void)SSL_CTX_set_session_id_context(context, us, sizeof us - 1);
	} else {
		SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
		SSL_CTX_sess_set_new_cb(context, keep_session);
	}
}

static int set_up(struct generation *generation, const odeon_tls_options *options, const char **text)
{
	int error = 0;

	generation->method = tls_bio_method();
	generation->context = SSL_CTX_new(generation->is_server ? TLS_server_method() : TLS_client_method());
	if (generation->method == NULL || generation->context == NULL
	 || SSL_CTX_set_min_proto_version(generation->context, TLS1_2_VERSION) != 1)
		return tls_error_of_making(ODEON_ENOMEM, text);
	SSL_CTX_set_options(generation->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(generation->context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
	set_sessions(generation);
	error = add_protocols(generation, options->protocols);
	if (error == 0)
		error = speak_protocols(generation);
	if (error == 0)
		error = set_trust(generation, options, text);
	return error == 0 ? add_identities(generation, options, text) : error;
}

/* ---- made, shared, gone ---------------------------------------------------------------------------------------------------------- */

int generation_new(const odeon_tls_options *options, bool is_server, struct generation **generation, const char **text)
{
	int error = check(options, is_server);

	*text = error != 0 ? odeon_error_text(error) : "";
	if (error != 0)
		return error;
	*generation = calloc(1, sizeof **generation);
	if (*generation == NULL)
		return ODEON_ENOMEM;
	atomic_init(&(*generation)->users, 1);
	(*generation)->is_server = is_server;
	pthread_mutex_init(&(*generation)->lock, NULL);
	ERR_clear_error();
	error = set_up(*generation, options, text);
	ERR_clear_error();
	if (error == 0)
		return 0;
	if (**text == '\0')
		*text = odeon_error_text(error);
	generation_drop(*generation);
	return error;
}

struct generation *generation_share(struct generation *generation)
{
	(void)atomic_fetch_add_explicit(&generation->users, 1, memory_order_relaxed);  /* whoever shares has one himself */
	return generation;
}

/* The last one frees it, after all that the others did with it. */
void generation_drop(struct generation *generation)
{
	if (generation == NULL || atomic_fetch_sub_explicit(&generation->users, 1, memory_order_acq_rel) != 1)
		return;
	tls_forget_sessions(generation);
	for (size_t i = 0; i < generation->identity_count; i++)
		tls_free_identity(&generation->identities[i]);
	free(generation->identities);
	SSL_CTX_free(generation->context);
	BIO_meth_free(generation->method);
	pthread_mutex_destroy(&generation->lock);
	free(generation);
}
