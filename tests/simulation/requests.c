/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * requests.c - requests in simulated systems: under a thousand seeds, every continuation that was made runs once
 *
 * The scene: askers ask whom they like, many at a time, one by one and in gathers; whoever is asked answers, answers with
 * an error, forwards it, keeps it to answer another one, drops it, or asks on and answers when that is answered. Some are
 * killed meanwhile, some exit, and mailboxes are full now and then. What a continuation owns is freed by it, and
 * the kit counts it. At the end no request is open.
 */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { PEOPLE = 6, SEEDS = 1000, ROUNDS = 12 };

static struct {
	odeon_system *system;
	odeon_ref people[PEOPLE];
	uint64_t random;
	unsigned long made, run, not_made, answered, failed;
	int errors[ODEON_ERROR_COUNT];
} scene;

static unsigned choose(unsigned below)
{
	scene.random = scene.random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(scene.random >> 33) % below;
}

struct person { struct parcel *kept; unsigned asked; };
struct wish { struct parcel *owned; struct parcel *owed; };
struct poll { struct parcel *owned; unsigned count; };

static odeon_time someday(odeon_self *self)
{
	return choose(3) == 0 ? ODEON_NEVER : odeon_deadline(self, ODEON_US((int)choose(50)));
}

static odeon_ref anybody(void)
{
	return scene.people[choose(PEOPLE)];
}

static void note(int error)
{
	scene.run++;
	must(error <= 0 && error > -ODEON_ERROR_COUNT);
	scene.errors[-error]++;
}

ODEON_ANSWER(person, wish, parcel)
{
	note(error);
	must((parcel != NULL) == (error == 0));
	odeon_free(wish->owned);
	if (wish->owed) {                                      /* we were asked, and asked on */
		if (parcel)
			(void)odeon_reply_to(self, wish->owed, parcel);
		else
			(void)odeon_reply_error_to(self, wish->owed, error);
		odeon_free(wish->owed);
	}
}

ODEON_GATHERED(person, poll)
{
	size_t i;

	note(0);
	must(odeon_answers_count(answers) == poll->count || poll->count == 0);
	for (i = 0; i < odeon_answers_count(answers); i++) {
		int why;
		struct parcel *parcel = odeon_answer(parcel, answers, i, &why);

		must((parcel != NULL) == (why == 0));
		if (choose(2))
			odeon_free(parcel);
		else if (parcel)
			(void)odeon_send(self, anybody(), parcel);
	}
	odeon_free(poll->owned);
}

static void ask_on(odeon_self *self, struct parcel *owed)
{
	struct parcel *owned = parcel_new(0);
	int error = odeon_request(self, anybody(), parcel_new((int)choose(100)), someday(self),
	                          ODEON_THEN(self, person, wish, parcel, .owned = owned, .owed = owed));

	if (error == 0) {
		scene.made++;
		return;
	}
	scene.not_made++;
	odeon_free(owned);
	odeon_free(owed);
}

static void poll_some(odeon_self *self)
{
	unsigned count = choose(5), i, asked = 0;
	struct parcel *owned = parcel_new(0);
	odeon_gather gather = odeon_gather_open(self, choose(3), someday(self),
	                                        ODEON_THEN_GATHERED(self, person, poll, .owned = owned));

	if (gather.bits == 0) {
		odeon_free(owned);
		return;
	}
	scene.made++;
	for (i = 0; i < count; i++)
		asked += odeon_gather_request(self, gather, anybody(), parcel_new((int)i)) == 0;
	must(asked == count);
	if (choose(4) != 0)
		must(odeon_gather_close(self, gather) == 0);
}

ODEON_HANDLER(person, parcel)
{
	switch (choose(14)) {
	case 0:
		break;
	case 1:
		(void)odeon_reply_error(self, ODEON_EFAILED);
		break;
	case 2:
		(void)odeon_forward(self, anybody(), parcel);
		break;
	case 3:
		odeon_free(person->kept);
		person->kept = odeon_keep(self, parcel);
		break;
	case 4:
		if (person->kept)
			(void)odeon_reply_to(self, person->kept, parcel_new(1));
		odeon_free(person->kept);
		person->kept = NULL;
		break;
	case 5:
		ask_on(self, odeon_keep(self, parcel));
		break;
	case 6:
		odeon_free(odeon_duty(self));
		break;
	case 7:
		(void)odeon_reply(self, odeon_new(note, .number = 1));
		break;
	default:
		if (choose(200) == 0)
			odeon_fail(self, 3, "by chance");
		else if (!odeon_ref_is_nobody(odeon_from(self)))
			(void)odeon_reply(self, parcel);
	}
}

ODEON_HANDLER(person, note)
{
	unsigned i, count = choose(6);

	if (note->number == 0)
		return;                                        /* an answer to a plain message */
	for (i = 0; i < count; i++)
		if (choose(3) == 0)
			poll_some(self);
		else
			ask_on(self, NULL);
	if (choose(40) == 0)
		odeon_exit(self);
}

ODEON_STOP(person)
{
	odeon_free(person->kept);
}

ODEON_HANDLERS(person_handlers, ODEON_ON(person, parcel), ODEON_ON(person, note));
ODEON_KIND(person, person_handlers, .stop = ODEON_STOPS(person));

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void ignore_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	(void)host;
	(void)who;
	(void)kind;
	(void)reason;
}

/* Requests that nobody will answer are part of it, and said at each rest; nothing else is. */
static void on_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	if (strstr(text, "nobody will answer") == NULL && strstr(text, " waits for ") == NULL)
		fprintf(stderr, "%s\n", text);
}

static void settle(unsigned index)
{
	static const odeon_mailbox small[3] = { { 0 }, { .messages = 4 }, { .messages = 4, .policy = ODEON_DROP_OLDEST } };
	static odeon_kind kinds[3];
	odeon_kind *kind = &kinds[index % 3];

	*kind = person_kind;
	kind->mailbox = small[index % 3];
	must(odeon_system_spawn(scene.system, kind, NULL, &scene.people[index]) == 0);
}

static void live_through(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter, .on_failure = ignore_failure, .on_log = on_log,
	                                      .simulation = { .enabled = 1, .seed = seed });
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	unsigned i, round;

	scene.random = seed;
	scene.made = scene.run = 0;
	must(odeon_system_start(&options, &scene.system) == 0);
	for (i = 0; i < PEOPLE; i++)
		settle(i);
	for (round = 0; round < ROUNDS; round++) {
		(void)odeon_post(scene.system, anybody(), odeon_new(note, .number = 1));
		if (choose(2) == 0)
			(void)odeon_system_run(scene.system, odeon_system_deadline(scene.system, ODEON_US((int)choose(40))));
		if (choose(6) == 0) {
			i = choose(PEOPLE);
			(void)odeon_actor_kill(scene.system, scene.people[i]);
			if (choose(2))
				settle(i);
		}
	}
	must(odeon_system_stop(scene.system, ODEON_NEVER, NULL) == 0);
	must(odeon_system_stats(scene.system, &stats) == 0);
	if (stats.accepted != stats.handled + stats.dropped + stats.dead_letters)
		ck_abort_msg("seed %llu: messages are lost", (unsigned long long)seed);
	if (scene.made != scene.run)
		ck_abort_msg("seed %llu: %lu continuations made, %lu run", (unsigned long long)seed, scene.made, scene.run);
	must(odeon_system_free(scene.system) == 0);
	if (parcels_made() != parcels_dropped())
		ck_abort_msg("seed %llu: a parcel is lost", (unsigned long long)seed);
}

START_TEST(continuations_made_are_continuations_run)
{
	uint64_t first = kit_seed() % 1000000 + 1, seed;
	int kinds = 0, i;

	for (seed = first; seed < first + KIT_SLOWER(SEEDS); seed++)
		live_through(seed);
	for (i = 0; i < ODEON_ERROR_COUNT; i++)
		kinds += scene.errors[i] > 0;
	if (kinds < 7)
		for (i = 0; i < ODEON_ERROR_COUNT; i++)
			fprintf(stderr, "%s: %d\n", odeon_error_name(-i), scene.errors[i]);
	ck_assert_int_ge(kinds, 7);                            /* the scene is rich enough to mean something */
}
END_TEST

KIT_MAIN("simulation/requests", { "seeds", KIT_TESTS(continuations_made_are_continuations_run), NULL, NULL, 0 })
