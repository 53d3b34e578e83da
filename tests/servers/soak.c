/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * soak.c - many clients of all sorts come and go, for a long time
 *
 *   soak [--seconds N] [--threads N] [--seed N] [--may-grow] [--folder F] SERVER...
 *
 * SERVER is of echo, kv, http, tls, chat: one after the other, each for so long; kv keeps what it holds in the folder, when there is one.
 *
 * They talk, vanish, reset, come and say nothing, send byte by byte, never read, or send nonsense. It is good when at the end
 *   - whoever asked and listened had exactly the replies to what he asked, in order, and nothing else;
 *   - the server has as many descriptors as when nobody had come;
 *   - it holds as much memory as after a tenth of the time (at most a minute), with nobody there both times, and a twentieth and
 *     half a megabyte more: pages that an allocator keeps depend on who came together by chance, and a leak passes that soon.
 *     Not looked at with --may-grow, for a short time or under valgrind;
 *   - it ends by SIGTERM, and answers 0.
 */
#include "guest.h"
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MOST = 64, PIPELINE = 24, VISITS_FIRST = 50 };
#define SLACK ((size_t)1 << 19)

struct soak {
	struct host host;
	unsigned threads;
	bool may_grow;
	const char *folder;
	uint64_t seed;
	atomic_bool ends;                              /* those who come and go stop */
	atomic_ullong number;                          /* of requests: each visit has its own */
	atomic_ullong asked, heard, visits, wrong;     /* of those who listen; of all */
};

struct visitor { struct soak *soak; uint64_t random; struct guest guest; };

static uint64_t chance(struct visitor *visitor, uint64_t below)
{
	visitor->random = visitor->random * 6364136223846793005u + 1442695040888963407u;
	return (visitor->random >> 33) % below;
}

static void rest(long milliseconds)
{
	(void)nanosleep(&(struct timespec){ .tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000 }, NULL);
}

/* ---- visits: each ends with the guest gone; false: something was not as it must be -------------------------------------- */

/* Ask many at once, hear them, some rounds. */
static bool talk(struct visitor *visitor)
{
	struct guest *guest = &visitor->guest;
	bool is_good = true;

	for (uint64_t rounds = chance(visitor, 20); is_good && rounds > 0; rounds--) {
		for (uint64_t i = chance(visitor, PIPELINE); is_good && i > 0; i--)
			is_good = guest_ask(guest);
		for (uint64_t i = chance(visitor, guest->asked - guest->heard + 1); is_good && i > 0; i--)
			is_good = guest_hear(guest);
	}
	is_good = guest_end(guest) && is_good;
	atomic_fetch_add(&visitor->soak->asked, guest->asked - guest->first);
	atomic_fetch_add(&visitor->soak->heard, guest->heard - guest->first);
	return is_good;
}

static bool send_bytewise(struct visitor *visitor)
{
	struct guest *guest = &visitor->guest;
	size_t length = guest_ask_length(guest), at = 0;
	bool is_good = true;

	for (; is_good && at < length && at < 100; at++) {
		is_good = guest_ask_part(guest, at, at + 1);
		rest((long)chance(visitor, 3));
	}
	is_good = is_good && guest_ask_part(guest, at, length);
	guest_has_asked(guest);
	return talk(visitor) && is_good;
}

static bool vanish(struct visitor *visitor)
{
	for (uint64_t i = chance(visitor, PIPELINE); i > 0; i--)
		(void)guest_ask(&visitor->guest);
	if (chance(visitor, 2) == 0)
		(void)guest_ask_part(&visitor->guest, 0, (size_t)chance(visitor, guest_ask_length(&visitor->guest)));
	guest_go(&visitor->guest);
	return true;
}

static bool reset(struct visitor *visitor)
{
	for (uint64_t i = chance(visitor, PIPELINE); i > 0; i--)
		(void)guest_ask(&visitor->guest);
	if (chance(visitor, 2) == 0)
		(void)guest_hears_soon(&visitor->guest, (int)chance(visitor, 5));
	guest_reset(&visitor->guest);
	return true;
}

static bool say_nothing(struct visitor *visitor)
{
	if (chance(visitor, 2) == 0)
		guest_half_greet(&visitor->guest);
	rest((long)chance(visitor, 200));
	guest_go(&visitor->guest);
	return true;
}

static bool never_read(struct visitor *visitor)
{
	(void)guest_pour(&visitor->guest, (size_t)chance(visitor, 8 << 20));
	rest((long)chance(visitor, 100));
	guest_reset(&visitor->guest);
	return true;
}

static bool talk_nonsense(struct visitor *visitor)
{
	char noise[512];
	size_t length = 1 + (size_t)chance(visitor, sizeof noise);

	for (size_t i = 0; i < length; i++)
		noise[i] = (char)chance(visitor, 256);
	if (chance(visitor, 2) == 0)
		(void)guest_greet(&visitor->guest);
	(void)guest_say(&visitor->guest, noise, length);
	(void)guest_hears_soon(&visitor->guest, (int)chance(visitor, 20));
	guest_go(&visitor->guest);
	return true;
}

/* Out of twenty: who never reads takes long. */
static bool visit(struct visitor *visitor)
{
	switch (chance(visitor, 20)) {
	case 0: return never_read(visitor);
	case 1: return send_bytewise(visitor);
	case 2: case 3: return say_nothing(visitor);
	case 4: case 5: return talk_nonsense(visitor);
	case 6: case 7: case 8: return vanish(visitor);
	case 9: case 10: case 11: return reset(visitor);
	default: return talk(visitor);
	}
}

/* ---- a server's time --------------------------------------------------------------------------------------------------------- */

static void *come_and_go(void *argument)
{
	struct visitor *visitor = argument;
	struct soak *soak = visitor->soak;

	while (!atomic_load(&soak->ends)) {
		uint64_t first = atomic_fetch_add(&soak->number, 10000000);
		bool is_good = guest_come(&visitor->guest, &soak->host, first) && visit(visitor);

		atomic_fetch_add(&soak->visits, 1);
		if (!is_good && atomic_fetch_add(&soak->wrong, 1) < 5)
			fprintf(stderr, "%s: the visit of %llu went wrong\n", host_names[soak->host.kind], (unsigned long long)first);
	}
	return NULL;
}

/* For so long, and until so many came. */
static bool run_for(struct soak *soak, double seconds, unsigned least)
{
	static struct visitor visitors[THREADS_MOST];
	pthread_t threads[THREADS_MOST];

	atomic_store(&soak->ends, false);
	for (unsigned i = 0; i < soak->threads; i++) {
		visitors[i].soak = soak;
		visitors[i].random = soak->seed++ * 0x9e3779b97f4a7c15u;
		if (pthread_create(&threads[i], NULL, come_and_go, &visitors[i]) != 0)
			abort();
	}
	for (; (seconds > 0 || atomic_load(&soak->visits) < least) && atomic_load(&soak->wrong) == 0; seconds -= 0.1)
		rest(100);
	atomic_store(&soak->ends, true);
	for (unsigned i = 0; i < soak->threads; i++)
		(void)pthread_join(threads[i], NULL);
	return atomic_load(&soak->wrong) == 0;
}

/* When nobody is there any more: how much it holds, and how many descriptors it has. So many are waited for, for a while; 0: until
 * they stay the same. */
#define KEPT_MS 25000                                  /* jemalloc gives back within ten seconds, but may sleep as long before it begins */

static void look(const struct soak *soak, unsigned wanted, size_t *memory, unsigned *descriptors)
{
	unsigned before = 0;
	int tries = 0;

	*descriptors = host_descriptors(&soak->host);
	while (tries++ < 50 && (wanted > 0 ? *descriptors > wanted : *descriptors != before)) {
		rest(300);
		before = *descriptors;
		*descriptors = host_descriptors(&soak->host);
	}
	if (!soak->may_grow)
		rest(KEPT_MS);
	*memory = host_memory(&soak->host);
}

static bool expect(bool is_so, const char *what)
{
	if (!is_so)
		fprintf(stderr, "WRONG: %s\n", what);
	return is_so;
}

static bool soak_for(struct soak *soak, double seconds)
{
	double first = seconds / 10 < 60 ? seconds / 10 : 60;
	size_t early, late, warm;
	unsigned early_descriptors, late_descriptors, none;
	bool is_good;

	is_good = run_for(soak, 0.5, VISITS_FIRST);     /* each worker has what it keeps once it has served somebody */
	look(soak, 0, &warm, &none);
	is_good = is_good && run_for(soak, first, 0);
	look(soak, none, &early, &early_descriptors);
	is_good = is_good && run_for(soak, seconds - first, 0);
	look(soak, none, &late, &late_descriptors);
	printf("%s: %llu visits; %llu asked and %llu heard; %zu KB after %.0f s and %zu KB after %.0f s; %u, %u and %u descriptors\n",
	       host_names[soak->host.kind], (unsigned long long)soak->visits, (unsigned long long)soak->asked,
	       (unsigned long long)soak->heard, early / 1024, first, late / 1024, seconds, none, early_descriptors, late_descriptors);
	fflush(stdout);
	is_good = expect(is_good, "a visit went wrong") && is_good;
	is_good = expect(soak->asked == soak->heard, "replies were lost") && is_good;
	is_good = expect(late_descriptors <= none, "descriptors were not let go of") && is_good;
	return expect(soak->may_grow || late <= early + early / 20 + SLACK, "it has grown") && is_good;
}

static bool soak_server(struct soak *soak, const char *name, double seconds)
{
	int kind = 0;
	bool is_good;

	while (kind < HOSTS && strcmp(name, host_names[kind]) != 0)
		kind++;
	if (kind == HOSTS || !host_is_there(kind)) {
		printf("%s: left out, there is no such server here\n", name);
		return kind < HOSTS;
	}
	atomic_store(&soak->number, 1);
	soak->asked = soak->heard = soak->visits = soak->wrong = 0;
	if (!host_start(&soak->host, kind, soak->folder))
		return false;
	is_good = soak_for(soak, seconds);
	return expect(host_end(&soak->host) == 0, "it did not end well") && is_good;
}

int main(int count, char **arguments)
{
	static const struct option options[] = {
		{ "seconds", required_argument, NULL, 's' }, { "threads", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 'S' }, { "may-grow", no_argument, NULL, 'g' },
		{ "folder", required_argument, NULL, 'f' }, { NULL, 0, NULL, 0 },
	};
	static struct soak soak;
	double seconds = 600;
	bool is_good = true;
	int option;

	soak.threads = 16;
	soak.seed = (uint64_t)time(NULL);
	while ((option = getopt_long(count, arguments, "", options, NULL)) >= 0)
		switch (option) {
		case 's': seconds = atof(optarg); break;
		case 't': soak.threads = (unsigned)atoi(optarg); break;
		case 'S': soak.seed = strtoull(optarg, NULL, 10); break;
		case 'g': soak.may_grow = true; break;
		case 'f': soak.folder = optarg; break;
		default: return 2;
		}
	if (soak.threads < 1 || soak.threads > THREADS_MOST || seconds <= 0 || optind == count) {
		fprintf(stderr, "usage: soak [--seconds N] [--threads N] [--seed N] [--may-grow] [--folder F] echo|kv|http|tls|chat...\n");
		return 2;
	}
	printf("--seed %llu\n", (unsigned long long)soak.seed);
	for (int i = optind; i < count; i++)
		is_good = soak_server(&soak, arguments[i], seconds) && is_good;
	return !is_good;
}
