/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls.c - who may speak with whom by TLS, and what each refusal is called
 *
 * Two connections of ours speak with each other. Whom a client trusts is spoken with, and nobody else, each for the reason that
 * it is told; a server gives the certificate that is asked for, and asks for a client's; the two agree on a protocol or do not
 * speak; what they settled serves for the next connection, until the contexts are told something else.
 */
#include "wires.h"
#include "../harness/certificates.h"
#include <openssl/ssl.h>

static struct certificate root, stranger, one, two, stars, customer;
static struct ears server, client;

static void make_all(void)
{
	root = certificate_new(&(struct wish){ .name = "root", .is_root = true }, NULL);
	stranger = certificate_new(&(struct wish){ .name = "stranger", .is_root = true }, NULL);
	one = certificate_new(&(struct wish){ .name = "one", .alternatives = "DNS:one.example,IP:127.0.0.1" }, &root);
	two = certificate_new(&(struct wish){ .name = "two", .alternatives = "DNS:two.example" }, &root);
	stars = certificate_new(&(struct wish){ .name = "stars", .alternatives = "DNS:*.three.example" }, &root);
	customer = certificate_new(&(struct wish){ .name = "customer" }, &root);
}

static void free_all(void)
{
	for (int i = 0; i < 6; i++)
		certificate_free((struct certificate *[]){ &root, &stranger, &one, &two, &stars, &customer }[i]);
}

/* ---- two that speak ------------------------------------------------------------------------------------------------------------- */

struct sides {
	const struct certificate *certificate, *trusted, *clients;     /* the server's; whom the client trusts; the client's own */
	const struct certificate *more[2];                             /* of the server's */
	const char *name;
	enum odeon_tls_peer server_peer, client_peer;
	const char *const *server_protocols, *const *client_protocols;
};

static odeon_tls_options server_options(const struct sides *sides, odeon_tls_certificate certificates[3])
{
	odeon_tls_options options = ODEON_TLS_OPTIONS(.certificates = certificates, .certificate_count = 1,
		.protocols = sides->server_protocols, .peer = sides->server_peer);

	certificates[0] = certificate_ours(sides->certificate);
	for (int i = 0; i < 2 && sides->more[i] != NULL; i++)
		certificates[options.certificate_count++] = certificate_ours(sides->more[i]);
	if (sides->server_peer != ODEON_TLS_PEER_DEFAULT) {
		options.roots = root.chain_pem;
		options.roots_bytes = strlen(root.chain_pem);
	}
	return options;
}

static odeon_tls *server_of(const struct sides *sides)
{
	odeon_tls_certificate certificates[3];
	odeon_tls_options options = server_options(sides, certificates);
	const char *text;
	odeon_tls *made;

	ck_assert_msg(odeon_tls_server(&options, &made, &text) == 0, "%s", text);
	return made;
}

static odeon_tls *client_of(const struct sides *sides)
{
	odeon_tls_options options = ODEON_TLS_OPTIONS(.protocols = sides->client_protocols, .peer = sides->client_peer);
	odeon_tls_certificate certificate;
	const char *text;
	odeon_tls *made;

	if (sides->trusted != NULL) {
		options.roots = sides->trusted->chain_pem;
		options.roots_bytes = strlen(options.roots);
	}
	if (sides->clients != NULL) {
		certificate = certificate_ours(sides->clients);
		options.certificates = &certificate;
		options.certificate_count = 1;
	}
	ck_assert_msg(odeon_tls_client(&options, &made, &text) == 0, "%s", text);
	return made;
}

static void listen_by(odeon_tls *tls)
{
	ears_init(&server);
	server.echoes = true;
	server.credit = 2;
	listen_for(&server, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.tls = tls));
}

/* The client's: 0 when a word came back, and both have ended in peace. */
static int speak(odeon_tls *tls, const char *name)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.tls = tls, .tls_name = name, .credit = ODEON_READ_ALWAYS);
	odeon_ref connection;

	ears_init(&client);
	ck_assert_int_eq(odeon_connection_open(world.system, address, owner_with(&client), &options, &connection), 0);
	tell(connection, pattern_bytes(0, 1000));
	eventually(ears_bytes(&client) == 1000 || ears_ended(&client));
	(void)odeon_post(world.system, connection, odeon_new(odeon_write_end));        /* it may have ended */
	eventually(ears_ended(&client));
	ck_assert(!client.is_wrong && client.ends == 1);
	if (client.end.error == 0)
		eventually(ears_ended(&server));
	if (client.end.error == 0)
		ck_assert(strcmp(client.said, "cbed") == 0 && server.end.error == 0 && server.end.read == 1000);
	else
		ck_assert(client.end.text[0] != '\0');
	return client.end.error;
}

/* From the contexts to the end of both; what was said stays in the ears. */
static int meet(const struct sides *sides)
{
	odeon_tls *ours = server_of(sides), *theirs = client_of(sides);
	int error;

	wires_open(KIND_TCP, 2);
	listen_by(ours);
	odeon_tls_drop(ours);                          /* its users have shares */
	error = speak(theirs, sides->name);
	odeon_tls_drop(theirs);
	wires_close();
	if (error != 0)
		ck_assert_uint_eq(server.bytes, 0);
	return error;
}

/* ---- trust ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(who_is_trusted_is_spoken_with)
{
	ck_assert_int_eq(meet(&(struct sides){ .certificate = &one, .trusted = &root, .name = "one.example" }), 0);
	ck_assert_str_eq(client.peer, "one");
	ck_assert_str_eq(client.protocol, "");
	ck_assert_int_eq(meet(&(struct sides){ .certificate = &one, .trusted = &root }), 0);    /* by its number */
	ck_assert_int_eq(meet(&(struct sides){ .certificate = &one, .trusted = &one }), 0);     /* itself, and not who signed it */
}
END_TEST

START_TEST(who_is_not_trusted_is_refused_by_name)
{
	static const struct { struct wish wish; int by, error; const char *name, *text; } cases[] = {
		{ { .name = "w", .alternatives = "DNS:w" }, 1, ODEON_EUNTRUSTED, "w", "self-signed certificate in certificate chain" },
		{ { .name = "w", .alternatives = "DNS:w" }, 0, ODEON_EUNTRUSTED, "w", "self-signed certificate" },
		{ { .name = "w", .alternatives = "DNS:w", .from = -9, .until = -2 }, 2, ODEON_EEXPIRED, "w", "certificate has expired" },
		{ { .name = "w", .alternatives = "DNS:w", .from = 2, .until = 9 }, 2, ODEON_EEXPIRED, "w", "certificate is not yet valid" },
		{ { .name = "w", .alternatives = "DNS:w" }, 2, ODEON_EMISNAMED, "v", "hostname mismatch" },
		{ { .name = "w", .alternatives = "DNS:w" }, 2, ODEON_EMISNAMED, NULL, "IP address mismatch" },
		{ { .name = "w", .alternatives = "DNS:*.w.example" }, 2, ODEON_EMISNAMED, "a.b.w.example", "hostname mismatch" },
	};
	const struct certificate *issuers[] = { NULL, &stranger, &root };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certificate bad = certificate_new(&cases[i].wish, issuers[cases[i].by]);
		struct sides sides = { .certificate = &bad, .trusted = &root, .name = cases[i].name };

		ck_assert_int_eq(meet(&sides), cases[i].error);
		ck_assert_str_eq(client.end.text, cases[i].text);
		ck_assert_str_eq(client.said, "d");
		sides.client_peer = ODEON_TLS_PEER_ANY;
		sides.trusted = NULL;
		ck_assert_int_eq(meet(&sides), 0);
		ck_assert_str_eq(client.peer, "");
		certificate_free(&bad);
	}
}
END_TEST

/* By TLS 1.3 a client learns of it when it believes that all is well. */
START_TEST(clients_are_asked_for_certificates)
{
	static const struct wish expired = { .name = "late", .from = -9, .until = -2 }, odd = { .name = "odd" };
	struct certificate late = certificate_new(&expired, &root), unknown = certificate_new(&odd, &stranger);
	struct sides sides = { .certificate = &one, .trusted = &root, .server_peer = ODEON_TLS_PEER_DEMANDED };

	ck_assert_int_eq(meet(&sides), ODEON_EUNTRUSTED);
	ck_assert_str_eq(server.said, "");                     /* no session was made */
	sides.clients = &unknown;
	ck_assert_int_eq(meet(&sides), ODEON_EUNTRUSTED);
	sides.clients = &late;
	ck_assert_int_eq(meet(&sides), ODEON_EEXPIRED);
	sides.clients = &customer;
	ck_assert_int_eq(meet(&sides), 0);
	ck_assert_str_eq(server.peer, "customer");
	sides.server_peer = ODEON_TLS_PEER_ASKED;
	ck_assert_int_eq(meet(&sides), 0);
	ck_assert_str_eq(server.peer, "customer");
	sides.clients = NULL;
	ck_assert_int_eq(meet(&sides), 0);
	ck_assert_str_eq(server.peer, "");
	sides.clients = &unknown;
	ck_assert_int_eq(meet(&sides), ODEON_EUNTRUSTED);
	certificate_free(&late);
	certificate_free(&unknown);
}
END_TEST

/* ---- names and protocols ------------------------------------------------------------------------------------------------------------ */

START_TEST(a_server_is_whom_it_is_asked_for)
{
	struct sides sides = { .certificate = &one, .more = { &two, &stars }, .trusted = &root };

	for (const char *const *pair = (const char *const[]){ "one.example", "one", "two.example", "two", "TWO.example", "two",
	     "any.three.example", "stars", NULL }; *pair != NULL; pair += 2) {
		sides.name = pair[0];
		ck_assert_int_eq(meet(&sides), 0);
		ck_assert_str_eq(client.peer, pair[1]);
	}
	sides.name = "four.example";                            /* the first, which does not fit either */
	ck_assert_int_eq(meet(&sides), ODEON_EMISNAMED);
}
END_TEST

START_TEST(the_server_chooses_among_common_protocols)
{
	static const char *const h2_first[] = { "h2", "http/1.1", NULL }, *const h2_last[] = { "http/1.1", "h2", NULL };
	static const char *const other[] = { "redis", NULL };
	struct sides sides = { .certificate = &one, .trusted = &root, .server_protocols = h2_first, .client_protocols = h2_last };

	ck_assert_int_eq(meet(&sides), 0);
	ck_assert_str_eq(client.protocol, "h2");
	ck_assert_str_eq(server.protocol, "h2");
	sides.client_protocols = other;
	ck_assert_int_eq(meet(&sides), ODEON_ENOPROTOCOL);
	sides.client_protocols = NULL;                          /* who names none is served */
	ck_assert_int_eq(meet(&sides), 0);
	ck_assert_str_eq(server.protocol, "");
	sides.client_protocols = h2_last;
	sides.server_protocols = NULL;                          /* and so is who names some to a server that names none */
	ck_assert_int_eq(meet(&sides), 0);
	ck_assert_str_eq(client.protocol, "");
}
END_TEST

/* ---- contexts ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(what_was_settled_serves_again_until_a_reload)
{
	struct sides sides = { .certificate = &one, .trusted = &root, .name = "one.example" };
	odeon_tls *ours = server_of(&sides), *theirs = client_of(&sides);
	odeon_tls_certificate certificates[3];
	odeon_tls_options options;

	wires_open(KIND_TCP, 2);
	for (int i = 0; i < 4; i++) {
		listen_by(ours);
		ck_assert_int_eq(speak(theirs, i == 3 ? NULL : "one.example"), 0);
		ck_assert(!client.is_resumed);                  /* another address: another server */
		for (int again = 0; again < 3; again++) {
			ears_init(&server);
			server.echoes = true;
			server.credit = 2;
			ck_assert_int_eq(speak(theirs, i == 3 ? NULL : "one.example"), 0);
			ck_assert(client.is_resumed);
			ck_assert_str_eq(client.peer, "one");
		}
		options = server_options(&sides, certificates);
		must(odeon_tls_reload(ours, &options, NULL) == 0);
		ears_init(&server);
		server.echoes = true;
		server.credit = 2;
		ck_assert_int_eq(speak(theirs, i == 3 ? NULL : "one.example"), 0);
		ck_assert(!client.is_resumed);
	}
	wires_close();
	odeon_tls_drop(ours);
	odeon_tls_drop(theirs);
}
END_TEST

START_TEST(a_reload_is_for_new_connections)
{
	struct sides sides = { .certificate = &one, .trusted = &root, .name = "one.example" };
	struct sides renewed = { .certificate = &two };
	odeon_tls *ours = server_of(&sides), *theirs = client_of(&sides);
	odeon_connection_options before = ODEON_CONNECTION_OPTIONS(.tls = theirs, .tls_name = "one.example", .credit = 9);
	odeon_tls_certificate certificates[3];
	odeon_tls_options options;
	odeon_ref connection;
	struct ears former;
	const char *text;

	wires_open(KIND_TCP, 2);
	listen_by(ours);
	ears_init(&former);
	must(odeon_connection_open(world.system, address, owner_with(&former), &before, &connection) == 0);
	tell(connection, pattern_bytes(0, 10));
	eventually(ears_bytes(&former) == 10);
	options = server_options(&renewed, certificates);
	certificates[0].chain_bytes = 10;                       /* one that cannot be: nothing has changed */
	ck_assert_int_eq(odeon_tls_reload(ours, &options, &text), ODEON_EINVAL);
	ck_assert_str_eq(text, "no start line");
	ck_assert_int_eq(odeon_tls_reload(NULL, &options, &text), ODEON_EINVAL);
	certificates[0] = certificate_ours(&two);
	ck_assert_int_eq(odeon_tls_reload(ours, &options, NULL), 0);
	tell(connection, pattern_bytes(10, 10));
	eventually(ears_bytes(&former) == 20);
	ears_init(&server);
	server.echoes = true;
	server.credit = 2;
	ck_assert_int_eq(speak(theirs, "two.example"), 0);
	ck_assert_str_eq(client.peer, "two");
	tell(connection, odeon_new(odeon_close));
	eventually(ears_ended(&former));
	wires_close();
	odeon_tls_drop(ours);
	odeon_tls_drop(theirs);
}
END_TEST

static void refused(int error, bool is_server, odeon_tls_options options)
{
	const char *text = NULL;
	odeon_tls *made = (odeon_tls *)(uintptr_t)1;

	ck_assert_int_eq((is_server ? odeon_tls_server : odeon_tls_client)(&options, &made, &text), error);
	ck_assert_ptr_null(made);
	ck_assert(text != NULL && text[0] != '\0');
}

START_TEST(contexts_that_make_no_sense_are_refused)
{
	static const char *const empty[] = { "", NULL }, *const long_one[] = { "0123456789012345678901234567890123", NULL };
	odeon_tls_certificate ours = certificate_ours(&one), crossed = ours, nowhere = { .chain_file = "/no/such" }, none = { .key = "" };
	odeon_tls_options good = ODEON_TLS_OPTIONS(.certificates = &ours, .certificate_count = 1), bad = good;

	crossed.key = two.key_pem;
	crossed.key_bytes = strlen(two.key_pem);
	refused(ODEON_EVERSION, true, (odeon_tls_options){ .bytes = 1 });
	refused(ODEON_EINVAL, true, (odeon_tls_options)ODEON_TLS_OPTIONS(.certificates = &ours));
	refused(ODEON_EINVAL, false, (odeon_tls_options)ODEON_TLS_OPTIONS(.peer = ODEON_TLS_PEER_DEMANDED));
	refused(ODEON_EINVAL, false, (odeon_tls_options)ODEON_TLS_OPTIONS(.roots = "nonsense", .roots_bytes = 8));
	refused(ODEON_ESYSTEM, false, (odeon_tls_options)ODEON_TLS_OPTIONS(.roots_file = "/no/such"));
	bad.peer = ODEON_TLS_PEER_DEMANDED;                     /* by whom? */
	refused(ODEON_EINVAL, true, bad);
	bad.peer = ODEON_TLS_PEER_ANY;
	refused(ODEON_EINVAL, true, bad);
	bad = good;
	for (int i = 0; i < 2; i++) {
		bad.protocols = i == 0 ? empty : long_one;
		refused(ODEON_EINVAL, true, bad);
	}
	for (int i = 0; i < 3; i++) {
		bad = good;
		bad.certificates = i == 0 ? &crossed : i == 1 ? &nowhere : &none;
		refused(i == 1 ? ODEON_ESYSTEM : ODEON_EINVAL, true, bad);
	}
	odeon_tls_drop(NULL);
	ck_assert_ptr_null(odeon_tls_share(NULL));
}
END_TEST

START_TEST(contexts_are_for_their_side)
{
	struct sides sides = { .certificate = &one, .trusted = &root };
	odeon_tls *ours = server_of(&sides), *theirs = client_of(&sides), *same = odeon_tls_share(theirs);
	odeon_listener_options listener = ODEON_LISTENER_OPTIONS(.session = ears_kind, .connection = { .tls = theirs });
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.tls = ours);

	ck_assert_ptr_eq(same, theirs);
	odeon_tls_drop(same);
	wires_open(KIND_TCP, 1);
	ears_init(&client);
	ck_assert_int_eq(odeon_listener_open(world.system, "127.0.0.1:0", &listener, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_open(world.system, "127.0.0.1:1", owner_with(&client), &options, NULL), ODEON_EINVAL);
	options.tls = theirs;
	ck_assert_int_eq(odeon_connection_open(world.system, "unix:/x", owner_with(&client), &options, NULL), ODEON_EINVAL);
	options.tls_name = "";
	ck_assert_int_eq(odeon_connection_open(world.system, "127.0.0.1:1", owner_with(&client), &options, NULL), ODEON_EINVAL);
	wires_close();
	odeon_tls_drop(ours);
	odeon_tls_drop(theirs);
}
END_TEST

START_TEST(certificates_may_be_in_files)
{
	char chain[60], key[60], roots[60];
	odeon_tls_certificate files = { .chain_file = chain, .key_file = key };
	odeon_tls_options of_server = ODEON_TLS_OPTIONS(.certificates = &files, .certificate_count = 1);
	odeon_tls_options of_client = ODEON_TLS_OPTIONS(.roots_file = roots);
	odeon_tls *ours, *theirs;

	snprintf(chain, sizeof chain, "/tmp/odeon-tls-%d-chain", (int)getpid());
	snprintf(key, sizeof key, "/tmp/odeon-tls-%d-key", (int)getpid());
	snprintf(roots, sizeof roots, "/tmp/odeon-tls-%d-roots", (int)getpid());
	certificate_write(chain, one.chain_pem);
	certificate_write(key, one.key_pem);
	certificate_write(roots, root.chain_pem);
	must(odeon_tls_server(&of_server, &ours, NULL) == 0 && odeon_tls_client(&of_client, &theirs, NULL) == 0);
	unlink(chain);
	unlink(key);
	unlink(roots);
	wires_open(KIND_TCP, 2);
	listen_by(ours);
	ck_assert_int_eq(speak(theirs, "one.example"), 0);
	wires_close();
	odeon_tls_drop(ours);
	odeon_tls_drop(theirs);
}
END_TEST

KIT_MAIN("contract/tls",
	{ .name = "trust", .setup = make_all, .teardown = free_all,
	  .tests = KIT_TESTS(who_is_trusted_is_spoken_with, who_is_not_trusted_is_refused_by_name,
	                     clients_are_asked_for_certificates) },
	{ .name = "names", .setup = make_all, .teardown = free_all,
	  .tests = KIT_TESTS(a_server_is_whom_it_is_asked_for, the_server_chooses_among_common_protocols) },
	{ .name = "contexts", .setup = make_all, .teardown = free_all,
	  .tests = KIT_TESTS(what_was_settled_serves_again_until_a_reload, a_reload_is_for_new_connections,
	                     contexts_that_make_no_sense_are_refused, contexts_are_for_their_side, certificates_may_be_in_files) })
