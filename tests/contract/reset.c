/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reset.c - the other side resets, or ends politely, while nobody looks: what came before it and how it ended are found together,
 * and are not mixed up; who is stopped resets nobody who still reads; and what is said to one who has gone is no line in the log
 */
#include "wires.h"

static struct ears ears;
static int plain;

static bool has_heard(char what)
{
	bool has;

	pthread_mutex_lock(&ears.lock);
	has = strchr(ears.said, what) != NULL;
	pthread_mutex_unlock(&ears.lock);
	return has;
}

/* Its owner works for a while, on the one worker that there is. */
static void connect_busy(int kind)
{
	ears_init(&ears);
	ears.credit = ODEON_READ_ALWAYS;
	ears.slow = 200;
	wires_open(kind, 1);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0, .credit = ODEON_READ_ALWAYS });
	plain = dial();
	write_pattern(plain, 0, 10);
	eventually(ears_bytes(&ears) == 10);
	write_pattern(plain, 10, 100);
}

START_TEST(a_reset_behind_bytes_is_a_reset)
{
	connect_busy(_i);
	reset(plain);
	eventually(has_heard('e') || ears_ended(&ears));
	ck_assert(!has_heard('e'));                             /* no end was said */
	wires_close();
	ck_assert(!ears.is_wrong);
	ck_assert_int_eq(ears.end.error, ODEON_EDISCONNECTED);
	ck_assert_int_eq(ears.end.system_error, ECONNRESET);
}
END_TEST

START_TEST(an_end_behind_bytes_is_an_end)
{
	connect_busy(_i);
	close(plain);
	eventually(has_heard('e'));
	ck_assert_uint_eq(ears_bytes(&ears), 110);
	tell(ears_connection(&ears), odeon_new(odeon_write_end));
	eventually(ears_ended(&ears));
	wires_close();
	ck_assert_int_eq(ears.end.error, 0);
}
END_TEST

/* What the system has is not lost by bytes that nobody reads any more. */
START_TEST(a_polite_stop_resets_nobody_who_still_reads)
{
	int least = 4096;

	ears_init(&ears);
	wires_open(_i, 2);
	listen_for(&ears, (odeon_connection_options){ .bytes = 0 });
	plain = new_socket();
	must(setsockopt(plain, SOL_SOCKET, SO_RCVBUF, &least, sizeof least) == 0);
	dial_by(plain);
	write_pattern(plain, 0, 100);
	tell(ears_connection(&ears), pattern_bytes(0, 30000));
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	must(odeon_actor_stop(world.system, ears_connection(&ears)) == 0);
	eventually(ears_ended(&ears));
	ck_assert_uint_eq(ears.rest, 0);
	ck_assert_uint_eq(read_pattern(plain, 0, UINT64_MAX), 30000);
	ck_assert_int_eq(read_end_of(plain), 0);
	close(plain);
	wires_close();
}
END_TEST

/* ---- too late --------------------------------------------------------------------------------------------------------------- */

static atomic_uint lines, begun, late;

static void count_line(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
	atomic_fetch_add(&lines, 1);
}

/* Answers when the client has gone. */
struct slow { char unused; };

ODEON_START(slow, odeon_session)
{
	atomic_fetch_add(&begun, 1);
	return odeon_send(self, odeon_session->connection, odeon_new(odeon_read, .count = 1));
}

ODEON_HANDLER(slow, odeon_read_end) { (void)odeon_send(self, odeon_read_end->who, odeon_new(odeon_close)); }

ODEON_HANDLER(slow, odeon_disconnected)
{
	odeon_ref connection = odeon_disconnected->who;

	(void)odeon_send(self, connection, odeon_bytes_text("too late"));
	(void)odeon_send(self, connection, odeon_new(odeon_read, .count = 1));
	(void)odeon_send(self, connection, odeon_new(odeon_write_end));
	(void)odeon_send(self, connection, odeon_new(odeon_close));
	atomic_fetch_add(&late, 4);
	odeon_exit(self);
}

ODEON_HANDLERS(slow_handlers, ODEON_ON(slow, odeon_read_end), ODEON_ON(slow, odeon_disconnected));
ODEON_KIND(slow, slow_handlers, .start = ODEON_STARTS(slow));

static uint64_t dead(odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	must(odeon_system_stats(system, &stats) == 0);
	return stats.dead[-ODEON_EGONE];
}

START_TEST(who_has_gone_is_no_line_in_the_log)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .poller = odeon_net_poller(), .on_log = count_line);
	odeon_listener_options listener = ODEON_LISTENER_OPTIONS(.session = &slow_kind);
	char wanted[ODEON_ADDRESS_BYTES];
	odeon_system *system;

	wires_open(_i, 1);                                      /* for its plain sockets */
	wires_place(wanted);
	atomic_store(&lines, 0);
	atomic_store(&begun, 0);
	atomic_store(&late, 0);
	must(odeon_system_start(&options, &system) == 0);
	must(odeon_listener_open(system, wanted, &listener, address, NULL) == 0);
	for (unsigned i = 0; i < 20; i++) {
		plain = dial();
		eventually(atomic_load(&begun) == i + 1);
		reset(plain);
	}
	eventually(atomic_load(&late) == 80);
	eventually(dead(system) == 80);
	ck_assert_uint_eq(atomic_load(&lines), 0);
	must(odeon_system_free(system) == 0);
	wires_close();
}
END_TEST

KIT_MAIN("contract/reset",
	{ .name = "by TCP", .loop = 1, .tests = KIT_TESTS(a_reset_behind_bytes_is_a_reset) },
	{ .name = "stopped", .loop = PLAIN_KINDS, .tests = KIT_TESTS(a_polite_stop_resets_nobody_who_still_reads) },
	{ .name = "late", .loop = PLAIN_KINDS, .tests = KIT_TESTS(who_has_gone_is_no_line_in_the_log) },
	{ .name = "plain", .loop = PLAIN_KINDS, .tests = KIT_TESTS(an_end_behind_bytes_is_an_end) })
