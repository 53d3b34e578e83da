/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_tls.c - by OpenSSL's library on the guest's socket: every other guest by TLS 1.2. Who the server is, is not looked at. */
#include "guest_parts.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>

static SSL_CTX *context;

/* The library writes by write(), which a reset would answer with a signal. */
static void begin(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	context = SSL_CTX_new(TLS_client_method());
	if (context != NULL)
		SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

bool guest_tls_has(const struct guest *guest) { return guest->tls != NULL; }

bool guest_tls_come(struct guest *guest)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (guest->kind != HOST_TLS)
		return true;
	(void)pthread_once(&once, begin);
	guest->tls = context != NULL ? SSL_new(context) : NULL;
	if (guest->tls == NULL)
		return false;
	if (guest->is_other)
		(void)SSL_set_max_proto_version(guest->tls, TLS1_2_VERSION);
	SSL_set_connect_state(guest->tls);
	return SSL_set_fd(guest->tls, guest->socket) == 1;
}

/* As a socket's call would answer. The queue of errors is the thread's, and would be taken for another guest's. */
static ssize_t answer(struct guest *guest, int count)
{
	int why = SSL_get_error(guest->tls, count);

	ERR_clear_error();
	if (count > 0)
		return count;
	errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
	return why == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}

ssize_t guest_tls_send(struct guest *guest, const char *bytes, size_t length)
{
	return answer(guest, SSL_write(guest->tls, bytes, (int)length));
}

ssize_t guest_tls_receive(struct guest *guest, char *bytes, size_t room)
{
	return answer(guest, SSL_read(guest->tls, bytes, (int)room));
}

bool guest_tls_pending(const struct guest *guest) { return SSL_pending(guest->tls) > 0; }

void guest_tls_hello(struct guest *guest)
{
	(void)fcntl(guest->socket, F_SETFL, O_NONBLOCK);
	(void)answer(guest, SSL_connect(guest->tls));
}

bool guest_tls_end(struct guest *guest)
{
	bool is_said;

	if (!SSL_is_init_finished(guest->tls) && answer(guest, SSL_connect(guest->tls)) <= 0)
		return false;
	is_said = SSL_shutdown(guest->tls) >= 0;
	ERR_clear_error();
	return is_said;
}

void guest_tls_go(struct guest *guest)
{
	SSL_free(guest->tls);
	guest->tls = NULL;
}
