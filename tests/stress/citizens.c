/* SPDX-License-Identifier: BSD-2-Clause */
/* citizens - actors that send on, forward, keep, reply, reserve, redirect, spawn, kill and fail, as chance has it */
#include "town.h"

enum { KEPT = 3, WATCHED = 4 };

static atomic_ulong lives;

struct seen { uint64_t life, sequence; };

struct citizen {
	unsigned place;
	uint64_t life, sequence;
	struct random random;
	atomic_bool is_entered;
	bool is_target;                                /* others redirect to it, so the order here is nobody's promise */
	unsigned tables;
	struct token *kept[KEPT];
	odeon_ref watched[WATCHED];                    /* monitored, and not yet told of */
	bool traps;
	struct seen seen[SENDERS];
};
struct citizen_first { unsigned place; uint64_t seed; };

odeon_ref anyone(struct random *random)
{
	return (odeon_ref){ atomic_load(&places[random_below(random, PLACES)]) };
}

ODEON_START(citizen, citizen_first)
{
	static const enum odeon_policy policies[] = { ODEON_FAIL, ODEON_DROP_NEWEST, ODEON_DROP_OLDEST, ODEON_REDIRECT,
	                                              ODEON_STOP_ACTOR };
	odeon_mailbox mailbox = { .messages = 5 };

	citizen->place = citizen_first->place;
	citizen->life = atomic_fetch_add(&lives, 1) + 1;
	citizen->random.state = citizen_first->seed;
	citizen->is_target = citizen->place == 0;
	if (random_below(&citizen->random, 30) == 0)
		return ODEON_EFAILED;
	if (citizen->place % 3 == 1) {                 /* a third of them is bounded, each in its own way */
		mailbox.messages = 5 + random_below(&citizen->random, 100);
		mailbox.policy = policies[citizen->place / 3 % 5];
		mailbox.redirect = (odeon_ref){ atomic_load(&places[0]) };
		if (citizen->place % 2)
			mailbox.bytes = mailbox.messages * 100;
		if (mailbox.policy == ODEON_REDIRECT && odeon_ref_is_nobody(mailbox.redirect))
			mailbox.policy = ODEON_FAIL;
		(void)odeon_bound(self, &mailbox);
	}
	return 0;
}

ODEON_STOP(citizen)
{
	int i;

	(void)reason;
	for (i = 0; i < KEPT; i++)
		odeon_free(citizen->kept[i]);
	atomic_store(&doing[citizen->place], NULL);
}

static void check_order(struct citizen *citizen, const struct token *token)
{
	struct seen *seen = &citizen->seen[token->sender];

	if (!token->is_direct || citizen->is_target || token->life < seen->life)
		return;
	fail_unless(token->life > seen->life || token->sequence > seen->sequence,
	            "place %u got number %llu of sender %u after number %llu", citizen->place,
	            (unsigned long long)token->sequence, token->sender, (unsigned long long)seen->sequence);
	*seen = (struct seen){ token->life, token->sequence };
}

static struct token *citizen_makes(struct citizen *citizen)
{
	return token_make(citizen->place, citizen->life, &citizen->sequence);
}

static void use_a_permit(odeon_self *self, struct citizen *citizen)
{
	odeon_permit *permit = odeon_reserve(self, anyone(&citizen->random), 2, 200, NULL);

	if (!permit)
		return;
	(void)odeon_permit_send(self, permit, citizen_makes(citizen));
	if (random_below(&citizen->random, 2))
		odeon_permit_drop(permit);             /* else its end gives back what is left */
}

static void keep_it(odeon_self *self, struct citizen *citizen, struct token *token)
{
	struct token **place = &citizen->kept[random_below(&citizen->random, KEPT)], *old = *place;

	*place = odeon_keep(self, token);
	if (!old)
		return;
	old->is_direct = false;
	switch (random_below(&citizen->random, 3)) {
	case 0: odeon_free(old); break;
	case 1: (void)odeon_send(self, anyone(&citizen->random), old); break;
	case 2: (void)odeon_reply_to(self, old, old); break;
	}
}

static void try_to_send(odeon_self *self, struct citizen *citizen, struct token *token)
{
	int why = 0;
	struct token *back = odeon_try_send(self, anyone(&citizen->random), token, &why);

	fail_unless((back == NULL) == (why == 0), "a message came back with %s", odeon_error_name(why));
	if (back && random_below(&citizen->random, 2))
		odeon_free(back);
}

static odeon_ref *watch_of(struct citizen *citizen, odeon_ref who)
{
	for (int i = 0; i < WATCHED; i++)
		if (odeon_ref_equal(citizen->watched[i], who))
			return &citizen->watched[i];
	return NULL;
}

/* One that is watched and was not told of is undone without fail. */
static void watch_somebody(odeon_self *self, struct citizen *citizen)
{
	odeon_ref *place = &citizen->watched[random_below(&citizen->random, WATCHED)], who = anyone(&citizen->random);
	int error;

	if (!odeon_ref_is_nobody(*place)) {
		error = odeon_unmonitor(self, *place);
		fail_unless(error == 0, "a monitor could not be undone: %s", odeon_error_name(error));
		*place = ODEON_NOBODY;
	} else if (!watch_of(citizen, who) && odeon_monitor(self, who) == 0) {
		*place = who;
	}
}

static void bind_somebody(odeon_self *self, struct citizen *citizen)
{
	odeon_ref who = anyone(&citizen->random);

	switch (random_below(&citizen->random, 6)) {
	case 0: case 1: (void)odeon_link(self, who); break;
	case 2: (void)odeon_unlink(self, who); break;
	case 3: (void)odeon_attach_actor(self, who); break;
	case 4: (void)odeon_detach_actor(self, who); break;
	case 5:
		citizen->traps = !citizen->traps;
		(void)odeon_trap(self, citizen->traps);
		break;
	}
}

ODEON_HANDLER(citizen, odeon_down)
{
	odeon_ref *place = watch_of(citizen, odeon_down->who);
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	fail_unless(odeon_actor_stats(town, odeon_down->who, &stats) == ODEON_EGONE, "told of one that lives: %s",
	            odeon_down->text);
	if (odeon_down->bond == ODEON_LINKED) {
		fail_unless(citizen->traps, "told of a link, and does not trap: %s", odeon_down->text);
		return;
	}
	fail_unless(place != NULL, "told of one that is not watched: %s", odeon_down->text);
	*place = ODEON_NOBODY;
	(void)self;
}

static void act(odeon_self *self, struct citizen *citizen, struct token *token);

ODEON_HANDLER(citizen, token)
{
	fail_unless(!atomic_exchange(&citizen->is_entered, true), "place %u", citizen->place);
	check_order(citizen, token);
	token->is_direct = false;
	if (token->hops > 0) {
		token->hops--;
		act(self, citizen, token);
	} else if (random_below(&citizen->random, 3) == 0) {
		(void)odeon_reply(self, token);
	}
	atomic_store(&doing[citizen->place], NULL);
	atomic_store(&citizen->is_entered, false);
}

ODEON_HANDLER(citizen, odeon_room)
{
	(void)odeon_send(self, odeon_room->who, citizen_makes(citizen));
}

ODEON_HANDLERS(citizen_handlers, ODEON_ON(citizen, token), ODEON_ON(citizen, odeon_room), ODEON_ON(citizen, odeon_down));
ODEON_HANDLERS(citizen_other_handlers, ODEON_ON(citizen, token), ODEON_ON(citizen, odeon_down));
ODEON_KIND(citizen, citizen_handlers, .start = ODEON_STARTS(citizen), .stop = ODEON_STOPS(citizen));
static odeon_kind placed_kinds[4];                     /* pooled, pinned, with a thread of its own, unbounded */

void prepare_kinds(void)
{
	placed_kinds[0] = placed_kinds[1] = placed_kinds[2] = citizen_kind;
	placed_kinds[1].place = ODEON_PINNED;
	placed_kinds[1].worker = 1;
	placed_kinds[2].place = ODEON_OWN_THREAD;
}

unsigned long count_lives(void)
{
	return atomic_load(&lives);
}

static void change_table(odeon_self *self, struct citizen *citizen)
{
	if (citizen->tables < 4 && odeon_become(self, citizen_other_handlers) == 0)
		citizen->tables++;
	else if (citizen->tables > 0 && odeon_unbecome(self) == 0)
		citizen->tables--;
}

uint64_t spawn_at(unsigned place, struct random *random, odeon_self *self)
{
	struct citizen_first first = { place, random_next(random) };
	const odeon_kind *kind = &placed_kinds[place < 40 ? 0 : place < 46 ? 1 : 2];
	odeon_ref child = ODEON_NOBODY;
	int error = self ? odeon_spawn(self, kind, &first, &child) : odeon_system_spawn(town, kind, &first, &child);
	uint64_t before;

	if (error)
		return 0;
	before = atomic_exchange(&places[place], child.bits);
	(void)odeon_actor_kill(town, (odeon_ref){ before });
	return child.bits;
}

#define DOES(what) atomic_store(&doing[citizen->place], what)

/* ---- citizens ask each other ---- */

struct hope { struct token *owned; };
struct poll { struct token *owned; };

ODEON_ANSWER(citizen, hope, token)
{
	fail_unless(!atomic_exchange(&citizen->is_entered, true), "place %u", citizen->place);
	fail_unless((token != NULL) == (error == 0), "%s", odeon_error_name(error));
	atomic_fetch_add(&continuations_run, 1);
	odeon_free(hope->owned);
	if (token)
		token->is_direct = false;
	if (token && token->hops > 0 && random_below(&citizen->random, 2)) {
		token->hops--;
		(void)odeon_send(self, anyone(&citizen->random), token);
	}
	atomic_store(&citizen->is_entered, false);
}

ODEON_GATHERED(citizen, poll)
{
	size_t i;

	atomic_fetch_add(&continuations_run, 1);
	for (i = 0; i < odeon_answers_count(answers); i += 2)
		odeon_free(odeon_answer(token, answers, i, NULL));
	odeon_free(poll->owned);
}

static odeon_time citizen_hopes_until(odeon_self *self, struct citizen *citizen)
{
	if (random_below(&citizen->random, 3) == 0)
		return ODEON_NEVER;
	return odeon_deadline(self, ODEON_US(random_below(&citizen->random, 2000)));
}

static void ask_one(odeon_self *self, struct citizen *citizen, struct token *token)
{
	struct token *owned = odeon_keep(self, token);         /* with its duty, if it has one */

	owned->is_direct = false;
	atomic_fetch_add(&continuations_made, 1);
	if (odeon_request(self, anyone(&citizen->random), citizen_makes(citizen), citizen_hopes_until(self, citizen),
	                  ODEON_THEN(self, citizen, hope, token, .owned = owned)) == 0)
		return;
	atomic_fetch_sub(&continuations_made, 1);
	odeon_free(owned);
}

static void ask_several(odeon_self *self, struct citizen *citizen, struct token *token)
{
	unsigned i, count = random_below(&citizen->random, 6);
	struct token *owned = odeon_keep(self, token);
	odeon_gather gather = odeon_gather_open(self, random_below(&citizen->random, 3), citizen_hopes_until(self, citizen),
	                                        ODEON_THEN_GATHERED(self, citizen, poll, .owned = owned));

	owned->is_direct = false;
	if (gather.bits == 0) {
		odeon_free(owned);
		return;
	}
	atomic_fetch_add(&continuations_made, 1);
	for (i = 0; i < count; i++)
		(void)odeon_gather_request(self, gather, anyone(&citizen->random), citizen_makes(citizen));
	if (random_below(&citizen->random, 4))
		(void)odeon_gather_close(self, gather);
}

static void act(odeon_self *self, struct citizen *citizen, struct token *token)
{
	struct random *random = &citizen->random;
	unsigned choice = random_below(random, 1000);

	if (choice < 200) {
		DOES("sends on");
		(void)odeon_send(self, anyone(random), token);
	} else if (choice < 270) {
		DOES("asks");
		ask_one(self, citizen, token);
	} else if (choice < 300) {
		DOES("asks several");
		ask_several(self, citizen, token);
	} else if (choice < 450) {
		DOES("forwards");
		(void)odeon_forward(self, anyone(random), token);
	} else if (choice < 520) {
		DOES("posts");
		(void)odeon_post(odeon_system_of(self), anyone(random), token);
	} else if (choice < 600) {
		DOES("tries to send");
		try_to_send(self, citizen, token);
	} else if (choice < 700) {
		DOES("keeps");
		keep_it(self, citizen, token);
	} else if (choice < 780) {
		DOES("replies");
		(void)odeon_reply(self, token);
	} else if (choice < 850) {
		DOES("makes one more");
		(void)odeon_send(self, anyone(random), citizen_makes(citizen));
	} else if (choice < 880) {
		DOES("uses a permit");
		use_a_permit(self, citizen);
	} else if (choice < 910) {
		DOES("wants room");
		(void)odeon_when_room(self, anyone(random));
	} else if (choice < 930) {
		DOES("changes its table");
		change_table(self, citizen);
	} else if (choice < 950) {
		DOES("frees");
		odeon_free(token);
	} else if (choice < 960) {
		DOES("spawns");
		(void)spawn_at(random_below(random, PLACES), random, self);
	} else if (choice < 970) {
		DOES("kills");
		(void)odeon_actor_kill(town, anyone(random));
	} else if (choice < 980) {
		DOES("exits");
		odeon_exit(self);
	} else if (choice < 985) {
		DOES("fails");
		odeon_fail(self, 7, "by choice");
	} else if (choice < 997) {
		DOES("watches");
		watch_somebody(self, citizen);
	} else {
		DOES("binds");
		bind_somebody(self, citizen);
	}
}
