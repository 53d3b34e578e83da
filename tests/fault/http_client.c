/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http_client.c - requests with each allocation failing in turn: who asks is told so by name, once, nothing is left, and the next
 * request is answered as if nothing had been
 */
#include "talks.h"
#include <arpa/inet.h>
#include <odeon/http.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char url[64];
static int listening;

/* ---- a server, that answers whatever comes --------------------------------------------------------------------------------- */

static void answer_all(int socket)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
	char bytes[4096];
	ssize_t length = 0, some;

	while ((some = recv(socket, bytes + length, sizeof bytes - (size_t)length, 0)) > 0) {
		length += some;
		if (length < 4 || memcmp(bytes + length - 4, "\r\n\r\n", 4) != 0)
			continue;
		(void)send(socket, answer, sizeof answer - 1, MSG_NOSIGNAL);
		length = 0;
	}
	close(socket);
}

static void *serve(void *argument)
{
	int socket;

	while ((socket = accept(listening, NULL, NULL)) >= 0)
		answer_all(socket);
	return argument;
}

static void open_server(void)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof where;
	pthread_t thread;

	listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listening >= 0 && bind(listening, (struct sockaddr *)&where, length) == 0 && listen(listening, 16) == 0);
	must(getsockname(listening, (struct sockaddr *)&where, &length) == 0);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%u/path?query", ntohs(where.sin_port));
	must(pthread_create(&thread, NULL, serve, NULL) == 0);
	pthread_detach(thread);
}

/* ---- requests ---------------------------------------------------------------------------------------------------------------- */

/* 0, or the error. */
static int ask(odeon_system *system, odeon_ref client)
{
	struct odeon_http_fetch *fetch = odeon_http_fetch_new("PUT", url);
	struct odeon_http_fetched *fetched;
	int error = fetch != NULL ? odeon_http_fetch_field(fetch, "X-Name", "value") : ODEON_ENOMEM;

	if (error != 0) {
		odeon_free(fetch);
		return error;
	}
	fetched = odeon_ask(odeon_http_fetched, system, client, fetch, kit_deadline(), &error);
	if (fetched == NULL)
		return error;
	must(fetched->status == 200 && fetched->body != NULL && fetched->body->length == 11);
	must(memcmp(fetched->body->data, "hello world", 11) == 0);
	odeon_free(fetched);
	return 0;
}

static bool is_named(int error)
{
	return error == ODEON_ENOMEM || error == ODEON_EDISCONNECTED || error == ODEON_ESYSTEM || error == ODEON_EUNANSWERED;
}

static bool ask_with_failure(unsigned long nth, int how)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .poller = odeon_net_poller(), .on_dead_letter = talks_letter, .on_log = talks_log);
	odeon_system *system;
	odeon_ref client;
	long blocks = faults_blocks();
	unsigned long failed;
	int error;

	must(odeon_system_start(&options, &system) == 0);
	if (how == 0)
		faults_arm(nth, false);
	error = odeon_http_client_open(system, NULL, &client);
	must(error == 0 || (how == 0 && error == ODEON_ENOMEM && odeon_ref_is_nobody(client)));
	if (error == 0) {
		if (how == 1)
			must(ask(system, client) == 0); /* so that there is a connection */
		if (how == 1)
			faults_arm(nth, false);
		error = ask(system, client);
		must(error == 0 || is_named(error));
	}
	failed = faults_disarm();
	if (!odeon_ref_is_nobody(client))
		must(ask(system, client) == 0);
	must(odeon_system_stop(system, kit_deadline(), NULL) == 0);
	must(odeon_system_free(system) == 0);
	must(faults_blocks() == blocks);
	return failed > 0;
}

START_TEST(each_allocation_may_fail)
{
	open_server();
	ck_assert_uint_gt(faults_sweep(ask_with_failure, _i), 5);
}
END_TEST

KIT_MAIN("fault/http_client", { .name = "client", .loop = 2, .tests = KIT_TESTS(each_allocation_may_fail) })
