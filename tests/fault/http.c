/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.c - an HTTP server and a client's pipeline with each allocation failing in turn: each request is answered, or the connection
 * ends; nothing crashes, and nothing is left
 */
#include "talks.h"
#include <odeon/http.h>
#include <fcntl.h>
#include <odeon/actors/offload.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SWEEP_MOST = 700, BODY = 5000, PIECES = 5, LARGE = 100000 };

static const char pipeline[] =
	"GET /hello/you?q=%41 HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n"
	"GET /actor/x HTTP/1.1\r\nHost: h\r\n\r\n"
	"GET /pour HTTP/1.1\r\nHost: h\r\n\r\n"
	"GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"
	"POST /hello/you HTTP/1.1\r\nHost: h\r\n\r\n"
	"GET /files/large HTTP/1.1\r\nHost: h\r\n\r\n"
	"GET /pool/large HTTP/1.1\r\nHost: h\r\nRange: bytes=0-9,90000-99999\r\n\r\n"
	"HEAD /pool/large HTTP/1.1\r\nHost: h\r\n\r\n"
	"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n"
	"POST /sink HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
	"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\nConnection: close\r\n\r\n";

static atomic_uint ends, answers;
static char folder[64];
static odeon_http_folder files, pooled;

/* ---- who answers ----------------------------------------------------------------------------------------------------------- */

static void hello(odeon_self *self, struct odeon_http_request *request)
{
	struct odeon_http_answer answer = { .body = odeon_bytes_text(odeon_http_parameter(request, "name")) };

	(void)odeon_http_answer_field(&answer, "X-More", "something that is longer than nothing");
	(void)odeon_http_answer_at(self, request->duty, &answer);
}

static void echo(odeon_self *self, struct odeon_http_request *request)
{
	struct odeon_bytes *body = request->body;

	request->body = NULL;
	(void)odeon_http_answer(self, request->duty, .body = body);
}

struct actor { struct odeon_http_request *request; };
ODEON_HANDLER(actor, odeon_http_request)
{
	if (odeon_http_request->body_bytes == 0) {
		(void)odeon_reply(self, odeon_http_answer_bytes(0, NULL, odeon_bytes_text("said\n")));
		return;
	}
	actor->request = odeon_keep(self, odeon_http_request);
	(void)odeon_send(self, odeon_from(self), odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
}
static void reply(odeon_self *self, struct actor *actor)
{
	(void)odeon_reply_to(self, actor->request, odeon_http_answer_text(0, "sunk\n"));
	odeon_free(actor->request);
	actor->request = NULL;
}
ODEON_HANDLER(actor, odeon_bytes) { (void)actor; }
ODEON_HANDLER(actor, odeon_read_end) { reply(self, actor); }
ODEON_HANDLER(actor, odeon_disconnected) { reply(self, actor); }
ODEON_STOP(actor) { odeon_free(actor->request); }
ODEON_HANDLERS(actor_handlers, ODEON_ON(actor, odeon_http_request), ODEON_ON(actor, odeon_bytes), ODEON_ON(actor, odeon_read_end),
	ODEON_ON(actor, odeon_disconnected));
ODEON_KIND(actor, actor_handlers, .stop = ODEON_STOPS(actor));

struct spring { odeon_ref owner; unsigned given; };
ODEON_HANDLER(spring, odeon_give)
{
	spring->owner = odeon_give->to;
	if (odeon_monitor(self, spring->owner) != 0)
		odeon_exit(self);
}
ODEON_HANDLER(spring, odeon_read)
{
	if (spring->given++ < PIECES)
		(void)odeon_send(self, spring->owner, odeon_bytes_constant(pipeline, sizeof pipeline - 1));
	else if (odeon_send(self, spring->owner, odeon_new(odeon_read_end)) != 0)
		odeon_exit(self);
}
ODEON_HANDLER(spring, odeon_close) { odeon_exit(self); }
ODEON_HANDLER(spring, odeon_down) { odeon_exit(self); }
ODEON_HANDLERS(spring_handlers, ODEON_ON(spring, odeon_give), ODEON_ON(spring, odeon_read), ODEON_ON(spring, odeon_close),
	ODEON_ON(spring, odeon_down));
ODEON_KIND(spring, spring_handlers);

static void pour(odeon_self *self, struct odeon_http_request *request)
{
	odeon_ref spring;

	if (odeon_spawn(self, &spring_kind, NULL, &spring) != 0)
		(void)odeon_http_answer(self, request->duty, .status = 503);
	else
		(void)odeon_http_answer(self, request->duty, .source = spring);
}

/* ---- a client -------------------------------------------------------------------------------------------------------------- */

struct client { char last[13]; };

ODEON_HANDLER(client, odeon_connected)
{
	struct odeon_bytes *body = odeon_bytes_new(2 * BODY);

	(void)odeon_send(self, odeon_connected->who, odeon_bytes_constant(pipeline, sizeof pipeline - 1));
	if (body != NULL)
		memset(body->data, 'x', body->length = 2 * BODY);
	(void)odeon_send(self, odeon_connected->who, body);
}

/* Across pieces, too. */
ODEON_HANDLER(client, odeon_bytes)
{
	for (size_t i = 0; i < odeon_bytes->length; i++) {
		memmove(client->last, client->last + 1, 8);
		client->last[8] = (char)odeon_bytes->data[i];
		atomic_fetch_add(&answers, memcmp(client->last, "HTTP/1.1 ", 9) == 0);
	}
}
ODEON_HANDLER(client, odeon_unwritten) { (void)client; }
ODEON_HANDLER(client, odeon_read_end) { (void)odeon_send(self, odeon_read_end->who, odeon_new(odeon_write_end)); }
ODEON_HANDLER(client, odeon_disconnected) { atomic_fetch_add(&ends, 1); }
ODEON_HANDLERS(client_handlers, ODEON_ON(client, odeon_connected), ODEON_ON(client, odeon_bytes), ODEON_ON(client, odeon_unwritten),
	ODEON_ON(client, odeon_read_end), ODEON_ON(client, odeon_disconnected));
ODEON_KIND(client, client_handlers);

/* ---- one run ----------------------------------------------------------------------------------------------------------------- */

static void open_folder(void)
{
	static const char bytes[LARGE];
	char name[80];
	int file;

	strcpy(folder, "/tmp/odeon-fault-XXXXXX");
	must(mkdtemp(folder) != NULL);
	sprintf(name, "%s/large", folder);
	file = open(name, O_WRONLY | O_CREAT, 0666);
	must(file >= 0 && write(file, bytes, LARGE) == LARGE && close(file) == 0);
}

static void remove_folder(void)
{
	char name[80];

	sprintf(name, "%s/large", folder);
	must(unlink(name) == 0 && rmdir(folder) == 0);
}

static int talk(odeon_system *system)
{
	odeon_connection_options client = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .linger = ODEON_MS(50),
		.idle_timeout = ODEON_MS(300));
	odeon_ref server, owner, actor = ODEON_NOBODY, pool = ODEON_NOBODY;
	char bound[ODEON_ADDRESS_BYTES];
	int error = odeon_system_spawn(system, &client_kind, NULL, &owner);

	if (error == 0)
		error = odeon_system_spawn(system, &actor_kind, NULL, &actor);
	if (error == 0)
		error = odeon_offload_start(system, NULL, &pool);
	files = (odeon_http_folder)ODEON_HTTP_FOLDER(.path = folder);
	pooled = (odeon_http_folder)ODEON_HTTP_FOLDER(.path = folder, .pool = pool);
	if (error == 0) {
		const odeon_http_route routes[] = {
			{ "GET /hello/:name", .handle = hello }, { "GET /actor/:name", .actor = actor }, { "GET /pour", .handle = pour },
			{ "POST /sink", .actor = actor, .streams = 1 }, { "POST /echo", .handle = echo },
			{ "GET /metrics", .handle = odeon_http_metrics },
			{ "GET /files/*path", .handle = odeon_http_files, .argument = &files },
			{ "GET /pool/*path", .handle = odeon_http_files, .argument = &pooled }, { 0 }
		};
		odeon_http_server_options options = ODEON_HTTP_SERVER_OPTIONS(.routes = routes, .within = ODEON_MS(100),
			.head_timeout = ODEON_MS(200), .body_timeout = ODEON_MS(200), .idle_timeout = ODEON_MS(200),
			.connection = ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(50)));

		error = odeon_http_server_open(system, "127.0.0.1:0", &options, bound, &server);
	}
	if (error == 0)
		error = odeon_connection_open(system, bound, owner, &client, NULL);
	if (error == 0)
		must(talks_end(&ends));
	return error;
}

static int run(unsigned long nth, bool *has_failed)
{
	long blocks = faults_blocks();
	int error;

	atomic_store(&ends, 0);
	atomic_store(&answers, 0);
	error = talks_run(talk, nth, has_failed);
	must(faults_blocks() == blocks);                /* check has blocks of its own; must has none */
	return error;
}

START_TEST(without_faults_all_is_answered)
{
	bool has_failed;

	ck_assert_int_eq(run(0, &has_failed), 0);
	ck_assert_uint_eq(atomic_load(&answers), 12);           /* and the 100 */
}
END_TEST

START_TEST(each_allocation_may_fail)
{
	unsigned long nth;
	bool has_failed = true;
	int error;

	for (nth = 1; has_failed && nth < SWEEP_MOST; nth++) {
		error = run(nth, &has_failed);
		ck_assert_msg(error == 0 || error == ODEON_ENOMEM || error == ODEON_ESYSTEM, "number %lu: %s", nth,
		              odeon_error_name(error));
	}
	ck_assert_uint_gt(nth, 100);
	ck_assert_uint_lt(nth, SWEEP_MOST);
}
END_TEST

KIT_MAIN("fault/http", { .name = "http", .setup = open_folder, .teardown = remove_folder, .tests = KIT_TESTS(without_faults_all_is_answered, each_allocation_may_fail) })
