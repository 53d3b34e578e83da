/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_errors - OpenSSL's errors, by our names
 *
 * All its texts lie in its library, as constants, and so live for ever.
 */
#include "tls_parts.h"

#include <openssl/x509_vfy.h>

/* The first is where it began; but want of memory, wherever it is, is the reason. */
static unsigned long take_error(void)
{
	unsigned long first = ERR_get_error(), error;

	while ((error = ERR_get_error()) != 0)
		if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE || (ERR_GET_LIB(first) != ERR_LIB_SSL && ERR_GET_LIB(error) == ERR_LIB_SSL))
			first = error;
	return first;
}

static const char *text_of(unsigned long error, const char *otherwise)
{
	const char *text = error != 0 ? ERR_reason_error_string(error) : NULL;

	return text != NULL ? text : otherwise;
}

int tls_error_of_making(int otherwise, const char **text)
{
	unsigned long error = take_error();

	if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
		otherwise = ODEON_ENOMEM;
	if ((*text)[0] == '\0')
		*text = text_of(error, odeon_error_text(otherwise));
	return otherwise;
}

/* ---- of a connection -------------------------------------------------------------------------------------------------------- */

static int error_of_verifying(long result)
{
	switch (result) {
	case X509_V_ERR_CERT_HAS_EXPIRED: case X509_V_ERR_CERT_NOT_YET_VALID:
		return ODEON_EEXPIRED;
	case X509_V_ERR_HOSTNAME_MISMATCH: case X509_V_ERR_IP_ADDRESS_MISMATCH: case X509_V_ERR_EMAIL_MISMATCH:
		return ODEON_EMISNAMED;
	case X509_V_ERR_OUT_OF_MEM:
		return ODEON_ENOMEM;
	default:
		return ODEON_EUNTRUSTED;
	}
}

/* What the other side says of us has numbers above SSL_AD_REASON_OFFSET. */
static int error_of_reason(int reason, bool is_ready)
{
	switch (reason) {
	case ERR_R_MALLOC_FAILURE:
		return ODEON_ENOMEM;
	case SSL_R_NO_APPLICATION_PROTOCOL: case SSL_AD_REASON_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL:
		return ODEON_ENOPROTOCOL;
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
		return ODEON_EEXPIRED;
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: case SSL_R_TLSV1_ALERT_UNKNOWN_CA: case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN: case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
	case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
	case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
		return ODEON_EUNTRUSTED;
	default:
		return !is_ready ? ODEON_EHANDSHAKE : reason > SSL_AD_REASON_OFFSET ? ODEON_EDISCONNECTED : ODEON_EMALFORMED;
	}
}

void tls_fail(struct tls *tls)
{
	unsigned long error = take_error();
	long result = SSL_get_verify_result(tls->ssl);

	if (tls->error != 0)
		return;
	if (ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
		tls->error = error_of_verifying(result);
		tls->text = X509_verify_cert_error_string(result);
	} else {
		tls->error = error_of_reason(ERR_GET_REASON(error), tls->is_ready);
		tls->text = text_of(error, odeon_error_text(tls->error));
	}
}
