/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * certificates.h - certificates and keys, made when a test needs them, so that none is in the tree and none expires
 */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

#include <openssl/ssl.h>
#include <odeon/net/tls.h>
#include <stdbool.h>

struct wish {
	const char *name;                              /* common name */
	const char *alternatives;                      /* "DNS:one.example,IP:127.0.0.1"; NULL: none */
	long from, until;                              /* days from now; both 0: from yesterday to tomorrow */
	bool is_root;
};

struct certificate {
	X509 *certificate;
	EVP_PKEY *key;
	char *chain_pem, *key_pem;                     /* strings */
};

/* By an issuer, or by itself when that is NULL. */
struct certificate certificate_new(const struct wish *wish, const struct certificate *issuer);
void certificate_free(struct certificate *certificate);
odeon_tls_certificate certificate_ours(const struct certificate *certificate);  /* for a context's options */

void certificate_write(const char *path, const char *pem);

#endif
