/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crash.c - tests of crash_report and odeon_thread_print: each fault in a process of its own, whose last words are read
 */
#include "../harness/kit.h"
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct blow { int number; };
ODEON_MESSAGE(blow);
struct calm { int number; };
ODEON_MESSAGE(calm);

/* ---- faults ------------------------------------------------------------------------------------------------------- */

static volatile int sink, zero;
static int *volatile nowhere = (int *)16;

static void read_nowhere(void) { sink = *nowhere; }

static void read_beyond_a_file(void)
{
	int file = memfd_create("empty", MFD_CLOEXEC);
	volatile char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);

	sink = page[0];
}

__attribute__((noinline)) static int overflow(int depth)
{
	volatile char room[1024];

	room[depth % 1024] = (char)depth;
	if (depth == -1)
		return 0;
	return overflow(depth + 1) + room[(depth + 7) % 1024];
}

static void recurse_for_ever(void) { sink = overflow(0); }
static void do_what_cannot_be(void) { __builtin_trap(); }
static void raise_it(void) { raise(SIGSEGV); }

#if defined(__x86_64__)
static void divide_by_zero(void) { sink = 1000 / zero; }
#else
static void divide_by_zero(void) { raise(SIGFPE); }
#endif

static const struct { void (*blow_up)(void); int signal; const char *said; } faults[] = {
	{ read_nowhere, SIGSEGV, "SIGSEGV at address 0x10;" },
	{ read_beyond_a_file, SIGBUS, "SIGBUS at address" },
	{ recurse_for_ever, SIGSEGV, "(stack overflow)" },
	{ divide_by_zero, SIGFPE, "SIGFPE at address" },
	{ do_what_cannot_be, SIGILL, "SIGILL at address" },
	{ raise_it, SIGSEGV, "SIGSEGV at address" },
};
#define FAULTS (int)(sizeof faults / sizeof faults[0])

struct victim { void (*blow_up)(void); };
ODEON_HANDLER(victim, calm) { }
ODEON_HANDLER(victim, blow) { victim->blow_up(); }
ODEON_HANDLERS(victim_handlers, ODEON_ON(victim, calm), ODEON_ON(victim, blow));
ODEON_KIND(victim, victim_handlers);

/* ---- processes ------------------------------------------------------------------------------------------------------ */

struct death { int status; char text[8192]; };

static void read_all(int from, char *text, size_t bytes)
{
	size_t length = 0;
	ssize_t got;

	while (length + 1 < bytes && (got = read(from, text + length, bytes - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
}

/* What came of a process that did this; it had a second's worth of patience. */
static struct death die_of(void (*how)(void *argument), void *argument)
{
	const struct rlimit none = { 0, 0 };
	struct death death;
	int ends[2];
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &none);
		alarm(KIT_TIMEOUT / 2);
		how(argument);
		_exit(0);
	}
	close(ends[1]);
	read_all(ends[0], death.text, sizeof death.text);
	close(ends[0]);
	ck_assert_int_eq(waitpid(child, &death.status, 0), child);
	return death;
}

struct attempt { int fault, place, workers, reports; };

/* Three calm messages, and the blow; nobody comes back from that. */
static void strike(void *argument)
{
	const struct attempt *attempt = argument;
	const odeon_options options = ODEON_OPTIONS(.workers = attempt->workers, .name = "doomed", .crash_report = attempt->reports);
	odeon_kind kind = victim_kind;
	odeon_system *system;
	odeon_ref victim;

	kind.place = (enum odeon_place)attempt->place;
	if (odeon_system_start(&options, &system) != 0)
		_exit(1);
	if (odeon_system_spawn(system, &kind, &(struct victim){ faults[attempt->fault].blow_up }, &victim) != 0)
		_exit(2);
	for (int i = 0; i < 3; i++)
		(void)odeon_post(system, victim, odeon_new(calm, i));
	(void)odeon_post(system, victim, odeon_new(blow, 1));
	if (attempt->workers == ODEON_WORKERS_NONE || attempt->place == ODEON_HOST_THREAD)
		(void)odeon_system_run(system, odeon_system_deadline(system, KIT_PATIENCE));
	else
		(void)odeon_system_wait(system, odeon_system_deadline(system, KIT_PATIENCE));
}

static void check_killed_by(const struct death *death, int signal)
{
	ck_assert_msg(WIFSIGNALED(death->status), "status %x: %s", (unsigned)death->status, death->text);
	ck_assert_int_eq(WTERMSIG(death->status), signal);
}

/* ---- what is said ------------------------------------------------------------------------------------------------------- */

static void check_fault(struct attempt attempt)
{
	struct death death = die_of(strike, &attempt);

	check_killed_by(&death, faults[attempt.fault].signal);
	ck_assert_msg(strstr(death.text, faults[attempt.fault].said) != NULL, "%s", death.text);
	ck_assert_msg(strstr(death.text, "(victim), message struct blow sent at ") != NULL, "%s", death.text);
	ck_assert_msg(strstr(death.text, "crash.c:") != NULL, "%s", death.text);
	ck_assert_msg(strstr(death.text, "before: ") != NULL && strstr(death.text, "message struct calm") != NULL, "%s", death.text);
}

START_TEST(a_fault_on_a_worker_names_actor_message_and_place) { check_fault((struct attempt){ _i, ODEON_POOLED, 2, 1 }); }
END_TEST

START_TEST(a_fault_on_an_own_thread_does_too) { check_fault((struct attempt){ _i, ODEON_OWN_THREAD, 1, 1 }); }
END_TEST

START_TEST(a_fault_on_the_hosts_thread_does_too)
{
	check_fault((struct attempt){ _i, ODEON_POOLED, ODEON_WORKERS_NONE, 1 });
	check_fault((struct attempt){ _i, ODEON_HOST_THREAD, 1, 1 });
}
END_TEST

START_TEST(the_message_that_failed_is_not_among_those_before)
{
	struct death death = die_of(strike, &(struct attempt){ 0, ODEON_POOLED, 1, 1 });
	const char *before = strstr(death.text, "before: ");
	int count = 0;

	ck_assert_ptr_nonnull(before);
	ck_assert_ptr_null(strstr(before, "struct blow"));
	for (; before != NULL; before = strstr(before + 1, "before: "))
		count++;
	ck_assert_int_eq(count, 3);
}
END_TEST

/* ---- what stays as it was --------------------------------------------------------------------------------------------- */

START_TEST(who_does_not_ask_gets_no_report)
{
	struct death death = die_of(strike, &(struct attempt){ 0, ODEON_POOLED, 1, 0 });

	check_killed_by(&death, SIGSEGV);
	ck_assert_str_eq(death.text, "");
}
END_TEST

static void fail_elsewhere(void *unused)
{
	const odeon_options options = ODEON_OPTIONS(.workers = 1, .crash_report = 1);
	odeon_system *system;

	(void)unused;
	if (odeon_system_start(&options, &system) != 0)
		_exit(1);
	read_nowhere();
}

START_TEST(a_fault_outside_of_actors_is_silent_and_kills)
{
	struct death death = die_of(fail_elsewhere, NULL);

	check_killed_by(&death, SIGSEGV);
	ck_assert_str_eq(death.text, "");
}
END_TEST

static void say_it_oneself(int signal)
{
	char text[512];

	(void)signal;
	if (odeon_thread_print(text, sizeof text) > 0 && write(STDERR_FILENO, text, strlen(text)) > 0)
		_exit(7);
	_exit(8);
}

static void strike_with_a_handler(void *argument)
{
	struct sigaction own = { .sa_handler = say_it_oneself };
	odeon_options options = ODEON_OPTIONS(.workers = 1, .crash_report = 1);
	odeon_system *system;

	sigaction(SIGSEGV, &own, NULL);
	if (odeon_system_start(&options, &system) != ODEON_EBUSY)
		_exit(3);
	strike(argument);
}

START_TEST(somebody_elses_handler_is_left_alone_and_may_ask)
{
	struct death death = die_of(strike_with_a_handler, &(struct attempt){ 0, ODEON_POOLED, 1, 0 });

	ck_assert(WIFEXITED(death.status));
	ck_assert_int_eq(WEXITSTATUS(death.status), 7);
	ck_assert_msg(strstr(death.text, "(victim), message struct blow") != NULL, "%s", death.text);
}
END_TEST

static void strike_beside_another(void *argument)
{
	const odeon_options options = ODEON_OPTIONS(.workers = 1, .name = "other", .crash_report = 1);
	odeon_system *first, *other;

	if (odeon_system_start(&options, &first) != 0 || odeon_system_start(&options, &other) != 0 || odeon_system_free(first) != 0)
		_exit(1);
	strike(argument);
}

START_TEST(several_systems_report_and_one_that_ended_takes_nothing_away)
{
	struct death death = die_of(strike_beside_another, &(struct attempt){ 0, ODEON_POOLED, 1, 1 });

	check_killed_by(&death, SIGSEGV);
	ck_assert_msg(strstr(death.text, "in system doomed") != NULL, "%s", death.text);
}
END_TEST

START_TEST(a_thread_that_runs_no_actor_has_nothing_to_print)
{
	char text[8] = "before";

	ck_assert_int_eq(odeon_thread_print(text, sizeof text), 0);
	ck_assert_str_eq(text, "");
	ck_assert_int_eq(odeon_thread_print(NULL, 0), 0);
}
END_TEST

static void print_here(odeon_self *self, void *argument)
{
	char text[512], cut[8];
	int length = odeon_thread_print(text, sizeof text);

	(void)self, (void)argument;
	must(length == (int)strlen(text) && strstr(text, "in system") != NULL);
	must(odeon_thread_print(cut, sizeof cut) == length && strlen(cut) == 7 && strncmp(cut, text, 7) == 0);
}

START_TEST(a_handler_may_ask_what_it_is_doing)
{
	struct world world;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	world_errand(&world, print_here, NULL);
	world_close(&world);
}
END_TEST

#if defined(KIT_ADDRESS_SANITIZER) || defined(KIT_THREAD_SANITIZER)
# define UNLESS_SANITIZED(times) -1             /* the sanitizers' handlers are there first */
#else
# define UNLESS_SANITIZED(times) (times)
#endif

KIT_MAIN("unit/crash",
	{ .name = "fault", .loop = UNLESS_SANITIZED(FAULTS),
	  .tests = KIT_TESTS(a_fault_on_a_worker_names_actor_message_and_place, a_fault_on_an_own_thread_does_too,
	                     a_fault_on_the_hosts_thread_does_too) },
	{ .name = "report", .loop = UNLESS_SANITIZED(1),
	  .tests = KIT_TESTS(the_message_that_failed_is_not_among_those_before, who_does_not_ask_gets_no_report,
	                     a_fault_outside_of_actors_is_silent_and_kills, somebody_elses_handler_is_left_alone_and_may_ask,
	                     several_systems_report_and_one_that_ended_takes_nothing_away) },
	{ .name = "print", .tests = KIT_TESTS(a_thread_that_runs_no_actor_has_nothing_to_print, a_handler_may_ask_what_it_is_doing) })
