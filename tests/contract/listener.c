/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.c - who is accepted, where, how many, and how that ends
 *
 * Over real sockets: TCP, Unix, TLS. Accepting is spread over the workers; a bound is kept to and left again; a process without
 * descriptors accepts nobody, uses no processor for that, and goes on when there are some; draining waits for who ends in
 * time, and closes the others; an address that is had is had once.
 */
#include "wires.h"
#include "../harness/drum.h"
#include <fcntl.h>
#include <uv.h>

enum { SOME = 64 };

static struct ears ears;
static int sockets[SOME];

static odeon_duration processor_time(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return ODEON_SECONDS(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
		+ ODEON_US(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

/* ---- a server that counts, and echoes ---------------------------------------------------------------------------------------- */

static atomic_int alive, served, refuses;
static odeon_ref _Atomic last;
static _Atomic(void *) loops[2];
static atomic_int on_loop[2];

struct counter { odeon_ref connection; bool is_noted; };

ODEON_START(counter, odeon_session)
{
	if (atomic_load(&refuses))
		return ODEON_EFAILED;
	counter->connection = odeon_session->connection;
	atomic_store(&last, odeon_session->connection);
	atomic_fetch_add(&alive, 1);
	atomic_fetch_add(&served, 1);
	(void)odeon_send(self, counter->connection, odeon_new(odeon_read, .count = ODEON_READ_ALWAYS));        /* which may be gone */
	return 0;
}

static void note_loop(void *loop)
{
	void *none = NULL;

	if (!atomic_compare_exchange_strong(&loops[0], &none, loop) && atomic_load(&loops[0]) != loop)
		atomic_store(&loops[1], loop);
	atomic_fetch_add(&on_loop[atomic_load(&loops[0]) != loop], 1);
}

ODEON_HANDLER(counter, odeon_bytes)
{
	if (!counter->is_noted)
		note_loop(odeon_net_loop(self));
	counter->is_noted = true;
	(void)odeon_send(self, counter->connection, odeon_bytes);
}

ODEON_HANDLER(counter, odeon_read_end) { (void)odeon_send(self, counter->connection, odeon_new(odeon_write_end)); }
ODEON_HANDLER(counter, odeon_disconnected)
{
	atomic_fetch_sub(&alive, 1);
	odeon_exit(self);
}

ODEON_HANDLERS(counter_handlers, ODEON_ON(counter, odeon_bytes), ODEON_ON(counter, odeon_read_end),
	ODEON_ON(counter, odeon_disconnected));
ODEON_KIND(counter, counter_handlers, .start = ODEON_STARTS(counter), .place = ODEON_PINNED);

static odeon_ref open_counting(int kind, uint32_t most)
{
	atomic_store(&alive, 0);
	atomic_store(&served, 0);
	atomic_store(&refuses, 0);
	for (int i = 0; i < 2; i++) {
		atomic_store(&loops[i], NULL);
		atomic_store(&on_loop[i], 0);
	}
	wires_open(kind, 2);
	return listen_with((odeon_listener_options)ODEON_LISTENER_OPTIONS(.session = &counter_kind, .connections_most = most));
}

static bool answers_at_last(int plain)
{
	struct pollfd waits = { .fd = plain, .events = POLLIN };
	char byte;

	return poll(&waits, 1, 10000) == 1 && recv(plain, &byte, 1, 0) == 1 && byte == 'x';
}

static bool answers(int plain)
{
	must(send(plain, "x", 1, MSG_NOSIGNAL) == 1);
	return answers_at_last(plain);
}

/* ---- who is accepted ------------------------------------------------------------------------------------------------------------- */

START_TEST(accepting_is_spread_over_the_workers)
{
	open_counting(_i, 0);
	for (int i = 0; i < SOME; i++)
		sockets[i] = dial();
	for (int i = 0; i < SOME; i++)
		ck_assert(answers(sockets[i]));
	ck_assert_int_eq(atomic_load(&alive), SOME);
	if (_i != KIND_LOCAL) {                                 /* by Unix sockets, whoever is awake takes them */
		ck_assert_int_gt(atomic_load(&on_loop[0]), SOME / 8);  /* 32 on average; 8 or fewer have a chance of 3e-10 */
		ck_assert_int_gt(atomic_load(&on_loop[1]), SOME / 8);
	}
	ck_assert_int_eq(atomic_load(&on_loop[0]) + atomic_load(&on_loop[1]), SOME);
	for (int i = 0; i < SOME; i++)
		close(sockets[i]);
	eventually(atomic_load(&alive) == 0);
	wires_close();
}
END_TEST

START_TEST(no_more_are_accepted_than_may_be)
{
	open_counting(_i, 5);
	for (int i = 0; i < 8; i++)
		sockets[i] = dial();
	for (int i = 0; i < 8; i++)
		must(send(sockets[i], "x", 1, MSG_NOSIGNAL) == 1);
	eventually(atomic_load(&alive) == 5);
	rest(300);
	ck_assert_int_eq(atomic_load(&alive), 5);
	ck_assert_int_eq(atomic_load(&served), 5);
	for (int i = 0; i < 8; i++) {                           /* one goes, and another comes */
		struct pollfd all[8];
		int which = -1, byte;

		for (int j = 0; j < 8; j++)
			all[j] = (struct pollfd){ .fd = sockets[j], .events = POLLIN };
		must(poll(all, 8, 10000) > 0);
		for (int j = 0; j < 8 && which < 0; j++)
			which = (all[j].revents & POLLIN) != 0 ? j : -1;
		must(which >= 0 && recv(sockets[which], &byte, 1, 0) == 1);
		close(sockets[which]);
		sockets[which] = -1;
		ck_assert_int_le(atomic_load(&alive), 5);
	}
	eventually(atomic_load(&alive) == 0);
	ck_assert_int_eq(atomic_load(&served), 8);
	wires_close();
}
END_TEST

/* Who accepts in vain has a descriptor for a moment, too: so all is quiet first, and what was given back meanwhile is taken. */
START_TEST(without_descriptors_nobody_is_accepted_and_nothing_spins)
{
	struct rlimit before, tight;
	odeon_duration used;
	int spare, spares[8], held;

	open_counting(_i, 0);
	sockets[0] = dial();
	sockets[1] = new_socket();
	ck_assert(answers(sockets[0]));
	rest(50);
	must(getrlimit(RLIMIT_NOFILE, &before) == 0);
	spare = fcntl(0, F_DUPFD_CLOEXEC, 0);
	must(spare >= 0);
	close(spare);
	tight = before;
	tight.rlim_cur = (rlim_t)spare;
	must(setrlimit(RLIMIT_NOFILE, &tight) == 0);
	for (held = 0; (spares[held] = fcntl(0, F_DUPFD_CLOEXEC, 0)) >= 0; held++)
		must(held < 7);
	must(errno == EMFILE);
	dial_by(sockets[1]);
	must(send(sockets[1], "x", 1, MSG_NOSIGNAL) == 1);
	rest(100);
	used = processor_time();
	rest(500);
	used = processor_time() - used;
	ck_assert(drum_beats() || used < ODEON_MS(75));         /* 15 % of one, on a machine that is busy; signals use some, too */
	ck_assert_int_eq(atomic_load(&served), 1);
	ck_assert(answers(sockets[0]));                         /* who is there is served */
	while (held-- > 0)
		close(spares[held]);
	must(setrlimit(RLIMIT_NOFILE, &before) == 0);
	ck_assert(answers_at_last(sockets[1]));
	close(sockets[0]);
	close(sockets[1]);
	eventually(atomic_load(&alive) == 0);
	wires_close();
}
END_TEST

START_TEST(a_session_that_does_not_start_refuses_its_connection)
{
	open_counting(_i, 0);
	atomic_store(&refuses, 1);
	sockets[0] = dial();
	(void)read_end_of(sockets[0]);
	atomic_store(&refuses, 0);
	sockets[1] = dial();
	ck_assert(answers(sockets[1]));
	close(sockets[0]);
	close(sockets[1]);
	eventually(atomic_load(&alive) == 0);
	wires_close();
}
END_TEST

START_TEST(one_actor_may_own_them_all)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.backlog = 8);
	odeon_ref first;

	ears_init(&ears);
	ears.is_stubborn = true;
	ears.credit = ODEON_READ_ALWAYS;
	wires_open(_i, 2);
	options.owner = owner_with(&ears);
	listen_with(options);
	sockets[0] = dial();
	first = ears_connection(&ears);
	sockets[1] = dial();
	eventually(ears_said(&ears, "cc"));
	write_pattern(sockets[0], 0, 10);
	eventually(ears_bytes(&ears) == 10);
	write_pattern(sockets[1], 10, 10);
	eventually(ears_bytes(&ears) == 20);
	tell(first, odeon_new(odeon_write_end));
	close(sockets[0]);
	eventually(ears_ended(&ears));
	ck_assert_uint_eq(ears.end.who.bits, first.bits);
	close(sockets[1]);
	wires_close();
}
END_TEST

/* ---- how it ends ------------------------------------------------------------------------------------------------------------------- */

START_TEST(draining_waits_for_who_ends_and_closes_the_others)
{
	struct ears willing, unwilling;
	struct odeon_drained *drained;
	odeon_ref listener;

	for (int is_willing = 0; is_willing < 2; is_willing++) {
		struct ears *one = is_willing ? &willing : &unwilling;
		odeon_duration within = is_willing ? KIT_PATIENCE / 2 : ODEON_MS(300);
		odeon_time before;

		ears_init(one);
		one->echoes = is_willing;
		one->credit = 4;
		wires_open(_i, 2);
		listener = listen_for(one, (odeon_connection_options)ODEON_CONNECTION_OPTIONS(.linger = ODEON_SECONDS(1)));
		sockets[0] = dial();
		(void)ears_connection(one);
		before = odeon_clock_now();
		drained = odeon_ask(odeon_drained, world.system, listener, odeon_new(odeon_drain, .within = within), kit_deadline(), NULL);
		ck_assert_ptr_nonnull(drained);
		ck_assert_uint_eq(drained->finished, is_willing ? 1 : 0);
		ck_assert_uint_eq(drained->closed, is_willing ? 0 : 1);
		odeon_free(drained);
		if (!is_willing)
			ck_assert_int_ge(odeon_clock_now().ns - before.ns, ODEON_MS(300));
		ck_assert_int_eq(read_end_of(sockets[0]), 0);
		eventually(ears_ended(one));
		ck_assert(ears_said(one, "gd") || ears_said(one, "ged"));
		ck_assert_int_eq(one->end.error, 0);
		close(sockets[0]);
		world_await_end(&world, listener);
		wires_close();
	}
}
END_TEST

START_TEST(a_listener_that_stops_leaves_connections_alone)
{
	odeon_ref listener = open_counting(_i, 0);

	sockets[0] = dial();
	ck_assert(answers(sockets[0]));
	must(odeon_actor_stop(world.system, listener) == 0);
	world_await_end(&world, listener);
	ck_assert(answers(sockets[0]));
	if (_i == KIND_LOCAL)
		ck_assert_int_ne(access(strchr(address, '/'), F_OK), 0);
	close(sockets[0]);
	eventually(atomic_load(&alive) == 0);
	ck_assert_uint_eq(world_letters(&world), 0);
	wires_close();
}
END_TEST

START_TEST(a_system_may_stop_with_all_of_it_at_work)
{
	for (int round = 0; round < KIT_SLOWER(18); round++) {
		open_counting(_i, 0);
		for (int i = 0; i < 6; i++)
			sockets[i] = dial();
		for (int i = 0; i < round % 6; i++)
			must(send(sockets[i], "abc", 3, MSG_NOSIGNAL) == 3);
		if (round % 3 == 0)
			kit_pause();
		wires_close();
		for (int i = 0; i < 6; i++)
			close(sockets[i]);
	}
}
END_TEST

/* ---- addresses ------------------------------------------------------------------------------------------------------------------------ */

START_TEST(an_address_is_had_once)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &counter_kind);
	odeon_ref listener = open_counting(_i, 0), second;
	char bound[ODEON_ADDRESS_BYTES];

	options.connection.tls = wires_tls();
	ck_assert_int_eq(odeon_listener_open(world.system, address, &options, NULL, &second), ODEON_EBUSY);
	ck_assert(odeon_ref_is_nobody(second));
	sockets[0] = dial();
	ck_assert(answers(sockets[0]));                         /* the first one has it still */
	close(sockets[0]);
	must(odeon_actor_stop(world.system, listener) == 0);
	world_await_end(&world, listener);
	eventually(odeon_listener_open(world.system, address, &options, bound, &second) == 0);
	ck_assert_str_eq(bound, address);
	sockets[0] = dial();
	ck_assert(answers(sockets[0]));
	close(sockets[0]);
	wires_close();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &counter_kind);
	odeon_ref owner;

	ears_init(&ears);
	wires_open(_i, 1);
	owner = owner_with(&ears);
	ck_assert_int_eq(odeon_listener_open(world.system, "nonsense", &options, NULL, NULL), ODEON_EINVAL);
	ck_assert_int_eq(odeon_listener_open(world.system, "192.0.2.1:0", &options, NULL, NULL), ODEON_ESYSTEM);
	ck_assert_int_eq(odeon_listener_open(world.system, "unix:/no/such/place", &options, NULL, NULL), ODEON_ESYSTEM);
	ck_assert_int_eq(odeon_listener_open(world.system, "127.0.0.1:0", NULL, NULL, NULL), ODEON_EINVAL);
	options.owner = owner;
	ck_assert_int_eq(odeon_listener_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EINVAL);
	options = (odeon_listener_options)ODEON_LISTENER_OPTIONS(.session = NULL);
	ck_assert_int_eq(odeon_listener_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EINVAL);
	options = (odeon_listener_options){ .bytes = 1 };
	ck_assert_int_eq(odeon_listener_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EVERSION);
	options = (odeon_listener_options)ODEON_LISTENER_OPTIONS(.owner = owner, .connection = { .linger = -1 });
	ck_assert_int_eq(odeon_listener_open(world.system, "127.0.0.1:0", &options, NULL, NULL), ODEON_EINVAL);
	wires_close();
}
END_TEST

START_TEST(any_address_of_the_machine)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = &counter_kind);

	open_counting(KIND_TCP, 0);
	ck_assert_int_eq(odeon_listener_open(world.system, ":0", &options, address, NULL), 0);
	sockets[0] = dial();                                    /* by 127.0.0.1 */
	ck_assert(answers(sockets[0]));
	close(sockets[0]);
	wires_close();
}
END_TEST

/* ---- somebody else's handles in the loop -------------------------------------------------------------------------------------------------- */

static atomic_int fired;
static struct gate closed = GATE;

static void on_timer(uv_timer_t *timer)
{
	atomic_fetch_add(&fired, 1);
	(void)timer;
}

static void on_close(uv_handle_t *timer)
{
	free(timer);
	gate_open(&closed);
}

struct clock { uv_timer_t *timer; };
ODEON_HANDLER(clock, note)
{
	clock->timer = malloc(sizeof *clock->timer);
	must(clock->timer != NULL && odeon_net_loop(self) != NULL);
	must(uv_timer_init(odeon_net_loop(self), clock->timer) == 0);
	must(uv_timer_start(clock->timer, on_timer, 1, 1) == 0);
}
ODEON_STOP(clock)
{
	if (clock->timer != NULL)
		uv_close((uv_handle_t *)clock->timer, on_close);
}
ODEON_HANDLERS(clock_handlers, ODEON_ON(clock, note));
ODEON_KIND(clock, clock_handlers, .stop = ODEON_STOPS(clock));

/* Each time it is handled, a timer of the loop is started that posts the next. */
static odeon_ref _Atomic chained;
static void on_link(uv_timer_t *timer)
{
	(void)timer;
	tell(atomic_load(&chained), odeon_new(note));
}

struct chain { uv_timer_t *timer; };
ODEON_HANDLER(chain, note)
{
	if (chain->timer == NULL) {
		chain->timer = malloc(sizeof *chain->timer);
		must(chain->timer != NULL && uv_timer_init(odeon_net_loop(self), chain->timer) == 0);
	}
	atomic_fetch_add(&fired, 1);
	must(uv_timer_start(chain->timer, on_link, 1, 0) == 0);
}
ODEON_STOP(chain)
{
	if (chain->timer != NULL)
		uv_close((uv_handle_t *)chain->timer, on_close);
}
ODEON_HANDLERS(chain_handlers, ODEON_ON(chain, note));
ODEON_KIND(chain, chain_handlers, .stop = ODEON_STOPS(chain));

START_TEST(what_a_timer_of_the_loop_posts_is_never_slept_on)
{
	odeon_ref pinned;
	unsigned before = gate_count(&closed);

	wires_open(KIND_TCP, 1);
	atomic_store(&fired, 0);
	must(odeon_system_spawn_pinned(world.system, &chain_kind, NULL, 0, &pinned) == 0);
	atomic_store(&chained, pinned);
	tell(pinned, odeon_new(note));
	for (int i = 0; i <= 300; i += 20)                     /* each takes several turns of a machine that may be busy */
		eventually(atomic_load(&fired) > i);
	must(odeon_actor_kill(world.system, pinned) == 0);
	gate_wait(&closed, before + 1);
	wires_close();
}
END_TEST

static _Atomic(void *) found;
static void look(odeon_self *self, void *argument)
{
	(void)argument;
	atomic_store(&found, odeon_net_loop(self));
}

START_TEST(a_pinned_actor_may_use_the_loop_itself)
{
	odeon_ref pinned, elsewhere;

	wires_open(KIND_TCP, 2);
	atomic_store(&fired, 0);
	must(odeon_system_spawn_pinned(world.system, &clock_kind, NULL, 1, &pinned) == 0);
	tell(pinned, odeon_new(note));
	eventually(atomic_load(&fired) > 20);
	must(odeon_actor_stop(world.system, pinned) == 0);
	gate_wait(&closed, 1);
	elsewhere = world_catcher(&world, (struct catcher){ .journal = NULL });
	world_do(&world, elsewhere, look, NULL);
	ck_assert_ptr_null(atomic_load(&found));               /* it may run anywhere */
	wires_close();
}
END_TEST

KIT_MAIN("contract/listener",
	{ .name = "accepting", .loop = KINDS,
	  .tests = KIT_TESTS(accepting_is_spread_over_the_workers, no_more_are_accepted_than_may_be,
	                     a_session_that_does_not_start_refuses_its_connection, one_actor_may_own_them_all) },
	{ .name = "descriptors", .loop = PLAIN_KINDS,           /* the relay is in this process, and needs some */
	  .tests = KIT_TESTS(without_descriptors_nobody_is_accepted_and_nothing_spins) },
	{ .name = "ends", .loop = KINDS,
	  .tests = KIT_TESTS(draining_waits_for_who_ends_and_closes_the_others, a_listener_that_stops_leaves_connections_alone,
	                     a_system_may_stop_with_all_of_it_at_work) },
	{ .name = "addresses", .loop = KINDS, .tests = KIT_TESTS(an_address_is_had_once, what_makes_no_sense_is_refused) },
	{ .name = "any", .tests = KIT_TESTS(any_address_of_the_machine) },
	{ .name = "loop", .tests = KIT_TESTS(a_pinned_actor_may_use_the_loop_itself,
	                                     what_a_timer_of_the_loop_posts_is_never_slept_on) })
