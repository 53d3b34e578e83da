/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring - 503 actors in a circle, one token goes round
 *
 * The token is one message that moves from owner to owner: no allocation, but each hop wakes an actor whose memory was
 * not touched for 502 hops.
 */
#include "bench.h"

#define NODES 503

struct neighbour { odeon_ref next; };
struct token { uint64_t hops, left; };
ODEON_MESSAGE(neighbour);
ODEON_MESSAGE(token);

struct node { struct run *run; odeon_ref next; uint64_t place, visits; };

ODEON_HANDLER(node, neighbour)
{
	node->next = neighbour->next;
}

ODEON_HANDLER(node, token)
{
	node->visits++;
	token->hops++;
	if (--token->left > 0) {
		odeon_send(self, node->next, token);
		return;
	}
	/* Hop number n arrives at place n - 1, counted round the circle; that node has seen every NODES-th hop. */
	if (token->hops != node->run->count || node->place != (token->hops - 1) % NODES ||
	    node->visits != (token->hops - 1) / NODES + 1)
		run_wrong(node->run, "the token ended at node %llu after %llu hops", (unsigned long long)node->place,
			(unsigned long long)token->hops);
	run_over(node->run, self);
}

ODEON_HANDLERS(node_handlers, ODEON_ON(node, neighbour), ODEON_ON(node, token));
ODEON_KIND(node, node_handlers);

static void run(struct run *run)
{
	odeon_ref last, next;

	run_spawn(run, &node_kind, &(struct node){ .run = run, .place = NODES - 1 }, &last);
	next = last;
	for (uint64_t place = NODES - 1; place-- > 0; )
		run_spawn(run, &node_kind, &(struct node){ .run = run, .next = next, .place = place }, &next);
	odeon_post(run->system, last, odeon_new(neighbour, .next = next));
	run_begin(run);
	odeon_post(run->system, next, odeon_new(token, .left = run->count));
	run_wait(run);
	run->amount = run->count;
}

const struct bench bench_ring = {
	.name = "ring", .summary = "503 actors in a circle, one token",
	.amount = "messages", .counts = "hops", .count = 10000000, .run = run,
	.figures = { { "ns_per_message", "ns/message", { 35, 38 }, 1, 0 } },
};
