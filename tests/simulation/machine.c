/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * machine.c - machines that are made by chance walk by chance, beside a plain model of what odeon/actors/machine.h says
 *
 * A seed makes a machine of five states: which messages each takes, lays aside or knows nothing of, how long it may last, and
 * what its hooks and handlers do: go somewhere, raise an event, set the timeout. The host posts messages, and lets time
 * pass. The actor writes down what runs; the model says what should have, in which order; each timeout comes at its moment.
 */
#include "../harness/kit.h"
#include <odeon/testkit.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STATES = 5, TYPES = 3, DEEDS = 2, FUEL = ODEON_MACHINE_ASKED_MOST - 1, ROUNDS = 60, SEEDS = KIT_SLOWER(2000) };
enum { TEXT_MOST = 4000, WAITING_MOST = 600 };

/* A lump of what happens by chance: what a hook does, as long as there is fuel, which each input gives anew. */
enum act { NOTHING, GO, RAISE, TIMEOUT, ACTS };
struct deeds { struct { enum act act; unsigned argument; } deeds[DEEDS]; };

enum taking { TAKEN, ASIDE, UNKNOWN, TAKINGS };
struct plan {
	struct deeds enter[STATES], exit[STATES], late[STATES];
	enum taking takes[STATES][TYPES];
	odeon_duration timeout[STATES];
};

struct red { int number; struct deeds deeds; };        /* what no state takes is taken by the kind */
ODEON_MESSAGE(red);
struct green { int number; struct deeds deeds; };      /* ... or is a dead letter */
ODEON_MESSAGE(green);
struct blue { int number; struct deeds deeds; };
ODEON_MESSAGE(blue);
struct event { struct deeds deeds; };
ODEON_MESSAGE(event);

static struct plan plan;
static uint64_t random_state;
static char did[TEXT_MOST];
static unsigned lates, transitions, letters;           /* that ever were */

static unsigned choose(unsigned limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(random_state >> 33) % limit;
}

__attribute__((format(printf, 2, 3)))
static void note_down(char *text, const char *format, ...)
{
	size_t at = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text + at, TEXT_MOST - at, format, arguments);
	va_end(arguments);
}

/* ---- the model --------------------------------------------------------------------------------------------------- */

struct waiting { unsigned type; int number; struct deeds deeds; };
struct row { struct waiting all[WAITING_MOST]; unsigned count; };

static struct {
	char text[TEXT_MOST];                          /* what should have been done */
	unsigned state, fuel, went_count, raised_count;
	unsigned went[WAITING_MOST];
	struct deeds raised[WAITING_MOST];
	struct row box, aside;                         /* what waits, the next one first; what lies aside */
	bool is_armed;
	int64_t due;
	int64_t now;                                   /* as the actor sees it */
} model;

static struct deeds event_deeds(unsigned argument) { return plan.late[argument % STATES]; }

static void model_do(const struct deeds *deeds)
{
	for (unsigned i = 0; i < DEEDS; i++) {
		unsigned argument = deeds->deeds[i].argument;

		if (deeds->deeds[i].act == NOTHING || model.fuel == 0)
			continue;
		model.fuel--;
		if (deeds->deeds[i].act == GO)
			model.went[model.went_count++] = argument % STATES;
		else if (deeds->deeds[i].act == RAISE)
			model.raised[model.raised_count++] = event_deeds(argument);
		else {
			model.is_armed = argument % 3 != 0;
			model.due = model.now + ODEON_MS(argument % 3);
		}
	}
}

static void model_enter(unsigned to)
{
	model.state = to;
	model.is_armed = plan.timeout[to] > 0;
	model.due = model.now + plan.timeout[to];
	note_down(model.text, "+%u ", to);
	model_do(&plan.enter[to]);
}

static void model_transit(void)
{
	unsigned to = model.went[0];

	memmove(model.went, model.went + 1, --model.went_count * sizeof model.went[0]);
	note_down(model.text, "-%u ", model.state);
	model.is_armed = false;
	model_do(&plan.exit[model.state]);
	model_enter(to);
	memmove(model.box.all + model.aside.count, model.box.all, model.box.count * sizeof model.box.all[0]);
	memcpy(model.box.all, model.aside.all, model.aside.count * sizeof model.box.all[0]);
	model.box.count += model.aside.count;
	model.aside.count = 0;
	transitions++;
}

static void model_settle(void)
{
	while (model.went_count > 0 || model.raised_count > 0)
		if (model.went_count > 0)
			model_transit();
		else {
			struct deeds deeds = model.raised[0];

			memmove(model.raised, model.raised + 1, --model.raised_count * sizeof model.raised[0]);
			note_down(model.text, "%u:event ", model.state);
			model_do(&deeds);
		}
}

/* The next one that does not lie aside; NULL: none. */
static struct waiting *model_next(void)
{
	while (model.box.count > 0 && plan.takes[model.state][model.box.all[0].type] == ASIDE) {
		model.aside.all[model.aside.count++] = model.box.all[0];
		memmove(model.box.all, model.box.all + 1, --model.box.count * sizeof model.box.all[0]);
	}
	return model.box.count > 0 ? &model.box.all[0] : NULL;
}

static void model_take(void) { memmove(model.box.all, model.box.all + 1, --model.box.count * sizeof model.box.all[0]); }

/* A handler gets it now. */
static void model_message(unsigned type, int number)
{
	struct waiting *next = model_next();
	struct deeds deeds;

	must(next != NULL && next->type == type && next->number == number);
	must(type == 0 || plan.takes[model.state][type] == TAKEN);
	deeds = next->deeds;
	model_take();
	model.fuel = FUEL;
	note_down(model.text, "%u:%c%d ", model.state, "rgb"[type], number);
	model_do(&deeds);
}

static void model_letter(void)
{
	struct waiting *next = model_next();

	must(next != NULL && next->type != 0 && plan.takes[model.state][next->type] == UNKNOWN);
	model_take();
}

/* ---- the actor --------------------------------------------------------------------------------------------------- */

struct walker { odeon_machine machine; unsigned fuel; };

static void act(odeon_self *self, struct walker *walker, const struct deeds *deeds)
{
	for (unsigned i = 0; i < DEEDS; i++) {
		unsigned argument = deeds->deeds[i].argument;

		if (deeds->deeds[i].act == NOTHING || walker->fuel == 0)
			continue;
		walker->fuel--;
		if (deeds->deeds[i].act == GO)
			must(odeon_machine_go(self, &walker->machine, argument % STATES) == 0);
		else if (deeds->deeds[i].act == RAISE)
			must(odeon_machine_raise(self, &walker->machine, event, event_deeds(argument)) == 0);
		else
			must(odeon_machine_timeout(self, &walker->machine, ODEON_MS(argument % 3)) == 0);
	}
}

static unsigned state_of(const struct walker *walker) { return odeon_machine_look(&walker->machine); }

/* The input is one for the model, too; which one comes next it knows by itself. */
static void take(odeon_self *self, struct walker *walker, unsigned type, int number, const struct deeds *deeds)
{
	model.now = odeon_now(self).ns;
	model_message(type, number);
	model_settle();
	walker->fuel = FUEL;
	note_down(did, "%u:%c%d ", state_of(walker), "rgb"[type], number);
	act(self, walker, deeds);
}

ODEON_HANDLER(walker, red) { take(self, walker, 0, red->number, &red->deeds); }
ODEON_HANDLER(walker, green) { take(self, walker, 1, green->number, &green->deeds); }
ODEON_HANDLER(walker, blue) { take(self, walker, 2, blue->number, &blue->deeds); }

static void walker_at_event(odeon_self *self, void *actor, void *value)
{
	note_down(did, "%u:event ", state_of(actor));
	act(self, actor, &((struct event *)value)->deeds);
}

static void walker_enter(odeon_self *self, void *actor)
{
	note_down(did, "+%u ", state_of(actor));
	act(self, actor, &plan.enter[state_of(actor)]);
}

static void walker_exit(odeon_self *self, void *actor)
{
	note_down(did, "-%u ", state_of(actor));
	act(self, actor, &plan.exit[state_of(actor)]);
}

static void walker_late(odeon_self *self, void *actor)
{
	struct walker *walker = actor;

	model.now = odeon_now(self).ns;
	must(model.is_armed && model.now >= model.due && model.now < model.due + ODEON_US(100));
	model.is_armed = false;
	model.fuel = walker->fuel = FUEL;
	note_down(model.text, "%u:late ", model.state);
	model_do(&plan.late[model.state]);
	model_settle();
	note_down(did, "%u:late ", state_of(walker));
	act(self, actor, &plan.late[state_of(walker)]);
	lates++;
}

static const char *const names[STATES] = { "A", "B", "C", "D", "E" };
static const odeon_handler by_hand[TYPES] = {
	ODEON_ON(walker, red), ODEON_ON(walker, green), ODEON_ON(walker, blue),
};
static const odeon_handler laid_aside[TYPES] = {
	ODEON_ON_ASIDE(walker, red), ODEON_ON_ASIDE(walker, green), ODEON_ON_ASIDE(walker, blue),
};
static const odeon_handler events[] = {
	{ ODEON_TYPE(event), "walker", sizeof(struct walker), walker_at_event }, { NULL, NULL, 0, NULL },
};
static odeon_handler tables[STATES][TYPES + 1];
static odeon_machine_state states[STATES];             /* of this seed */
ODEON_MACHINE(walker, machine, states);

ODEON_START(walker, event)
{
	model.now = odeon_now(self).ns;
	model.fuel = walker->fuel = FUEL;
	model_enter(0);
	model_settle();
	return odeon_machine_begin(self, &walker->machine, &walker_machine, 0);
}

ODEON_HANDLERS(walker_handlers, ODEON_ON(walker, red));
ODEON_KIND(walker, walker_handlers, .start = ODEON_STARTS(walker));

/* ---- a seed ------------------------------------------------------------------------------------------------------ */

static struct deeds some_deeds(void)
{
	struct deeds deeds;

	for (unsigned i = 0; i < DEEDS; i++) {
		deeds.deeds[i].act = choose(2) == 0 ? NOTHING : (enum act)choose(ACTS);
		deeds.deeds[i].argument = choose(1000);
	}
	return deeds;
}

static void make_state(unsigned number)
{
	odeon_handler *at = tables[number];

	plan.enter[number] = some_deeds();
	plan.exit[number] = some_deeds();
	plan.late[number] = some_deeds();
	plan.timeout[number] = choose(2) == 0 ? 0 : 1 + ODEON_MS(choose(20));
	for (unsigned type = 0; type < TYPES; type++) {
		plan.takes[number][type] = choose(2) == 0 ? TAKEN : (enum taking)choose(TAKINGS);
		if (plan.takes[number][type] != UNKNOWN)
			*at++ = plan.takes[number][type] == ASIDE ? laid_aside[type] : by_hand[type];
	}
	*at = (odeon_handler){ NULL, NULL, 0, NULL };
	states[number] = (odeon_machine_state){ .name = names[number], .handlers = tables[number], .events = events,
	                                        .enter = walker_enter, .exit = walker_exit, .timed_out = walker_late,
	                                        .timeout = plan.timeout[number] };
}

static void letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	must(letter->why == ODEON_ETYPE || letter->why == ODEON_EGONE);
	if (letter->why == ODEON_EGONE)
		return;                                /* at the end */
	model_letter();
	letters++;
}

static void post(odeon_system *system, odeon_ref walker, int number)
{
	unsigned type = choose(TYPES);
	struct deeds deeds = some_deeds();
	void *message = type == 0 ? (void *)odeon_new(red, number, deeds) : type == 1 ? (void *)odeon_new(green, number, deeds)
	                          : (void *)odeon_new(blue, number, deeds);

	model.box.all[model.box.count++] = (struct waiting){ type, number, deeds };
	must(odeon_post(system, walker, message) == 0);
}

/* At rest: all that should have happened has. Nothing that was due is still to come. */
static void compare(odeon_system *system)
{
	must(model_next() == NULL);
	ck_assert_str_eq(did, model.text);
	must(!model.is_armed || odeon_system_now(system).ns <= model.due + ODEON_US(100));
	did[0] = model.text[0] = 0;
}

static void walk(uint64_t seed)
{
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = seed }, .on_dead_letter = letter);
	odeon_system *system;
	odeon_ref walker;

	random_state = seed;
	memset(&model, 0, sizeof model);
	did[0] = 0;
	for (unsigned state = 0; state < STATES; state++)
		make_state(state);
	must(odeon_system_start(&options, &system) == 0);
	must(odeon_system_spawn(system, &walker_kind, NULL, &walker) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		for (unsigned more = choose(6); more > 0; more--)
			post(system, walker, round * 10 + (int)more);
		must(odeon_system_pass(system, ODEON_US(50) + choose(ODEON_MS(8))) == 0);
		compare(system);
	}
	must(odeon_system_free(system) == 0);
}

START_TEST(whatever_the_machine_it_does_what_the_model_does)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		walk(seed);
	must(transitions > SEEDS * 10u && lates > SEEDS && letters > SEEDS);
}
END_TEST

KIT_MAIN("simulation/machine", { .name = "walk", .tests = KIT_TESTS(whatever_the_machine_it_does_what_the_model_does) })
