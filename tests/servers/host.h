/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - a server among the examples, as a program of its own: started, looked at from outside, ended
 */
#ifndef SERVERS_HOST_H
#define SERVERS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { HOST_ECHO, HOST_KV, HOST_HTTP, HOSTS_PLAIN, HOST_TLS = HOSTS_PLAIN, HOST_CHAT, HOSTS };

/* The other port is of the chat's page; elsewhere it is the same. */
struct host { int kind; pid_t process; uint16_t port, other; };

extern const char *const host_names[HOSTS];

/* Whether it was built: below top_builddir, or here. */
bool host_is_there(int kind);

/* It serves at a port of 127.0.0.1. The one that can keep what it holds does so in the folder; NULL: not. False, with a word on
 * standard error: it does not serve. */
bool host_start(struct host *host, int kind, const char *folder);

/* By SIGTERM. What it answered; -1: it had to be killed, or a signal ended it. */
int host_end(struct host *host);

/* What the system says of it; 0: nothing. */
size_t host_memory(const struct host *host);            /* resident bytes */
unsigned host_descriptors(const struct host *host);     /* open */
double host_processor(const struct host *host);         /* seconds in all */

/* So many descriptors more may it have; 0: as many as this program. */
bool host_limit(const struct host *host, unsigned more);

#endif
