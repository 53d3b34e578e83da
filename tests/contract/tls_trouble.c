/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_trouble.c - the other side speaks TLS badly, on purpose or because somebody between does
 *
 * It says something else; it stops, ends or resets at any byte of a handshake or a record; it changes bytes; it wants what
 * nobody grants. No session sees anything of that, but by name; nothing stays, and nothing grows. The other side is OpenSSL
 * between two memories, so that each byte of it is the test's.
 */
#include "tls_other.h"
#include <netinet/in.h>
#include <netinet/tcp.h>

static struct certificate ours;
static odeon_tls *server_context, *client_context;
static struct ears ears;

static void make(int kind)
{
	odeon_tls_options options = ODEON_TLS_OPTIONS(.certificate_count = 1);
	odeon_tls_certificate certificate;

	ours = certificate_new(&(struct wish){ .name = "ours", .alternatives = "IP:127.0.0.1" }, NULL);
	certificate = certificate_ours(&ours);
	options.certificates = &certificate;
	must(odeon_tls_server(&options, &server_context, NULL) == 0);
	options = (odeon_tls_options)ODEON_TLS_OPTIONS(.roots = ours.chain_pem, .roots_bytes = strlen(ours.chain_pem));
	must(odeon_tls_client(&options, &client_context, NULL) == 0);
	ears_init(&ears);
	ears.credit = ODEON_READ_ALWAYS;
	wires_open(kind, 2);
}

static void make_all(void) { make(KIND_TCP); }
static void make_local(void) { make(KIND_LOCAL); }

static void free_all(void)
{
	wires_close();
	odeon_tls_drop(server_context);
	odeon_tls_drop(client_context);
	certificate_free(&ours);
}

static odeon_ref listen_within(odeon_duration timeout)
{
	return listen_for(&ears, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.tls = server_context, .connect_timeout = timeout));
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

/* A listener is one actor, and one on each worker. */
static bool nobody_stays(void) { return world_stats(&world).actors == 3; }

/* Somebody who behaves is served, whatever there was before. */
static void serve_another(void)
{
	struct other other = begin(dial(), NULL, 0);
	uint64_t before = ears_bytes(&ears);

	shake_hands(&other);
	seal(&other, before, 100);
	send_part(&other, 0, other.length);
	eventually(ears_bytes(&ears) == before + 100);
	ck_assert(!ears.is_wrong);
	end(&other);
	eventually(ears_ended(&ears));
	eventually(nobody_stays());
}

/* ---- handshakes ------------------------------------------------------------------------------------------------------------------- */

START_TEST(garbage_instead_of_a_hello_makes_no_session)
{
	static const struct { const char *bytes; size_t length; } kinds[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27 }, { "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16 }, { "*1\r\n$4\r\nPING\r\n", 14 },
		{ "\x16\x03\x01\xff\xff\x01\x00\xff\xff\x03\x03", 11 }, { "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10", 11 },
		{ "\x15\x03\x01\x00\x02\x02\x28", 7 }, { "\x17\x03\x03\x00\x05hello", 10 }, { "\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9 },
	};

	listen_within(ODEON_MS(2000));
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		int plain = dial();

		must(send(plain, kinds[i].bytes, kinds[i].length, MSG_NOSIGNAL) == (ssize_t)kinds[i].length);
		(void)read_end_of(plain);
		close(plain);
	}
	ck_assert(ears_said(&ears, ""));
	serve_another();
}
END_TEST

/* All at once: as many as there are bytes. */
static void stall_all(struct other *others, size_t count)
{
	for (size_t i = 0; i < count; i++)
		send_part(&others[i], 0, i);
	for (size_t i = 0; i < count; i++)
		(void)read_end_of(others[i].plain);
	ck_assert(ears_said(&ears, ""));
	for (size_t i = 0; i < count; i++)
		end(&others[i]);
}

START_TEST(a_handshake_that_stalls_at_any_byte_is_ended)
{
	static struct other others[600];
	odeon_time last = { 0 };
	size_t count = 1;

	listen_within(ODEON_MS(1000));
	for (size_t i = 0; i < count; i++) {
		last = odeon_clock_now();
		others[i] = begin(dial(), NULL, 0);
		(void)step(&others[i]);
		if (_i > 0) {                                   /* what it says last, not first */
			send_part(&others[i], 0, others[i].length);
			must(step(&others[i]));
		}
		count = others[i].length;
		must(count > 50 && count < 600);
	}
	stall_all(others, count);
	if (_i == 0)
		ck_assert_int_ge(odeon_clock_now().ns - last.ns, ODEON_MS(900));
	serve_another();
}
END_TEST

START_TEST(a_reset_in_the_handshake_leaves_nothing)
{
	listen_within(0);
	for (int i = 0; i < KIT_SLOWER(100) + 5; i++) {
		struct other other = begin(dial(), NULL, 0);

		(void)step(&other);
		send_part(&other, 0, i % 3 == 0 ? other.length : (size_t)i);
		if (i % 6 == 0)
			(void)step(&other);
		reset(other.plain);
		SSL_free(other.ssl);
	}
	serve_another();
	ck_assert(ears_said(&ears, "bd"));
}
END_TEST

START_TEST(who_can_only_do_what_is_too_old_is_refused)
{
	struct other other;

	listen_within(0);
	other = begin(dial(), NULL, TLS1_1_VERSION);
	must(!step(&other) && other.length > 0);
	send_part(&other, 0, other.length);
	ck_assert(!step(&other));
	end(&other);
	ck_assert(ears_said(&ears, ""));
	serve_another();
}
END_TEST

START_TEST(what_is_at_work_may_be_stopped_in_a_handshake)
{
	struct other other;
	struct odeon_drained *drained;
	odeon_ref listener = listen_within(0);

	other = begin(dial(), NULL, 0);
	(void)step(&other);
	send_part(&other, 0, 20);
	rest(50);
	if (_i == 0) {
		drained = odeon_ask(odeon_drained, world.system, listener, odeon_new(odeon_drain, .within = ODEON_SECONDS(60)),
		                    kit_deadline(), NULL);
		ck_assert_ptr_nonnull(drained);                 /* nobody has begun anything, so nobody is waited for */
		odeon_free(drained);
	} else if (_i == 1) {
		must(odeon_actor_stop(world.system, listener) == 0);
	} else {
		end(&other);
		return;
	}
	(void)read_end_of(other.plain);
	end(&other);
	ck_assert(ears_said(&ears, ""));
}
END_TEST

/* ---- records ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(a_record_may_come_in_any_two_parts)
{
	struct other other;
	uint64_t sent = 0;

	listen_within(0);
	other = begin(dial(), NULL, _i == 0 ? TLS1_2_VERSION : 0);
	must(setsockopt(other.plain, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) == 0);
	shake_hands(&other);
	for (size_t at = 1; at == 1 || at < other.length; at++) {
		seal(&other, sent, 50);
		send_part(&other, 0, at);
		kit_pause();
		ck_assert_uint_eq(ears_bytes(&ears), sent);
		send_part(&other, at, other.length);
		sent += 50;
		eventually(ears_bytes(&ears) == sent);
	}
	ck_assert(!ears.is_wrong);
	end(&other);
	eventually(ears_ended(&ears));
}
END_TEST

/* What a whole record said is told; that of a part never is; and the end, not having been said, is none. */
START_TEST(an_end_that_is_not_said_is_no_end)
{
	size_t length = 1;

	for (size_t at = 0; at <= length; at += (size_t)KIT_SLOWER(10) < 10 ? 7 : 1) {
		struct other other;

		ears_init(&ears);
		ears.credit = ODEON_READ_ALWAYS;
		listen_within(0);
		other = begin(dial(), NULL, 0);
		shake_hands(&other);
		seal(&other, 0, 50);
		length = other.length;
		send_part(&other, 0, at);
		close(other.plain);
		eventually(ears_ended(&ears));
		ck_assert_int_eq(ears.end.error, ODEON_EDISCONNECTED);
		ck_assert_uint_eq(ears.bytes, at < length ? 0 : 50);
		ck_assert_str_eq(ears.said, at < length ? "d" : "bd");
		SSL_free(other.ssl);
	}
}
END_TEST

START_TEST(a_changed_byte_is_noticed)
{
	size_t length = 1;

	for (size_t at = 0; at < length; at += (size_t)KIT_SLOWER(10) < 10 ? 7 : 1) {
		struct other other;

		ears_init(&ears);
		ears.credit = ODEON_READ_ALWAYS;
		listen_within(0);
		other = begin(dial(), NULL, 0);
		shake_hands(&other);
		seal(&other, 0, 50);
		length = other.length;
		other.flight[at] ^= 0x20;
		send_part(&other, 0, length);
		must(shutdown(other.plain, SHUT_WR) == 0);      /* the length may be what was changed: then more is waited for */
		eventually(ears_ended(&ears));
		ck_assert_int_eq(ears.end.error, (at == 3 || at == 4 ? ears.end.error : ODEON_EMALFORMED));
		ck_assert_int_ne(ears.end.error, 0);
		ck_assert_str_eq(ears.said, "d");
		end(&other);
	}
}
END_TEST

/* ---- what nobody grants ---------------------------------------------------------------------------------------------------------------- */

START_TEST(nobody_renegotiates)
{
	struct other other;

	listen_within(0);
	other = begin(dial(), NULL, TLS1_2_VERSION);
	shake_hands(&other);
	must(SSL_renegotiate(other.ssl) == 1);
	ck_assert(!step(&other) && other.length > 0);           /* its hello */
	send_part(&other, 0, other.length);
	ck_assert(!step(&other));                               /* an alert in answer, and no hello */
	end(&other);
	eventually(ears_ended(&ears));
	ck_assert_str_eq(ears.said, "d");
}
END_TEST

/* Each of them makes us answer, and nobody takes the answers. By a Unix socket, in which little is under way. */
START_TEST(who_wants_new_keys_for_ever_and_never_reads_is_held_up)
{
	struct rusage before, after;
	struct other other;
	size_t sent = 0;

	listen_within(0);
	other = begin(dial(), NULL, TLS1_3_VERSION);
	shake_hands(&other);
	(void)ears_connection(&ears);
	getrusage(RUSAGE_SELF, &before);
	for (bool goes_on = true; goes_on && sent < 64 << 20;) {
		struct pollfd waits = { .fd = other.plain, .events = POLLOUT };

		must(SSL_key_update(other.ssl, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(other.ssl) == 1);
		collect(&other);
		for (size_t at = 0; at < other.length && goes_on;) {
			ssize_t some = send(other.plain, other.flight + at, other.length - at, MSG_NOSIGNAL | MSG_DONTWAIT);

			goes_on = some > 0 || (errno == EAGAIN && poll(&waits, 1, 500) == 1);
			at += some > 0 ? (size_t)some : 0;
			sent += some > 0 ? (size_t)some : 0;
		}
	}
	getrusage(RUSAGE_SELF, &after);
	ck_assert_uint_lt(sent, 64 << 20);
	if (KIT_SLOWER(10) == 10)                               /* a sanitizer keeps what was freed */
		ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 32 << 10);       /* kilobytes */
	reset(other.plain);
	SSL_free(other.ssl);
	eventually(ears_ended(&ears));
}
END_TEST

/* ---- when we are the client --------------------------------------------------------------------------------------------------------------- */

static struct other accept_ours(odeon_ref *connection, odeon_duration timeout)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.tls = client_context, .connect_timeout = timeout);
	int listening = listen_plainly();
	struct other other;

	ears_init(&ears);
	ears.credit = ODEON_READ_ALWAYS;
	must(odeon_connection_open(world.system, address, owner_with(&ears), &options, connection) == 0);
	other = begin(accept_plainly(listening), &ours, 0);
	close(listening);
	return other;
}

START_TEST(a_server_that_cuts_off_is_told_apart_from_one_that_ends)
{
	odeon_ref connection;
	struct other other;

	for (int way = 0; way < 3; way++) {
		other = accept_ours(&connection, 0);
		shake_hands(&other);
		seal(&other, 0, 10);
		send_part(&other, 0, other.length);
		eventually(ears_bytes(&ears) == 10);
		if (way == 1) {
			(void)SSL_shutdown(other.ssl);
			collect(&other);
			send_part(&other, 0, other.length);
			(void)odeon_post(world.system, connection, odeon_new(odeon_write_end));
			must(receive(&other));                  /* our end: before he is gone, or it would be reset */
		} else if (way == 2) {
			tell(connection, odeon_new(odeon_close));
			must(receive(&other) && SSL_read(other.ssl, (char[1]){ 0 }, 1) <= 0);
			ck_assert_int_eq(SSL_get_shutdown(other.ssl), SSL_RECEIVED_SHUTDOWN);
		}
		close(other.plain);
		eventually(ears_ended(&ears));
		ck_assert_str_eq(ears.said, (way == 1 ? "cbed" : "cbd"));
		ck_assert_int_eq(ears.end.error, (way == 0 ? ODEON_EDISCONNECTED : 0));
		SSL_free(other.ssl);
	}
}
END_TEST

START_TEST(a_server_that_breaks_off_the_handshake_is_named)
{
	static const int errors[] = { ODEON_EDISCONNECTED, ODEON_EDISCONNECTED, ODEON_EHANDSHAKE, ODEON_ETIMEDOUT };
	odeon_ref connection;
	struct other other;

	for (int way = 0; way < 4; way++) {
		other = accept_ours(&connection, way == 3 ? ODEON_MS(500) : 0);
		tell(connection, pattern_bytes(0, 5));
		must(receive(&other));
		if (way == 0)
			shutdown(other.plain, SHUT_RDWR);
		else if (way == 1)
			reset(other.plain);
		else if (way == 2)
			must(send(other.plain, "220 mail.example\r\n", 18, MSG_NOSIGNAL) == 18);
		eventually(ears_ended(&ears));
		ck_assert_int_eq(ears.end.error, errors[way]);
		ck_assert_str_eq(ears.said, "d");
		ck_assert_uint_eq(ears.rest, 5);
		ck_assert(way != 3 || strcmp(ears.end.text, "the handshake took too long") == 0);
		if (way != 1)
			close(other.plain);
		SSL_free(other.ssl);
	}
}
END_TEST

#define CASE(name_, ...) { .name = name_, .setup = make_all, .teardown = free_all, __VA_ARGS__ }
KIT_MAIN("contract/tls_trouble",
	CASE("handshakes", .tests = KIT_TESTS(garbage_instead_of_a_hello_makes_no_session, a_reset_in_the_handshake_leaves_nothing,
	                                      who_can_only_do_what_is_too_old_is_refused)),
	CASE("stalls", .loop = 2, .tests = KIT_TESTS(a_handshake_that_stalls_at_any_byte_is_ended)),
	CASE("stops", .loop = 3, .tests = KIT_TESTS(what_is_at_work_may_be_stopped_in_a_handshake)),
	CASE("parts", .loop = 2, .tests = KIT_TESTS(a_record_may_come_in_any_two_parts)),
	CASE("records", .tests = KIT_TESTS(an_end_that_is_not_said_is_no_end, a_changed_byte_is_noticed)),
	CASE("wishes", .tests = KIT_TESTS(nobody_renegotiates)),
	{ .name = "keys", .setup = make_local, .teardown = free_all,
	  .tests = KIT_TESTS(who_wants_new_keys_for_ever_and_never_reads_is_held_up) },
	CASE("client", .tests = KIT_TESTS(a_server_that_cuts_off_is_told_apart_from_one_that_ends,
	                                  a_server_that_breaks_off_the_handshake_is_named)))
