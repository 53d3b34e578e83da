/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child.c - a child that fails with one message in eight, exits now and then, and whose start fails now and then
 *
 * Whoever comes to it at the same time as another, or with a message out of order, ends the program.
 */
#include "nursery.h"
#include <stdlib.h>
#include <string.h>

struct place places[CHILDREN_MOST];

ODEON_MESSAGE_DEFINE_DROP(token)
{
	(void)token;
	atomic_fetch_add(&dropped, 1);
}

struct child { unsigned number; struct place *place; void *block; };

enum odeon_failed policy_of(unsigned child) { return (enum odeon_failed)(child % 3); }

static void enter(struct child *child) { fail_unless(atomic_fetch_add(&child->place->inside, 1) == 0); }
static void leave(struct child *child) { fail_unless(atomic_fetch_sub(&child->place->inside, 1) == 1); }

static void move_in(struct place *place, unsigned number, odeon_ref who)
{
	atomic_fetch_add(&reborn, place->lives_before > 0);
	place->lives = who;
	place->random.state = settings.seed * 31 + number + 1000003 * ++place->lives_before;
	memset(place->seen, 0, sizeof place->seen);
	place->again.number = 0;
	atomic_store(&place->who, who.bits);
}

ODEON_START(child, seat)
{
	struct place *place = &places[seat->child];
	bool is_anew = odeon_ref_equal(place->lives, odeon_self_ref(self));

	child->number = seat->child;
	child->place = place;
	enter(child);
	if (!is_anew)
		move_in(place, seat->child, odeon_self_ref(self));
	child->block = malloc(64 + random_below(&place->random, 200));
	fail_unless(child->block != NULL && odeon_attach(self, child->block, free) == 0);
	leave(child);
	if (is_anew && random_below(&place->random, 20) == 0) {
		atomic_fetch_add(&refused, 1);
		return ODEON_ENOMEM;
	}
	atomic_fetch_add(&restarts, is_anew);
	return 0;
}

ODEON_STOP(child)
{
	(void)self;
	(void)reason;
	enter(child);
	child->block = NULL;
	leave(child);
}

static void check_order(struct place *place, const struct token *token)
{
	if (place->again.number != 0) {
		fail_unless(token->driver == place->again.driver && token->number == place->again.number);
		atomic_fetch_add(&again, 1);
	} else
		fail_unless(token->number > place->seen[token->driver]);
	place->seen[token->driver] = token->number;
}

ODEON_HANDLER(child, token)
{
	struct place *place = child->place;
	bool was_again = place->again.number != 0;

	enter(child);
	fail_unless(child->block != NULL);
	check_order(place, token);
	place->again.number = 0;
	if (random_below(&place->random, 8) == 0) {
		if (policy_of(child->number) == ODEON_FAILED_AGAIN && !was_again)
			place->again = *token;
		odeon_fail(self, 1, "by chance");
	} else if (random_below(&place->random, 100) == 0)
		odeon_exit(self);
	leave(child);
}

ODEON_HANDLERS(child_handlers, ODEON_ON(child, token));
const odeon_kind child_kind = ODEON_KIND_INIT(child, child_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child));
