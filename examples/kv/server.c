/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * server.c - the program: reads what was saved, starts shards, listens, and ends when it is told to, or when keys are lost
 *
 * Signals that end it are blocked in all threads and waited for by this one, which has nothing else to do.
 */
#include <odeon.h>
#include "archive.h"
#include "scribe.h"
#include "visitor.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define REPLY_MOST ((size_t)1 << 30)
enum { REFUSED_MOST = 64, DESCRIPTORS_BESIDE = 64, DRAIN_MS = 1000, FLUSH_MS = 10000 };

struct running {
	odeon_system *system;
	struct kv_cluster cluster;
	struct archive archive;
	atomic_bool has_lost;                          /* set before the signal is sent that main waits for, and read after it */
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

/* What it has is not what it had: it ends rather than to answer as if nothing had happened. */
static void end_for_loss(void *data, const char *what)
{
	struct running *running = data;

	fprintf(stderr, "kv: it ends: %s\n", what);
	atomic_store(&running->has_lost, true);
	(void)kill(getpid(), SIGTERM);
}

static void note_failure(void *host, odeon_ref who, const char *kind, const odeon_reason *reason)
{
	struct running *running = host;

	(void)kind;
	for (int i = 0; i < 2; i++)
		if (odeon_ref_equal(who, running->cluster.supervisors[i]))
			end_for_loss(running, reason->text);
}

/* With a seed that nobody can guess, nobody can choose keys that fall into one bucket. */
static int start_cluster(struct running *running, const struct settings *settings)
{
	struct server server = { .version = "7.0.15", .reply_most = REPLY_MOST, .clients = &running->clients, .started = unix_now() };
	struct kv_saving saving = { .starts_empty = settings->starts_empty, .on_loss = end_for_loss, .data = running };

	if (settings->memory_most > 0)
		server.memory_most = settings->memory_most / settings->shards + 1;
	if (getrandom(&server.seed, sizeof server.seed, 0) != sizeof server.seed)
		return ODEON_ESYSTEM;
	if (!archive_open(&running->archive, settings, &server))
		return ODEON_EFAILED;
	if (settings->appends) {
		saving.ledger = &running->archive.ledger;
		saving.stores = running->archive.stores;
	}
	return kv_cluster_start_saved(running->system, &running->cluster, server, settings->shards, settings->shards, unix_now(), &saving);
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
		.on_dead_letter = ignore_letter, .host = running, .on_failure = note_failure);
	int error = odeon_system_start(&options, &running->system);

	if (error == 0)
		error = start_cluster(running, settings);
	return error != 0 ? error : listen_at(running, settings);
}

/* All that was done is on the disk. */
static int flush(struct running *running)
{
	int error = 0;

	if (running->cluster.ledger == NULL)
		return 0;
	odeon_free(odeon_ask(kv_flushed, running->system, running->cluster.scribe, odeon_new(kv_flush),
		odeon_clock_deadline(ODEON_MS(FLUSH_MS)), &error));
	if (error != 0)
		fprintf(stderr, "kv: the append-only file is not whole: %s\n", odeon_error_text(error));
	return error;
}

/* Nobody new; those that are there get the answers to what they have sent. */
static void drain(struct running *running)
{
	odeon_free(odeon_ask(odeon_drained, running->system, running->listener,
		odeon_new(odeon_drain, .within = ODEON_MS(DRAIN_MS)), odeon_clock_deadline(ODEON_MS(2 * DRAIN_MS)), NULL));
}

static int serve(struct running *running, const sigset_t *signals)
{
	int number;

	printf("ready at %s\n", running->address);
	fflush(stdout);
	while (sigwait(signals, &number) != 0)
		;
	if (atomic_load(&running->has_lost))
		return ODEON_EFAILED;
	drain(running);
	return flush(running);
}

int main(int count, char **arguments)
{
	static struct running running = { .clients = CLIENTS };        /* outlives the system */
	struct settings settings;
	sigset_t signals;
	int status = settings_read(&settings, count, arguments), error;

	if (status >= 0)
		return status;
	memory_begin();
	allow_connections(&settings);
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	error = start(&running, &settings);
	if (error == 0)
		error = serve(&running, &signals);
	else if (error != ODEON_EFAILED)                       /* and that was said */
		fprintf(stderr, "kv: cannot listen at %s: %s\n", settings.address, odeon_error_text(error));
	if (odeon_system_free(running.system) != 0)
		return 1;
	archive_close(&running.archive);
	memory_end();
	return error != 0;
}
