/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fib - the naive recursion for a Fibonacci number, an actor for each call
 *
 * Measures how actors are made and end: each lives for two or three messages.
 *
 * Original: the 25th number (--count), which takes 150,049 actors.
 *
 * Verified: the number, and how many actors took part.
 *
 * Departs: each answer also says how many actors were behind it.
 */
#include "savina.h"

#define NUMBER_MOST 40                                 /* 204,668,309 actors */

struct request { unsigned number; };
struct answer { uint64_t value, actors; };
ODEON_MESSAGE(request);
ODEON_MESSAGE(answer);

struct call { odeon_ref caller; unsigned answers; uint64_t value, actors; };
struct root { struct run *run; unsigned number; };

static const odeon_kind call_kind;

static void answer_caller(odeon_self *self, struct call *call)
{
	odeon_send(self, call->caller, odeon_new(answer, .value = call->value, .actors = call->actors + 1));
	odeon_exit(self);
}

static void call_for(odeon_self *self, unsigned number)
{
	odeon_ref callee;

	if (odeon_spawn(self, &call_kind, &(struct call){ .caller = odeon_self_ref(self) }, &callee) != 0)
		callee = ODEON_NOBODY;                 /* the request becomes a dead letter, which fails the run */
	odeon_send(self, callee, odeon_new(request, .number = number));
}

ODEON_HANDLER(call, request)
{
	if (request->number <= 2) {
		call->value = 1;
		answer_caller(self, call);
		return;
	}
	call_for(self, request->number - 1);
	call_for(self, request->number - 2);
}

ODEON_HANDLER(call, answer)
{
	call->value += answer->value;
	call->actors += answer->actors;
	if (++call->answers == 2)
		answer_caller(self, call);
}

static uint64_t fibonacci(unsigned number)
{
	uint64_t before = 0, value = 1;

	while (number-- > 1) {
		uint64_t next = before + value;

		before = value;
		value = next;
	}
	return value;
}

static uint64_t actors_for(unsigned number)
{
	return 2 * fibonacci(number) - 1;
}

ODEON_HANDLER(root, answer)
{
	if (answer->value != fibonacci(root->number) || answer->actors != actors_for(root->number))
		run_wrong(root->run, "number %u is %llu, by %llu actors", root->number,
			(unsigned long long)answer->value, (unsigned long long)answer->actors);
	run_over(root->run, self);
}

ODEON_HANDLERS(call_handlers, ODEON_ON(call, request), ODEON_ON(call, answer));
ODEON_HANDLERS(root_handlers, ODEON_ON(root, answer));
ODEON_KIND(call, call_handlers);
ODEON_KIND(root, root_handlers);

static void run(struct run *run)
{
	unsigned number = run->count < NUMBER_MOST ? (unsigned)run->count : NUMBER_MOST;
	odeon_ref root, call;

	run_spawn(run, &root_kind, &(struct root){ run, number }, &root);
	run_spawn(run, &call_kind, &(struct call){ .caller = root }, &call);
	run_begin(run);
	odeon_post(run->system, call, odeon_new(request, .number = number));
	run_wait(run);
	run->amount = actors_for(number);
}

const struct bench savina_fib = {
	.name = "savina-fib", .summary = "a Fibonacci number by naive recursion, an actor for each call",
	.amount = "actors", .counts = "which number, at most 40", .count = 25, .is_extra = 1, .run = run,
	.figures = { { "ns_per_actor", "ns/actor", { 0, 0 }, 0, 0 } },
};
