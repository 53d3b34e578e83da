/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_none - what stands in the place of the other files of that name in a build without OpenSSL: there are no contexts, so no
 * connection has TLS, and none of the functions for these is ever called
 */
#include "tls.h"

static int refuse(odeon_tls **tls, const char **text)
{
	*tls = NULL;
	if (text != NULL)
		*text = "built without TLS";
	return ODEON_EUNSUPPORTED;
}

int odeon_tls_server(const odeon_tls_options *options, odeon_tls **tls, const char **text)
{
	(void)options;
	return refuse(tls, text);
}

int odeon_tls_client(const odeon_tls_options *options, odeon_tls **tls, const char **text)
{
	(void)options;
	return refuse(tls, text);
}

int odeon_tls_reload(odeon_tls *tls, const odeon_tls_options *options, const char **text)
{
	(void)options;
	return refuse(&tls, text);
}

odeon_tls *odeon_tls_share(odeon_tls *tls) { return tls; }
void odeon_tls_drop(odeon_tls *tls) { (void)tls; }

bool tls_is_server(const odeon_tls *context) { return context == NULL; }

int tls_new(odeon_tls *context, const odeon_connection_options *options, const char *address, struct tls **tls)
{
	(void)context;
	(void)options;
	(void)address;
	*tls = NULL;
	return ODEON_EUNSUPPORTED;
}

void tls_free(struct tls *tls) { (void)tls; }
void tls_begin(struct tls *tls, struct wire *wire) { tls->wire = wire; }
void tls_look(struct tls *tls) { (void)tls; }
void tls_look_last(struct tls *tls) { (void)tls; }
bool tls_has_more(const struct tls *tls) { return tls == NULL; }
bool tls_has_all(const struct tls *tls) { return tls != NULL; }
void tls_read_on(struct tls *tls) { (void)tls; }
struct odeon_bytes *tls_take(struct tls *tls) { return tls->first; }

ssize_t tls_write(struct tls *tls, const struct odeon_bytes *chain, size_t *done)
{
	(void)tls;
	(void)chain;
	return *done = 0;
}

bool tls_has_output(const struct tls *tls) { return tls == NULL; }
int tls_probe(struct tls *tls) { return tls->error; }
size_t tls_probed(struct tls *tls) { return tls->plain; }
bool tls_say_end(struct tls *tls) { return tls == NULL; }
void tls_say_last(struct tls *tls) { (void)tls; }

struct odeon_bytes *tls_seal(struct tls *tls, struct odeon_bytes *chain)
{
	(void)tls;
	return chain;
}

void tls_describe(const struct tls *tls, char protocol[ODEON_PROTOCOL_BYTES], char peer[ODEON_PEER_BYTES], uint32_t *is_resumed)
{
	(void)tls;
	protocol[0] = peer[0] = '\0';
	*is_resumed = 0;
}
