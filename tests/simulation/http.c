/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * http.c - the HTTP server in a network that the seed makes: each request has one answer, in order, and that is the right one
 *
 * The server has routes for functions, for an actor, and for bodies that come and go in pieces. The clients (surfers.h) send several requests at once, in pieces of any
 * size, with bodies that say how long they are or are chunked, and break off.
 */
#include "surfers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = KIT_SLOWER(1000), PARTS = 2, CLIENTS = 5 };

/* ---- what answers -------------------------------------------------------------------------------------------------------------------- */

static void say_id(odeon_self *self, struct odeon_http_request *request)
{
	(void)odeon_http_answer(self, request->duty, .text = odeon_http_parameter(request, "id"));
}

static void give_back(odeon_self *self, struct odeon_http_request *request)
{
	struct odeon_bytes *body = request->body != NULL ? request->body : odeon_bytes_new(0);

	request->body = NULL;
	(void)odeon_http_answer(self, request->duty, .body = body);
}

/* Answers after some time. */
struct clerk { int unused; };
ODEON_HANDLER(clerk, odeon_http_request)
{
	(void)clerk;
	(void)odeon_reply(self, odeon_http_answer_text(0, odeon_http_parameter(odeon_http_request, "id")));
}
ODEON_HANDLERS(clerk_handlers, ODEON_ON(clerk, odeon_http_request));
ODEON_KIND(clerk, clerk_handlers);

/* A body by credit, in pieces by chance. */
struct spring { uint64_t left, at; odeon_ref owner; };

ODEON_HANDLER(spring, odeon_give) { (void)self; spring->owner = odeon_give->to; }
ODEON_HANDLER(spring, odeon_read)
{
	for (uint32_t count = odeon_read->count; count > 0 && spring->left > 0; count--) {
		size_t some = 1 + pick(1000);
		struct odeon_bytes *bytes;

		some = some < spring->left ? some : (size_t)spring->left;
		bytes = odeon_bytes_new(some);
		must(bytes != NULL);
		bytes->length = some;
		for (size_t i = 0; i < some; i++)
			bytes->data[i] = surfed_byte(spring->at + i);
		spring->left -= some;
		spring->at += some;
		(void)odeon_send(self, spring->owner, bytes);
	}
	if (spring->left == 0)
		(void)odeon_send(self, spring->owner, odeon_new(odeon_read_end, .who = odeon_self_ref(self)));
}
ODEON_HANDLER(spring, odeon_close) { (void)spring; odeon_exit(self); }
ODEON_HANDLERS(spring_handlers, ODEON_ON(spring, odeon_give), ODEON_ON(spring, odeon_read), ODEON_ON(spring, odeon_close));
ODEON_KIND(spring, spring_handlers);

static void pour(odeon_self *self, struct odeon_http_request *request)
{
	struct spring spring = { .left = strtoull(odeon_http_parameter(request, "bytes"), NULL, 10) };
	bool is_said = pick(2) == 0;
	odeon_ref source;

	must(odeon_spawn(self, &spring_kind, &spring, &source) == 0);
	(void)odeon_http_answer(self, request->duty, .source = source, .source_bytes = is_said ? spring.left : 0);
}

/* ---- a scene ----------------------------------------------------------------------------------------------------------------------------- */

static uint64_t play(uint64_t seed)
{
	odeon_network_options network = ODEON_NETWORK_OPTIONS(.faults = seed % 2 == 0 ? 4000 : 0, .cuts = seed % 5 == 0 ? 900000 : 0,
		.window = seed % 7 == 0 ? 1 + (uint32_t)(seed / 7 % 100) : 0);
	char address[ODEON_ADDRESS_BYTES];
	struct surfer surfers[CLIENTS];
	odeon_ref clerk;

	scene_open(seed, &network, NULL);
	scene.is_faulty = network.faults > 0;
	must(odeon_system_spawn(scene.system, &clerk_kind, NULL, &clerk) == 0);
	const odeon_http_route routes[] = {
		{ "GET /x/:id", .handle = say_id }, { "POST /echo", .handle = give_back }, { "GET /actor/:id", .actor = clerk },
		{ "GET /lots/:bytes", .handle = pour }, { 0 },
	};
	odeon_http_server_options options = ODEON_HTTP_SERVER_OPTIONS(.routes = routes, .idle_timeout = ODEON_SECONDS(20));

	must(odeon_http_server_open(scene.system, "127.0.0.1:80", &options, address, NULL) == 0);
	for (unsigned i = 0; i < CLIENTS; i++) {
		surfer_open(&surfers[i], address);
		if (pick(2) == 0)
			scene_run(ODEON_US(pick(2000)));
	}
	scene_run(ODEON_SECONDS(10));
	must(odeon_network_set(scene.system, NULL) == 0);
	scene_run(ODEON_SECONDS(90));
	for (unsigned i = 0; i < CLIENTS; i++)
		surfer_close(&surfers[i]);
	return scene_close();
}

START_TEST(each_request_has_its_answer)
{
	if (!scenes_play("http", play, SEEDS, _i, PARTS))
		return;
	printf("# %llu answers; %llu clients heard all, %llu were told of a mistake, %llu were broken off\n", (unsigned long long)surfed.answers,
	       (unsigned long long)surfed.whole, (unsigned long long)surfed.mistakes, (unsigned long long)surfed.broken);
	must(surfed.whole > (unsigned)SEEDS / PARTS && surfed.mistakes > 0 && surfed.broken > (unsigned)SEEDS / PARTS / 2);
}
END_TEST

KIT_MAIN("simulation/http", { .name = "http", .loop = PARTS, .tests = KIT_TESTS(each_request_has_its_answer) })
