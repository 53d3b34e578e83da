/* SPDX-License-Identifier: BSD-2-Clause */
/* certificates.c - made by OpenSSL's library */
#include "certificates.h"
#include "kit.h"
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 24 * 60 * 60 };

static void extend(X509 *certificate, X509 *issuer, int what, const char *value)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, what, value);
	must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void be_valid(X509 *certificate, const struct wish *wish)
{
	bool is_default = wish->from == 0 && wish->until == 0;

	must(X509_gmtime_adj(X509_getm_notBefore(certificate), (is_default ? -1 : wish->from) * DAY) != NULL);
	must(X509_gmtime_adj(X509_getm_notAfter(certificate), (is_default ? 1 : wish->until) * DAY) != NULL);
}

static char *text_of(BIO *memory)
{
	char *data, *text;
	long length = BIO_get_mem_data(memory, &data);

	text = malloc((size_t)length + 1);
	must(text != NULL);
	memcpy(text, data, (size_t)length);
	text[length] = '\0';
	BIO_free(memory);
	return text;
}

static void print(struct certificate *certificate, const struct certificate *issuer)
{
	BIO *chain = BIO_new(BIO_s_mem()), *key = BIO_new(BIO_s_mem());

	must(chain != NULL && key != NULL);
	must(PEM_write_bio_X509(chain, certificate->certificate) == 1);
	if (issuer != NULL)
		must(PEM_write_bio_X509(chain, issuer->certificate) == 1);
	must(PEM_write_bio_PrivateKey(key, certificate->key, NULL, NULL, 0, NULL, NULL) == 1);
	certificate->chain_pem = text_of(chain);
	certificate->key_pem = text_of(key);
}

struct certificate certificate_new(const struct wish *wish, const struct certificate *issuer)
{
	struct certificate made = { .certificate = X509_new(), .key = EVP_EC_gen("P-256") };
	X509 *by = issuer != NULL ? issuer->certificate : made.certificate;
	static atomic_long serial = 1;
	X509_NAME *subject;

	must(made.certificate != NULL && made.key != NULL);
	subject = X509_get_subject_name(made.certificate);
	must(X509_set_version(made.certificate, 2) == 1);
	must(ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), atomic_fetch_add(&serial, 1)) == 1);
	must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)wish->name, -1, -1, 0) == 1);
	must(X509_set_issuer_name(made.certificate, X509_get_subject_name(by)) == 1);
	must(X509_set_pubkey(made.certificate, made.key) == 1);
	be_valid(made.certificate, wish);
	extend(made.certificate, by, NID_basic_constraints, wish->is_root ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (wish->alternatives != NULL)
		extend(made.certificate, by, NID_subject_alt_name, wish->alternatives);
	must(X509_sign(made.certificate, issuer != NULL ? issuer->key : made.key, EVP_sha256()) > 0);
	print(&made, issuer);
	return made;
}

void certificate_free(struct certificate *certificate)
{
	X509_free(certificate->certificate);
	EVP_PKEY_free(certificate->key);
	free(certificate->chain_pem);
	free(certificate->key_pem);
}

odeon_tls_certificate certificate_ours(const struct certificate *certificate)
{
	return (odeon_tls_certificate){
		.chain = certificate->chain_pem, .chain_bytes = strlen(certificate->chain_pem),
		.key = certificate->key_pem, .key_bytes = strlen(certificate->key_pem),
	};
}

void certificate_write(const char *path, const char *pem)
{
	FILE *file = fopen(path, "w");

	must(file != NULL && fputs(pem, file) >= 0 && fclose(file) == 0);
}
