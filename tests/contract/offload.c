/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offload.c - functions that block, on a pool's threads: each runs at most once, each continuation exactly once, whoever ends first
 *
 * What an asker's continuation is told goes into a journal: the answer's number, or the error.
 */
#include "../harness/kit.h"
#include <string.h>

static struct world world;
static odeon_ref pool, asker;
static struct journal told, ran;
static struct gate entered, release;

static void open_world(odeon_options options, odeon_offload_options bounds)
{
	world_open(&world, options);
	told = (struct journal)JOURNAL;
	ran = (struct journal)JOURNAL;
	entered = release = (struct gate)GATE;
	must(odeon_offload_start(world.system, &bounds, &pool) == 0);
	asker = world_catcher(&world, (struct catcher){ 0 });
}

static void setup(void)
{
	open_world((odeon_options)ODEON_OPTIONS(.workers = 1), (odeon_offload_options)ODEON_OFFLOAD(.threads = 2, .waiting = 3));
}

static void teardown(void)
{
	gate_open(&release);
	world_close(&world);
}

static struct odeon_offload_counts counts(void)
{
	struct odeon_offload_counts counts;

	must(odeon_offload_count(world.system, pool, odeon_system_deadline(world.system, KIT_PATIENCE), &counts) == 0);
	return counts;
}

/* ---- functions ------------------------------------------------------------------------------------------------------------ */

ODEON_BLOCKING(give_back, parcel, parcel)
{
	journal_note(&ran, parcel->number);
	return parcel;
}

ODEON_BLOCKING(make_another, parcel, parcel)
{
	return parcel_new(parcel->number + 1000);
}

ODEON_BLOCKING(stand_still, parcel, parcel)
{
	journal_note(&ran, parcel->number);
	gate_open(&entered);
	gate_wait(&release, 1);
	return parcel;
}

/* Says what the parcel says, and has no answer. */
ODEON_BLOCKING(refuse, parcel, parcel)
{
	*error = parcel->number;
	return NULL;
}

ODEON_BLOCKING(answer_a_note, parcel, note) { return odeon_new(note, .number = parcel->number); }

ODEON_BLOCKING(ask_itself, parcel, parcel)
{
	int why;
	struct parcel *answer = odeon_ask(parcel, world.system, asker, parcel_new(parcel->number), kit_deadline(), &why);

	*error = why;
	return answer;
}

/* ---- an asker ----------------------------------------------------------------------------------------------------------------- */

struct after { struct parcel *owned; void *duty; };
ODEON_ANSWER(catcher, after, parcel)
{
	must((parcel == NULL) == (error != 0));
	odeon_free(after->owned);
	odeon_free(after->duty);
	journal_note(&told, error != 0 ? error : parcel->number);
}

struct wish { const odeon_blocking *function; int first, count; odeon_duration within; };

static void offload(odeon_self *self, void *argument)
{
	const struct wish *wish = argument;

	for (int i = 0; i < wish->count; i++)
		must(odeon_offload_at(self, pool, wish->function, parcel_new(wish->first + i),
		                      wish->within != 0 ? odeon_deadline(self, wish->within) : ODEON_NEVER,
		                      ODEON_THEN(self, catcher, after, parcel, .owned = parcel_new(-1)), ODEON_HERE) == 0);
}

/* Numbers from `first`; they have been asked for when it returns. */
#define ask_for(function, first, count, within) ask_as(asker, &ODEON_BLOCKING_##function, first, count, within)
static void ask_as(odeon_ref who, const odeon_blocking *function, int first, int count, odeon_duration within)
{
	struct wish wish = { function, first, count, within };

	world_do(&world, who, offload, &wish);
}

#define expect_told(...) \
	journal_expect(&told, sizeof (const int[]){ __VA_ARGS__ } / sizeof(int), (const int[]){ __VA_ARGS__ })

static unsigned times_told(int what)
{
	unsigned times = 0;

	for (unsigned i = 0; i < journal_count(&told); i++)
		times += journal_at(&told, i) == what;
	return times;
}

/* ---- answers -------------------------------------------------------------------------------------------------------------------- */

START_TEST(the_answer_comes_and_what_is_not_answered_with_is_dropped)
{
	ask_for(give_back, 1, 1, 0);
	journal_wait(&told, 1);
	ask_for(make_another, 2, 1, KIT_PATIENCE);
	journal_wait(&told, 2);
	expect_told(1, 1002);
}
END_TEST

START_TEST(no_answer_is_the_error_that_the_function_names)
{
	ask_for(refuse, ODEON_ELAGGED, 1, 0);
	journal_wait(&told, 1);
	ask_for(refuse, 0, 1, 0);
	journal_wait(&told, 2);
	ask_for(refuse, 5, 1, 0);
	journal_wait(&told, 3);
	ask_for(answer_a_note, 5, 1, 0);
	journal_wait(&told, 4);
	expect_told(ODEON_ELAGGED, ODEON_ENOMEM, ODEON_EFAILED, ODEON_ETYPE);
}
END_TEST

static void offload_nothing(odeon_self *self, void *ended)
{
	must(odeon_offload(self, pool, give_back, NULL, ODEON_NEVER, ODEON_THEN(self, catcher, after, parcel, 0)) == 0);
	must(odeon_offload(self, asker, give_back, parcel_new(1), ODEON_NEVER, ODEON_THEN(self, catcher, after, parcel, 0)) == 0);
	must(odeon_offload(self, *(odeon_ref *)ended, give_back, parcel_new(1), ODEON_NEVER,
	                   ODEON_THEN(self, catcher, after, parcel, 0)) == 0);
	must(odeon_offload(self, pool, give_back, parcel_new(1), ODEON_NEVER, NULL) == ODEON_ENOMEM);
}

START_TEST(what_makes_no_sense_runs_nothing_and_leaks_nothing)
{
	odeon_offload_options many = ODEON_OFFLOAD(.threads = ODEON_OFFLOAD_THREADS_MOST + 1), early = ODEON_OFFLOAD(.idle = -1);
	odeon_offload_options other = { .bytes = 1 };
	struct odeon_offload_counts counts;
	odeon_ref none, ended = world_ended(&world);
	int why;

	must(odeon_offload_start(world.system, &many, &none) == ODEON_EINVAL && odeon_ref_is_nobody(none));
	must(odeon_offload_start(world.system, &early, &none) == ODEON_EINVAL);
	must(odeon_offload_start(world.system, &other, &none) == ODEON_EVERSION);
	must(odeon_offload_start(NULL, NULL, &none) == ODEON_EINVAL);
	must(odeon_offload_start(world.system, NULL, NULL) == ODEON_EINVAL);
	must(odeon_offload_count(NULL, pool, kit_deadline(), &counts) == ODEON_EINVAL && counts.threads == 0);
	must(odeon_offload_count(world.system, pool, kit_deadline(), NULL) == ODEON_EINVAL);
	must(odeon_offload_ask(NULL, pool, give_back, parcel_new(1), kit_deadline(), &why) == NULL && why == ODEON_EINVAL);
	world_do(&world, asker, offload_nothing, &ended);
	journal_wait(&told, 3);
	must(times_told(ODEON_ENOMEM) == 1 && times_told(ODEON_ETYPE) == 1 && times_told(ODEON_EGONE) == 1);
	odeon_free(odeon_ask(parcel, world.system, pool, parcel_new(1), kit_deadline(), &why));
	must(why == ODEON_ETYPE);
	must(journal_count(&ran) == 0);
}
END_TEST

static void offload_in_hand(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	bool keeps = catcher->argument != NULL;

	must(odeon_offload(self, pool, give_back, parcel, ODEON_NEVER,
	                   ODEON_THEN(self, catcher, after, parcel, .duty = keeps ? odeon_duty(self) : NULL)) == 0);
}

/* What is in hand goes to the function, with the duty to answer or without. */
START_TEST(a_message_in_hand_may_be_the_argument)
{
	odeon_ref without = world_catcher(&world, (struct catcher){ .on_parcel = offload_in_hand });
	odeon_ref with = world_catcher(&world, (struct catcher){ .on_parcel = offload_in_hand, .argument = &world });
	int why;

	odeon_free(odeon_ask(parcel, world.system, without, parcel_new(1), kit_deadline(), &why));
	must(why == ODEON_EUNANSWERED);
	odeon_free(odeon_ask(parcel, world.system, with, parcel_new(2), kit_deadline(), &why));
	must(why == ODEON_EUNANSWERED);                        /* the continuation freed it */
	journal_wait(&told, 2);
	expect_told(1, 2);
}
END_TEST

static void answer_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_reply(self, parcel) == 0);
}

/* It runs on no worker: so it may ask the actors of its own system, also with a single worker. */
START_TEST(a_function_may_ask_an_actor)
{
	odeon_ref other = asker;

	asker = world_catcher(&world, (struct catcher){ .on_parcel = answer_it });
	ask_as(other, &ODEON_BLOCKING_ask_itself, 7, 1, 0);
	journal_wait(&told, 1);
	expect_told(7);
}
END_TEST

START_TEST(a_plain_thread_may_ask_too)
{
	int why;
	struct parcel *answer = odeon_offload_ask(world.system, pool, make_another, parcel_new(1), kit_deadline(), &why);
	struct note *note;

	must(why == 0 && answer->number == 1001);
	odeon_free(answer);
	note = odeon_offload_ask(world.system, pool, answer_a_note, parcel_new(3), kit_deadline(), &why);
	must(why == 0 && note->number == 3);
	odeon_free(note);
	must(odeon_offload_ask(world.system, pool, refuse, parcel_new(ODEON_EBUSY), kit_deadline(), &why) == NULL);
	must(why == ODEON_EBUSY);
	must(odeon_offload_ask(world.system, pool, refuse, NULL, kit_deadline(), &why) == NULL && why == ODEON_ENOMEM);
}
END_TEST

/* It is there when it is first used, and ends with the system; nobody waits for it. */
START_TEST(a_system_has_a_pool_of_its_own)
{
	odeon_ref explicit = pool;
	int why;

	pool = ODEON_NOBODY;
	ask_for(give_back, 1, 5, 0);
	journal_wait(&told, 5);
	odeon_free(odeon_offload_ask(world.system, ODEON_NOBODY, give_back, parcel_new(6), kit_deadline(), &why));
	must(why == 0);
	eventually(counts().busy == 0);
	must(counts().begun == 6 && counts().threads >= 1 && counts().threads <= 5);
	pool = explicit;
	must(counts().begun == 0 && counts().threads == 0);
	must(odeon_actor_stop(world.system, asker) == 0);
	must(odeon_system_wait(world.system, kit_deadline()) == 0);
	must(world_stats(&world).actors >= 2);
}
END_TEST

/* ---- bounds ---------------------------------------------------------------------------------------------------------------------- */

START_TEST(so_many_run_so_many_wait_and_the_rest_is_refused_at_once)
{
	struct odeon_offload_counts now;

	ask_for(stand_still, 0, 2 + 3 + 4, 0);
	gate_wait(&entered, 2);
	journal_wait(&told, 4);
	expect_told(ODEON_EFULL, ODEON_EFULL, ODEON_EFULL, ODEON_EFULL);
	now = counts();
	must(now.threads == 2 && now.busy == 2 && now.waiting == 3 && now.most_waiting == 3 && now.begun == 2 && now.refused == 4);
	must(!gate_waits(&entered, 3, ODEON_MS(20)));
	gate_open(&release);
	journal_wait(&told, 9);
	eventually(counts().busy == 0);
	now = counts();
	must(now.threads == 2 && now.waiting == 0 && now.begun == 5 && now.refused == 4 && now.unwanted == 0);
}
END_TEST

START_TEST(those_that_wait_begin_in_order)
{
	odeon_offload_options one = ODEON_OFFLOAD(.threads = 1, .waiting = 100);

	must(odeon_offload_start(world.system, &one, &pool) == 0);
	ask_for(stand_still, 0, 1, 0);
	gate_wait(&entered, 1);
	ask_for(give_back, 1, 100, 0);
	gate_open(&release);
	journal_wait(&told, 101);
	for (int i = 0; i < 101; i++)
		must(journal_at(&ran, (unsigned)i) == i && journal_at(&told, (unsigned)i) == i);
}
END_TEST

START_TEST(threads_come_one_by_one_and_only_when_none_is_idle)
{
	must(counts().threads == 0);
	for (int i = 0; i < 10; i++) {
		ask_for(give_back, i, 1, 0);
		journal_wait(&told, (unsigned)i + 1);
		eventually(counts().busy == 0);
		must(counts().threads == 1);
	}
}
END_TEST

/* ---- nobody waits any more ---------------------------------------------------------------------------------------------------------- */

START_TEST(one_whose_deadline_passes_in_the_queue_does_not_run)
{
	ask_for(stand_still, 0, 2, 0);
	gate_wait(&entered, 2);
	ask_for(give_back, 2, 3, ODEON_MS(5));
	journal_wait(&told, 3);
	expect_told(ODEON_ETIMEDOUT, ODEON_ETIMEDOUT, ODEON_ETIMEDOUT);
	gate_open(&release);
	journal_wait(&told, 5);
	eventually(counts().unwanted == 3);
	must(journal_count(&ran) == 2);
}
END_TEST

static bool is_letter(const odeon_type *type)
{
	for (unsigned i = 0; i < world_letters(&world); i++)
		if (world_letter(&world, i).type == type)
			return true;
	return false;
}

START_TEST(the_answer_of_one_that_is_late_is_a_dead_letter)
{
	unsigned asked = 0;

	for (odeon_duration within = ODEON_MS(5); gate_count(&entered) == 0; within *= 2) {     /* until it begins in time */
		ask_for(stand_still, 0, 1, within);
		journal_wait(&told, ++asked);
	}
	must(times_told(ODEON_ETIMEDOUT) == asked);
	gate_open(&release);
	eventually(counts().busy == 0 && is_letter(ODEON_TYPE(parcel)));
}
END_TEST

/* Its continuations have run when it ends; what waits does not run and gives its place up. */
START_TEST(an_asker_that_ends_takes_what_waits_with_it)
{
	odeon_ref other = world_catcher(&world, (struct catcher){ 0 });
	unsigned long dropped;

	ask_for(stand_still, 0, 2, 0);
	gate_wait(&entered, 2);
	ask_as(other, &ODEON_BLOCKING_give_back, 2, 3, 0);
	dropped = parcels_dropped();
	must(odeon_actor_kill(world.system, other) == 0);
	world_await_end(&world, other);
	expect_told(ODEON_ESTOPPING, ODEON_ESTOPPING, ODEON_ESTOPPING);
	kit_pause();
	kit_pause();
	ask_for(give_back, 5, 1, 0);                           /* it was full */
	eventually(counts().unwanted == 3 && counts().waiting == 1);
	must(parcels_dropped() == dropped + 3 + 3 && journal_count(&ran) == 2);
	gate_open(&release);
	journal_wait(&told, 6);
	must(journal_count(&ran) == 3 && times_told(5) == 1);
}
END_TEST

START_TEST(the_answer_for_an_asker_that_has_ended_is_dropped)
{
	odeon_ref other = world_catcher(&world, (struct catcher){ 0 });

	ask_as(other, &ODEON_BLOCKING_stand_still, 0, 1, 0);
	gate_wait(&entered, 1);
	must(odeon_actor_stop(world.system, other) == 0);
	world_await_end(&world, other);
	expect_told(ODEON_ESTOPPING);
	gate_open(&release);
	eventually(counts().busy == 0);
}
END_TEST

/* ---- the ends of pools and threads -------------------------------------------------------------------------------------------------- */

START_TEST(a_pool_that_is_stopped_refuses_what_waits_and_lets_the_rest_finish)
{
	ask_for(stand_still, 0, 2, 0);
	gate_wait(&entered, 2);
	ask_for(give_back, 2, 3, 0);
	must(counts().waiting == 3);
	must((_i == 0 ? odeon_actor_stop : odeon_actor_kill)(world.system, pool) == 0);
	world_await_end(&world, pool);
	journal_wait(&told, 3);
	expect_told(ODEON_ESTOPPING, ODEON_ESTOPPING, ODEON_ESTOPPING);
	ask_for(give_back, 5, 1, 0);
	journal_wait(&told, 4);
	must(times_told(ODEON_EGONE) == 1);
	gate_open(&release);
	journal_wait(&told, 6);
	must(times_told(0) == 1 && times_told(1) == 1 && journal_count(&ran) == 2);
	eventually(world_stats(&world).actors == 1);           /* the asker: the threads have gone, too */
}
END_TEST

struct whose { odeon_ref *thread; };
ODEON_ANSWER(catcher, whose, parcel)
{
	*whose->thread = odeon_from(self);
	journal_note(&told, error != 0 ? error : parcel->number);
}

static void learn_thread(odeon_self *self, void *thread)
{
	must(odeon_offload(self, pool, give_back, parcel_new(0), ODEON_NEVER,
	                   ODEON_THEN(self, catcher, whose, parcel, .thread = thread)) == 0);
}

START_TEST(a_thread_that_is_killed_is_replaced)
{
	odeon_offload_options one = ODEON_OFFLOAD(.threads = 1, .waiting = 3);
	odeon_ref thread;

	must(odeon_offload_start(world.system, &one, &pool) == 0);
	world_do(&world, asker, learn_thread, &thread);
	journal_wait(&told, 1);
	eventually(counts().busy == 0);
	if (_i == 0) {                                         /* idle */
		must(odeon_actor_kill(world.system, thread) == 0);
		world_await_end(&world, thread);
		ask_for(give_back, 1, 3, 0);
	} else {                                               /* busy, and others wait */
		ask_for(stand_still, 1, 1, 0);
		gate_wait(&entered, 1);
		ask_for(give_back, 2, 2, 0);
		must(odeon_actor_kill(world.system, thread) == 0);
		gate_open(&release);
		world_await_end(&world, thread);
	}
	journal_wait(&told, 4);
	for (int i = 0; i < 4; i++)
		must(times_told(i) == 1);
	must(counts().threads == 1);
}
END_TEST

/* All with one worker, while the queue is full and both threads run. */
START_TEST(a_system_that_stops_answers_all_that_wait)
{
	enum { MANY = 1000 };
	odeon_offload_options bounds = ODEON_OFFLOAD(.threads = 2, .waiting = MANY);
	odeon_report *report;
	unsigned unlucky = 0;

	must(odeon_offload_start(world.system, &bounds, &pool) == 0);
	ask_for(stand_still, 0, 2, 0);
	gate_wait(&entered, 2);
	ask_for(give_back, 2, MANY, 0);
	must(counts().waiting == MANY);
	report = world_stop_in_vain(&world, 2);
	for (size_t i = 0; i < report->count; i++) {
		must(strcmp(report->stuck[i].kind, "offload_thread") == 0);
		must(report->stuck[i].type != NULL && strcmp(report->stuck[i].type->name, "stand_still") == 0);
		must(report->stuck[i].site != NULL && strstr(report->stuck[i].site->file, "offload.c") != NULL);
	}
	odeon_report_free(report);
	must(journal_count(&told) == MANY + 2);
	for (unsigned i = 0; i < MANY + 2; i++)
		unlucky += journal_at(&told, i) == ODEON_ESTOPPING;
	must(unlucky == MANY + 2 && journal_count(&ran) == 2);  /* also the two: their asker has ended */
	gate_open(&release);
	must(odeon_system_stop(world.system, kit_deadline(), NULL) == 0);
}
END_TEST

struct thread_asks { pthread_t thread; int why; struct gate *done; };

static void *ask_in_a_thread(void *argument)
{
	struct thread_asks *asks = argument;

	odeon_free(odeon_offload_ask(world.system, pool, stand_still, parcel_new(0), kit_deadline(), &asks->why));
	gate_open(asks->done);
	return NULL;
}

START_TEST(plain_threads_that_wait_are_told_when_the_system_stops)
{
	struct gate done = GATE;
	struct thread_asks asks[5];
	unsigned answered = 0, stopped = 0;

	for (int i = 0; i < 5; i++) {
		asks[i].done = &done;
		must(pthread_create(&asks[i].thread, NULL, ask_in_a_thread, &asks[i]) == 0);
	}
	gate_wait(&entered, 2);
	eventually(counts().waiting == 3);
	must(odeon_system_stop(world.system, odeon_clock_deadline(ODEON_MS(20)), NULL) == ODEON_EBUSY);
	gate_wait(&done, 3);                                    /* those that waited for a thread */
	gate_open(&release);
	for (int i = 0; i < 5; i++) {
		pthread_join(asks[i].thread, NULL);
		answered += asks[i].why == 0;
		stopped += asks[i].why == ODEON_ESTOPPING;
	}
	must(answered == 2 && stopped == 3);
}
END_TEST

/* ---- nobody is held up ----------------------------------------------------------------------------------------------------------------- */

static struct gate long_ones;

static void note_long(void *host, const odeon_stuck *who, odeon_duration for_so_long)
{
	(void)host;
	(void)for_so_long;
	if (strcmp(who->kind, "offload_thread") == 0)
		gate_open(&long_ones);
}

/* The one worker is free: pings go round while eight functions stand still, and the watchdog has nothing to tell of them. */
START_TEST(long_functions_hold_no_worker_up)
{
	odeon_time until = odeon_clock_deadline(ODEON_MS(200));
	odeon_ref echo;
	int pings = 0, why;

	open_world((odeon_options)ODEON_OPTIONS(.workers = 1, .watchdog = ODEON_MS(50), .on_long = note_long),
	           (odeon_offload_options)ODEON_OFFLOAD(.threads = 8));
	long_ones = (struct gate)GATE;
	echo = world_catcher(&world, (struct catcher){ .on_parcel = answer_it });
	ask_for(stand_still, 0, 8, 0);
	gate_wait(&entered, 8);
	while (pings < 1000 || odeon_clock_now().ns < until.ns) {
		odeon_free(odeon_ask(parcel, world.system, echo, parcel_new(1), kit_deadline(), &why));
		must(why == 0);
		pings++;
	}
	must(journal_count(&told) == 0 && gate_count(&long_ones) == 0);
	gate_open(&release);
	journal_wait(&told, 8);
	world_close(&world);
}
END_TEST

/* ---- virtual time ------------------------------------------------------------------------------------------------------------------------- */

START_TEST(a_thread_that_is_idle_for_long_ends)
{
	odeon_offload_options bounds = ODEON_OFFLOAD(.threads = 4, .idle = ODEON_SECONDS(1));
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = (uint64_t)_i + 1 });
	uint64_t before;

	world_open(&world, options);
	told = ran = (struct journal)JOURNAL;
	must(odeon_offload_start(world.system, &bounds, &pool) == 0);
	asker = world_catcher(&world, (struct catcher){ 0 });  /* keeps the system alive: the pool does not */
	for (int round = 0; round < 3; round++) {
		int why;

		before = world_stats(&world).actors;
		odeon_free(odeon_offload_ask(world.system, pool, give_back, parcel_new(1), ODEON_NEVER, &why));
		must(why == 0);
		must(odeon_system_run(world.system, odeon_system_deadline(world.system, ODEON_MS(900))) >= 0);
		must(world_stats(&world).actors == before + 1 && counts().threads == 1);
		must(odeon_system_run(world.system, odeon_system_deadline(world.system, ODEON_MS(200))) >= 0);
		must(world_stats(&world).actors == before && counts().threads == 0);
	}
	world_close(&world);
}
END_TEST

KIT_MAIN("contract/offload",
	{ .name = "answers", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(the_answer_comes_and_what_is_not_answered_with_is_dropped, no_answer_is_the_error_that_the_function_names,
	                     what_makes_no_sense_runs_nothing_and_leaks_nothing, a_message_in_hand_may_be_the_argument,
	                     a_function_may_ask_an_actor, a_plain_thread_may_ask_too,
	                     a_system_has_a_pool_of_its_own) },
	{ .name = "bounds", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(so_many_run_so_many_wait_and_the_rest_is_refused_at_once, those_that_wait_begin_in_order,
	                     threads_come_one_by_one_and_only_when_none_is_idle) },
	{ .name = "unwanted", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(one_whose_deadline_passes_in_the_queue_does_not_run, the_answer_of_one_that_is_late_is_a_dead_letter,
	                     an_asker_that_ends_takes_what_waits_with_it, the_answer_for_an_asker_that_has_ended_is_dropped) },
	{ .name = "ends", .setup = setup, .teardown = teardown, .loop = 2,
	  .tests = KIT_TESTS(a_pool_that_is_stopped_refuses_what_waits_and_lets_the_rest_finish, a_thread_that_is_killed_is_replaced) },
	{ .name = "stop", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_system_that_stops_answers_all_that_wait, plain_threads_that_wait_are_told_when_the_system_stops) },
	{ .name = "workers", .tests = KIT_TESTS(long_functions_hold_no_worker_up) },
	{ .name = "idle", .loop = 20, .tests = KIT_TESTS(a_thread_that_is_idle_for_long_ends) })
