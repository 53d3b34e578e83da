/* SPDX-License-Identifier: BSD-2-Clause */
/* explore - coroutines, strategies */
#undef _FORTIFY_SOURCE                          /* its longjmp refuses to go to another stack */
#include "explore.h"
#include "late.h"
#include "../harness/random.h"

#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define THREADS_MOST 8
#define STACK_BYTES (256 * 1024)
#define CHANGES_MOST 4                          /* of priority, in one schedule */

enum state { FREE, READY, ASLEEP, DOZING, DONE };

struct thread {
	const char *name;
	void (*body)(long argument);
	long argument;
	enum state state;
	bool is_idler, is_begun;
	long priority;
	const uint32_t *word;                   /* what it sleeps on */
	struct lates late;
	jmp_buf base;                           /* the stack, empty: where a body begins */
	jmp_buf at;                             /* where it stands */
	ucontext_t made;
	char *stack;
};

static struct thread threads[THREADS_MOST];
static int used, me = -1;
static jmp_buf main_at;
static ucontext_t main_made;

static const struct scenario *scenario;
static struct random chance;
static bool by_priority, is_traced;
static uint32_t laziness;                       /* of buffers: one in so many is emptied when threads change */
static long mean, changes[CHANGES_MOST], lowest;
static int changes_used;
static long granted, span, steps;
static uint64_t trace;
static char why[200];

long explore_left = LONG_MAX;
unsigned explore_pending;
bool explore_buffers;
enum mutant explore_mutant;
void (*explore_on_touch)(const void *node);
void (*explore_on_entered)(const void *mailbox, const void *node);
void (*explore_on_left)(const void *mailbox);

static void end_thread(void);

/* ---- chance ------------------------------------------------------------------------------------------------------- */

uint32_t explore_random(uint32_t below)
{
	return random_below(&chance, below);
}

/* ---- late stores ---------------------------------------------------------------------------------------------------- */

static void drain(struct thread *thread, unsigned count)
{
	late_drain(&thread->late, count);
	if (me >= 0)
		explore_pending = threads[me].late.count;
}

void explore_flush(void)
{
	if (me >= 0)
		drain(&threads[me], threads[me].late.count);
}

bool explore_held(const void *address, uint64_t *value)
{
	return me >= 0 && late_find(&threads[me].late, address, value);         /* the verdict looks at what reached memory */
}

bool explore_hold(void *address, unsigned bytes, uint64_t value)
{
	struct lates *late;

	if (me < 0)
		return false;
	late = &threads[me].late;
	if (!late_may_be(address)) {            /* stores stay in order */
		explore_empty();
		return false;
	}
	late_add(late, (struct late){ address, value, bytes });
	explore_pending = late->count;
	return true;
}

static void drain_some(void)
{
	for (int i = 0; explore_buffers && i < used; i++)
		if (threads[i].late.count > 0 && explore_random(laziness) == 0)
			drain(&threads[i], 1 + explore_random(threads[i].late.count));
}

/* ---- who goes on ---------------------------------------------------------------------------------------------------- */

static bool can_run(int i, bool dozers_too)
{
	return threads[i].state == READY || (dozers_too && threads[i].state == DOZING);
}

static int choose_at_random(int but, bool dozers_too)
{
	int able[THREADS_MOST], count = 0;

	for (int i = 0; i < used; i++)
		if (i != but && can_run(i, dozers_too))
			able[count++] = i;
	return count > 0 ? able[explore_random((uint32_t)count)] : -1;
}

static int choose_highest(void)
{
	int best = -1;

	for (int i = 0; i < used; i++)
		if (can_run(i, false) && (best < 0 || threads[i].priority > threads[best].priority))
			best = i;
	return best;
}

/* -1: all sleep. A doze ends when nothing else can go on, or now and then. */
static int choose(int but)
{
	int next = by_priority && explore_random(16) != 0 ? choose_highest() : -1;

	if (next < 0)
		next = choose_at_random(but, explore_random(16) == 0);
	if (next < 0)
		next = choose_at_random(-1, true);
	return next;
}

static long next_span(void)
{
	long next = LONG_MAX;

	if (!by_priority)
		return 1 + (long)explore_random((uint32_t)(2 * mean));
	for (int i = 0; i < changes_used; i++)
		if (changes[i] > steps && changes[i] - steps < next)
			next = changes[i] - steps;
	return next < scenario->steps_most ? next : scenario->steps_most;
}

static void grant(void)
{
	granted = is_traced ? 1 : span;
	explore_left = granted;
}

/* What was run since the last grant. */
static void account(void)
{
	long run = granted - explore_left;

	steps += run;
	span -= run;
	granted = explore_left;
}

static void go(int next)
{
	struct thread *thread = &threads[next];

	trace = (trace ^ ((uint64_t)steps << 4 | (uint64_t)next)) * 0x100000001b3u;
	span = next_span();
	if (thread->state == DOZING)
		thread->state = READY;
	if (next == me && thread->is_begun) {
		grant();
		return;
	}
	if (me >= 0 && _setjmp(threads[me].at) != 0) {
		explore_pending = threads[me].late.count;
		grant();
		return;
	}
	me = next;
	if (thread->is_begun)
		_longjmp(thread->at, 1);
	thread->is_begun = true;
	_longjmp(thread->base, 1);
}

static void say(const char *where)
{
	if (is_traced)
		printf("%6ld  %-10s %s\n", steps, threads[me].name, where);
}

static void check_progress(void)
{
	if (steps > scenario->steps_most)
		explore_fail("no progress: more than %ld steps", scenario->steps_most);
}

void explore_due(const char *where)
{
	if (me < 0) {
		explore_left = LONG_MAX;
		return;
	}
	account();
	check_progress();
	if (span <= 0) {
		threads[me].priority = by_priority ? --lowest : 0;
		drain_some();
		go(choose(-1));
	} else
		grant();
	say(where);
}

/* The running one can't, for now. */
static void leave(const char *where, int but)
{
	int next;

	account();
	steps++;
	say(where);
	check_progress();
	threads[me].priority = --lowest;
	drain_some();
	next = choose(but);
	if (next < 0)
		_longjmp(main_at, 1);
	go(next);
}

void explore_stall(const char *where)
{
	if (me < 0)
		return;
	explore_empty();
	leave(where, me);
}

static void sleep_as(enum state state, const uint32_t *word, uint32_t value)
{
	explore_at("sleep");
	explore_empty();
	if (*(const volatile uint32_t *)word != value)
		return;
	if (me < 0)
		explore_fail("a verdict waits for ever: nobody runs any more");
	threads[me].state = state;
	threads[me].word = word;
	leave(state == DOZING ? "dozes" : "sleeps", -1);
	threads[me].word = NULL;
}

void explore_sleep(const uint32_t *word, uint32_t value)
{
	sleep_as(ASLEEP, word, value);
}

void explore_doze(const uint32_t *word, uint32_t value)
{
	sleep_as(DOZING, word, value);
}

static bool sleeps_on(const struct thread *thread, const uint32_t *word)
{
	return (thread->state == ASLEEP || thread->state == DOZING) && thread->word == word;
}

/* So many of them, any. */
static void wake(const uint32_t *word, int most)
{
	int from = used > 0 ? (int)explore_random((uint32_t)used) : 0;

	explore_at("wake");
	explore_empty();
	for (int i = 0; i < used && most > 0; i++) {
		struct thread *thread = &threads[(from + i) % used];

		if (!sleeps_on(thread, word))
			continue;
		thread->state = READY;
		most--;
	}
	if (by_priority) {                      /* a higher one goes on at once */
		account();
		check_progress();
		go(choose(-1));
	}
}

void explore_wake(const uint32_t *word)
{
	wake(word, used);
}

void explore_wake_one(const uint32_t *word)
{
	wake(word, 1);
}

void explore_barrier(void)
{
	explore_at("barrier");
	for (int i = 0; i < used; i++)
		drain(&threads[i], threads[i].late.count);
	explore_at("after the barrier");
}

int explore_me(void)
{
	return me;
}

/* ---- coroutines ------------------------------------------------------------------------------------------------------ */

static int being_made;

static void top(void)
{
	if (_setjmp(threads[being_made].base) == 0)
		swapcontext(&threads[being_made].made, &main_made);
	explore_pending = 0;
	grant();
	threads[me].body(threads[me].argument);
	end_thread();
}

static void make(int number)
{
	struct thread *thread = &threads[number];

	thread->stack = malloc(STACK_BYTES);
	if (thread->stack == NULL || getcontext(&thread->made) != 0)
		abort();
	thread->made.uc_stack.ss_sp = thread->stack;
	thread->made.uc_stack.ss_size = STACK_BYTES;
	thread->made.uc_link = NULL;
	being_made = number;
	makecontext(&thread->made, top, 0);
	swapcontext(&main_made, &thread->made);
}

static void add(const char *name, void (*body)(long argument), long argument, bool is_idler)
{
	struct thread *thread = &threads[used];

	if (used == THREADS_MOST)
		abort();
	if (thread->stack == NULL)
		make(used);
	thread->name = name;
	thread->body = body;
	thread->argument = argument;
	thread->state = READY;
	thread->is_idler = is_idler;
	thread->is_begun = false;
	thread->late.count = 0;
	thread->word = NULL;
	used++;
}

void explore_thread(const char *name, void (*body)(long argument), long argument)
{
	add(name, body, argument, false);
}

void explore_idler(const char *name, void (*body)(long argument), long argument)
{
	add(name, body, argument, true);
}

static void end_thread(void)
{
	int next;

	threads[me].state = DONE;               /* its late stores come when they come */
	account();
	say("ends");
	next = choose(-1);
	if (next < 0)
		_longjmp(main_at, 1);
	go(next);
	abort();                                /* nobody chooses one that has ended */
}

void explore_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (why[0] == '\0')
		vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	if (me >= 0)
		account();
	_longjmp(main_at, 1);
}

/* A wild pointer ends the schedule, not the program: it is what many a mutant comes to. */
static void crashed(int signal)
{
	explore_fail("crash: %s", signal == SIGSEGV || signal == SIGBUS ? "a wild pointer" : "a trap");
}

static void catch_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	static char stack[64 * 1024];
	static bool is_done;
	struct sigaction action = { .sa_handler = crashed, .sa_flags = SA_ONSTACK | SA_NODEFER };

	if (is_done)
		return;
	is_done = true;
	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaction(signals[i], &action, NULL);
}

/* ---- one schedule ---------------------------------------------------------------------------------------------------- */

static void prepare(uint64_t seed)
{
	static const long means[] = { 1, 2, 3, 5, 9, 20 };

	chance.state = seed * 0xd1342543de82ef95u;
	used = 0;
	me = -1;
	late_forget();
	explore_buffers = false;
	explore_pending = 0;
	explore_left = LONG_MAX;
	steps = granted = span = lowest = 0;
	trace = 0xcbf29ce484222325u;
	why[0] = '\0';
	explore_on_touch = NULL;
	explore_on_entered = NULL;
	explore_on_left = NULL;
	by_priority = seed % 3 == 2;
	mean = means[explore_random(sizeof means / sizeof means[0])];
	laziness = 2u << explore_random(4);
	changes_used = 1 + (int)explore_random(CHANGES_MOST);
	for (int i = 0; i < changes_used; i++)
		changes[i] = 1 + (long)explore_random((uint32_t)scenario->steps_usual);
	scenario->set_up(seed);
	for (int i = 0; i < used; i++)
		threads[i].priority = 1 + (long)explore_random(1000);
	explore_buffers = late_is_wanted() && explore_random(2) == 0;
}

static void judge(void)
{
	for (int i = 0; i < used; i++)
		drain(&threads[i], threads[i].late.count);
	for (int i = 0; i < used; i++)
		if (threads[i].state != DONE && !threads[i].is_idler)
			explore_fail("all asleep: %s waits for ever", threads[i].name);
	scenario->finish();
}

struct explored explore_run(const struct scenario *which, uint64_t seed, bool traced)
{
	static volatile bool is_over;

	scenario = which;
	is_traced = traced;
	catch_crashes();
	prepare(seed);
	is_over = false;
	if (_setjmp(main_at) == 0)
		go(choose(-1));
	me = -1;
	explore_left = LONG_MAX;
	if (why[0] == '\0' && !is_over) {
		is_over = true;
		if (_setjmp(main_at) == 0)
			judge();
	}
	return (struct explored){ why[0] != '\0' ? why : NULL, steps, trace };
}
