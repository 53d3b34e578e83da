/* SPDX-License-Identifier: BSD-2-Clause */
/* load_main.c - the command line of echo-load; load.c says what it is */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include "load.h"

struct wanted { struct load load; struct load_floor floor; bool serves; };

static int print_usage(void)
{
	fputs("usage: echo-load ADDRESS:PORT [--connections N] [--bytes N | --say TEXT --back N] [--seconds S] [--warm S] [--rest S] [--process PID]\n"
	      "       echo-load --serve PORT [--threads N] [--answer TEXT] [--awake]\n", stderr);
	return 2;
}

static bool read_server(const char *text, struct sockaddr_in *server)
{
	const char *colon = strrchr(text, ':');
	char host[INET_ADDRSTRLEN] = "";

	if (colon == NULL || (size_t)(colon - text) >= sizeof host)
		return false;
	memcpy(host, text, (size_t)(colon - text));
	server->sin_family = AF_INET;
	server->sin_port = htons((uint16_t)atoi(colon + 1));
	return inet_pton(AF_INET, host, &server->sin_addr) == 1;
}

static bool take(struct wanted *wanted, int option)
{
	switch (option) {
	case 'c': wanted->load.connections = (unsigned)atoi(optarg); break;
	case 'b': wanted->load.bytes = (unsigned)atoi(optarg); break;
	case 'y': wanted->load.say = optarg; break;
	case 'B': wanted->load.back = (unsigned)atoi(optarg); break;
	case 's': wanted->load.seconds = atof(optarg); break;
	case 'w': wanted->load.warm = atof(optarg); break;
	case 'r': wanted->load.rest = atof(optarg); break;
	case 'p': wanted->load.process = atol(optarg); break;
	case 't': wanted->floor.threads = (unsigned)atoi(optarg); break;
	case 'a': wanted->floor.answer = optarg; break;
	case 'A': wanted->floor.is_awake = true; break;
	case 'S':
		wanted->serves = true;
		wanted->floor.here = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(optarg)),
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		break;
	default: return false;
	}
	return true;
}

static bool makes_sense(const struct wanted *wanted)
{
	const struct load *load = &wanted->load;

	return load->connections > 0 && load->connections <= 1000000 && load->bytes > 0 && load->bytes <= LOAD_BYTES_MOST
	    && load->back > 0 && load->back <= LOAD_BYTES_MOST && (load->say != NULL || load->back == load->bytes)
	    && load->seconds >= 0 && load->warm >= 0 && load->rest >= 0 && wanted->floor.threads > 0
	    && wanted->floor.threads <= LOAD_THREADS_MOST;
}

/* As many descriptors as the system lets one have. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int main(int count, char **arguments)
{
	static const struct option options[] = {
		{ "connections", required_argument, NULL, 'c' }, { "bytes", required_argument, NULL, 'b' },
		{ "say", required_argument, NULL, 'y' }, { "back", required_argument, NULL, 'B' },
		{ "seconds", required_argument, NULL, 's' }, { "warm", required_argument, NULL, 'w' },
		{ "rest", required_argument, NULL, 'r' }, { "process", required_argument, NULL, 'p' },
		{ "threads", required_argument, NULL, 't' }, { "serve", required_argument, NULL, 'S' },
		{ "answer", required_argument, NULL, 'a' }, { "awake", no_argument, NULL, 'A' }, { NULL, 0, NULL, 0 },
	};
	struct wanted wanted = {
		.load = { .connections = 1, .bytes = 64, .seconds = 3, .warm = 0.5, .rest = 0.5 }, .floor.threads = 1,
	};
	int option;

	while ((option = getopt_long(count, arguments, "", options, NULL)) >= 0)
		if (!take(&wanted, option))
			return print_usage();
	if (wanted.load.say != NULL)
		wanted.load.bytes = (unsigned)strlen(wanted.load.say);
	if (wanted.load.back == 0)
		wanted.load.back = wanted.load.bytes;
	if (!makes_sense(&wanted) || optind + !wanted.serves != count
	 || (!wanted.serves && !read_server(arguments[optind], &wanted.load.server)))
		return print_usage();
	raise_limit();
	return wanted.serves ? load_serve(&wanted.floor) : load_run(&wanted.load);
}
