/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * names.c - names looked up, and connected to: their addresses in order, until one answers; every end while that is under way
 *
 * Names that end in .test are answered here, in the place of the system.
 */
#include "wires.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

static struct gate asked, release;
static struct ears ears, server;

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *wanted, struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *wanted, struct addrinfo **found);

/* So many numbers of one machine, the last of which is 127.0.0.1. */
static int answer(unsigned count, const char *port, const struct addrinfo *wanted, struct addrinfo **found)
{
	char number[20];
	struct addrinfo **next = found;
	int failed = 0;

	for (; count > 0 && failed == 0; count--) {
		snprintf(number, sizeof number, "127.0.0.%u", count);
		failed = __real_getaddrinfo(number, port, wanted, next);
		next = &(*next)->ai_next;
	}
	return failed;
}

int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *wanted, struct addrinfo **found)
{
	if (strcmp(host, "none.test") == 0)
		return EAI_NONAME;
	if (strcmp(host, "later.test") == 0)
		return EAI_AGAIN;
	if (strcmp(host, "slow.test") == 0) {
		gate_open(&asked);
		gate_wait(&release, 1);
	}
	if (strstr(host, ".test") == NULL)
		return __real_getaddrinfo(host, port, wanted, found);
	return answer(strcmp(host, "three.test") == 0 ? 3 : 1, port, wanted, found);
}

static void setup(void)
{
	asked = release = (struct gate)GATE;
	ears_init(&ears);
	ears_init(&server);
	server.echoes = true;
	server.credit = 2;
	wires_open(KIND_TCP, 1);
	listen_for(&server, (odeon_connection_options){ .bytes = 0 });
}

static void teardown(void)
{
	gate_open(&release);
	wires_close();
	ck_assert_uint_le(ears.ends, 1);
}

/* ---- looked up ----------------------------------------------------------------------------------------------------------------- */

static struct gate told;
static struct odeon_addresses answered;
static int error_told;

struct asker { char unused; };
struct waiting { char unused; };
ODEON_ANSWER(asker, waiting, odeon_addresses)
{
	error_told = error;
	if (odeon_addresses != NULL)
		answered = *odeon_addresses;
	gate_open(&told);
}

ODEON_HANDLER(asker, errand)
{
	const char *name = errand->argument;
	int error = odeon_names_find(self, name, odeon_deadline(self, ODEON_MS(strcmp(name, "slow.test:5") == 0 ? 100 : 9000)),
	                             ODEON_THEN(self, asker, waiting, odeon_addresses));

	must(error == 0 || error == ODEON_EINVAL);
	if (error != 0) {
		error_told = error;
		gate_open(&told);
	}
}

ODEON_HANDLERS(asker_handlers, ODEON_ON(asker, errand));
ODEON_KIND(asker, asker_handlers);

static int look_up(const char *name)
{
	odeon_ref asker = world_spawn(&world, &asker_kind, NULL);

	told = (struct gate)GATE;
	memset(&answered, 0, sizeof answered);
	world_tell(&world, asker, NULL, (void *)(uintptr_t)name);
	gate_wait(&told, 1);
	return error_told;
}

START_TEST(a_name_has_addresses)
{
	ck_assert_int_eq(look_up("three.test:80"), 0);
	ck_assert_int_eq(answered.error, 0);
	ck_assert_uint_eq(answered.count, 3);
	ck_assert_str_eq(answered.texts[0], "127.0.0.3:80");
	ck_assert_str_eq(answered.texts[2], "127.0.0.1:80");
	ck_assert_int_eq(look_up("localhost:65535"), 0);
	ck_assert_int_eq(answered.error, 0);
	ck_assert_uint_ge(answered.count, 1);
	for (const char *const *same = (const char *const[]){ "127.0.0.1:1", "[::1]:2", "unix:/tmp/x", NULL }; *same != NULL; same++) {
		ck_assert_int_eq(look_up(*same), 0);
		ck_assert_uint_eq(answered.count, 1);
		ck_assert_str_eq(answered.texts[0], *same);
	}
}
END_TEST

START_TEST(what_has_none_is_told_by_name)
{
	ck_assert_int_eq(look_up("none.test:80"), 0);
	ck_assert_int_eq(answered.error, ODEON_EEMPTY);
	ck_assert_uint_gt(strlen(answered.text), 0);
	ck_assert_int_eq(look_up("later.test:80"), 0);
	ck_assert_int_eq(answered.error, ODEON_ESYSTEM);
	ck_assert_int_eq(look_up("slow.test:5"), ODEON_ETIMEDOUT);
	for (const char *const *none = (const char *const[]){ "", "x", "x:", ":1", "x:y", "x:65536", "x:99999", "x:123456", "a b:1", "1.2.3:4", "a/b:1",
	     "[::1:5", "a:b:1", NULL }; *none != NULL; none++)
		ck_assert_int_eq(look_up(*none), ODEON_EINVAL);
}
END_TEST

/* ---- connected to ------------------------------------------------------------------------------------------------------------------ */

static odeon_ref open_by(const char *host, odeon_duration timeout)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.credit = ODEON_READ_ALWAYS, .connect_timeout = timeout);
	char name[ODEON_ADDRESS_BYTES];
	odeon_ref connection;

	snprintf(name, sizeof name, "%s%s", host, strrchr(address, ':'));
	ck_assert_int_eq(odeon_connection_open(world.system, name, owner_with(&ears), &options, &connection), 0);
	tell(connection, pattern_bytes(0, 1000));
	return connection;
}

static void expect_echo(odeon_ref connection)
{
	eventually(ears_bytes(&ears) == 1000);
	tell(connection, odeon_new(odeon_write_end));
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, 0);
	ck_assert_int_eq(ears.said[0], 'c');
	ck_assert(!ears.is_wrong);
}

START_TEST(a_name_is_connected_to) { expect_echo(open_by("one.test", 0)); }
END_TEST

START_TEST(addresses_that_refuse_are_passed_over) { expect_echo(open_by("three.test", 0)); }
END_TEST

START_TEST(all_that_localhost_is_is_tried) { expect_echo(open_by("localhost", 0)); }
END_TEST

/* Its queue is full: it does not even refuse. */
START_TEST(an_address_that_does_not_answer_takes_its_share_of_the_time)
{
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1)) };
	int silent = new_socket(), waiting[4];
	odeon_time before;

	must(inet_pton(AF_INET, "127.0.0.3", &where.sin_addr) == 1);
	must(bind(silent, (struct sockaddr *)&where, sizeof where) == 0 && listen(silent, 0) == 0);
	for (int i = 0; i < 4; i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(waiting[i], (struct sockaddr *)&where, sizeof where);
	}
	nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	before = odeon_clock_now();
	expect_echo(open_by("three.test", ODEON_MS(3000)));
	ck_assert_int_ge(odeon_clock_now().ns - before.ns, ODEON_MS(950));
	for (int i = 0; i < 4; i++)
		close(waiting[i]);
	close(silent);
}
END_TEST

START_TEST(when_none_answers_it_is_told_once)
{
	int listening = listen_plainly();

	close(listening);
	(void)open_by("three.test", 0);
	eventually(ears_ended(&ears));
	ck_assert_str_eq(ears.said, "d");
	ck_assert_int_eq(ears.end.error, ODEON_ESYSTEM);
	ck_assert_int_eq(ears.end.system_error, ECONNREFUSED);
	ck_assert_uint_eq(ears.rest, 1000);
}
END_TEST

START_TEST(no_such_name_is_told_once)
{
	(void)open_by("none.test", 0);
	eventually(ears_ended(&ears));
	ck_assert_str_eq(ears.said, "d");
	ck_assert_int_eq(ears.end.error, ODEON_EEMPTY);
	ck_assert_uint_eq(ears.rest, 1000);
	ck_assert(!ears.is_rest_wrong);
}
END_TEST

/* 0: it takes too long; then it is closed, reset, stopped, killed. Meanwhile the one worker that there is does other things. */
START_TEST(a_connection_may_end_while_its_name_is_looked_up)
{
	odeon_ref connection = open_by("slow.test", _i == 0 ? ODEON_MS(100) : 0);
	int plain = dial();

	gate_wait(&asked, 1);
	write_pattern(plain, 0, 5000);
	ck_assert_uint_eq(read_pattern(plain, 0, 5000), 5000);
	close(plain);
	if (_i == 1 || _i == 2)
		tell(connection, odeon_new(odeon_close, .resets = _i == 2));
	else if (_i == 3)
		must(odeon_actor_stop(world.system, connection) == 0);
	else if (_i == 4)
		must(odeon_actor_kill(world.system, connection) == 0);
	eventually(ears_ended(&ears));
	ck_assert_int_eq(ears.end.error, (_i == 0 ? ODEON_ETIMEDOUT : _i == 4 ? ODEON_EKILLED : 0));
	ck_assert_uint_eq(ears.rest, 1000);
	world_await_end(&world, connection);
	gate_open(&release);
	ck_assert_str_eq(ears.said, "d");
}
END_TEST

KIT_MAIN("contract/names",
	{ .name = "found", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_name_has_addresses, what_has_none_is_told_by_name) },
	{ .name = "connected", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_name_is_connected_to, addresses_that_refuse_are_passed_over, all_that_localhost_is_is_tried,
	                     an_address_that_does_not_answer_takes_its_share_of_the_time, when_none_answers_it_is_told_once,
	                     no_such_name_is_told_once) },
	{ .name = "ends", .setup = setup, .teardown = teardown, .loop = 5,
	  .tests = KIT_TESTS(a_connection_may_end_while_its_name_is_looked_up) })
