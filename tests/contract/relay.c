/* SPDX-License-Identifier: BSD-2-Clause */
/* relay.c - one thread, for all sockets of a test */
#include "relay.h"
#include "../harness/certificates.h"
#include "../harness/kit.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PAIRS_MOST = 128, ROOM = 16 << 10 };

struct half { unsigned char room[ROOM]; size_t length; bool has_ended, is_told; };
struct pair {
	int plain, secret;                             /* plain -1: a free place */
	SSL *ssl;
	struct half up, down;                          /* from the plain one, and to it */
	bool wants_write;
};

static struct pair *pairs;
static int messages[2];                                /* sockets to take over, two at a time; its end ends the thread */
static pthread_t thread;
static SSL_CTX *context;
static odeon_tls *server, *client;

/* ---- one pair ------------------------------------------------------------------------------------------------------------------- */

static void reset_one(int descriptor)
{
	(void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	close(descriptor);
}

static void end_pair(struct pair *pair, bool resets)
{
	if (resets) {
		reset_one(pair->plain);
		reset_one(pair->secret);
	} else {
		close(pair->plain);
		close(pair->secret);
	}
	SSL_free(pair->ssl);
	pair->plain = -1;
}

static void shift(struct half *half, size_t some)
{
	memmove(half->room, half->room + some, half->length - some);
	half->length -= some;
}

/* Each answers whether it got on; or -1: the pair is broken. */
static int read_plain(struct pair *pair)
{
	ssize_t length;

	if (pair->up.length > 0 || pair->up.has_ended)
		return 0;
	length = recv(pair->plain, pair->up.room, ROOM, MSG_DONTWAIT);
	if (length < 0)
		return errno == EAGAIN ? 0 : -1;
	pair->up.length = (size_t)length;
	pair->up.has_ended = length == 0;
	return 1;
}

static int why(struct pair *pair, int answer)
{
	int error = SSL_get_error(pair->ssl, answer);

	pair->wants_write |= error == SSL_ERROR_WANT_WRITE;
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static int write_secret(struct pair *pair)
{
	size_t some;
	int answer;

	ERR_clear_error();
	if (pair->up.length > 0) {
		answer = SSL_write_ex(pair->ssl, pair->up.room, pair->up.length, &some);
		if (answer != 1)
			return why(pair, answer);
		shift(&pair->up, some);
		return 1;
	}
	if (!pair->up.has_ended || pair->up.is_told || !SSL_is_init_finished(pair->ssl))
		return 0;
	answer = SSL_shutdown(pair->ssl);
	if (answer < 0)
		return why(pair, answer);
	return pair->up.is_told = true;
}

/* Its handshake may end here: then what waits to be written can be. */
static int read_secret(struct pair *pair)
{
	bool was_ready = SSL_is_init_finished(pair->ssl) == 1;
	int answer;

	if (pair->down.length > 0 || pair->down.has_ended)
		return 0;
	ERR_clear_error();
	answer = SSL_read_ex(pair->ssl, pair->down.room, ROOM, &pair->down.length);
	if (answer == 1)
		return 1;
	pair->down.length = 0;
	if (SSL_get_error(pair->ssl, answer) == SSL_ERROR_ZERO_RETURN)
		return pair->down.has_ended = true;
	answer = why(pair, answer);
	return answer == 0 && !was_ready && SSL_is_init_finished(pair->ssl) == 1 ? 1 : answer;
}

static int write_plain(struct pair *pair)
{
	ssize_t some;

	if (pair->down.length > 0) {
		some = send(pair->plain, pair->down.room, pair->down.length, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (some < 0)
			return errno == EAGAIN ? 0 : -1;
		shift(&pair->down, (size_t)some);
		return 1;
	}
	if (!pair->down.has_ended || pair->down.is_told)
		return 0;
	(void)shutdown(pair->plain, SHUT_WR);
	return pair->down.is_told = true;
}

static void go_on(struct pair *pair)
{
	int (*const steps[])(struct pair *) = { read_plain, write_secret, read_secret, write_plain };
	int progress = 1;

	while (progress > 0) {
		progress = 0;
		pair->wants_write = false;
		for (unsigned i = 0; i < 4 && progress >= 0; i++) {
			int answer = steps[i](pair);

			progress = answer < 0 ? -1 : progress | answer;
		}
	}
	if (progress < 0)
		end_pair(pair, true);
	else if (pair->up.is_told && pair->down.is_told)
		end_pair(pair, false);
}

/* ---- the thread --------------------------------------------------------------------------------------------------------------------- */

static bool take_over(void)
{
	int sockets[2];
	struct pair *pair = pairs;

	if (read(messages[0], sockets, sizeof sockets) != sizeof sockets)
		return false;
	while (pair->plain >= 0)
		pair++;
	must(pair < pairs + PAIRS_MOST);
	*pair = (struct pair){ .plain = sockets[0], .secret = sockets[1], .ssl = SSL_new(context) };
	must(pair->ssl != NULL && SSL_set_fd(pair->ssl, sockets[1]) == 1);
	SSL_set_connect_state(pair->ssl);
	go_on(pair);
	return true;
}

static void watch(const struct pair *pair, struct pollfd waits[2])
{
	bool is_used = pair->plain >= 0;

	waits[0] = (struct pollfd){ .fd = is_used && !(pair->up.has_ended && pair->down.is_told) ? pair->plain : -1 };
	waits[0].events = (short)((pair->up.length == 0 && !pair->up.has_ended ? POLLIN : 0) | (pair->down.length > 0 ? POLLOUT : 0));
	waits[1] = (struct pollfd){ .fd = is_used ? pair->secret : -1 };
	waits[1].events = (short)((pair->down.length == 0 && !pair->down.has_ended ? POLLIN : 0) | (pair->wants_write ? POLLOUT : 0));
}

/* With nothing asked for, an error is the only news. */
static void look(struct pair *pair, const struct pollfd waits[2])
{
	if (pair->plain < 0 || (waits[0].revents == 0 && waits[1].revents == 0))
		return;
	if ((waits[0].revents & POLLERR) != 0 || (waits[1].events == 0 && (waits[1].revents & (POLLERR | POLLHUP)) != 0))
		end_pair(pair, true);
	else
		go_on(pair);
}

static void *run(void *unused)
{
	static struct pollfd waits[1 + 2 * PAIRS_MOST];
	bool goes_on = true;

	while (goes_on) {
		waits[0] = (struct pollfd){ .fd = messages[0], .events = POLLIN };
		for (unsigned i = 0; i < PAIRS_MOST; i++)
			watch(&pairs[i], &waits[1 + 2 * i]);
		must(poll(waits, 1 + 2 * PAIRS_MOST, -1) > 0);
		for (unsigned i = 0; i < PAIRS_MOST; i++)
			look(&pairs[i], &waits[1 + 2 * i]);
		if (waits[0].revents != 0)
			goes_on = take_over();
	}
	for (unsigned i = 0; i < PAIRS_MOST; i++)
		if (pairs[i].plain >= 0)
			end_pair(&pairs[i], true);
	return unused;
}

/* ---- opened and closed ---------------------------------------------------------------------------------------------------------------- */

static void make_contexts(void)
{
	struct wish wishes[2] = { { .name = "server", .alternatives = "DNS:server.example,IP:127.0.0.1" },
		{ .name = "second", .alternatives = "DNS:second.example" } };
	struct certificate ours = certificate_new(&wishes[0], NULL), second = certificate_new(&wishes[1], NULL);
	odeon_tls_certificate certificates[2] = { certificate_ours(&ours), certificate_ours(&second) };
	char *roots = malloc(strlen(ours.chain_pem) + strlen(second.chain_pem) + 1);
	odeon_tls_options of_server = ODEON_TLS_OPTIONS(.certificates = certificates, .certificate_count = 2);
	odeon_tls_options of_client = ODEON_TLS_OPTIONS(.roots = roots);

	must(roots != NULL);
	of_client.roots_bytes = strlen(strcat(strcpy(roots, ours.chain_pem), second.chain_pem));
	must(odeon_tls_server(&of_server, &server, NULL) == 0);
	must(odeon_tls_client(&of_client, &client, NULL) == 0);
	context = SSL_CTX_new(TLS_client_method());
	must(context != NULL);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	certificate_free(&ours);
	certificate_free(&second);
	free(roots);
}

void relay_open(void)
{
	make_contexts();
	(void)signal(SIGPIPE, SIG_IGN);                /* OpenSSL's sockets are written by write() */
	pairs = calloc(PAIRS_MOST, sizeof *pairs);
	must(pairs != NULL && pipe2(messages, O_CLOEXEC) == 0);
	for (unsigned i = 0; i < PAIRS_MOST; i++)
		pairs[i].plain = -1;
	must(pthread_create(&thread, NULL, run, NULL) == 0);
}

void relay_close(void)
{
	close(messages[1]);
	pthread_join(thread, NULL);
	close(messages[0]);
	free(pairs);
	SSL_CTX_free(context);
	odeon_tls_drop(server);
	odeon_tls_drop(client);
}

void relay_add(int plain, int secret)
{
	int sockets[2] = { plain, secret };

	must(fcntl(secret, F_SETFL, O_NONBLOCK) == 0);
	must(write(messages[1], sockets, sizeof sockets) == sizeof sockets);
}

odeon_tls *relay_server(void) { return server; }
odeon_tls *relay_client(void) { return client; }
