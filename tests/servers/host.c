/* SPDX-License-Identifier: BSD-2-Clause */
/* host.c - a program, a pipe from it, and its folder in /proc */
#include "host.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 20                                    /* seconds: a sanitizer's program starts slowly */

const char *const host_names[HOSTS] = { "echo", "kv", "http", "tls", "chat" };

static const char *const commands[HOSTS][8] = {
	{ "examples/17-tcp-echo", "127.0.0.1:0", NULL },
	{ "examples/kv/kv", "--port", "0", "--workers", "2", "--connections", "20000", NULL },
	{ "examples/18-http-hello", "127.0.0.1:0", NULL },
	{ "tests/servers/tls_echo", "127.0.0.1:0", NULL },
	{ "examples/chat/19-chat", "127.0.0.1:0", "127.0.0.1:0", NULL },
};

static void find(int kind, char *path, size_t room)
{
	const char *top = getenv("top_builddir");

	snprintf(path, room, "%s/%s", top != NULL ? top : ".", commands[kind][0]);
}

bool host_is_there(int kind)
{
	char path[4096];

	find(kind, path, sizeof path);
	return access(path, X_OK) == 0;
}

/* "listening at 127.0.0.1:80", or "ready at", or "lines at 127.0.0.1:80, the page at http://127.0.0.1:81/". */
static bool read_port(struct host *host, const char *said)
{
	const char *at = strstr(said, " at "), *colon = at != NULL ? strchr(at, ':') : NULL;

	if (colon == NULL || strchr(colon, '\n') == NULL)
		return false;
	host->port = (uint16_t)atoi(colon + 1);
	host->other = (uint16_t)atoi(strrchr(colon, ':') + 1);
	return host->port != 0;
}

static bool hear_port(struct host *host, int from)
{
	struct pollfd waits = { .fd = from, .events = POLLIN };
	char said[512] = "";
	size_t length = 0;

	while (length < sizeof said - 1 && poll(&waits, 1, PATIENCE * 1000) == 1) {
		ssize_t some = read(from, said + length, sizeof said - 1 - length);

		if (some <= 0)
			break;
		length += (size_t)some;
		said[length] = '\0';
		if (read_port(host, said))
			return true;
	}
	fprintf(stderr, "the server did not start, and said: %s\n", said);
	return false;
}

static void become(int kind, const char *folder, int to)
{
	const char *const keeps[] = { "--appendonly", "yes", "--dir", folder, NULL };
	char path[4096], *arguments[8 + sizeof keeps / sizeof keeps[0]] = { path };
	int count = 1;

	find(kind, path, sizeof path);
	while (commands[kind][count] != NULL) {
		arguments[count] = (char *)(uintptr_t)commands[kind][count];
		count++;
	}
	if (kind == HOST_KV && folder != NULL)
		memcpy(arguments + count, keeps, sizeof keeps);
	(void)dup2(to, STDOUT_FILENO);
	(void)execv(path, arguments);
	_exit(127);
}

bool host_start(struct host *host, int kind, const char *folder)
{
	int ends[2];
	bool is_there;

	*host = (struct host){ .kind = kind };
	if (pipe(ends) != 0)
		return false;
	host->process = fork();
	if (host->process == 0)
		become(kind, folder, ends[1]);
	(void)close(ends[1]);
	is_there = host->process > 0 && hear_port(host, ends[0]);
	(void)close(ends[0]);                   /* what it says at its end is for nobody */
	if (!is_there && host->process > 0)
		(void)host_end(host);
	return is_there;
}

int host_end(struct host *host)
{
	int status = 0;

	(void)kill(host->process, SIGTERM);
	for (int i = 0; i < PATIENCE * 100; i++) {
		if (waitpid(host->process, &status, WNOHANG) == host->process)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		(void)nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	fprintf(stderr, "the server did not end in %d s\n", PATIENCE);
	(void)kill(host->process, SIGKILL);
	(void)waitpid(host->process, &status, 0);
	return -1;
}

/* ---- what the system says -------------------------------------------------------------------------------------------------- */

static FILE *open_in(const struct host *host, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)host->process, name);
	return fopen(path, "r");
}

size_t host_memory(const struct host *host)
{
	FILE *file = open_in(host, "statm");
	unsigned long all, resident = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	(void)fclose(file);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

double host_processor(const struct host *host)
{
	FILE *file = open_in(host, "stat");
	unsigned long user = 0, system = 0;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
		user = system = 0;
	(void)fclose(file);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

unsigned host_descriptors(const struct host *host)
{
	unsigned count = 0;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)host->process);
	folder = opendir(path);
	if (folder == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	(void)closedir(folder);
	return count;
}

/* Above those numbers that it has, so many more are free. */
static unsigned number_above(const struct host *host, unsigned more)
{
	bool is_had[1024] = { false };
	unsigned number = 0;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)host->process);
	folder = opendir(path);
	if (folder == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.' && strtoul(entry->d_name, NULL, 10) < 1024)
			is_had[strtoul(entry->d_name, NULL, 10)] = true;
	(void)closedir(folder);
	for (; more > 0 && number < 1024; number++)
		more -= !is_had[number];
	return number;
}

bool host_limit(const struct host *host, unsigned more)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	if (more > 0)
		limit.rlim_cur = number_above(host, more);
	return prlimit(host->process, RLIMIT_NOFILE, &limit, NULL) == 0;
}
