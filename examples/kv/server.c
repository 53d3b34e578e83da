/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - the program: starts shards, listens, and ends when it is told to
 *
 * Signals that end it are blocked in all threads and waited for by this one, which has nothing else to do.
 */
#include <odeon.h>
#include "settings.h"
#include "visitor.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>

enum { REFUSED_MOST = 64, DESCRIPTORS_BESIDE = 64, DRAIN_MS = 1000 };

struct running {
	odeon_system *system;
	struct kv_cluster cluster;
	struct kv_guests guests;
	struct clients clients;
	struct kv_house house;
	odeon_ref listener;
	char address[ODEON_ADDRESS_BYTES];
};

/* Each connection takes a descriptor. Where the system allows fewer, there are fewer connections. */
static void allow_connections(struct settings *settings)
{
	rlim_t wanted = (rlim_t)settings->connections + REFUSED_MOST + DESCRIPTORS_BESIDE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
		return;
	settings->connections = limit.rlim_cur > REFUSED_MOST + DESCRIPTORS_BESIDE
	                      ? (unsigned)limit.rlim_cur - REFUSED_MOST - DESCRIPTORS_BESIDE : 1;
	fprintf(stderr, "kv: the system allows %llu descriptors: at most %u connections\n", (unsigned long long)limit.rlim_cur,
	        settings->connections);
}

/* What is sent to a client that went meanwhile is nothing to be told of. */
static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static int64_t unix_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* With a seed that nobody can guess, nobody can choose keys that fall into one bucket. */
static int start_cluster(struct running *running, const struct settings *settings)
{
	struct server server = { .version = "7.0.15", .clients = &running->clients, .started = unix_now() };

	if (settings->memory_most > 0)
		server.memory_most = settings->memory_most / settings->shards + 1;
	if (getrandom(&server.seed, sizeof server.seed, 0) != sizeof server.seed)
		return ODEON_ESYSTEM;
	return kv_cluster_start(running->system, &running->cluster, server, settings->shards, settings->shards, unix_now());
}

static int listen_at(struct running *running, const struct settings *settings)
{
	odeon_listener_options options = ODEON_LISTENER_OPTIONS(.session = kv_visitor_kind, .argument = &running->house,
		.connection = kv_visitor_connection(), .connections_most = settings->connections + REFUSED_MOST);

	running->house = (struct kv_house){ &running->cluster, &running->guests, running->address, settings->connections };
	return odeon_listener_open(running->system, settings->address, &options, running->address, &running->listener);
}

static int start(struct running *running, const struct settings *settings)
{
	odeon_options options = ODEON_OPTIONS(.workers = (int)settings->workers, .name = "kv", .poller = odeon_net_poller(),
		.on_dead_letter = ignore_letter);
	int error = odeon_system_start(&options, &running->system);

	if (error == 0)
		error = start_cluster(running, settings);
	return error != 0 ? error : listen_at(running, settings);
}

/* Nobody new; those that are there get the answers to what they have sent. */
static void drain(struct running *running)
{
	odeon_free(odeon_ask(odeon_drained, running->system, running->listener,
		odeon_new(odeon_drain, .within = ODEON_MS(DRAIN_MS)), odeon_clock_deadline(ODEON_MS(2 * DRAIN_MS)), NULL));
}

static void serve(struct running *running, const sigset_t *signals)
{
	int number;

	printf("ready at %s\n", running->address);
	fflush(stdout);
	while (sigwait(signals, &number) != 0)
		;
	drain(running);
}

int main(int count, char **arguments)
{
	static struct running running = { .clients = CLIENTS };        /* outlives the system */
	struct settings settings;
	sigset_t signals;
	int status = settings_read(&settings, count, arguments), error;

	if (status >= 0)
		return status;
	allow_connections(&settings);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	error = start(&running, &settings);
	if (error == 0)
		serve(&running, &signals);
	else
		fprintf(stderr, "kv: cannot listen at %s: %s\n", settings.address, odeon_error_text(error));
	return odeon_system_free(running.system) != 0 || error != 0;
}
