/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poller.c - one set of questions for everything that a worker may sleep in
 *
 * The default event count, a poller of epoll and an eventfd, a poller of a mutex and a condition, and the host's own
 * loop around odeon_system_fd. The questions: does work that comes while all sleep run? A thousand times? From many
 * threads? When it comes in the moment of falling asleep? Does an idle system use no processor? Does stop wake all?
 * And is a poller opened, used and closed on its worker's own thread, once?
 */
#include "../harness/kit.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#ifdef POLLER_HEADER                                   /* one more, of a library beside the core: poller_net.t */
# include POLLER_HEADER
# define POLLER_NAME "poller_net"
#else
# define POLLER_MORE NULL
# define POLLER_NAME "poller"
#endif

static struct world world;
static struct journal journal;

/* ---- what the pollers note about how they are used -------------------------------------------------------------------- */

static atomic_int opened, closed, polls, waits, mistakes;
static int fails_at = -1;                              /* the worker whose open fails */

struct usage { pthread_t owner; int worker; };

static int usage_open(struct usage *usage, void *host, int worker)
{
	if (host != &world)
		atomic_fetch_add(&mistakes, 1);
	if (worker == fails_at)
		return ODEON_EDISCONNECTED;
	usage->owner = pthread_self();
	usage->worker = worker;
	atomic_fetch_add(&opened, 1);
	return 0;
}

static void usage_poll(struct usage *usage, odeon_duration at_most)
{
	if (!pthread_equal(usage->owner, pthread_self()) || at_most < 0)
		atomic_fetch_add(&mistakes, 1);
	atomic_fetch_add(at_most == 0 ? &polls : &waits, 1);
}

static void usage_close(struct usage *usage)
{
	if (!pthread_equal(usage->owner, pthread_self()))
		atomic_fetch_add(&mistakes, 1);
	atomic_fetch_add(&closed, 1);
}

/* ---- epoll and an eventfd --------------------------------------------------------------------------------------------- */

struct epoller { struct usage usage; int epoll, event; };

static struct epoller *_Atomic epollers[2];
static odeon_ref _Atomic told[2];                      /* a descriptor was ready: whom a poll tells of it */
static atomic_bool tells[2];

static int epoller_open(void *host, int worker, void **state)
{
	struct epoller *epoller = calloc(1, sizeof(*epoller));
	struct epoll_event event = { .events = EPOLLIN };
	int error;

	if (!epoller)
		return ODEON_ENOMEM;
	error = usage_open(&epoller->usage, host, worker);
	if (error) {
		free(epoller);
		return error;
	}
	epoller->epoll = epoll_create1(EPOLL_CLOEXEC);
	epoller->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(epoller->epoll >= 0 && epoller->event >= 0);
	must(epoll_ctl(epoller->epoll, EPOLL_CTL_ADD, epoller->event, &event) == 0);
	if (worker < 2)
		atomic_store(&epollers[worker], epoller);
	*state = epoller;
	return 0;
}

static void epoller_close(void *state)
{
	struct epoller *epoller = state;

	usage_close(&epoller->usage);
	close(epoller->epoll);
	close(epoller->event);
	free(epoller);
}

static void epoller_poll(void *state, odeon_duration at_most)
{
	struct epoller *epoller = state;
	struct epoll_event event;
	uint64_t count;
	int milliseconds = at_most == ODEON_POLL_FOR_EVER ? -1 : (int)((at_most + 999999) / 1000000);

	usage_poll(&epoller->usage, at_most);
	if (epoll_wait(epoller->epoll, &event, 1, milliseconds) == 1)
		if (read(epoller->event, &count, sizeof(count)) < 0)
			atomic_fetch_add(&mistakes, 1);
	if (epoller->usage.worker < 2 && atomic_exchange(&tells[epoller->usage.worker], false))
		world_posts(&world, atomic_load(&told[epoller->usage.worker]), epoller->usage.worker, 1);
}

static void epoller_wake(void *state)
{
	struct epoller *epoller = state;
	uint64_t one = 1;

	if (write(epoller->event, &one, sizeof(one)) != sizeof(one))
		atomic_fetch_add(&mistakes, 1);
}

static const odeon_poller epoll_poller = {
	.bytes = sizeof(odeon_poller), .open = epoller_open, .close = epoller_close, .poll = epoller_poll, .wake = epoller_wake,
};

/* ---- a mutex and a condition ------------------------------------------------------------------------------------------- */

struct sleeper { struct usage usage; struct gate gate; unsigned seen; };

static int sleeper_open(void *host, int worker, void **state)
{
	struct sleeper *sleeper = calloc(1, sizeof(*sleeper));
	int error;

	if (!sleeper)
		return ODEON_ENOMEM;
	error = usage_open(&sleeper->usage, host, worker);
	if (error) {
		free(sleeper);
		return error;
	}
	sleeper->gate = (struct gate)GATE;
	*state = sleeper;
	return 0;
}

static void sleeper_close(void *state)
{
	usage_close(&((struct sleeper *)state)->usage);
	free(state);
}

static void sleeper_poll(void *state, odeon_duration at_most)
{
	struct sleeper *sleeper = state;

	usage_poll(&sleeper->usage, at_most);
	if (at_most == 0)
		return;
	gate_waits(&sleeper->gate, sleeper->seen + 1, at_most < ODEON_SECONDS(60) ? at_most : ODEON_SECONDS(60));
	sleeper->seen = gate_count(&sleeper->gate);
}

static void sleeper_wake(void *state)
{
	gate_open(&((struct sleeper *)state)->gate);
}

static const odeon_poller condition_poller = {
	.bytes = sizeof(odeon_poller), .open = sleeper_open, .close = sleeper_close, .poll = sleeper_poll, .wake = sleeper_wake,
};

/* ---- the host's own loop ------------------------------------------------------------------------------------------------- */

static atomic_bool host_ends;
static pthread_t host_thread;

static void *host_loop(void *argument)
{
	struct pollfd pollfd = { .fd = odeon_system_fd(world.system), .events = POLLIN };

	(void)argument;
	while (!atomic_load(&host_ends)) {
		must(poll(&pollfd, 1, 200) >= 0);              /* the 200 ms only serve to see host_ends */
		must(odeon_system_run(world.system, ODEON_AT_ONCE) >= 0);
	}
	return NULL;
}

/* ---- one after the other -------------------------------------------------------------------------------------------------- */

static const struct way { const char *name; const odeon_poller *poller; bool is_host, is_more; } ways[] = {
	{ "event count", NULL, false, false },
	{ "epoll", &epoll_poller, false, false },
	{ "condition", &condition_poller, false, false },
	{ "host's loop", NULL, true, false },
	{ "another, or an event count", NULL, false, true },
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]), WORKERS = 2 };

static const odeon_poller *poller_of(int way) { return ways[way].is_more ? POLLER_MORE : ways[way].poller; }

static void open_way(int way)
{
	journal = (struct journal)JOURNAL;
	atomic_store(&opened, 0);
	atomic_store(&closed, 0);
	atomic_store(&polls, 0);
	atomic_store(&waits, 0);
	atomic_store(&mistakes, 0);
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = ways[way].is_host ? ODEON_WORKERS_NONE : WORKERS,
	                                                .poller = poller_of(way)));
	if (!ways[way].is_host)
		return;
	atomic_store(&host_ends, false);
	ck_assert_int_eq(pthread_create(&host_thread, NULL, host_loop, NULL), 0);
}

static void close_way(int way)
{
	if (ways[way].is_host) {
		atomic_store(&host_ends, true);
		pthread_join(host_thread, NULL);
	}
	world_close(&world);
	ck_assert_int_eq(atomic_load(&mistakes), 0);
	ck_assert_int_eq(atomic_load(&closed), atomic_load(&opened));
	if (ways[way].poller)
		ck_assert_int_eq(atomic_load(&opened), WORKERS);
}

START_TEST(work_that_comes_while_all_sleep_runs)
{
	odeon_ref actor;
	int i;

	open_way(_i);
	actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	for (i = 0; i < 10; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);      /* long enough to fall asleep */
		world_posts(&world, actor, i, 1);
		journal_wait(&journal, (unsigned)i + 1);
	}
	close_way(_i);
}
END_TEST

START_TEST(a_thousand_wakes_in_the_moment_of_falling_asleep_are_not_lost)
{
	uint64_t random = kit_seed();
	odeon_ref actor;
	int i, spin;

	open_way(_i);
	actor = world_catcher(&world, (struct catcher){ .journal = &journal });
	for (i = 0; i < 1000; i++) {
		world_posts(&world, actor, i, 1);
		journal_wait(&journal, (unsigned)i + 1);
		random = random * 6364136223846793005u + 1442695040888963407u;
		for (spin = (int)(random >> 52); spin > 0; spin--)     /* up to some 10 us, around the time of a search */
			atomic_signal_fence(memory_order_seq_cst);
	}
	close_way(_i);
}
END_TEST

static void *post_hundred(void *argument)
{
	int i;

	for (i = 0; i < 100; i++) {
		world_posts(&world, *(odeon_ref *)argument, i, 1);
		if (i % 10 == 0)
			kit_pause();
	}
	return NULL;
}

START_TEST(bursts_from_many_threads_all_run)
{
	odeon_ref actors[4];
	pthread_t threads[4];
	int i;

	open_way(_i);
	for (i = 0; i < 4; i++) {
		actors[i] = world_catcher(&world, (struct catcher){ .journal = &journal });
		ck_assert_int_eq(pthread_create(&threads[i], NULL, post_hundred, &actors[i]), 0);
	}
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	journal_wait(&journal, 400);
	close_way(_i);
}
END_TEST

static odeon_duration processor_time(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return ODEON_SECONDS(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
		+ ODEON_US(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

START_TEST(an_idle_system_uses_no_processor)
{
	odeon_duration before;

	open_way(_i);
	world_posts(&world, world_catcher(&world, (struct catcher){ .journal = &journal }), 0, 1);
	journal_wait(&journal, 1);
	nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	before = processor_time();
	nanosleep(&(struct timespec){ .tv_nsec = 400000000 }, NULL);
	ck_assert_int_lt(processor_time() - before, ODEON_MS(100));
	close_way(_i);
}
END_TEST

START_TEST(stop_wakes_all_that_sleep)
{
	int i;

	for (i = 0; i < 20; i++) {
		open_way(_i);
		if (i % 2)
			nanosleep(&(struct timespec){ .tv_nsec = 3000000 }, NULL);
		close_way(_i);
	}
}
END_TEST

static atomic_int bounces;
static odeon_ref partner[2];
static void bounce(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	atomic_fetch_add(&bounces, 1);
	(void)catcher;
	if (parcel->number-- > 0)
		must(odeon_send(self, partner[odeon_ref_equal(odeon_self_ref(self), partner[0])], parcel) == 0);
	else
		journal_note(&journal, 1);
}

START_TEST(a_poller_is_looked_at_between_batches_too)
{
	open_way(_i);
	partner[0] = world_catcher(&world, (struct catcher){ .on_parcel = bounce });
	partner[1] = world_catcher(&world, (struct catcher){ .on_parcel = bounce });
	world_posts(&world, partner[0], KIT_SLOWER(300000), 1);
	journal_wait(&journal, 1);
	if (ways[_i].poller)
		ck_assert_int_gt(atomic_load(&polls), 10);
	close_way(_i);
}
END_TEST

static void *_Atomic state_here;

static void look_for_state(odeon_self *self, void *argument)
{
	(void)argument;
	atomic_store(&state_here, odeon_poller_state(self));
}

START_TEST(a_pinned_actor_is_given_what_its_worker_sleeps_in)
{
	odeon_ref pinned;
	int i;

	open_way(_i);
	for (i = 0; i < WORKERS; i++) {
		pinned = world_placed(&world, (struct catcher){ .journal = &journal }, ODEON_PINNED, (unsigned)i);
		world_do(&world, pinned, look_for_state, NULL);
		if (ways[_i].poller == &epoll_poller)
			ck_assert_ptr_eq(atomic_load(&state_here), atomic_load(&epollers[i]));
		else
			ck_assert_int_eq(atomic_load(&state_here) != NULL, poller_of(_i) != NULL);
	}
	world_do(&world, world_catcher(&world, (struct catcher){ .journal = &journal }), look_for_state, NULL);
	ck_assert_ptr_null(atomic_load(&state_here));          /* any worker may run it */
	ck_assert_ptr_eq(odeon_system_poller(world.system), poller_of(_i));
	close_way(_i);
}
END_TEST

static odeon_ref spawned;

static void spawn_here(odeon_self *self, void *argument)
{
	struct catcher first = { .journal = &journal };

	(void)argument;
	must(odeon_spawn_pinned(self, catcher, &first, ODEON_WORKER_HERE, &spawned) == 0);
}

START_TEST(an_actor_may_be_pinned_whatever_its_kind_says)
{
	struct catcher first = { .journal = &journal };
	odeon_ref actor;
	int i;

	open_way(1);
	for (i = 0; i < 2 * WORKERS; i++) {
		ck_assert_int_eq(odeon_system_spawn_pinned(world.system, catcher, &first, (unsigned)i, &actor), 0);
		world_do(&world, actor, look_for_state, NULL);
		ck_assert_ptr_eq(atomic_load(&state_here), atomic_load(&epollers[i % WORKERS]));
		world_do(&world, actor, spawn_here, NULL);     /* where its spawner runs */
		world_do(&world, spawned, look_for_state, NULL);
		ck_assert_ptr_eq(atomic_load(&state_here), atomic_load(&epollers[i % WORKERS]));
	}
	ck_assert_int_eq(odeon_system_spawn_pinned(world.system, catcher, &first, ODEON_WORKER_HERE, &actor), 0);
	world_do(&world, actor, look_for_state, NULL);
	ck_assert_ptr_nonnull(atomic_load(&state_here));
	ck_assert_int_eq(odeon_system_spawn_pinned(NULL, catcher, &first, 0, &actor), ODEON_EINVAL);
	ck_assert(odeon_ref_is_nobody(actor));
	close_way(1);
}
END_TEST

START_TEST(what_a_poll_posts_to_an_actor_of_its_own_worker_runs)
{
	int i, worker;
	uint64_t one = 1;

	open_way(1);
	for (worker = 0; worker < WORKERS; worker++)
		atomic_store(&told[worker], world_placed(&world, (struct catcher){ .journal = &journal }, ODEON_PINNED, (unsigned)worker));
	for (i = 0; i < 20; i++) {                              /* each of the two is the watch now and then */
		nanosleep(&(struct timespec){ .tv_nsec = 40000000 }, NULL);
		worker = i % WORKERS;
		atomic_store(&tells[worker], true);
		must(write(atomic_load(&epollers[worker])->event, &one, sizeof(one)) == sizeof(one));   /* a descriptor, not a wake */
		journal_wait(&journal, (unsigned)i + 1);
	}
	close_way(1);
}
END_TEST

START_TEST(the_error_of_open_is_what_start_answers)
{
	odeon_options options = ODEON_OPTIONS(.workers = 3, .poller = &epoll_poller, .host = &world);
	odeon_system *system = NULL;

	for (fails_at = 0; fails_at < 3; fails_at++) {
		atomic_store(&opened, 0);
		atomic_store(&closed, 0);
		ck_assert_int_eq(odeon_system_start(&options, &system), ODEON_EDISCONNECTED);
		ck_assert_ptr_null(system);
		ck_assert_int_eq(atomic_load(&opened), atomic_load(&closed));  /* those that were opened are closed again */
	}
	fails_at = -1;
}
END_TEST

START_TEST(half_a_poller_is_refused)
{
	odeon_poller half = epoll_poller;
	odeon_options options = ODEON_OPTIONS(.workers = 1, .poller = &half, .host = &world);
	odeon_system *system = NULL;

	half.wake = NULL;
	ck_assert_int_eq(odeon_system_start(&options, &system), ODEON_EINVAL);
	half = epoll_poller;
	half.poll = NULL;
	ck_assert_int_eq(odeon_system_start(&options, &system), ODEON_EINVAL);
	half = epoll_poller;
	half.bytes = 3;
	ck_assert_int_eq(odeon_system_start(&options, &system), ODEON_EVERSION);
	ck_assert_ptr_null(system);
}
END_TEST

KIT_MAIN("contract/" POLLER_NAME,
	{ .name = "sleep", .loop = WAYS,
	  .tests = KIT_TESTS(work_that_comes_while_all_sleep_runs,
	                     a_thousand_wakes_in_the_moment_of_falling_asleep_are_not_lost,
	                     bursts_from_many_threads_all_run, an_idle_system_uses_no_processor, stop_wakes_all_that_sleep,
	                     a_poller_is_looked_at_between_batches_too, a_pinned_actor_is_given_what_its_worker_sleeps_in) },
	{ .name = "descriptors", .tests = KIT_TESTS(what_a_poll_posts_to_an_actor_of_its_own_worker_runs,
	                                             an_actor_may_be_pinned_whatever_its_kind_says) },
	{ .name = "open", .tests = KIT_TESTS(the_error_of_open_is_what_start_answers, half_a_poller_is_refused) })
