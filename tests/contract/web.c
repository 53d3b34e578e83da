/* SPDX-License-Identifier: BSD-2-Clause */
/* web.c - routes, actors and sources; clients */
#include "web.h"
#include <stdarg.h>

struct web web;

/* ---- functions ----------------------------------------------------------------------------------------------------------- */

static void hello(odeon_self *self, struct odeon_http_request *request)
{
	atomic_fetch_add(&web.handled, 1);
	must(odeon_http_answer(self, request->duty, .text = "hello\n") == 0);
}

static void show(odeon_self *self, struct odeon_http_request *request)
{
	const char *id = odeon_http_parameter(request, "id"), *rest = odeon_http_parameter(request, "rest");
	const char *field = odeon_http_field(request, "X-Test"), *name = "", *value;
	struct odeon_http_answer answer = { .type = "text/x" };
	char text[2000], query[8];
	int length = odeon_http_query(request, "q", query, sizeof query);

	value = odeon_http_field_number(request, 0, &name);
	snprintf(text, sizeof text, "%s %s ? %s; id=%s rest=%s q=%s(%d) x-test=%s host=%s first=%s:%s", request->method,
	         request->path, request->query != NULL ? request->query : "-", id != NULL ? id : "-", rest != NULL ? rest : "-",
	         query, length, field != NULL ? field : "-", request->host, name, value != NULL ? value : "-");
	must(odeon_http_parameter(request, "other") == NULL && odeon_http_field_number(request, 1000, &name) == NULL);
	answer.body = odeon_bytes_text(text);
	must(odeon_http_answer_field(&answer, "X-Answer", "yes") == 0);
	must(odeon_http_answer_field(&answer, "X-More", "") == 0);
	must(odeon_http_answer_field(&answer, "Content-Length", "1") == ODEON_EINVAL);
	must(odeon_http_answer_field(&answer, "X", "a\r\nb") == ODEON_EINVAL);
	must(odeon_http_answer_at(self, request->duty, &answer) == 0);
	must(answer.body == NULL && answer.fields == NULL);
}

static void big(odeon_self *self, struct odeon_http_request *request)
{
	static const char zeros[WEB_BIG];

	atomic_fetch_add(&web.handled, 1);
	must(odeon_http_answer(self, request->duty, .body = odeon_bytes_constant(zeros, sizeof zeros)) == 0);
}

static void never(odeon_self *self, struct odeon_http_request *request) { (void)self; (void)request; }

static void twice(odeon_self *self, struct odeon_http_request *request)
{
	odeon_http_duty other = request->duty;

	other.session.bits++;
	must(odeon_http_answer(self, other, .text = "not mine\n") == ODEON_EINVAL);
	must(odeon_http_answer(self, request->duty, .text = "once\n") == 0);
	atomic_store(&web.second, odeon_http_answer(self, request->duty, .text = "twice\n", .body = odeon_bytes_text("lost")));
}

static void bad(odeon_self *self, struct odeon_http_request *request)
{
	atomic_store(&web.second, odeon_http_answer(self, request->duty, .status = 99, .text = "bad\n"));
}

static void echo(odeon_self *self, struct odeon_http_request *request)
{
	struct odeon_bytes *body = request->body;

	request->body = NULL;
	must(odeon_http_answer(self, request->duty, .body = body, .type = "application/octet-stream") == 0);
}

/* ---- an actor ------------------------------------------------------------------------------------------------------------- */

struct nap { int milliseconds; };
ODEON_MESSAGE(nap);
struct worker { struct odeon_http_request *kept; struct nap *nap; };
struct dozing { odeon_http_duty duty; };

ODEON_ANSWER(odeon_http_session, dozing, nap)
{
	if (nap != NULL)
		(void)odeon_http_answer(self, dozing->duty, .text = "at last\n");
}

static void slow(odeon_self *self, struct odeon_http_request *request)
{
	must(odeon_request(self, web.worker, odeon_new(nap, atoi(odeon_http_parameter(request, "ms"))), ODEON_NEVER,
	                   ODEON_THEN(self, odeon_http_session, dozing, nap, .duty = request->duty)) == 0);
}

ODEON_HANDLER(worker, nap)
{
	odeon_free(worker->nap);
	worker->nap = odeon_keep(self, nap);
	must(odeon_tick_after(self, ODEON_MS(worker->nap->milliseconds), 0) == 0);
}

ODEON_HANDLER(worker, odeon_tick)
{
	(void)odeon_reply_to(self, worker->nap, odeon_new(nap));
	odeon_free(worker->nap);
	worker->nap = NULL;
}

ODEON_HANDLER(worker, odeon_http_request)
{
	const char *name = odeon_http_parameter(odeon_http_request, "name");
	char text[1000];

	if (strcmp(name, "keeps") == 0) {
		odeon_free(worker->kept);
		worker->kept = odeon_keep(self, odeon_http_request);
	} else if (strcmp(name, "fails") == 0) {
		odeon_fail(self, ODEON_EFAILED, "as it was asked to");
	} else if (strcmp(name, "busy") == 0) {
		(void)odeon_reply_error(self, ODEON_EFULL);
	} else if (strcmp(name, "other") == 0) {
		(void)odeon_reply(self, odeon_new(nap));
	} else if (strcmp(name, "says") == 0) {
		snprintf(text, sizeof text, "%s %s %s %s %zu %s\n", odeon_http_request->method, odeon_http_request->path, name,
		         odeon_http_field(odeon_http_request, "host"),
		         odeon_http_request->body != NULL ? odeon_http_request->body->length : 0, odeon_http_request->query);
		(void)odeon_reply(self, odeon_http_answer_text(0, text));
	}
}

ODEON_STOP(worker)
{
	odeon_free(worker->kept);
	odeon_free(worker->nap);
}

ODEON_HANDLERS(worker_handlers, ODEON_ON(worker, nap), ODEON_ON(worker, odeon_tick), ODEON_ON(worker, odeon_http_request));
ODEON_KIND(worker, worker_handlers, .stop = ODEON_STOPS(worker));

/* For each request a worker of its own, that may fail. */
static void hand_on(odeon_self *self, struct odeon_http_request *request)
{
	bool is_gone = strcmp(odeon_http_parameter(request, "name"), "gone") == 0;
	odeon_ref worker = web.gone;

	if (!is_gone && odeon_spawn(self, &worker_kind, NULL, &worker) != 0)     /* all is being stopped */
		return;
	must(odeon_http_forward(self, request->duty, worker, 0) == 0);
	must(odeon_http_forward(self, request->duty, worker, 0) == ODEON_EGONE);
	must(odeon_http_answer(self, request->duty, .text = "too late\n") == ODEON_EGONE);
}

struct spring_argument { uint64_t end, fails_at; };

/* ---- sinks and sources -------------------------------------------------------------------------------------------------- */

struct sink { struct odeon_http_request *request; uint64_t at; };

ODEON_HANDLER(sink, odeon_http_request)
{
	odeon_ref session = odeon_from(self);

	atomic_store(&web.sink, odeon_self_ref(self));
	sink->request = odeon_keep(self, odeon_http_request);
	if (web.credit > 0)
		(void)odeon_send(self, session, odeon_new(odeon_read, .count = web.credit));   /* who may be gone */
}

/* The body has not come to its end. */
static void answer_early(odeon_self *self, struct odeon_http_request *request)
{
	errand_plug(self, web.before_answer);
	must(odeon_reply_to(self, request, odeon_http_answer_text(0, "early\n")) == 0);
	errand_plug(self, web.after_answer);
}

ODEON_HANDLER(sink, odeon_bytes)
{
	if (!pattern_is(odeon_bytes->data, sink->at, odeon_bytes->length))
		atomic_store(&web.is_sink_wrong, true);
	sink->at += odeon_bytes->length;
	atomic_fetch_add(&web.sunk, odeon_bytes->length);
	if (web.before_answer != NULL && sink->at == odeon_bytes->length)
		answer_early(self, sink->request);
	(void)odeon_send(self, odeon_from(self), odeon_new(odeon_read, .count = 1));    /* who may be gone */
}

ODEON_HANDLER(sink, odeon_read_end)
{
	char text[64];

	atomic_fetch_add(&web.sink_ends, 1);
	snprintf(text, sizeof text, "%llu\n", (unsigned long long)sink->at);
	(void)odeon_reply_to(self, sink->request, odeon_http_answer_text(0, text));
	odeon_exit(self);
}

ODEON_HANDLER(sink, odeon_disconnected)
{
	atomic_fetch_add(&web.sink_breaks, 1);
	odeon_exit(self);
}

ODEON_HANDLER(sink, errand) { errand->run(self, errand->argument); }
ODEON_STOP(sink) { odeon_free(sink->request); }
ODEON_HANDLERS(sink_handlers, ODEON_ON(sink, odeon_http_request), ODEON_ON(sink, odeon_bytes), ODEON_ON(sink, odeon_read_end),
	ODEON_ON(sink, odeon_disconnected), ODEON_ON(sink, errand));
ODEON_KIND(sink, sink_handlers, .stop = ODEON_STOPS(sink));

static const odeon_kind narrow_kind = ODEON_KIND_INIT(sink, sink_handlers, .stop = ODEON_STOPS(sink), .mailbox = { .messages = 2 },
	.place = ODEON_OWN_THREAD);                    /* may be plugged, and holds up no session */

static void sink_by(odeon_self *self, struct odeon_http_request *request, const odeon_kind *kind)
{
	odeon_ref sink;

	if (odeon_spawn(self, kind, NULL, &sink) == 0)
		must(odeon_http_forward(self, request->duty, sink, 0) == 0);
}

static void sink_it(odeon_self *self, struct odeon_http_request *request) { sink_by(self, request, &sink_kind); }
static void narrow_it(odeon_self *self, struct odeon_http_request *request) { sink_by(self, request, &narrow_kind); }

static void sink_and_fail(odeon_self *self, struct odeon_http_request *request)
{
	sink_it(self, request);
	odeon_fail(self, ODEON_EFAILED, "as it was asked to");
}

enum { PIECE = 10007 };
struct spring { odeon_ref owner; uint64_t at, end, fails_at; };

ODEON_START(spring, spring_argument)
{
	*spring = (struct spring){ .end = spring_argument->end, .fails_at = spring_argument->fails_at };
	atomic_fetch_add(&web.sources, 1);
	return 0;
}

ODEON_HANDLER(spring, odeon_give)
{
	spring->owner = odeon_give->to;
	must(odeon_monitor(self, spring->owner) == 0);
}

ODEON_HANDLER(spring, odeon_read)
{
	for (uint32_t i = 0; i < odeon_read->count && spring->at < spring->end; i++) {
		size_t length = spring->end - spring->at < PIECE ? (size_t)(spring->end - spring->at) : PIECE;

		(void)odeon_send(self, spring->owner, pattern_bytes(spring->at, length));
		spring->at += length;
		atomic_fetch_add(&web.poured, length);
	}
	if (spring->at >= spring->fails_at)
		odeon_exit(self);
	else if (spring->at == spring->end)
		(void)odeon_send(self, spring->owner, odeon_new(odeon_read_end, .who = odeon_self_ref(self)));
}

ODEON_HANDLER(spring, odeon_close) { odeon_exit(self); }
ODEON_HANDLER(spring, odeon_down) { odeon_exit(self); }
ODEON_STOP(spring) { atomic_fetch_sub(&web.sources, 1); }
ODEON_HANDLERS(spring_handlers, ODEON_ON(spring, odeon_give), ODEON_ON(spring, odeon_read), ODEON_ON(spring, odeon_close),
	ODEON_ON(spring, odeon_down));
ODEON_KIND(spring, spring_handlers, .start = ODEON_STARTS(spring), .stop = ODEON_STOPS(spring));

static void pour_to(odeon_self *self, struct odeon_http_request *request, uint64_t bytes, uint64_t fails_at, bool is_told)
{
	struct spring_argument argument = { bytes, fails_at };
	odeon_ref spring;

	if (odeon_spawn(self, &spring_kind, &argument, &spring) != 0)   /* all is being stopped */
		return;
	must(odeon_http_answer(self, request->duty, .source = spring, .source_bytes = is_told ? bytes : 0, .type = "a/b") == 0);
}

static uint64_t wanted(struct odeon_http_request *request) { return strtoull(odeon_http_parameter(request, "bytes"), NULL, 10); }
static void lots(odeon_self *self, struct odeon_http_request *request) { pour_to(self, request, wanted(request), UINT64_MAX, true); }
static void some(odeon_self *self, struct odeon_http_request *request) { pour_to(self, request, wanted(request), UINT64_MAX, false); }
static void less(odeon_self *self, struct odeon_http_request *request) { pour_to(self, request, 10 * PIECE, PIECE, request->query != NULL); }

/* ---- a server --------------------------------------------------------------------------------------------------------------- */

static const odeon_http_route routes[] = {
	{ "GET /hello", .handle = hello },
	{ "POST /hello", .handle = hello },
	{ "GET /big", .handle = big },
	{ "GET /x/:id", .handle = show },
	{ "GET /f/*rest", .handle = show },
	{ "GET /x/:id/more", .handle = show },
	{ "GET /slow/:ms", .handle = slow },
	{ "GET /late/:ms", .handle = slow, .within = ODEON_MS(100) },
	{ "GET /never", .handle = never, .within = ODEON_MS(100) },
	{ "GET /twice", .handle = twice },
	{ "GET /bad", .handle = bad },
	{ "POST /echo", .handle = echo },
	{ "POST /small", .handle = echo, .body_most = 10 },
	{ "GET /actor/:name", .handle = hand_on, .within = ODEON_MS(100) },
	{ "POST /actor/:name", .handle = hand_on, .within = ODEON_MS(100) },
	{ "POST /sink", .handle = sink_it, .streams = 1 },
	{ "POST /narrow", .handle = narrow_it, .streams = 1 },
	{ "POST /fails", .handle = sink_and_fail, .streams = 1 },
	{ "POST /deaf", .handle = hello, .streams = 1 },
	{ "GET /lots/:bytes", .handle = lots },
	{ "GET /some/:bytes", .handle = some },
	{ "GET /less", .handle = less },
	{ "GET /metrics", .handle = odeon_http_metrics },
	{ 0 }
};

void web_open(int kind, odeon_http_server_options options)
{
	char where[ODEON_ADDRESS_BYTES];
	uint32_t credit = web.credit;

	memset(&web, 0, sizeof web);
	web.credit = credit;
	wires_open(kind, 2);
	wires_place(where);
	web.worker = world_spawn(&world, &worker_kind, NULL);
	web.gone = world_ended(&world);
	options.bytes = sizeof options;
	options.routes = options.routes != NULL ? options.routes : routes;
	ck_assert_int_eq(odeon_http_server_open(world.system, where, &options, address, &web.server), 0);
}

void web_close(void)
{
	wires_close();
	ck_assert_uint_eq(atomic_load(&web.sources), 0);
	web.credit = 0;
}

/* ---- clients ---------------------------------------------------------------------------------------------------------------- */

void client_open(struct client *client)
{
	client->length = 0;
	client->socket = dial();
	must(setsockopt(client->socket, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 10 }, sizeof(struct timeval)) == 0);
}

void client_close(struct client *client) { close(client->socket); }

static void say(struct client *client, const char *format, va_list values)
{
	char text[WEB_ROOM];
	int length = vsnprintf(text, sizeof text, format, values);

	must(length >= 0 && (size_t)length < sizeof text);
	must(send(client->socket, text, (size_t)length, MSG_NOSIGNAL) == length);
}

void client_say(struct client *client, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(client, format, values);
	va_end(values);
}

/* False: the end, or a reset. */
static bool more(struct client *client)
{
	ssize_t length;

	must(client->length < WEB_ROOM - 1);
	length = recv(client->socket, client->room + client->length, WEB_ROOM - 1 - client->length, 0);
	must(length >= 0 || errno == ECONNRESET);
	client->length += length > 0 ? (size_t)length : 0;
	client->room[client->length] = '\0';
	return length > 0;
}

static void cut(struct client *client, size_t length)
{
	client->length -= length;
	memmove(client->room, client->room + length, client->length + 1);
}

/* So many bytes of a body. False: there are not so many. */
static bool hear_bytes(struct client *client, struct heard *heard, uint64_t bytes)
{
	while (bytes > 0) {
		size_t length = client->length < bytes ? client->length : (size_t)bytes;
		size_t room = heard->length < sizeof heard->body - 1 ? sizeof heard->body - 1 - heard->length : 0;

		memcpy(heard->body + heard->length * (room > 0), client->room, length < room ? length : room);
		heard->length += length;
		bytes -= length;
		cut(client, length);
		if (bytes > 0 && !more(client))
			return false;
	}
	return true;
}

/* Up to the next line's end, which is behind what is answered. */
static char *line_end(struct client *client)
{
	char *end;

	while ((end = strstr(client->room, "\r\n")) == NULL || client->length == 0)
		if (!more(client))
			return NULL;
	return end;
}

static bool hear_chunks(struct client *client, struct heard *heard)
{
	for (;;) {
		char *end = line_end(client);
		uint64_t bytes;

		if (end == NULL)
			return false;
		bytes = strtoull(client->room, NULL, 16);
		cut(client, (size_t)(end - client->room) + 2);
		if (!hear_bytes(client, heard, bytes) || line_end(client) == NULL)
			return false;
		must(memcmp(client->room, "\r\n", 2) == 0);
		cut(client, 2);
		if (bytes == 0)
			return true;
	}
}

static bool hear_head(struct client *client, struct heard *heard)
{
	char *end;
	size_t length;

	client->room[client->length] = '\0';
	while ((end = strstr(client->room, "\r\n\r\n")) == NULL)
		if (!more(client))
			return false;
	length = (size_t)(end - client->room) + 4;
	must(length < sizeof heard->head);
	memcpy(heard->head, client->room, length);
	heard->head[length] = '\0';
	must(sscanf(heard->head, "HTTP/1.1 %d ", &heard->status) == 1);
	cut(client, length);
	return true;
}

struct heard client_hear(struct client *client, bool is_for_head)
{
	struct heard heard = { .status = 0 };
	const char *length;

	if (!hear_head(client, &heard))
		return heard;
	length = strstr(heard.head, "\r\nContent-Length: ");
	if (is_for_head || heard.status < 200 || heard.status == 204 || heard.status == 304)
		return heard;
	if (length != NULL)
		heard.is_cut = !hear_bytes(client, &heard, strtoull(length + 18, NULL, 10));
	else if (heard_says(&heard, "Transfer-Encoding: chunked"))
		heard.is_cut = !hear_chunks(client, &heard);
	else
		(void)hear_bytes(client, &heard, UINT64_MAX);
	heard.body[heard.length < sizeof heard.body ? heard.length : sizeof heard.body - 1] = '\0';
	return heard;
}

struct heard client_ask(struct client *client, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	say(client, format, values);
	va_end(values);
	return client_hear(client, false);
}

bool client_is_closed(struct client *client) { return client->length == 0 && !more(client); }

bool heard_says(const struct heard *heard, const char *line)
{
	const char *at = strstr(heard->head, line);

	return at != NULL && at[-1] == '\n' && strncmp(at + strlen(line), "\r\n", 2) == 0;
}
