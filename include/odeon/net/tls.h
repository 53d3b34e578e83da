/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/tls.h - connections that nobody between reads or changes: TLS, by OpenSSL
 *
 * A context says who we are, whom we trust, and what we speak. It is counted, and shared by any number of listeners and
 * connections on any threads. Put into odeon_connection_options.tls it makes the same connections, with the same messages and the
 * same sessions. What is different then:
 *
 *   - odeon_connected, or the session's start, come when the handshake is done; connect_timeout is for connecting and the
 *     handshake together, on both sides. A handshake that fails starts no session; an owner is told by odeon_disconnected alone
 *   - odeon_write_end and odeon_close say the end by TLS. A side that is gone and has not said so may have been cut off by
 *     somebody between: that is ODEON_EDISCONNECTED and not odeon_read_end. Who was told odeon_close does not mind
 *   - bytes travel in records of up to 16 KiB, and a record that was not given to the system as a whole was not written
 *   - the errors of odeon_disconnected, beside a connection's own; text says more:
 *       ODEON_EUNTRUSTED   a certificate is not trusted, by us or by the other side; or is missing and demanded
 *       ODEON_EEXPIRED     a certificate is not valid any more, or not yet
 *       ODEON_EMISNAMED    the server's certificate is that of another
 *       ODEON_ENOPROTOCOL  the two speak no protocol in common
 *       ODEON_EHANDSHAKE   the handshake failed for another reason: what came was no TLS, or none that both can
 *       ODEON_EMALFORMED   what came after the handshake was not what the other side can have sent
 *
 * TLS 1.2 is the least. Nobody renegotiates. Sessions are resumed: what two handshakes have settled within one context is
 * kept for the next ones, so that these need no certificates; odeon_tls_reload forgets it.
 */
#ifndef ODEON_NET_TLS_H
#define ODEON_NET_TLS_H

#include <odeon/net/connection.h>

/* A certificate with its chain, and its key: each in a file, or in memory. All of it PEM, and keys without a passphrase. */
typedef struct odeon_tls_certificate {
	const char *chain_file, *key_file;
	const void *chain, *key;                       /* in memory, without files */
	size_t chain_bytes, key_bytes;
} odeon_tls_certificate;

enum odeon_tls_peer {
	ODEON_TLS_PEER_DEFAULT,                        /* a client verifies the server; a server asks for no certificate */
	ODEON_TLS_PEER_ASKED,                          /* a server: a client's certificate, when it has one, must be trusted */
	ODEON_TLS_PEER_DEMANDED,                       /* a server: a client has one, and it is trusted */
	ODEON_TLS_PEER_ANY                             /* a client: whoever answers. For tests: it protects from nobody between */
};

/* Zero is always the default. */
typedef struct odeon_tls_options {
	size_t bytes;
	const odeon_tls_certificate *certificates;     /* ours. A server gives the one whose names the client's wish (SNI)
	                                                  matches, else the first */
	size_t certificate_count;                      /* a server's: at least 1; a client's: at most 1 */
	const char *const *protocols;                  /* ALPN, the dearest first, up to a NULL; each shorter than
	                                                  ODEON_PROTOCOL_BYTES. A server refuses clients that only know others */
	const char *roots_file;                        /* PEM: whom we trust; default, for a client: whom the system trusts */
	const void *roots;                             /* in memory, without a file */
	size_t roots_bytes;
	enum odeon_tls_peer peer;
} odeon_tls_options;
#define ODEON_TLS_OPTIONS(...) { .bytes = sizeof(odeon_tls_options), __VA_ARGS__ }

ODEON_BEGIN_

/**
 * odeon_tls_drop - give a share of a context back
 * @tls: taken; NULL is fine. What uses it goes on
 *
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void odeon_tls_drop(odeon_tls *tls);

/**
 * odeon_tls_server - a context for listeners
 * @options: copied, with what is in the files; at least one certificate
 * @tls:     one share, yours; NULL on failure
 * @text:    for people: what is wrong; lives for ever; may be NULL
 *
 * Reads files, so it may take a while.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL       options that contradict each other or miss something; what is in the files is not what is wanted
 *   ODEON_ENOMEM
 *   ODEON_ESYSTEM      a file cannot be read
 *   ODEON_EUNSUPPORTED the library was built without TLS
 *   ODEON_EVERSION     options of an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_tls_server(const odeon_tls_options *options, odeon_tls **tls, const char **text);

/**
 * odeon_tls_client - a context for connections that we open
 * @options: copied, with what is in the files; NULL: all defaults
 * @tls:     one share, yours; NULL on failure
 * @text:    for people: what is wrong; lives for ever; may be NULL
 *
 * Returns:  as odeon_tls_server
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_tls_client(const odeon_tls_options *options, odeon_tls **tls, const char **text);

/**
 * odeon_tls_reload - from now on, other certificates, roots and protocols
 * @tls:     stays the caller's
 * @options: as for what made it
 * @text:    for people: what is wrong; may be NULL
 *
 * Connections that begin from now on have the new ones; those that began before keep theirs.
 *
 * Returns:  0; as odeon_tls_server, and then nothing has changed
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_tls_reload(odeon_tls *tls, const odeon_tls_options *options, const char **text);

/**
 * odeon_tls_share - one share more
 * @tls: stays the caller's; NULL gives NULL
 *
 * Returns:  the share, yours to drop; cannot fail
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API ODEON_MUST_ odeon_tls *odeon_tls_share(odeon_tls *tls);

ODEON_END_
#endif
