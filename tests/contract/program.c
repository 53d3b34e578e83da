/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.c - other programs as actors: what they are given they get, and nothing else; what they write comes, by credit; their end
 * is told once, after all that they wrote; and neither zombies nor descriptors are left, whoever ends first
 */
#include "scratch.h"
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

enum { LOTS = 3 << 20, TEXT_MOST = 4000 };

/* What an owner was told. */
struct said {
	pthread_mutex_t lock;
	char order[32];                                /* s: started, o, e: the end of these, i: of the input, x: ended */
	char output[TEXT_MOST], errors[TEXT_MOST];
	size_t output_length, errors_length, total;
	struct odeon_program_started started;
	struct odeon_program_ended ended;
	unsigned ends;
	uint32_t credit;                               /* for output and errors */
	struct odeon_bytes *input;                     /* sent when it has started, and then the end */
	bool is_input_kept_open;
};

static struct said said;
static unsigned before;

static void setup(void)
{
	scratch_open();
	for (int others = 3; others < 256; others++)            /* of whoever runs the test: not what is looked for here */
		(void)fcntl(others, F_SETFD, FD_CLOEXEC);
	wires_open(KIND_TCP, 1);
	wires_close();
	before = descriptors();
	wires_open(KIND_TCP, 2);
}

static void expect_no_zombies(void)
{
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
}

static void teardown(void)
{
	wires_close();
	ck_assert_uint_eq(descriptors(), before);
	ck_assert_uint_le(said.ends, 1);
	expect_no_zombies();
	scratch_close();
}

/* ---- an owner ------------------------------------------------------------------------------------------------------------------ */

struct parent { struct said *said; };

static void note(struct said *said, char letter)
{
	size_t length = strlen(said->order);

	must(length + 1 < sizeof said->order);
	said->order[length] = letter;
}

ODEON_HANDLER(parent, odeon_program_started)
{
	struct said *said = parent->said;
	odeon_ref both[] = { odeon_program_started->output, odeon_program_started->errors };

	pthread_mutex_lock(&said->lock);
	note(said, 's');
	said->started = *odeon_program_started;
	pthread_mutex_unlock(&said->lock);
	for (int i = 0; i < 2; i++)
		if (!odeon_ref_is_nobody(both[i]) && said->credit > 0)
			(void)odeon_send(self, both[i], odeon_new(odeon_read, .count = said->credit));
	if (odeon_ref_is_nobody(odeon_program_started->input))
		return;
	if (said->input != NULL)
		(void)odeon_send(self, odeon_program_started->input, said->input);
	said->input = NULL;
	if (!said->is_input_kept_open)
		(void)odeon_send(self, odeon_program_started->input, odeon_new(odeon_write_end));
}

ODEON_HANDLER(parent, odeon_bytes)
{
	struct said *said = parent->said;
	bool is_output = odeon_ref_equal(odeon_from(self), said->started.output);
	char *text = is_output ? said->output : said->errors;
	size_t *length = is_output ? &said->output_length : &said->errors_length, some = odeon_bytes->length;

	pthread_mutex_lock(&said->lock);
	said->total += some;
	if (some > TEXT_MOST - 1 - *length)
		some = TEXT_MOST - 1 - *length;
	memcpy(text + *length, odeon_bytes->data, some);
	*length += some;
	pthread_mutex_unlock(&said->lock);
}

ODEON_HANDLER(parent, odeon_connected) { (void)parent; }
ODEON_HANDLER(parent, odeon_unwritten) { (void)parent; }
ODEON_HANDLER(parent, odeon_read_end) { (void)parent; }

ODEON_HANDLER(parent, odeon_disconnected)
{
	struct said *said = parent->said;
	odeon_ref who = odeon_disconnected->who;

	pthread_mutex_lock(&said->lock);
	note(said, odeon_ref_equal(who, said->started.output) ? 'o' : odeon_ref_equal(who, said->started.errors) ? 'e' : 'i');
	pthread_mutex_unlock(&said->lock);
}

ODEON_HANDLER(parent, odeon_program_ended)
{
	struct said *said = parent->said;

	pthread_mutex_lock(&said->lock);
	note(said, 'x');
	said->ended = *odeon_program_ended;
	said->ends++;
	pthread_mutex_unlock(&said->lock);
}

ODEON_HANDLER(parent, errand) { errand->run(self, errand->argument); }
ODEON_HANDLERS(parent_handlers, ODEON_ON(parent, odeon_program_started), ODEON_ON(parent, odeon_bytes), ODEON_ON(parent, odeon_connected),
	ODEON_ON(parent, odeon_unwritten), ODEON_ON(parent, odeon_read_end), ODEON_ON(parent, odeon_disconnected),
	ODEON_ON(parent, odeon_program_ended), ODEON_ON(parent, errand));
ODEON_KIND(parent, parent_handlers);

static bool has_of(struct said *one, char letter)
{
	bool answer;

	pthread_mutex_lock(&one->lock);
	answer = strchr(one->order, letter) != NULL;
	pthread_mutex_unlock(&one->lock);
	return answer;
}
#define has(letter) has_of(&said, letter)

static size_t total(void)
{
	size_t answer;

	pthread_mutex_lock(&said.lock);
	answer = said.total;
	pthread_mutex_unlock(&said.lock);
	return answer;
}

static void said_init(void)
{
	memset(&said, 0, sizeof said);
	pthread_mutex_init(&said.lock, NULL);
	said.credit = ODEON_READ_ALWAYS;
}

static odeon_ref parent(void)
{
	struct parent parent = { .said = &said };

	return world_spawn(&world, &parent_kind, &parent);
}

static odeon_ref start(const char *program, odeon_program_options options)
{
	odeon_ref child;

	ck_assert_int_eq(odeon_program_start(world.system, program, parent(), &options, &child), 0);
	return child;
}

#define CONNECTED { ODEON_STREAM_CONNECTED, -1 }
#define SHELL(text, ...) start("sh", (odeon_program_options)ODEON_PROGRAM_OPTIONS( \
	.arguments = (const char *const[]){ "sh", "-c", text, NULL }, __VA_ARGS__))

/* ---- what it is given --------------------------------------------------------------------------------------------------------------- */

START_TEST(what_it_says_and_answers_is_told)
{
	said_init();
	SHELL("echo out; echo err >&2; exit 7", .output = CONNECTED, .errors = CONNECTED);
	eventually(has('x'));
	ck_assert_str_eq(said.output, "out\n");
	ck_assert_str_eq(said.errors, "err\n");
	ck_assert_int_eq(said.ended.error, 0);
	ck_assert_int_eq(said.ended.status, 7);
	ck_assert_int_eq(said.ended.signal, 0);
	ck_assert_int_eq(said.order[0], 's');
	ck_assert_int_eq(said.order[3], 'x');                  /* behind the ends of both */
	ck_assert_int_gt(said.started.number, 0);
}
END_TEST

START_TEST(bytes_go_through_it)
{
	said_init();
	said.input = pattern_bytes(0, LOTS);
	start("cat", (odeon_program_options)ODEON_PROGRAM_OPTIONS(.input = CONNECTED, .output = CONNECTED));
	eventually(has('x'));
	ck_assert_uint_eq(said.total, LOTS);
	for (int i = 0; i < TEXT_MOST - 1; i++)
		ck_assert_uint_eq((unsigned char)said.output[i], pattern((uint64_t)i));
	ck_assert_int_eq(said.ended.status, 0);
}
END_TEST

START_TEST(who_is_not_read_is_held_up)
{
	said_init();
	said.credit = 0;
	SHELL("yes | head -c 3000000", .output = CONNECTED);
	eventually(has('s'));
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	ck_assert(!has('x'));
	ck_assert_uint_eq(total(), 0);
	tell(said.started.output, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
	eventually(has('x'));
	ck_assert_uint_eq(said.total, 3000000);
}
END_TEST

START_TEST(arguments_environment_and_folder_are_its_own)
{
	said_init();
	SHELL("pwd; env | sort | grep -v -e ^PWD -e ^OLDPWD -e ^SHLVL -e ^_=; echo $0 $1", .output = CONNECTED, .folder = scratch,
	      .environment = (const char *const[]){ "PATH=/usr/bin:/bin", "A=b c", NULL });
	eventually(has('x'));
	ck_assert_ptr_eq(strstr(said.output, scratch), said.output);
	ck_assert_str_eq(said.output + strlen(scratch), "\nA=b c\nPATH=/usr/bin:/bin\nsh\n");
}
END_TEST

START_TEST(streams_are_what_they_should_be)
{
	int file = open(scratch_path("given"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	said_init();
	must(file >= 0);
	SHELL("wc -c; echo given; echo both >&2", .output = { ODEON_STREAM_GIVEN, file }, .errors = { ODEON_STREAM_AS_OUTPUT, 0 });
	close(file);                                            /* it has one of its own */
	eventually(has('x'));
	ck_assert_str_eq(said.order, "sx");
	ck_assert_int_eq(said.ended.status, 0);
	said_init();
	SHELL("true", .input = { ODEON_STREAM_GIVEN, open(scratch_path("given"), O_RDONLY) }, .output = { ODEON_STREAM_INHERITED, 0 });
	eventually(has('x'));
	before++;                                               /* that one was ours, and stays */
	{
		char text[40] = "";
		FILE *read = fopen(scratch_path("given"), "r");

		must(read != NULL);
		ck_assert_uint_gt(fread(text, 1, sizeof text - 1, read), 0);
		fclose(read);
		ck_assert_str_eq(text, "0\ngiven\nboth\n");
	}
}
END_TEST

START_TEST(it_has_nothing_else_of_ours)
{
	sigset_t all, mine;
	int plain;

	said_init();
	listen_plainly();                                       /* closed on exec, as all of these should be */
	plain = new_socket();
	dial_by(plain);
	sigfillset(&all);
	must(pthread_sigmask(SIG_BLOCK, &all, &mine) == 0);
	must(pthread_sigmask(SIG_SETMASK, &mine, NULL) == 0);
	/* But for the two signals that the C library keeps to itself: it has them ignored in what posix_spawn begins, make's for instance. */
	SHELL("ls /proc/self/fd | wc -l; sed -n '/SigBlk/p; s/^\\(SigIgn\\):.*\\(.......\\)$/\\1 \\2/p' /proc/self/status",
	      .input = CONNECTED, .output = CONNECTED, .errors = CONNECTED);
	eventually(has('x'));
	ck_assert_str_eq(said.output, "4\nSigBlk:\t0000000000000000\nSigIgn 0000000\n");    /* and the one that ls opens */
	close(plain);
	before += 1;                                            /* listen_plainly's */
}
END_TEST

/* ---- ends ----------------------------------------------------------------------------------------------------------------------------- */

START_TEST(what_is_not_there_is_told_by_name)
{
	static const struct { const char *program, *folder; int system_error; } none[] = {
		{ "/there/is/none", NULL, ENOENT }, { "there-is-none", NULL, ENOENT }, { "/etc/passwd", NULL, EACCES },
		{ "true", "/there/is/none", ENOENT }, { "/etc", NULL, EACCES },
	};

	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		said_init();
		start(none[i].program, (odeon_program_options)ODEON_PROGRAM_OPTIONS(.folder = none[i].folder, .input = CONNECTED,
		                                                                .output = CONNECTED, .errors = CONNECTED));
		eventually(has('x'));
		ck_assert_str_eq(said.order, "x");
		ck_assert_int_eq(said.ended.error, ODEON_ESYSTEM);
		ck_assert_int_eq(said.ended.system_error, none[i].system_error);
		expect_no_zombies();
	}
}
END_TEST

START_TEST(a_signal_ends_it)
{
	odeon_ref child;

	said_init();
	child = SHELL("echo ready; exec sleep 100", .output = CONNECTED);
	eventually(total() > 0);
	tell(child, odeon_new(odeon_program_signal, .number = SIGUSR1));
	eventually(has('x'));
	ck_assert_int_eq(said.ended.error, 0);
	ck_assert_int_eq(said.ended.signal, SIGUSR1);
	ck_assert_int_eq(said.ended.status, 0);
}
END_TEST

/* Two seconds are the default. */
static bool is_killed_soon(bool times_out)
{
	odeon_time began = odeon_clock_now();
	odeon_ref child;

	said_init();
	child = SHELL("trap '' TERM; echo ready; while :; do sleep 0.01; done", .output = CONNECTED, .told_at_once = 1,
	              .kill_after = ODEON_MS(150), .timeout = times_out ? ODEON_MS(300) : 0);
	if (!times_out) {
		eventually(total() > 0);
		began = odeon_clock_now();
		tell(child, odeon_new(odeon_close));
	}
	eventually(has('x'));
	ck_assert_int_eq(said.ended.error, (times_out ? ODEON_ETIMEDOUT : 0));
	return said.ended.signal == SIGKILL && odeon_clock_now().ns - began.ns < ODEON_MS(1800);
}

START_TEST(who_does_not_heed_the_first_gets_the_last)
{
	in_time(is_killed_soon(false));
	in_time(is_killed_soon(true));
}
END_TEST

START_TEST(who_heeds_it_may_finish)
{
	odeon_ref child;

	said_init();
	child = SHELL("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done", .output = CONNECTED);
	eventually(total() > 0);
	tell(child, odeon_new(odeon_close));
	eventually(has('x'));
	ck_assert_str_eq(said.output, "ready\nbye\n");
	ck_assert_int_eq(said.ended.status, 3);
}
END_TEST

/* One that its child has left behind has the output open still. */
START_TEST(the_end_may_be_told_before_that_of_the_output)
{
	said_init();
	SHELL("sleep 0.5 & echo ready", .output = CONNECTED, .told_at_once = 1);
	eventually(has('x'));
	ck_assert(!has('o'));
	eventually(has('o'));
	said_init();
	SHELL("sleep 0.3 & echo ready", .output = CONNECTED);
	eventually(has('x'));
	ck_assert_str_eq(said.order, "sox");
}
END_TEST

static void leave(odeon_self *self, void *argument)
{
	if (argument != NULL)
		odeon_fail(self, 7, "on purpose");
	else
		odeon_exit(self);
}

static bool runs(int64_t number) { return kill((pid_t)number, 0) == 0; }

/* 0, 1: the owner ends; 2, 3: the actor; 4: the system. */
START_TEST(nothing_is_left_whoever_ends)
{
	odeon_ref child, owner;
	int64_t number;

	said_init();
	owner = parent();
	ck_assert_int_eq(odeon_program_start(world.system, "sleep", owner,
		&(odeon_program_options)ODEON_PROGRAM_OPTIONS(.arguments = (const char *const[]){ "sleep", "100", NULL }, .input = CONNECTED,
		                                          .output = CONNECTED, .errors = CONNECTED), &child), 0);
	eventually(has('s'));
	number = said.started.number;
	ck_assert(runs(number));
	if (_i <= 1)
		world_tell(&world, owner, leave, _i == 1 ? &said : NULL);
	else if (_i == 2)
		must(odeon_actor_stop(world.system, child) == 0);
	else if (_i == 3)
		must(odeon_actor_kill(world.system, child) == 0);
	else
		teardown();
	eventually(!runs(number));
	expect_no_zombies();
	if (_i == 2 || _i == 3)
		eventually(has('x'));
	if (_i == 2 || _i == 3)
		ck_assert_int_eq(said.ended.error, (_i == 2 ? ODEON_ESTOPPING : ODEON_EKILLED));
	if (_i == 4)
		setup();
}
END_TEST

START_TEST(many_at_the_same_time)
{
	enum { MANY = 30 };
	static struct said all[MANY];
	odeon_program_options options = ODEON_PROGRAM_OPTIONS(.arguments = (const char *const[]){ "sh", "-c", "echo there; exit 5", NULL },
	                                                  .output = CONNECTED, .errors = CONNECTED);

	said_init();
	for (int i = 0; i < MANY; i++) {
		struct parent parent = { .said = &all[i] };

		all[i] = said;
		pthread_mutex_init(&all[i].lock, NULL);
		ck_assert_int_eq(odeon_program_start(world.system, "sh", world_spawn(&world, &parent_kind, &parent), &options, NULL), 0);
	}
	for (int i = 0; i < MANY; i++) {
		eventually(has_of(&all[i], 'x'));
		ck_assert_int_eq(all[i].ended.status, 5);
		ck_assert_str_eq(all[i].output, "there\n");
		ck_assert_uint_eq(all[i].ends, 1);
	}
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_ref owner;
	odeon_options plain = ODEON_OPTIONS(.workers = 1);
	odeon_system *other;

	said_init();
	owner = parent();
#define REFUSED(...) odeon_program_start(world.system, "true", owner, &(odeon_program_options)ODEON_PROGRAM_OPTIONS(__VA_ARGS__), NULL)
	ck_assert_int_eq(REFUSED(.timeout = -1), ODEON_EINVAL);
	ck_assert_int_eq(REFUSED(.arguments = (const char *const[]){ NULL }), ODEON_EINVAL);
	ck_assert_int_eq(REFUSED(.output = { ODEON_STREAM_GIVEN, -1 }), ODEON_EINVAL);
	ck_assert_int_eq(REFUSED(.input = { ODEON_STREAM_GIVEN, 0 }, .output = { ODEON_STREAM_GIVEN, 9999 }, .errors = { ODEON_STREAM_GIVEN, 0 }),
	                 ODEON_EINVAL);
	ck_assert_int_eq(REFUSED(.output = { ODEON_STREAM_AS_OUTPUT, 0 }), ODEON_EINVAL);
	ck_assert_int_eq(REFUSED(.connection = &(odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = -1)), ODEON_EINVAL);
	ck_assert_int_eq(odeon_program_start(world.system, NULL, owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_program_start(world.system, "true", ODEON_NOBODY, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_program_start(NULL, "true", owner, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_program_start(world.system, "true", owner, &(odeon_program_options){ .bytes = 5 }, NULL), ODEON_EVERSION);
	must(odeon_system_start(&plain, &other) == 0);
	ck_assert_int_eq(odeon_program_start(other, "true", owner, NULL, NULL), ODEON_EINVAL);
	must(odeon_system_free(other) == 0);
}
END_TEST

KIT_MAIN("contract/program",
	{ .name = "given", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_it_says_and_answers_is_told, bytes_go_through_it, who_is_not_read_is_held_up,
	                     arguments_environment_and_folder_are_its_own, streams_are_what_they_should_be, it_has_nothing_else_of_ours) },
	{ .name = "ends", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(what_is_not_there_is_told_by_name, a_signal_ends_it, who_does_not_heed_the_first_gets_the_last,
	                     who_heeds_it_may_finish, the_end_may_be_told_before_that_of_the_output, many_at_the_same_time,
	                     what_makes_no_sense_is_refused) },
	{ .name = "left", .setup = setup, .teardown = teardown, .loop = 5, .tests = KIT_TESTS(nothing_is_left_whoever_ends) })
