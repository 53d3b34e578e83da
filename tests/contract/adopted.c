/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * adopted.c - connections and listeners of sockets that the host has opened
 *
 * Over real sockets: TCP, Unix, TLS. A socket that waits for what it reads holds up no worker once it is a connection; whose a descriptor is, at
 * any moment, and that a refusal leaves it as it was; what is no such socket is refused by name. A listener that was inherited serves, and
 * leaves what is not its own.
 */
#include "wires.h"
#include "relay.h"
#include <fcntl.h>

enum { LOTS = 4 << 20 };

static struct ears ears;

/* A connected one, as accept has it; the other side is plain. The system has no room for LOTS. */
static int connected(int *plain)
{
	int listening = listen_plainly(), least = 64 << 10, ours;

	*plain = dial();
	ours = accept_plainly(listening);
	must(setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &least, sizeof least) == 0);
	close(listening);
	return ours;
}

static odeon_connection_options options_with(uint32_t credit)
{
	return (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.credit = credit, .tls = wires_tls());
}

static odeon_ref adopt_for(struct ears *whose, int descriptor, const odeon_connection_options *options)
{
	odeon_ref connection;

	ck_assert_int_eq(odeon_connection_adopt(world.system, descriptor, owner_with(whose), options, &connection), 0);
	return connection;
}

/* The socket that a number stands for, now, by its own number; 0: none. What was closed here may be something else's at once. */
static unsigned long socket_at(int descriptor)
{
	char path[32], target[64] = "";
	unsigned long number = 0;

	snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
	if (readlink(path, target, sizeof target - 1) > 0)
		(void)sscanf(target, "socket:[%lu]", &number);
	return number;
}

/* ---- connections ----------------------------------------------------------------------------------------------------------- */

static void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

START_TEST(a_socket_that_waits_holds_up_nobody)
{
	odeon_connection_options options;
	odeon_ref connection, neighbour;
	unsigned long socket;
	int plain, ours;

	ears_init(&ears);
	wires_open(_i, 1);
	options = options_with(ODEON_READ_ALWAYS);
	ours = connected(&plain);
	socket = socket_at(ours);
	ck_assert_int_eq(fcntl(ours, F_GETFL) & O_NONBLOCK, 0);
	neighbour = world_catcher(&world, (struct catcher){ 0 });
	connection = adopt_for(&ears, ours, &options);
	ck_assert_uint_ne(socket_at(ours), socket);             /* the connection has a number of its own */
	world_do(&world, neighbour, nothing, NULL);             /* there is nothing to be read */
	for (uint64_t at = 0; at < LOTS; at += LOTS / 16)
		tell(connection, pattern_bytes(at, LOTS / 16));
	world_do(&world, neighbour, nothing, NULL);             /* there is no room to write */
	ck_assert_uint_eq(read_pattern(plain, 0, LOTS), LOTS);
	write_pattern(plain, 0, 1000);
	eventually(ears_bytes(&ears) == 1000);
	tell(connection, odeon_new(odeon_write_end));
	ck_assert_int_eq(read_end_of(plain), 0);
	close(plain);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.said[0], 'c');
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.written, LOTS);
	ck_assert(!ears.is_wrong);
	wires_close();
}
END_TEST

START_TEST(what_is_said_comes_back_whole_and_in_order)
{
	odeon_connection_options options;
	int plain, ours;

	ears_init(&ears);
	ears.echoes = true;
	ears.credit = 2;
	wires_open(_i, 2);
	options = options_with(0);
	ours = connected(&plain);
	adopt_for(&ears, ours, &options);
	ck_assert_uint_eq(echoed_pattern(plain, LOTS), LOTS);
	eventually(ears_ended(&ears));
	ck_assert(!ears.is_wrong);
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_uint_eq(ears.end.read, LOTS);
	close(plain);
	wires_close();
}
END_TEST

/* By TLS one of them is the server, as its context says. */
START_TEST(both_halves_of_a_pair_may_be_connections)
{
	odeon_connection_options server = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .tls = NULL), client = server;
	struct ears other;
	odeon_ref one, two;
	int pair[2];

	ears_init(&ears);
	ears_init(&other);
	wires_open(_i, 2);
	if (_i == KIND_TLS) {
		server.tls = relay_server();
		client.tls = relay_client();
		client.tls_name = "server.example";
	}
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	one = adopt_for(&ears, pair[0], &server);
	two = adopt_for(&other, pair[1], &client);
	tell(one, pattern_bytes(0, 5000));
	tell(two, pattern_bytes(0, 7000));
	eventually(ears_bytes(&ears) == 7000 && ears_bytes(&other) == 5000);
	tell(one, odeon_new(odeon_close));
	tell(two, odeon_new(odeon_close));
	eventually(ears_ended(&ears) && ears_ended(&other));
	ck_assert(!ears.is_wrong && !other.is_wrong);
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_int_eq(other.end.error, 0);
	wires_close();
}
END_TEST

/* Nobody has seen it yet but the caller, and the actor ends: so does the socket, and its owner is told. */
START_TEST(one_that_ends_before_its_first_turn_leaves_no_descriptor)
{
	odeon_connection_options options;
	struct plug plug = PLUG;
	odeon_ref connection;
	int plain, ours;

	ears_init(&ears);
	wires_open(_i, 1);
	options = options_with(0);
	ours = connected(&plain);
	(void)world_plug(&world, &plug);
	gate_wait(&plug.entered, 1);
	connection = adopt_for(&ears, ours, &options);
	ck_assert_int_eq(odeon_actor_kill(world.system, connection), 0);
	plug_release(&plug);
	(void)read_end_of(plain);                               /* that it comes is the question */
	eventually(ears_ended(&ears));
	ck_assert_str_eq(ears.said, "d");
	ck_assert_int_eq(ears.end.error, ODEON_EKILLED);
	close(plain);
	wires_close();
}
END_TEST

/* ---- refused --------------------------------------------------------------------------------------------------------------- */

static int datagrams(void) { return socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0); }

static int half_of(int type)
{
	int pair[2];

	must(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) == 0);
	close(pair[1]);
	return pair[0];
}

static int half_of_pipe(int which)
{
	int pair[2];

	must(pipe2(pair, O_CLOEXEC) == 0);
	close(pair[1 - which]);
	return pair[which];
}

static void refuse(int descriptor, int why)
{
	int flags = fcntl(descriptor, F_GETFL);
	odeon_ref connection = owner_with(&ears);

	ck_assert_int_eq(odeon_connection_adopt(world.system, descriptor, connection, NULL, &connection), why);
	ck_assert(odeon_ref_is_nobody(connection));
	ck_assert_int_eq(fcntl(descriptor, F_GETFL), flags);
	ck_assert_str_eq(ears.said, "");
	if (flags >= 0)
		close(descriptor);
}

START_TEST(what_is_no_connected_socket_is_refused_by_name)
{
	int closed = half_of(SOCK_STREAM), listening;

	close(closed);
	ears_init(&ears);
	wires_open(_i, 1);
	refuse(-1, ODEON_EINVAL);
	refuse(1000000, ODEON_EINVAL);
	refuse(open("/dev/null", O_RDWR | O_CLOEXEC), ODEON_EINVAL);
	refuse(open("/", O_RDONLY | O_CLOEXEC), ODEON_EINVAL);
	refuse(half_of_pipe(0), ODEON_EINVAL);
	refuse(half_of_pipe(1), ODEON_EINVAL);
	refuse(datagrams(), ODEON_EINVAL);
	refuse(half_of(SOCK_DGRAM), ODEON_EINVAL);
	refuse(half_of(SOCK_SEQPACKET), ODEON_EINVAL);
	listening = listen_plainly();
	refuse(listening, ODEON_EINVAL);
	refuse(new_socket(), ODEON_EDISCONNECTED);
	wires_close();
}
END_TEST

/* And is as good as before. */
START_TEST(a_refusal_leaves_the_descriptor_as_it_was)
{
	odeon_connection_options good, bad = { .bytes = 1 }, wrong = ODEON_CONNECTION_OPTIONS(.low_water = 2, .high_water = 1);
	int plain, ours;

	ears_init(&ears);
	wires_open(_i, 1);
	good = options_with(0);
	ours = connected(&plain);
	ck_assert_int_eq(odeon_connection_adopt(NULL, ours, owner_with(&ears), NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_adopt(world.system, ours, ODEON_NOBODY, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_connection_adopt(world.system, ours, owner_with(&ears), &bad, NULL), ODEON_EVERSION);
	ck_assert_int_eq(odeon_connection_adopt(world.system, ours, owner_with(&ears), &wrong, NULL), ODEON_EINVAL);
	ck_assert_int_eq(fcntl(ours, F_GETFL) & O_NONBLOCK, 0);
	tell(adopt_for(&ears, ours, &good), pattern_bytes(0, 1000));
	ck_assert_uint_eq(read_pattern(plain, 0, 1000), 1000);
	close(plain);
	wires_close();
}
END_TEST

START_TEST(without_a_descriptor_more_it_is_refused)
{
	struct rlimit limit, none;
	int plain, ours, error;

	ears_init(&ears);
	wires_open(_i, 1);
	ours = connected(&plain);
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	none = limit;
	none.rlim_cur = 3;
	must(setrlimit(RLIMIT_NOFILE, &none) == 0);
	error = odeon_connection_adopt(world.system, ours, owner_with(&ears), NULL, NULL);
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	ck_assert_int_eq(error, ODEON_ESYSTEM);
	ck_assert_uint_ne(socket_at(ours), 0);
	close(ours);
	close(plain);
	wires_close();
}
END_TEST

START_TEST(other_systems_have_none)
{
	odeon_options options[] = {
		ODEON_OPTIONS(.workers = 1),
		ODEON_OPTIONS(.poller = odeon_net_poller(), .simulation = { .enabled = 1, .seed = 1 }),
	};
	int ours = half_of(SOCK_STREAM);

	for (int i = 0; i < 2; i++) {
		odeon_listener_options listens = ODEON_LISTENER_OPTIONS(.session = ears_kind, .descriptor = ours);
		odeon_system *system;
		odeon_ref owner;

		must(odeon_system_start(&options[i], &system) == 0);
		must(odeon_system_spawn(system, catcher, &(struct catcher){ 0 }, &owner) == 0);
		ck_assert_int_eq(odeon_connection_adopt(system, ours, owner, NULL, NULL), ODEON_EINVAL);
		ck_assert_int_eq(odeon_listener_open(system, NULL, &listens, NULL, NULL), ODEON_EINVAL);
		must(odeon_system_free(system) == 0);
	}
	ck_assert_uint_ne(socket_at(ours), 0);
	close(ours);
}
END_TEST

/* ---- listeners ------------------------------------------------------------------------------------------------------------- */

static odeon_listener_options listens_at(int descriptor)
{
	return (odeon_listener_options)ODEON_LISTENER_OPTIONS(.session = ears_kind, .argument = &ears, .descriptor = descriptor,
		.connection = options_with(0));
}

/* Whoever is taken still, as the last one, is let go after a while. */
static bool is_refused(void)
{
	odeon_connection_options options = options_with(0);
	struct ears told;
	odeon_ref connection;

	ears_init(&told);
	options.idle_timeout = ODEON_MS(50);
	must(connect_for(owner_with(&told), &options, &connection) == 0);
	eventually(ears_ended(&told));
	return told.end.error == ODEON_ESYSTEM && told.end.system_error == ECONNREFUSED;
}

START_TEST(a_socket_that_listens_serves)
{
	char bound[ODEON_ADDRESS_BYTES];
	odeon_listener_options options;
	odeon_ref listener;
	unsigned long socket;
	int listening;

	wires_open(_i, 2);
	listening = listen_plainly();
	socket = socket_at(listening);
	options = listens_at(listening);
	ck_assert_int_eq(odeon_listener_open(world.system, NULL, &options, bound, &listener), 0);
	ck_assert_uint_ne(socket_at(listening), socket);
	ck_assert_str_eq(bound, address);
	for (int i = 0; i < 10; i++) {
		int plain;

		ears_init(&ears);
		ears.echoes = true;
		ears.credit = 1;
		plain = dial();
		write_pattern(plain, 0, 100);
		ck_assert_uint_eq(read_pattern(plain, 0, 100), 100);
		must(shutdown(plain, SHUT_WR) == 0);
		ck_assert_int_eq(read_end_of(plain), 0);
		close(plain);
		eventually(ears_ended(&ears));
	}
	ck_assert_int_eq(odeon_actor_stop(world.system, listener), 0);
	world_await_end(&world, listener);
	eventually(is_refused());                               /* the acceptors end after it */
	ck_assert(_i != KIND_LOCAL || access(address + 5, F_OK) == 0);         /* somebody else's file */
	wires_close();
}
END_TEST

static void refuse_to_listen(const char *where, int descriptor)
{
	odeon_listener_options options = listens_at(descriptor);
	int flags = fcntl(descriptor, F_GETFL);

	ck_assert_int_eq(odeon_listener_open(world.system, where, &options, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(fcntl(descriptor, F_GETFL), flags);
	if (flags >= 0)
		close(descriptor);
}

START_TEST(what_does_not_listen_is_refused)
{
	wires_open(_i, 1);
	refuse_to_listen(NULL, -1);
	refuse_to_listen(NULL, 1000000);
	refuse_to_listen(NULL, open("/dev/null", O_RDWR | O_CLOEXEC));
	refuse_to_listen(NULL, half_of(SOCK_STREAM));
	refuse_to_listen(NULL, datagrams());
	refuse_to_listen(NULL, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
	refuse_to_listen("127.0.0.1:0", listen_plainly());      /* one or the other */
	ck_assert_int_eq(odeon_listener_open(world.system, NULL, &(odeon_listener_options){ .bytes = sizeof(odeon_listener_options),
	                                     .session = ears_kind }, NULL, NULL), ODEON_EINVAL);
	wires_close();
}
END_TEST

KIT_MAIN("contract/adopted",
	{ .name = "kinds", .loop = KINDS,
	  .tests = KIT_TESTS(a_socket_that_waits_holds_up_nobody, what_is_said_comes_back_whole_and_in_order,
	                     both_halves_of_a_pair_may_be_connections, one_that_ends_before_its_first_turn_leaves_no_descriptor,
	                     a_refusal_leaves_the_descriptor_as_it_was, a_socket_that_listens_serves) },
	{ .name = "refusals", .loop = PLAIN_KINDS,
	  .tests = KIT_TESTS(what_is_no_connected_socket_is_refused_by_name, without_a_descriptor_more_it_is_refused,
	                     what_does_not_listen_is_refused) },
	{ .name = "others", .tests = KIT_TESTS(other_systems_have_none) })
