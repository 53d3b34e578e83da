/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.h - what the command line says */
#ifndef KV_SETTINGS_H
#define KV_SETTINGS_H

#include <odeon/net.h>
#include <stdbool.h>

struct settings {
	char address[ODEON_ADDRESS_BYTES];
	unsigned workers, shards, connections;
	unsigned long long memory_most;                /* 0: no end */
	bool appends;                                  /* keep an append-only file, in the folder */
	const char *folder;
	int policy;                                    /* enum sync_policy */
	unsigned long long rewrite_least;
	unsigned rewrite_percentage;
	bool starts_empty;                             /* a shard that has lost its keys, without such a file */
};

/* -1: the server is to run with these; otherwise the status to end with: the text that was asked for, or what is wrong, is written. */
int settings_read(struct settings *settings, int count, char **arguments);

#endif
