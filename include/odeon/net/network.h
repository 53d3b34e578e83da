/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/network.h - the network of a simulated system: servers and clients are tested without sockets
 *
 *   odeon_options options = ODEON_OPTIONS(.poller = odeon_net_poller(), .simulation = { .enabled = 1, .seed = seed });
 *   odeon_network_options trouble = ODEON_NETWORK_OPTIONS(.faults = 2000);
 *
 *   odeon_system_start(&options, &system);
 *   odeon_network_set(system, &trouble);
 *
 * A simulated system whose poller is that of loop.h has a network of its own, within the process. Listeners and
 * connections are opened as always, and find each other by their addresses; nobody else can. There are no descriptors
 * and no files, and paths of Unix sockets are mere names. All that happens follows from the seed, and takes its time
 * on the system's clock. odeon_net_loop answers NULL.
 *
 * It does what TCP allows, from the beginning: bytes take their time, and come in other pieces than they were written
 * in, of one byte or of many; a write takes a part of what there is, or nothing just now; each direction has a
 * window, and who does not read fills it up; a connection that is closed while bytes come is reset, and what was on
 * its way may be lost; a port where nobody listens refuses, and where the queue is full the connection is tried again
 * after one second, two, four, and so on.
 *
 * Beyond that are faults, by the rates of the options: at each attempt to connect, to accept, and at each write. Of a
 * connection that is lost nobody is told: nothing comes through any more, in both directions. Who has `keep_alive`
 * learns of it by that and eleven minutes more, and who has written something in a quarter of an hour, as by TCP;
 * others by their own time-outs, or never.
 */
#ifndef ODEON_NET_NETWORK_H
#define ODEON_NET_NETWORK_H

#include <odeon/system.h>

#define ODEON_NETWORK_NEVER UINT32_MAX                 /* of a kind of fault */

/* Zero is always the default. */
typedef struct odeon_network_options {
	size_t bytes;
	odeon_duration delay_most;                     /* from one side to the other; default 1 ms */
	odeon_duration stall_most;                     /* default 2 s */
	uint32_t window;                               /* bytes in each direction that were written and not read; default: another one for
	                                                  each, from 64 bytes to 64 KiB */
	uint32_t cuts;                                 /* of a million reads and writes, so many are of a part; default 250,000 */
	uint32_t sockets_most;                         /* then there are no descriptors; default: no bound */
	uint32_t faults;                               /* of a million attempts, so many go wrong in each way that says nothing of its
	                                                  own; default none */
	uint32_t refusals, silences;                   /* to connect: is refused; is not answered */
	uint32_t shortages;                            /* to accept: no descriptor */
	uint32_t resets, stalls, losses;               /* to write: the connection is reset, sooner or later on each side; stands still
	                                                  for up to stall_most; is lost */
	void (*on_event)(void *data, const char *line);        /* each thing that happens there, without a newline; or NULL */
	void *data;
} odeon_network_options;
#define ODEON_NETWORK_OPTIONS(...) { .bytes = sizeof(odeon_network_options), __VA_ARGS__ }

/* What has happened since the system's start. */
typedef struct odeon_network_stats {
	size_t bytes;
	uint64_t connects, accepts;                    /* attempts, and those that came to something */
	uint64_t sent, received;                       /* bytes that were written, and those of them that were read */
	uint64_t cut_writes, cut_reads, full;          /* writes and reads of a part; writes of nothing */
	uint64_t ends;                                 /* directions that came to a good end */
	uint64_t unwanted;                             /* connections that one side reset, or closed while bytes came */
	uint64_t crowds;                               /* attempts to connect where the queue was full */
	uint64_t refusals, silences, shortages, resets, stalls, losses;        /* faults; refusals also where nobody listens */
} odeon_network_stats;
#define ODEON_NETWORK_STATS { .bytes = sizeof(odeon_network_stats) }

ODEON_BEGIN_

/**
 * odeon_network_set - how the network is from now on
 * @options: copied; NULL: all defaults, which have no faults
 *
 * Connections that are there keep their windows.
 *
 * Returns:  0, or
 *   ODEON_EINVAL    the system is not simulated or has another poller, or a duration is below 0
 *   ODEON_EVERSION  options of an unknown size
 * Context:  plain thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_network_set(odeon_system *system, const odeon_network_options *options);

/**
 * odeon_network_count - what has happened in the network
 * @stats: filled in; its bytes say which release's
 *
 * Returns:  0, or
 *   ODEON_EINVAL    the system is not simulated, or has another poller
 *   ODEON_EVERSION  a struct of an unknown size
 * Context:  plain thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_network_count(odeon_system *system, odeon_network_stats *stats);

ODEON_END_
#endif
