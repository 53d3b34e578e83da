/* SPDX-License-Identifier: BSD-2-Clause */
/* intercept.c - tests of odeon_intercept, odeon_proceed and odeon_options.intercept */
#include "../harness/kit.h"
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DROPPED = 50, REPLACED, KEPT, TURNED, PASSED_ON, NOTHING, STASHED };

static struct world world;
static struct journal notes;
static odeon_ref other;
static struct parcel *held;

static void setup(void)
{
	notes = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void)
{
	world_close(&world);
}

/* ---- interceptors ----------------------------------------------------------------------------------------------------------- */

/* Notes what goes in, and what comes out again. */
static void count(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	int number = *(const int *)data;

	must(type == ODEON_TYPE(parcel) || type == ODEON_TYPE(errand) || type == ODEON_TYPE(note) || type == ODEON_TYPE(odeon_water));
	journal_note(&notes, number);
	odeon_proceed(self, rest, message);
	journal_note(&notes, -number);
}
static const odeon_interceptor inner = { count, &(int){ 100 } }, outer = { count, &(int){ 200 } }, all = { count, &(int){ 300 } };

/* Does with a parcel what its number says. */
static void meddle(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	struct parcel *parcel = message;
	int why;

	(void)data;
	if (type != ODEON_TYPE(parcel)) {
		odeon_proceed(self, rest, message);
		return;
	}
	switch (parcel->number) {
	case DROPPED:
		return;
	case REPLACED:
		odeon_proceed(self, rest, parcel_new(77));
		return;
	case KEPT:
		held = odeon_keep(self, parcel);
		odeon_proceed(self, rest, held);
		return;
	case TURNED:
		odeon_proceed(self, rest, odeon_new(note));
		return;
	case PASSED_ON:
		odeon_forward(self, other, parcel);
		return;
	case NOTHING:
		odeon_proceed(self, rest, NULL);
		return;
	case STASHED:
		if (odeon_stashed(self) == 0)
			must(odeon_stash(self, parcel, &why) == NULL);
		else
			odeon_proceed(self, rest, parcel);
		return;
	default:
		parcel->number++;
		odeon_proceed(self, rest, parcel);
	}
}
static const odeon_interceptor meddler = { meddle, NULL };

static void put(odeon_self *self, void *argument)
{
	must(odeon_intercept(self, argument) == 0);
}

static void intercept(odeon_ref actor, const odeon_interceptor *interceptor)
{
	world_do(&world, actor, put, (void *)(uintptr_t)interceptor);
}

static void expect(const int *numbers, unsigned count_of) { journal_expect(&notes, count_of, numbers); }
#define EXPECT(...) expect((const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

/* ---- the way ---------------------------------------------------------------------------------------------------------------- */

START_TEST(the_last_that_was_put_is_outside)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &notes });

	intercept(actor, &inner);
	intercept(actor, &outer);               /* is an errand, and so goes through the first */
	world_posts(&world, actor, 1, 2);
	EXPECT(100, -100, 200, 100, 1, -100, -200, 200, 100, 2, -100, -200);
}
END_TEST

static void open_with(const odeon_interceptor *interceptor)
{
	world_close(&world);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1, .intercept = interceptor));
}

START_TEST(the_systems_own_is_around_all_actors_and_outside_of_theirs)
{
	odeon_ref actor, next;

	open_with(&all);
	actor = world_catcher(&world, (struct catcher){ .journal = &notes });
	next = world_catcher(&world, (struct catcher){ .journal = &notes });
	intercept(actor, &inner);
	world_posts(&world, actor, 1, 1);
	journal_wait(&notes, 7);
	world_posts(&world, next, 2, 1);
	EXPECT(300, -300, 300, 100, 1, -100, -300, 300, 2, -300);
}
END_TEST

START_TEST(one_without_a_function_is_refused)
{
	static const odeon_interceptor none = { NULL, NULL };
	odeon_options options = ODEON_OPTIONS(.intercept = &none);
	odeon_system *system;

	ck_assert_int_eq(odeon_system_start(&options, &system), ODEON_EINVAL);
}
END_TEST

static void refuse(odeon_self *self, void *argument)
{
	static const odeon_interceptor none = { NULL, NULL };

	(void)argument;
	must(odeon_intercept(self, NULL) == ODEON_EINVAL);
	must(odeon_intercept(self, &none) == ODEON_EINVAL);
}

START_TEST(wrong_ones_are_refused)
{
	world_errand(&world, refuse, NULL);
}
END_TEST

/* A kind without a table, and one with a table and something for all else. */
static void receive(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	(void)self;
	(void)state;
	journal_note(&notes, type == ODEON_TYPE(parcel) ? ((struct parcel *)message)->number : JOURNAL_NOTE);
}

static int put_at_start(odeon_self *self, void *state, const void *argument)
{
	(void)state;
	return odeon_intercept(self, argument);
}

START_TEST(it_is_around_receive_and_on_other_too)
{
	odeon_kind kind = { .bytes = sizeof(kind), .name = "receiver", .receive = receive, .start = put_at_start };
	static const odeon_handler empty[] = { { .type = NULL } };
	odeon_ref actor;

	if (_i == 1) {
		kind.receive = NULL;
		kind.handlers = empty;
		kind.on_other = receive;
	}
	actor = world_spawn(&world, world_kind(&world, kind), &meddler);
	world_posts(&world, actor, 1, 1);
	world_posts(&world, actor, TURNED, 1);
	EXPECT(2, JOURNAL_NOTE);
}
END_TEST

START_TEST(a_message_for_nobody_is_a_dead_letter)
{
	static const odeon_handler empty[] = { { .type = NULL } };
	odeon_kind kind = { .bytes = sizeof(kind), .name = "deaf", .handlers = empty, .start = put_at_start };
	odeon_ref actor = world_spawn(&world, world_kind(&world, kind), &inner);

	world_posts(&world, actor, 1, 1);
	EXPECT(100, -100);
	eventually(world_letters(&world) == 1);
	ck_assert_int_eq(world_letter(&world, 0).why, ODEON_ETYPE);
	eventually(world_stats(&world).queued == 0);
	ck_assert_uint_eq(world_stats(&world).dead[-ODEON_ETYPE], 1);
}
END_TEST

/* ---- what may be done with a message ------------------------------------------------------------------------------------------ */

START_TEST(changed_replaced_dropped_kept)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &notes });

	intercept(actor, &meddler);
	world_posts(&world, actor, 1, 1);
	world_posts(&world, actor, DROPPED, 5);         /* dropped, replaced, kept, turned, passed on */
	world_posts(&world, actor, 3, 1);
	EXPECT(2, 77, KEPT, JOURNAL_NOTE, 4);
}
END_TEST

/* With it in hand still in the mailbox's list, and out of it. */
START_TEST(replaced_among_many)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &notes });
	struct plug plug = PLUG;
	int i;

	intercept(actor, &meddler);
	world_tell(&world, actor, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	for (i = 0; i < 500; i++)
		world_posts(&world, actor, i % 3 == 0 ? REPLACED : i % 3 == 1 ? KEPT : DROPPED, 1);
	plug_release(&plug);
	journal_wait(&notes, 334);
	for (i = 0; i < 334; i++)
		ck_assert_int_eq(journal_at(&notes, (unsigned)i), i % 2 == 0 ? 77 : KEPT);
}
END_TEST

static void answer(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel) == 0);
}

static int ask(odeon_ref actor, int number)
{
	int why;
	struct parcel *parcel = odeon_ask(parcel, world.system, actor, parcel_new(number), kit_deadline(), &why);

	number = parcel ? parcel->number : why;
	odeon_free(parcel);
	return number;
}

START_TEST(the_duty_goes_on_with_whatever_is_proceeded_with)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = answer });

	other = actor;
	intercept(actor, &meddler);
	ck_assert_int_eq(ask(actor, 1), 2);
	ck_assert_int_eq(ask(actor, REPLACED), 77);
	ck_assert_int_eq(ask(actor, KEPT), KEPT);
	ck_assert_int_eq(ask(actor, DROPPED), ODEON_EUNANSWERED);
	ck_assert_int_eq(ask(actor, NOTHING), ODEON_EUNANSWERED);
	other = world_catcher(&world, (struct catcher){ .on_parcel = answer });
	ck_assert_int_eq(ask(actor, PASSED_ON), PASSED_ON);
}
END_TEST

START_TEST(it_can_lay_aside)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .journal = &notes });

	intercept(actor, &meddler);
	world_posts(&world, actor, STASHED, 1);
	world_posts(&world, actor, STASHED, 1);
	EXPECT(STASHED);
	odeon_actor_stop(world.system, actor);
	eventually(world_letters(&world) == 1);
}
END_TEST

/* ---- with become ----------------------------------------------------------------------------------------------------------------- */

struct changer { const odeon_handler *other; };
static const odeon_handler *other_table(void);

ODEON_HANDLER(changer, parcel)
{
	journal_note(&notes, parcel->number);
	must(odeon_become(self, other_table()) == 0);
}
ODEON_HANDLERS(changer_handlers, ODEON_ON(changer, parcel));
ODEON_KIND(changer, changer_handlers);

static void in_the_other_state(odeon_self *self, void *state, void *message)
{
	(void)state;
	journal_note(&notes, -((struct parcel *)message)->number);
	if (((struct parcel *)message)->number == 2)
		must(odeon_intercept(self, &inner) == 0);       /* and stays in this state */
	else
		must(odeon_unbecome(self) == 0);
}

static const odeon_handler *other_table(void)
{
	static odeon_handler other_handlers[2];

	memcpy(other_handlers, changer_handlers, sizeof(other_handlers));
	other_handlers[0].handle = in_the_other_state;
	return other_handlers;
}

START_TEST(tables_change_inside_of_it)
{
	odeon_ref actor;

	if (_i == 1)
		open_with(&all);
	actor = world_spawn(&world, &changer_kind, NULL);
	world_posts(&world, actor, 5, 4);
	if (_i == 0)
		EXPECT(5, -6, 7, -8);
	else
		EXPECT(300, 5, -300, 300, -6, -300, 300, 7, -300, 300, -8, -300);
}
END_TEST

START_TEST(a_table_stays_when_one_is_put_around_it)
{
	odeon_ref actor = world_spawn(&world, &changer_kind, NULL);

	world_posts(&world, actor, 1, 4);
	EXPECT(1, -2, 100, -3, -100, 100, 4, -100);
}
END_TEST

/* ---- proceeding twice -------------------------------------------------------------------------------------------------------------- */

static void *hidden(void *message)
{
	void *volatile same = message;

	return same;
}

static void proceed_twice(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	void *same = hidden(message);

	(void)data;
	(void)type;
	odeon_proceed(self, rest, message);
	odeon_proceed(self, rest, same);
}
static const odeon_interceptor twice = { proceed_twice, NULL };

#if defined(ODEON_DEBUG)
enum { ENDS_BY = SIGABRT };
#else
enum { ENDS_BY = 0 };                                   /* the second time is ignored */
#endif

static void run_twice(void)
{
	odeon_ref actor;

	setup();
	actor = world_catcher(&world, (struct catcher){ .journal = &notes });
	intercept(actor, &inner);
	world_do(&world, actor, put, (void *)(uintptr_t)&twice);
	world_posts(&world, actor, 1, 3);
	EXPECT(100, -100, 100, 1, -100, 100, 2, -100, 100, 3, -100);
	teardown();
}

START_TEST(the_second_time_goes_nowhere)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		run_twice();
		_exit(0);
	}
	must(waitpid(child, &status, 0) == child);
	ck_assert_int_eq(WIFSIGNALED(status) ? WTERMSIG(status) : 0, ENDS_BY);
	ck_assert(ENDS_BY != 0 || WEXITSTATUS(status) == 0);
}
END_TEST

KIT_MAIN("unit/intercept",
	{ .name = "way", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(the_last_that_was_put_is_outside, the_systems_own_is_around_all_actors_and_outside_of_theirs,
	                     one_without_a_function_is_refused, wrong_ones_are_refused, a_message_for_nobody_is_a_dead_letter) },
	{ .name = "kinds", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(it_is_around_receive_and_on_other_too, tables_change_inside_of_it) },
	{ .name = "messages", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(changed_replaced_dropped_kept, replaced_among_many, the_duty_goes_on_with_whatever_is_proceeded_with,
	                     it_can_lay_aside, a_table_stays_when_one_is_put_around_it) },
	{ .name = "twice", .tests = KIT_TESTS(the_second_time_goes_nowhere) })
