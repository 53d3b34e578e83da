/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_context - contexts: made, shared, told something else */
#include "tls_parts.h"

#include <stdlib.h>

static int begin(const odeon_tls_options *options, bool is_server, odeon_tls **tls, const char **text)
{
	const char *unwanted;
	int error;

	*tls = calloc(1, sizeof **tls);
	if (*tls == NULL)
		return ODEON_ENOMEM;
	error = generation_new(options, is_server, &(*tls)->generation, text != NULL ? text : &unwanted);
	if (error != 0) {
		free(*tls);
		*tls = NULL;
		return error;
	}
	atomic_init(&(*tls)->users, 1);
	(*tls)->is_server = is_server;
	pthread_mutex_init(&(*tls)->lock, NULL);
	return 0;
}

int odeon_tls_server(const odeon_tls_options *options, odeon_tls **tls, const char **text)
{
	return begin(options, true, tls, text);
}

int odeon_tls_client(const odeon_tls_options *options, odeon_tls **tls, const char **text)
{
	static const odeon_tls_options defaults = { .bytes = sizeof defaults };

	return begin(options != NULL ? options : &defaults, false, tls, text);
}

int odeon_tls_reload(odeon_tls *tls, const odeon_tls_options *options, const char **text)
{
	struct generation *fresh, *former;
	const char *unwanted;
	int error = tls != NULL ? generation_new(options, tls->is_server, &fresh, text != NULL ? text : &unwanted) : ODEON_EINVAL;

	if (error != 0)
		return error;
	pthread_mutex_lock(&tls->lock);
	former = tls->generation;
	tls->generation = fresh;
	pthread_mutex_unlock(&tls->lock);
	generation_drop(former);
	return 0;
}

odeon_tls *odeon_tls_share(odeon_tls *tls)
{
	if (tls != NULL)                                /* relaxed: whoever shares has one himself */
		(void)atomic_fetch_add_explicit(&tls->users, 1, memory_order_relaxed);
	return tls;
}

/* The last one frees it, after all that the others did with it. */
void odeon_tls_drop(odeon_tls *tls)
{
	if (tls == NULL || atomic_fetch_sub_explicit(&tls->users, 1, memory_order_acq_rel) != 1)
		return;
	generation_drop(tls->generation);
	pthread_mutex_destroy(&tls->lock);
	free(tls);
}

bool tls_is_server(const odeon_tls *context) { return context->is_server; }

/* ---- for a connection ------------------------------------------------------------------------------------------------------ */

#define NAME_MOST 253                           /* of DNS */

static struct generation *generation_now(odeon_tls *context)
{
	struct generation *generation;

	pthread_mutex_lock(&context->lock);
	generation = generation_share(context->generation);
	pthread_mutex_unlock(&context->lock);
	return generation;
}

/* A number is verified as that, and not named to the server. */
static int demand_name(struct tls *tls, const char *name)
{
	if (!tls->generation->trusts_any && X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls->ssl), name) == 1)
		return 0;
	if (SSL_set_tlsext_host_name(tls->ssl, name) != 1)
		return ODEON_ENOMEM;
	if (tls->generation->trusts_any)
		return 0;
	SSL_set_hostflags(tls->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(tls->ssl, name) == 1 ? 0 : ODEON_ENOMEM;
}

/* What stands before the port; false: there is no host. */
static bool host_of(const char *address, char host[NAME_MOST + 1])
{
	const char *colon = strrchr(address, ':');
	size_t length = colon != NULL ? (size_t)(colon - address) : 0;
	bool has_brackets = length > 2 && address[0] == '[' && address[length - 1] == ']';

	if (length == 0 || length > NAME_MOST || strncmp(address, "unix:", 5) == 0)
		return false;
	length -= has_brackets ? 2 : 0;
	memcpy(host, address + (has_brackets ? 1 : 0), length);
	host[length] = '\0';
	return true;
}

static int make_key(struct tls *tls, const char *name, const char *address)
{
	size_t length = strlen(name) + strlen(address) + 2;

	tls->peer_key = malloc(length);
	if (tls->peer_key == NULL)
		return ODEON_ENOMEM;
	snprintf(tls->peer_key, length, "%s %s", name, address);
	return 0;
}

static int be_client(struct tls *tls, const char *name, const char *address)
{
	char host[NAME_MOST + 1];
	SSL_SESSION *session;
	int error = 0;

	if (name != NULL && (name[0] == '\0' || strlen(name) > NAME_MOST))
		return ODEON_EINVAL;
	if (name == NULL && host_of(address, host))
		name = host;
	if (name == NULL && !tls->generation->trusts_any)
		return ODEON_EINVAL;
	if (name != NULL)
		error = demand_name(tls, name);
	if (error == 0)
		error = make_key(tls, name != NULL ? name : "", address);
	if (error != 0)
		return error;
	session = tls_find_session(tls);
	if (session != NULL)                            /* one that does not fit is as good as none */
		(void)SSL_set_session(tls->ssl, session);
	SSL_SESSION_free(session);
	SSL_set_connect_state(tls->ssl);
	return 0;
}

static int fill(struct tls *tls, const odeon_connection_options *options, const char *address)
{
	BIO *bio;

	tls->ssl = SSL_new(tls->generation->context);
	bio = tls->ssl != NULL ? BIO_new(tls->generation->method) : NULL;
	if (bio == NULL)
		return ODEON_ENOMEM;
	BIO_set_data(bio, tls);
	SSL_set_bio(tls->ssl, bio, bio);
	if (SSL_set_app_data(tls->ssl, tls) != 1)
		return ODEON_ENOMEM;
	tls->credit = options->credit;
	tls->read_most = options->read_bytes;
	tls->is_server = tls->generation->is_server;
	if (!tls->is_server)
		return be_client(tls, options->tls_name, address);
	SSL_set_accept_state(tls->ssl);
	return 0;
}

int tls_new(odeon_tls *context, const odeon_connection_options *options, const char *address, struct tls **tls)
{
	int error;

	*tls = calloc(1, sizeof **tls);
	if (*tls == NULL)
		return ODEON_ENOMEM;
	(*tls)->generation = generation_now(context);
	error = fill(*tls, options, address);
	ERR_clear_error();
	if (error != 0) {
		tls_free(*tls);
		*tls = NULL;
	}
	return error;
}

void tls_free(struct tls *tls)
{
	struct odeon_bytes *bytes;

	if (tls == NULL)
		return;
	while ((bytes = tls_take(tls)) != NULL)
		odeon_free(bytes);
	SSL_free(tls->ssl);
	odeon_free(tls->piece);
	generation_drop(tls->generation);
	free(tls->peer_key);
	free(tls->out);
	free(tls);
}
