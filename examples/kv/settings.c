/* SPDX-License-Identifier: BSD-2-Clause */
/* settings.c - the command line */
#include "settings.h"
#include "commands.h"
#include "persistence.h"
#include "saving.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS_MOST = 1000000, WORKERS_USUALLY_MOST = 16 };

struct place { const char *bind, *path; unsigned long long port; };

static void print_help(void)
{
	puts("usage: kv [OPTION]...\n"
	     "\n"
	     "A key-value server that speaks the protocol of Redis. It ends by SIGINT and SIGTERM.\n"
	     "\n"
	     "  --port N          listen at this port; 0: at any that is free (6379)\n"
	     "  --bind ADDRESS    of this address of the machine: a number, IPv4 or IPv6 (127.0.0.1)\n"
	     "  --unix PATH       listen at a Unix socket instead, which must not exist\n"
	     "  --workers N       threads (one for each core, at most 16)\n"
	     "  --shards N        actors that the keys are spread over, 1 to 64 (as many as workers)\n"
	     "  --connections N   at the same time; one more is told so and sent away (10000)\n"
	     "  --maxmemory N     bytes of keys and values; then what would add to them is refused; 0: no end (0)\n"
	     "  --appendonly yes|no             keep what is written in an append-only file (no)\n"
	     "  --dir FOLDER                    in its appendonlydir (.)\n"
	     "  --appendfsync always|everysec|no                  when it is on the disk (everysec)\n"
	     "  --auto-aof-rewrite-percentage N, --auto-aof-rewrite-min-size N\n"
	     "                    rewritten when it has grown by so much, and has so many bytes (100, 64 MB)\n"
	     "  --lost-shard end|empty          without such a file, when a shard has failed: end, or go on without its keys (end)\n"
	     "  --help            this text\n"
	     "  --version         the version\n"
	     "\n"
	     "When it serves it prints \"ready at ADDRESS\".");
}

/* A number of digits only. */
static bool read_number(const char *name, const char *text, unsigned long long least, unsigned long long most, unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == 0 && errno == 0 && *number >= least && *number <= most)
		return true;
	fprintf(stderr, "kv: --%s is a number from %llu to %llu, not \"%s\"\n", name, least, most, text);
	return false;
}

static bool read_count(const char *name, const char *text, unsigned most, unsigned *count)
{
	unsigned long long number;
	bool is_good = read_number(name, text, 1, most, &number);

	if (is_good)
		*count = (unsigned)number;
	return is_good;
}

/* Which of two words it is. */
static bool read_choice(const char *name, const char *text, const char *yes, const char *no, bool *is_yes)
{
	*is_yes = strcmp(text, yes) == 0;
	if (*is_yes || strcmp(text, no) == 0)
		return true;
	fprintf(stderr, "kv: --%s is %s or %s, not \"%s\"\n", name, yes, no, text);
	return false;
}

static bool read_policy(const char *text, int *policy)
{
	if (saving_policy(text_of(text), policy))
		return true;
	fprintf(stderr, "kv: --appendfsync is always, everysec or no, not \"%s\"\n", text);
	return false;
}

static bool read_percentage(const char *text, unsigned *percentage)
{
	unsigned long long number;
	bool is_good = read_number("auto-aof-rewrite-percentage", text, 0, 1000000, &number);

	if (is_good)
		*percentage = (unsigned)number;
	return is_good;
}

static bool take_option(struct settings *settings, struct place *place, int option)
{
	switch (option) {
	case 'p': return read_number("port", optarg, 0, 65535, &place->port);
	case 'b': place->bind = optarg; return true;
	case 'u': place->path = optarg; return true;
	case 'w': return read_count("workers", optarg, ODEON_WORKERS_MOST, &settings->workers);
	case 's': return read_count("shards", optarg, STORES_MOST, &settings->shards);
	case 'c': return read_count("connections", optarg, CONNECTIONS_MOST, &settings->connections);
	case 'm': return read_number("maxmemory", optarg, 0, ~0ull >> 1, &settings->memory_most);
	case 'a': return read_choice("appendonly", optarg, "yes", "no", &settings->appends);
	case 'd': settings->folder = optarg; return true;
	case 'f': return read_policy(optarg, &settings->policy);
	case 'P': return read_percentage(optarg, &settings->rewrite_percentage);
	case 'M': return read_number("auto-aof-rewrite-min-size", optarg, 0, ~0ull >> 1, &settings->rewrite_least);
	case 'l': return read_choice("lost-shard", optarg, "empty", "end", &settings->starts_empty);
	default: return false;
	}
}

static bool make_address(struct settings *settings, const struct place *place)
{
	bool is_six = strchr(place->bind, ':') != NULL && place->bind[0] != '[';
	int length;

	if (place->path != NULL)
		length = snprintf(settings->address, sizeof settings->address, "unix:%s", place->path);
	else
		length = snprintf(settings->address, sizeof settings->address, "%s%s%s:%llu", is_six ? "[" : "", place->bind,
		                  is_six ? "]" : "", place->port);
	if (length > 0 && (size_t)length < sizeof settings->address)
		return true;
	fprintf(stderr, "kv: this address is too long\n");
	return false;
}

static void fill_in(struct settings *settings)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (settings->workers == 0)
		settings->workers = cores < 1 ? 1 : cores > WORKERS_USUALLY_MOST ? WORKERS_USUALLY_MOST : (unsigned)cores;
	if (settings->shards == 0)
		settings->shards = settings->workers < STORES_MOST ? settings->workers : STORES_MOST;
}

int settings_read(struct settings *settings, int count, char **arguments)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' }, { "bind", required_argument, NULL, 'b' }, { "unix", required_argument, NULL, 'u' },
		{ "workers", required_argument, NULL, 'w' }, { "shards", required_argument, NULL, 's' },
		{ "connections", required_argument, NULL, 'c' }, { "maxmemory", required_argument, NULL, 'm' },
		{ "appendonly", required_argument, NULL, 'a' }, { "dir", required_argument, NULL, 'd' },
		{ "appendfsync", required_argument, NULL, 'f' }, { "auto-aof-rewrite-percentage", required_argument, NULL, 'P' },
		{ "auto-aof-rewrite-min-size", required_argument, NULL, 'M' }, { "lost-shard", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { 0 },
	};
	struct place place = { .bind = "127.0.0.1", .port = 6379 };
	int option;

	*settings = (struct settings){ .connections = 10000, .folder = ".", .policy = SYNC_EVERYSEC,
		.rewrite_least = PERSISTENCE_REWRITE_LEAST, .rewrite_percentage = PERSISTENCE_REWRITE_PERCENTAGE };
	while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
		if (option == 'h') {
			print_help();
			return 0;
		}
		if (option == 'V') {
			puts("kv, of odeon " KV_VERSION);
			return 0;
		}
		if (!take_option(settings, &place, option))
			return 2;
	}
	if (optind < count) {
		fprintf(stderr, "kv: what is \"%s\"? See kv --help\n", arguments[optind]);
		return 2;
	}
	fill_in(settings);
	return make_address(settings, &place) ? -1 : 2;
}
