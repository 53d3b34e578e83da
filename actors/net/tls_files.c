/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_files - certificates and keys, out of files or memory */
#include "tls_parts.h"

#include <limits.h>
#include <openssl/pem.h>

/* One that has a passphrase is none: nobody is there to be asked for it. */
static int no_passphrase(char *room, int size, int writes, void *unused)
{
	(void)room;
	(void)size;
	(void)writes;
	(void)unused;
	return -1;
}

static int open_source(const char *file, const void *memory, size_t bytes, BIO **source, const char **text)
{
	if (file == NULL && (memory == NULL || bytes > INT_MAX))
		return ODEON_EINVAL;
	*source = file != NULL ? BIO_new_file(file, "r") : BIO_new_mem_buf(memory, (int)bytes);
	if (*source != NULL)
		return 0;
	if (file != NULL)
		*text = "a file cannot be read";
	return tls_error_of_making(file != NULL ? ODEON_ESYSTEM : ODEON_ENOMEM, text);
}

/* When nothing starts any more, that was the last. */
static bool is_at_end(void)
{
	unsigned long error = ERR_peek_last_error();

	return error == 0 || (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
}

static int read_chain(BIO *source, struct identity *identity, const char **text)
{
	X509 *more;

	identity->certificate = PEM_read_bio_X509_AUX(source, NULL, no_passphrase, NULL);
	identity->chain = identity->certificate != NULL ? sk_X509_new_null() : NULL;
	if (identity->chain == NULL)
		return tls_error_of_making(ODEON_EINVAL, text);
	while ((more = PEM_read_bio_X509(source, NULL, no_passphrase, NULL)) != NULL)
		if (sk_X509_push(identity->chain, more) == 0) {
			X509_free(more);
			return ODEON_ENOMEM;
		}
	if (!is_at_end())
		return tls_error_of_making(ODEON_EINVAL, text);
	ERR_clear_error();
	return 0;
}

int tls_read_identity(const odeon_tls_certificate *from, struct identity *identity, const char **text)
{
	BIO *source;
	int error = open_source(from->chain_file, from->chain, from->chain_bytes, &source, text);

	if (error != 0)
		return error;
	error = read_chain(source, identity, text);
	BIO_free(source);
	if (error == 0)
		error = open_source(from->key_file, from->key, from->key_bytes, &source, text);
	if (error != 0)
		return error;
	identity->key = PEM_read_bio_PrivateKey(source, NULL, no_passphrase, NULL);
	BIO_free(source);
	if (identity->key == NULL || X509_check_private_key(identity->certificate, identity->key) != 1)
		return tls_error_of_making(ODEON_EINVAL, text);
	return 0;
}

void tls_free_identity(struct identity *identity)
{
	X509_free(identity->certificate);
	EVP_PKEY_free(identity->key);
	sk_X509_pop_free(identity->chain, X509_free);
}

static int use_all(BIO *source, bool (*use)(SSL_CTX *context, X509 *root), SSL_CTX *context, const char **text)
{
	unsigned count = 0;
	bool is_used = true;
	X509 *root;

	while (is_used && (root = PEM_read_bio_X509(source, NULL, no_passphrase, NULL)) != NULL) {
		is_used = use(context, root);
		X509_free(root);
		count++;
	}
	if (!is_used || !is_at_end() || count == 0)
		return tls_error_of_making(ODEON_EINVAL, text);
	ERR_clear_error();
	return 0;
}

int tls_read_roots(const odeon_tls_options *options, bool (*use)(SSL_CTX *context, X509 *root), SSL_CTX *context,
                   const char **text)
{
	BIO *source;
	int error = open_source(options->roots_file, options->roots, options->roots_bytes, &source, text);

	if (error != 0)
		return error;
	error = use_all(source, use, context, text);
	BIO_free(source);
	return error;
}
