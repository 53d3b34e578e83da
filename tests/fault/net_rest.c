/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net_rest.c - files, signals, other programs, datagrams, names and sockets of the host with each allocation failing in turn: each call answers with the
 * error, or the end is told by its name; nothing crashes, and nothing is left
 */
#include "../harness/kit.h"
#include "faults.h"
#include <fcntl.h>
#include <odeon/net.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SWEEP_MOST = 400 };

/* What an owner was told, or could not ask for. */
static atomic_uint ends, gave_up, got;
static atomic_int error_of_end;
static char path[100];

/* ---- an owner that drives whatever it owns to its end ---------------------------------------------------------------------------------- */

struct driver { int unused; };

static void end(int error)
{
	atomic_store(&error_of_end, error);
	atomic_fetch_add(&ends, 1);
}

static void give(odeon_self *self, odeon_ref to, void *message)
{
	if (odeon_send(self, to, message) == ODEON_ENOMEM)
		atomic_store(&gave_up, 1);
}

ODEON_HANDLER(driver, odeon_file_opened)
{
	give(self, odeon_file_opened->who, odeon_bytes_text("what is written"));
	give(self, odeon_file_opened->who, odeon_new(odeon_file_sync));
	give(self, odeon_file_opened->who, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
}
ODEON_HANDLER(driver, odeon_file_facts) { atomic_fetch_add(&got, 1); }
ODEON_HANDLER(driver, odeon_bytes) { atomic_fetch_add(&got, 1); }
ODEON_HANDLER(driver, odeon_read_end) { give(self, odeon_read_end->who, odeon_new(odeon_close)); }
ODEON_HANDLER(driver, odeon_unwritten) { (void)driver; }
ODEON_HANDLER(driver, odeon_connected) { give(self, odeon_connected->who, odeon_new(odeon_write_end)); }
ODEON_HANDLER(driver, odeon_disconnected) { end(odeon_disconnected->error); }

ODEON_HANDLER(driver, odeon_watched)
{
	if (odeon_watched->error != 0)
		end(odeon_watched->error);
	else
		must(kill(getpid(), SIGUSR1) == 0);     /* this thread blocks it */
}
ODEON_HANDLER(driver, odeon_signal) { end(0); }

ODEON_HANDLER(driver, odeon_datagram)
{
	give(self, odeon_from(self), odeon_new(odeon_close));
}
ODEON_HANDLER(driver, odeon_unsent) { give(self, odeon_unsent->who, odeon_new(odeon_close)); }

ODEON_HANDLERS(driver_handlers, ODEON_ON(driver, odeon_file_opened), ODEON_ON(driver, odeon_file_facts), ODEON_ON(driver, odeon_bytes),
	ODEON_ON(driver, odeon_read_end), ODEON_ON(driver, odeon_unwritten), ODEON_ON(driver, odeon_connected),
	ODEON_ON(driver, odeon_disconnected), ODEON_ON(driver, odeon_watched), ODEON_ON(driver, odeon_signal),
	ODEON_ON(driver, odeon_datagram), ODEON_ON(driver, odeon_unsent));
ODEON_KIND(driver, driver_handlers);

/* One for a program, whose connections end as well. */
struct parent { int unused; };
ODEON_HANDLER(parent, odeon_program_started)
{
	give(self, odeon_program_started->input, odeon_bytes_text("through"));
	give(self, odeon_program_started->input, odeon_new(odeon_write_end));
	give(self, odeon_program_started->output, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));
}
ODEON_HANDLER(parent, odeon_bytes) { atomic_fetch_add(&got, 1); }
ODEON_HANDLER(parent, odeon_read_end) { (void)parent; }
ODEON_HANDLER(parent, odeon_connected) { (void)parent; }
ODEON_HANDLER(parent, odeon_disconnected) { (void)parent; }
ODEON_HANDLER(parent, odeon_program_ended) { end(odeon_program_ended->error); }
ODEON_HANDLERS(parent_handlers, ODEON_ON(parent, odeon_program_started), ODEON_ON(parent, odeon_bytes), ODEON_ON(parent, odeon_read_end),
	ODEON_ON(parent, odeon_connected), ODEON_ON(parent, odeon_disconnected), ODEON_ON(parent, odeon_program_ended));
ODEON_KIND(parent, parent_handlers);

/* One that sends a file on each connection, and then closes it. */
struct sender { odeon_ref connection; };
ODEON_START(sender, odeon_session)
{
	odeon_file_options options = ODEON_FILE_OPTIONS(.read_bytes = 5);
	odeon_ref file;
	int error = odeon_file_open(odeon_system_of(self), path, odeon_self_ref(self), &options, &file);

	sender->connection = odeon_session->connection;
	if (error != 0)
		return error;
	give(self, odeon_session->connection, odeon_bytes_text("before "));
	give(self, odeon_session->connection, odeon_new(odeon_write_from, .source = file, .length = 10));
	give(self, odeon_session->connection, odeon_bytes_text(" behind"));
	give(self, odeon_session->connection, odeon_new(odeon_close));
	return 0;
}
ODEON_HANDLER(sender, odeon_file_opened) { (void)sender; }
ODEON_HANDLER(sender, odeon_read_end) { (void)sender; }
ODEON_HANDLER(sender, odeon_unwritten) { (void)sender; }
ODEON_HANDLER(sender, odeon_draining) { (void)sender; }
ODEON_HANDLER(sender, odeon_disconnected)
{
	if (odeon_ref_equal(odeon_disconnected->who, sender->connection))
		odeon_exit(self);
}
ODEON_HANDLERS(sender_handlers, ODEON_ON(sender, odeon_file_opened), ODEON_ON(sender, odeon_read_end), ODEON_ON(sender, odeon_unwritten),
	ODEON_ON(sender, odeon_draining), ODEON_ON(sender, odeon_disconnected));
ODEON_KIND(sender, sender_handlers, .start = ODEON_STARTS(sender), .place = ODEON_PINNED);

/* ---- what is tried: 0 or an error; after 0 the end is told ---------------------------------------------------------------------------- */

static int owner_for(odeon_system *system, odeon_ref *owner) { return odeon_system_spawn(system, &driver_kind, NULL, owner); }

static int try_file(odeon_system *system)
{
	odeon_file_options options = ODEON_FILE_OPTIONS(.flags = O_RDWR | O_CREAT | O_TRUNC, .high_water = 10);
	odeon_ref owner;
	int error = owner_for(system, &owner);

	return error != 0 ? error : odeon_file_open(system, path, owner, &options, NULL);
}

static int try_signals(odeon_system *system)
{
	odeon_ref owner;
	int error = owner_for(system, &owner);

	return error != 0 ? error : odeon_signals_watch(system, (const int[]){ SIGUSR1, SIGUSR2, 0 }, owner, NULL);
}

static int try_child(odeon_system *system)
{
	odeon_program_options options = ODEON_PROGRAM_OPTIONS(.input = { ODEON_STREAM_CONNECTED, 0 }, .output = { ODEON_STREAM_CONNECTED, 0 },
		.errors = { ODEON_STREAM_AS_OUTPUT, 0 }, .timeout = ODEON_SECONDS(1), .folder = "/");
	odeon_ref owner;
	int error = odeon_system_spawn(system, &parent_kind, NULL, &owner);

	return error != 0 ? error : odeon_program_start(system, "cat", owner, &options, NULL);
}

static int try_datagrams(odeon_system *system)
{
	odeon_udp_options options = ODEON_UDP_OPTIONS(.here = "127.0.0.1:0", .credit = 1);
	char bound[ODEON_ADDRESS_BYTES];
	odeon_ref owner, udp;
	int error = owner_for(system, &owner);

	if (error == 0)
		error = odeon_udp_open(system, owner, &options, bound, &udp);
	return error != 0 ? error : odeon_post(system, udp, odeon_datagram_new(bound, odeon_bytes_text("to itself")));
}

static int try_names(odeon_system *system)
{
	odeon_connection_options client = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .linger = ODEON_MS(50),
		.idle_timeout = ODEON_MS(300), .connect_timeout = ODEON_MS(500));
	odeon_listener_options server = ODEON_LISTENER_OPTIONS(.session = &sender_kind,
		.connection = ODEON_CONNECTION_OPTIONS(.linger = ODEON_MS(50), .idle_timeout = ODEON_MS(300)));
	char bound[ODEON_ADDRESS_BYTES], name[ODEON_ADDRESS_BYTES];
	odeon_ref owner, listener;
	int error = owner_for(system, &owner);

	if (error == 0)
		error = odeon_listener_open(system, "127.0.0.1:0", &server, bound, &listener);
	if (error != 0)
		return error;
	snprintf(name, sizeof name, "localhost%s", strrchr(bound, ':'));
	return odeon_connection_open(system, name, owner, &client, NULL);
}

/* What it does not take is as it was. */
static int try_adopted(odeon_system *system)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .linger = ODEON_MS(50));
	odeon_ref owner;
	int pair[2], error = owner_for(system, &owner);

	if (error != 0)
		return error;
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	must(write(pair[1], "brought", 7) == 7 && shutdown(pair[1], SHUT_WR) == 0);
	error = odeon_connection_adopt(system, pair[0], owner, &options, NULL);
	must(error == 0 || (fcntl(pair[0], F_GETFL) == O_RDWR && close(pair[0]) == 0));
	must(close(pair[1]) == 0);
	return error;
}

/* `got` with nothing failing: what brings us that it is all there. */
static const struct { int (*try_it)(odeon_system *system); unsigned got; } rows[] = {
	{ try_file, 2 }, { try_signals, 0 }, { try_child, 1 }, { try_datagrams, 0 }, { try_names, 1 },
	{ try_adopted, 1 },
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* ---- one run ---------------------------------------------------------------------------------------------------------------------------- */

static void on_letter(void *host, const odeon_dead_letter *letter) { (void)host; (void)letter; }
static void on_log(void *host, enum odeon_log_level level, const char *text) { (void)host; (void)level; (void)text; }

static bool waits_for_end(void)
{
	odeon_time until = kit_deadline();

	while (atomic_load(&ends) == 0 && atomic_load(&gave_up) == 0 && odeon_clock_now().ns < until.ns)
		kit_pause();
	return atomic_load(&ends) > 0 || atomic_load(&gave_up) > 0;
}

static int run(int row, unsigned long nth, bool *has_failed)
{
	odeon_options options = ODEON_OPTIONS(.workers = 1, .poller = odeon_net_poller(), .on_dead_letter = on_letter, .on_log = on_log);
	odeon_system *system;
	long blocks = faults_blocks();
	int error;

	atomic_store(&ends, 0);
	atomic_store(&gave_up, 0);
	atomic_store(&got, 0);
	atomic_store(&error_of_end, 0);
	if (nth > 0)
		faults_arm(nth, false);
	error = odeon_system_start(&options, &system);
	if (error == 0) {
		error = rows[row].try_it(system);
		must(error != 0 || waits_for_end());            /* by its name: never not at all */
		must(odeon_system_free(system) == 0);
	}
	*has_failed = faults_disarm() > 0;
	must(atomic_load(&ends) <= 1);
	must(faults_blocks() == blocks);                /* check has blocks of its own; must has none */
	must(waitpid(-1, NULL, WNOHANG) == -1);
	return error;
}

static void make_path(void)
{
	int plain;

	snprintf(path, sizeof path, "/tmp/odeon-fault-%d", (int)getpid());
	plain = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(plain >= 0 && write(plain, "0123456789", 10) == 10 && close(plain) == 0);
}

START_TEST(each_allocation_may_fail)
{
	unsigned long nth;
	bool has_failed = true;

	make_path();
	ck_assert_int_eq(run(_i, 0, &has_failed), 0);
	ck_assert_int_eq(atomic_load(&error_of_end), 0);
	ck_assert_uint_ge(atomic_load(&got), rows[_i].got);
	has_failed = true;
	for (nth = 1; has_failed && nth < SWEEP_MOST; nth++) {
		int error;

		make_path();
		error = run(_i, nth, &has_failed);
		ck_assert_msg(error == 0 || error == ODEON_ENOMEM || error == ODEON_ESYSTEM, "number %lu: %s", nth, odeon_error_name(error));
	}
	ck_assert_uint_gt(nth, 20);
	ck_assert_uint_lt(nth, SWEEP_MOST);
	unlink(path);
}
END_TEST

KIT_MAIN("fault/net_rest", { .name = "net_rest", .loop = ROWS, .tests = KIT_TESTS(each_allocation_may_fail) })
