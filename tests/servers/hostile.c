/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile.c - clients that mean no good, or are out of luck: the servers among the examples, as programs of their own, serve all
 * others meanwhile, grow within bounds, let go of every descriptor, and end well
 *
 * _i says which server; one that was not built is left out.
 */
#include "../harness/kit.h"
#include "guest.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CROWD = 100 };
#define MEGABYTE ((size_t)1 << 20)

static struct host host;
static unsigned descriptors;                           /* when nobody is there */
static struct guest guests[CROWD], witness;

static void rest(long milliseconds)
{
	nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

/* Somebody ordinary is served. */
static void serves(void)
{
	must(guest_come(&witness, &host, 1000000));
	for (int i = 0; i < 20; i++)
		must(guest_ask(&witness));
	must(guest_end(&witness));
}

static void crowd_comes(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		must(guest_come(&guests[i], &host, i * 1000));
}

/* So each worker has what it keeps, once it has served somebody; what is for guests is not counted. */
static void count_descriptors(void)
{
	crowd_comes(CROWD);
	for (unsigned i = 0; i < CROWD; i++)
		must(guest_ask(&guests[i]) && guest_hear(&guests[i]));
	descriptors = host_descriptors(&host) - CROWD;
	for (unsigned i = 0; i < CROWD; i++)
		must(guest_end(&guests[i]));
}

static bool opens(int kind)
{
	if (!host_is_there(kind)) {
		printf("# there is no server for %s here\n", host_names[kind]);
		return false;
	}
	must(host_start(&host, kind, NULL));
	count_descriptors();
	serves();
	eventually(host_descriptors(&host) <= descriptors);
	return true;
}

/* All have gone: it serves as before, nothing of them is left, and it ends well. */
static void closes(void)
{
	serves();
	eventually(host_descriptors(&host) <= descriptors);
#ifdef KIT_THREAD_SANITIZER                             /* which may hold back a signal for a thread that sleeps in a system call */
	(void)kill(host.process, SIGKILL);
	(void)host_end(&host);
#else
	ck_assert_int_eq(host_end(&host), 0);
#endif
}

/* ---- who is slow, or says nothing -------------------------------------------------------------------------------------------- */

START_TEST(slow_loris_holds_nobody_up)
{
	size_t before, at = 0;
	bool are_done = false;

	if (!opens(_i))
		return;
	before = host_memory(&host);
	crowd_comes(CROWD);
	for (; !are_done; at++) {                               /* each sends a byte, and after a while the rest */
		are_done = true;
		for (unsigned i = 0; i < CROWD; i++) {
			size_t length = guest_ask_length(&guests[i]), end = at < 60 ? at + 1 : length;

			if (at < length && at <= 60)
				must(guest_ask_part(&guests[i], at, end < length ? end : length));
			are_done &= at + 1 >= length || at == 60;
		}
		if (at % 20 == 10)
			serves();
	}
	for (unsigned i = 0; i < CROWD; i++) {
		guest_has_asked(&guests[i]);
		must(guest_end(&guests[i]));
	}
	ck_assert_uint_lt(host_memory(&host), before + 16 * MEGABYTE);
	closes();
}
END_TEST

START_TEST(half_open_connections_are_let_go_of)
{
	if (!opens(_i))
		return;
	crowd_comes(CROWD);                                     /* some say nothing, some half of it */
	for (unsigned i = 0; i < CROWD; i += 2)
		must(guest_ask_part(&guests[i], 0, guest_ask_length(&guests[i]) / 2));
	serves();
	eventually(host_descriptors(&host) >= descriptors + CROWD);
	for (unsigned i = 0; i < CROWD; i++)
		if (i % 3 == 0)
			guest_reset(&guests[i]);
		else
			guest_go(&guests[i]);
	closes();
}
END_TEST

/* ---- who goes ------------------------------------------------------------------------------------------------------------------ */

START_TEST(resets_at_every_byte)
{
	size_t length;

	if (!opens(_i))
		return;
	must(guest_come(&witness, &host, 3));
	length = guest_ask_length(&witness);
	guest_go(&witness);
	for (size_t at = 0; at <= length; at++)
		for (int waits = 0; waits < 3; waits++) {       /* before, while, and after it looks */
			struct guest *guest = &guests[0];

			must(guest_come(guest, &host, 3));
			must(guest_ask_part(guest, 0, at));
			if (waits > 0)
				(void)guest_hears_soon(guest, waits - 1);
			guest_reset(guest);
		}
	closes();
}
END_TEST

static void be_killed(unsigned number)
{
	must(guest_come(&witness, &host, number * 1000000u));
	for (;;)
		if (!guest_ask(&witness) || (guest_hears_soon(&witness, 0) && !guest_hear(&witness)))
			_exit(1);
}

START_TEST(clients_killed_mid_pipeline)
{
	uint64_t random = kit_seed();

	if (!opens(_i))
		return;
	for (unsigned i = 0; i < KIT_SLOWER(40) + 5; i++) {
		pid_t client = fork();
		int status;

		if (client == 0)
			be_killed(i);
		must(client > 0);
		random = random * 6364136223846793005u + 1442695040888963407u;
		rest((long)(random >> 33) % 30);
		must(kill(client, SIGKILL) == 0 && waitpid(client, &status, 0) == client);
		ck_assert(WIFSIGNALED(status));
		if (i % 10 == 0)
			serves();
	}
	closes();
}
END_TEST

/* ---- who never reads ------------------------------------------------------------------------------------------------------------- */

START_TEST(writers_that_never_read_are_held_up)
{
	enum { DEAF = 6 };
	size_t before, poured = 0;

	if (!opens(_i))
		return;
	before = host_memory(&host);
	crowd_comes(DEAF);
	for (unsigned i = 0; i < DEAF; i++) {
		size_t one = guest_pour(&guests[i], 64 * MEGABYTE);

		ck_assert_uint_lt(one, 64 * MEGABYTE);          /* it does not take all that is sent to it */
		poured += one;
	}
	serves();
	printf("# %s: %zu MB of requests went in, and it holds %zu MB more\n", host_names[_i], poured / MEGABYTE,
	       (host_memory(&host) - before) / MEGABYTE);
#if !defined(KIT_ADDRESS_SANITIZER) && !defined(KIT_THREAD_SANITIZER)
	ck_assert_uint_lt(host_memory(&host), before + DEAF * 4 * MEGABYTE);
#endif
	for (unsigned i = 0; i < DEAF; i++)
		guest_reset(&guests[i]);
	closes();
}
END_TEST

/* ---- who comes in numbers ---------------------------------------------------------------------------------------------------------- */

/* Seconds of half a second: 5 %; a sanitizer's instructions are more. */
#if defined(KIT_ADDRESS_SANITIZER) || defined(KIT_THREAD_SANITIZER)
# define SPINS_MOST 0.1
#else
# define SPINS_MOST 0.025
#endif

/* For half a second. */
static bool rests(void)
{
	double used = host_processor(&host);

	rest(500);
	used = host_processor(&host) - used;
	printf("# %s: without descriptors it used %.0f ms of half a second\n", host_names[host.kind], used * 1000);
	return used < SPINS_MOST + 0.01;                        /* and a tick of that clock */
}

/* It may have a few more descriptors than it has, and many come. */
START_TEST(a_flood_at_the_descriptor_limit_is_served_in_the_end)
{
	enum { PLACES = 10 };

	if (!opens(_i))
		return;
	must(host_limit(&host, PLACES));
	crowd_comes(CROWD);                                     /* as far as the system knows */
	for (unsigned i = 0; i < CROWD; i++)
		must(guest_ask(&guests[i]));
	rest(300);
	ck_assert_uint_le(host_descriptors(&host), descriptors + PLACES);
	eventually(rests());                                    /* when all who have a place are served */
	must(host_limit(&host, 0));
	for (unsigned i = 0; i < CROWD; i++)
		must(guest_end(&guests[i]));
	closes();
}
END_TEST

START_TEST(noise_is_refused_or_given_back)
{
	uint64_t random = kit_seed();

	if (!opens(_i))
		return;
	for (int i = 0; i < KIT_SLOWER(200) + 10; i++) {
		struct guest *guest = &guests[0];
		char noise[512];

		for (size_t at = 0; at < sizeof noise; at++) {
			random = random * 6364136223846793005u + 1442695040888963407u;
			noise[at] = (char)(random >> 56);
		}
		must(guest_come(guest, &host, 0));
		must(guest_say(guest, noise, 1 + (random >> 33) % sizeof noise));
		(void)guest_hears_soon(guest, 5);
		if (i % 2 == 0)
			guest_reset(guest);
		else
			guest_go(guest);
	}
	closes();
}
END_TEST

KIT_MAIN("servers/hostile",
	{ .name = "slow", .loop = HOSTS_PLAIN, .tests = KIT_TESTS(slow_loris_holds_nobody_up, half_open_connections_are_let_go_of) },
	{ .name = "gone", .loop = HOSTS_PLAIN, .tests = KIT_TESTS(resets_at_every_byte, clients_killed_mid_pipeline) },
	{ .name = "deaf", .loop = HOSTS, .tests = KIT_TESTS(writers_that_never_read_are_held_up) },
	{ .name = "many", .loop = HOSTS_PLAIN, .tests = KIT_TESTS(a_flood_at_the_descriptor_limit_is_served_in_the_end,
	                                                    noise_is_refused_or_given_back) })
