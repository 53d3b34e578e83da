/* SPDX-License-Identifier: BSD-2-Clause */
/* archive.c - opening the ledger */
#include "archive.h"
#include "store.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#define FOLDER "appendonlydir"

static bool complain(const char *folder, const char *what)
{
	fprintf(stderr, "kv: %s/" FOLDER ": %s\n", folder, what);
	return false;
}

static bool open_disk(struct archive *archive, const char *folder)
{
	char path[4096];
	int error = -ENAMETOOLONG, length = snprintf(path, sizeof path, "%s/" FOLDER, folder);

	if (length > 0 && (size_t)length < sizeof path)
		error = disk_open(path, &archive->disk);
	if (error == 0)
		return true;
	return complain(folder, error == -EBUSY ? "another server uses it" : strerror(-error));
}

/* ---- reading ------------------------------------------------------------------------------------------------------------- */

/* A line a second, from the second one on. */
struct told { struct timespec began; long seconds; };

static double seconds_since(const struct timespec *began)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began->tv_sec) + (double)(now.tv_nsec - began->tv_nsec) / 1e9;
}

static void tell(void *data, uint64_t read, uint64_t all)
{
	struct told *told = data;
	double seconds = seconds_since(&told->began);

	if ((long)seconds <= told->seconds)
		return;
	told->seconds = (long)seconds;
	fprintf(stderr, "kv: reading: %.0f %% of %.0f MB, %.0f MB a second\n", all > 0 ? 100.0 * (double)read / (double)all : 100.0,
	        (double)all / 1e6, (double)read / 1e6 / seconds);
}

static bool make_stores(struct archive *archive, const struct server *server, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if ((archive->stores[i] = store_new(server->seed, server->seed.words[1] + i)) == NULL)
			return false;
	return true;
}

static bool read_ledger(struct archive *archive, const struct settings *settings, const struct server *server)
{
	struct told told = { .seconds = 0 };
	struct ledger_progress progress = { tell, &told };
	struct text_seed random;
	int error;

	if (getrandom(&random, sizeof random, 0) != sizeof random || !make_stores(archive, server, settings->shards))
		return complain(settings->folder, "no memory, or no random numbers");
	(void)clock_gettime(CLOCK_MONOTONIC, &told.began);
	ledger_init(&archive->ledger, archive->disk, random);
	error = ledger_open(&archive->ledger, server, archive->stores, settings->shards, &progress);
	if (error != 0)
		return complain(settings->folder, archive->ledger.problem[0] != 0 ? archive->ledger.problem : strerror(error));
	if (archive->ledger.problem[0] != 0)
		(void)complain(settings->folder, archive->ledger.problem);
	if (told.seconds > 0)
		fprintf(stderr, "kv: read in %.1f s\n", seconds_since(&told.began));
	return true;
}

bool archive_open(struct archive *archive, const struct settings *settings, struct server *server)
{
	*archive = (struct archive){ .disk = NULL };
	if (!settings->appends)
		return true;
	persistence_set(&archive->shared, policy, settings->policy);
	persistence_set(&archive->shared, rewrite_least, settings->rewrite_least);
	persistence_set(&archive->shared, rewrite_percentage, settings->rewrite_percentage);
	persistence_set(&archive->shared, rewrite_seconds, -1);
	if (!open_disk(archive, settings->folder) || !read_ledger(archive, settings, server))
		return false;
	server->persistence = &archive->shared;
	return true;
}

void archive_close(struct archive *archive)
{
	if (archive->disk == NULL)
		return;
	ledger_fini(&archive->ledger);
	disk_close(archive->disk);
	for (unsigned i = 0; i < STORES_MOST; i++)
		store_free(archive->stores[i]);
	archive->disk = NULL;
}
