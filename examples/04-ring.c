/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 04-ring - a hundred actors in a circle, one token; actors that spawn actors, and a program that ends by itself
 *
 * A node ends by odeon_exit; when none is left, odeon_system_wait returns.
 */
#include <odeon.h>
#include <stdio.h>

#define NODES 100
#define HOPS 1000

struct token { unsigned hops; };
ODEON_MESSAGE(token);
struct goodbye { char unused; };
ODEON_MESSAGE(goodbye);

struct node { unsigned number; odeon_ref next; };
struct place { unsigned number; odeon_ref first; };     /* what start is given; first is nobody for the first itself */

static const odeon_kind node_kind;                      /* defined below; its start names it */

/* Makes the next node, whose start makes the next one, and so on: all hundred are there when the first spawn returns. */
ODEON_START(node, place)
{
	odeon_ref first = odeon_ref_is_nobody(place->first) ? odeon_self_ref(self) : place->first;

	node->number = place->number;
	node->next = first;
	if (node->number == NODES - 1)
		return 0;
	return odeon_spawn(self, &node_kind, &(struct place){ .number = node->number + 1, .first = first }, &node->next);
}

ODEON_HANDLER(node, token)
{
	if (++token->hops < HOPS) {
		odeon_send(self, node->next, token);    /* moved on: no allocation, no copy */
		return;
	}
	printf("after %u hops the token is at node %u\n", token->hops, node->number);
	odeon_send(self, node->next, odeon_new(goodbye));
}

/* The goodbye goes around once; at the node where it began it finds that the next one has ended, and is a dead letter. */
ODEON_HANDLER(node, goodbye)
{
	if (node->number == NODES - 1)
		printf("node %u says goodbye\n", node->number);
	odeon_forward(self, node->next, goodbye);
	odeon_exit(self);                               /* when this handler returns */
}

ODEON_HANDLERS(node_handlers, ODEON_ON(node, token), ODEON_ON(node, goodbye));
ODEON_KIND(node, node_handlers, .start = ODEON_STARTS(node));

/* One message is known to find nobody, so dead letters are not worth a line here. Without this the runtime logs them. */
static void ignore(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

int main(void)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore);
	odeon_system *system;
	odeon_ref first;
	int error = odeon_system_start(&options, &system);

	if (error < 0)
		return 1;
	if ((error = odeon_system_spawn(system, &node_kind, &(struct place){ .number = 0 }, &first)) == 0
	 && (error = odeon_post(system, first, odeon_new(token))) == 0)
		error = odeon_system_wait(system, ODEON_NEVER);
	if (error < 0)
		fprintf(stderr, "04-ring: %s\n", odeon_error_text(error));
	else
		printf("nobody is left\n");
	odeon_system_free(system);
	return error < 0;
}
