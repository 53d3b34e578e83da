/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.c - echo-load: how many echoes a server gives, how late, and what an idle connection costs it
 *
 *   echo-load ADDRESS:PORT [--connections N] [--bytes N | --say TEXT --back N] [--seconds S] [--warm S] [--rest S] [--process PID]
 *   echo-load --serve PORT [--threads N] [--answer TEXT] [--awake]          (load_serve.c says what that is)
 *
 * The loop is closed: each connection has one message on its way, and sends the next one when all of it has come back. So with N
 * connections the mean delay is N divided by the rate, whatever the server: what differs is the rate, and how far the late ones
 * are from the mean. A delay is from before the write to after the read of the last byte. What comes back is compared, or, from a server
 * that does not echo, counted; at the end each message that was sent must have come back. One thread asks, so it is a part of what is measured.
 *
 * With --process, memory: how much more the server holds resident, for each connection, when all have talked and now rest, than
 * before the first one came. With --seconds 0 each says one thing only, one after the other: so nothing of that is memory for
 * many messages at once, which an allocator keeps.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "load.h"

#define EVENTS 256
#define PATIENCE 5e9                            /* nanoseconds: until the last one must have come back */

/* Delays by size: for each power of two so many steps, so a percentile is right to 1.6 %. */
#define STEPS 64
#define STEPS_BITS 6

struct histogram { uint64_t counts[64 * STEPS], total; };

struct line { int socket; unsigned back; uint64_t sent_at; unsigned char turn; };

struct crowd {
	const struct load *load;
	struct line *lines;
	int epoll;
	unsigned waiting;                       /* messages on their way */
	bool is_measuring, is_ending;
	struct histogram delays;
};

static uint64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int complain(const char *what)
{
	fprintf(stderr, "echo-load: %s%s%s\n", what, errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
	return 1;
}

/* ---- delays ------------------------------------------------------------------------------------------------------------ */

static unsigned step_of(uint64_t delay)
{
	unsigned power = delay < STEPS ? 0 : 63u - (unsigned)__builtin_clzll(delay) - STEPS_BITS;

	return power * STEPS + (unsigned)(delay >> power);
}

static double delay_of(unsigned step)
{
	unsigned power = step < 2 * STEPS ? 0 : step / STEPS - 1;

	return (double)((uint64_t)(step - power * STEPS) << power);
}

static void note(struct histogram *histogram, uint64_t delay)
{
	histogram->counts[step_of(delay)]++;
	histogram->total++;
}

/* In microseconds. */
static double percentile(const struct histogram *histogram, double share)
{
	uint64_t wanted = (uint64_t)((double)histogram->total * share), seen = 0;
	unsigned step = 0;

	while (step < 64 * STEPS - 1 && (seen += histogram->counts[step]) <= wanted)
		step++;
	return delay_of(step) / 1000;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------------- */

/* What it last sent, which differs from what it sent before, and from what most others do. */
static void compose(const struct crowd *crowd, const struct line *line, unsigned char *message)
{
	if (crowd->load->say != NULL)
		memcpy(message, crowd->load->say, crowd->load->bytes);
	else
		memset(message, (unsigned char)(line->turn + (line - crowd->lines)), crowd->load->bytes);
}

static int ask(struct crowd *crowd, struct line *line)
{
	unsigned char message[LOAD_BYTES_MOST];

	line->turn++;
	line->back = 0;
	compose(crowd, line, message);
	line->sent_at = now();
	errno = 0;
	if (send(line->socket, message, crowd->load->bytes, MSG_NOSIGNAL) != (ssize_t)crowd->load->bytes)
		return complain("a message did not go out whole");
	crowd->waiting++;
	return 0;
}

static int hear(struct crowd *crowd, struct line *line)
{
	unsigned char message[LOAD_BYTES_MOST], heard[LOAD_BYTES_MOST];
	ssize_t length = recv(line->socket, heard, crowd->load->back - line->back, 0);

	if (length < 0 && errno == EAGAIN)
		return 0;
	if (length <= 0)
		return complain("the server closed a connection");
	compose(crowd, line, message);
	errno = 0;
	if (crowd->load->say == NULL && memcmp(heard, message, (size_t)length) != 0)
		return complain("something else came back than was sent");
	line->back += (unsigned)length;
	if (line->back < crowd->load->back)
		return 0;
	crowd->waiting--;
	if (crowd->is_measuring)
		note(&crowd->delays, now() - line->sent_at);
	return crowd->is_ending ? 0 : ask(crowd, line);
}

static int connect_line(struct crowd *crowd, struct line *line)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = line };

	line->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (line->socket < 0 || connect(line->socket, (const struct sockaddr *)&crowd->load->server, sizeof crowd->load->server) != 0
	 || setsockopt(line->socket, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int)) != 0
	 || fcntl(line->socket, F_SETFL, O_NONBLOCK) != 0 || epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, line->socket, &event) != 0)
		return complain("cannot connect");
	return 0;
}

static int connect_all(struct crowd *crowd)
{
	uint64_t told = now();

	for (unsigned i = 0; i < crowd->load->connections; i++) {
		if (connect_line(crowd, &crowd->lines[i]) != 0)
			return 1;
		if (now() - told > 1000000000u) {
			told = now();
			fprintf(stderr, "echo-load: %u of %u are connected\n", i + 1, crowd->load->connections);
		}
	}
	return 0;
}

/* ---- a run ----------------------------------------------------------------------------------------------------------------- */

/* Until then, or until nothing is on its way. */
static int run_until(struct crowd *crowd, uint64_t end)
{
	struct epoll_event events[EVENTS];

	while (now() < end && crowd->waiting > 0) {
		int count = epoll_wait(crowd->epoll, events, EVENTS, 10);

		for (int i = 0; i < count; i++)
			if (hear(crowd, events[i].data.ptr) != 0)
				return 1;
	}
	return 0;
}

/* Each says one thing, one after the other. */
static int talk_in_turn(struct crowd *crowd, double *seconds)
{
	uint64_t began = now();

	crowd->is_measuring = crowd->is_ending = true;
	for (unsigned i = 0; i < crowd->load->connections; i++)
		if (ask(crowd, &crowd->lines[i]) != 0 || run_until(crowd, now() + (uint64_t)PATIENCE) != 0)
			return 1;
	*seconds = (double)(now() - began) / 1e9;
	return 0;
}

static int load_all(struct crowd *crowd, double *seconds)
{
	uint64_t began;

	for (unsigned i = 0; i < crowd->load->connections; i++)
		if (ask(crowd, &crowd->lines[i]) != 0)
			return 1;
	if (run_until(crowd, now() + (uint64_t)(crowd->load->warm * 1e9)) != 0)
		return 1;
	began = now();
	crowd->is_measuring = true;
	if (run_until(crowd, began + (uint64_t)(crowd->load->seconds * 1e9)) != 0)
		return 1;
	crowd->is_measuring = false;
	crowd->is_ending = true;
	*seconds = (double)(now() - began) / 1e9;
	return run_until(crowd, now() + (uint64_t)PATIENCE);
}

static int measure(struct crowd *crowd, double *seconds)
{
	if (crowd->load->seconds > 0 ? load_all(crowd, seconds) != 0 : talk_in_turn(crowd, seconds) != 0)
		return 1;
	errno = 0;
	return crowd->waiting > 0 ? complain("messages were sent and never came back") : 0;
}

/* Resident, in bytes; 0: nobody's. */
static double memory_of(long process)
{
	char path[64];
	unsigned long all, resident = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/statm", process);
	file = process != 0 ? fopen(path, "r") : NULL;
	if (file == NULL)
		return 0;
	if (fscanf(file, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	(void)fclose(file);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void print(const struct crowd *crowd, double seconds, double memory)
{
	const struct histogram *delays = &crowd->delays;

	printf("connections %u bytes %u echoes/s %.0f p50-us %.1f p99-us %.1f p99.9-us %.1f", crowd->load->connections,
	       crowd->load->bytes, (double)delays->total / seconds, percentile(delays, 0.5), percentile(delays, 0.99),
	       percentile(delays, 0.999));
	if (crowd->load->process != 0)
		printf(" idle-bytes %.0f", memory / crowd->load->connections);
	printf("\n");
}

static int run_in(struct crowd *crowd)
{
	double before = memory_of(crowd->load->process), seconds = 1;

	errno = 0;
	if (crowd->epoll < 0 || crowd->lines == NULL)
		return complain("cannot begin");
	if (connect_all(crowd) != 0 || measure(crowd, &seconds) != 0)
		return 1;
	(void)usleep((useconds_t)(crowd->load->rest * 1e6));
	print(crowd, seconds, memory_of(crowd->load->process) - before);
	return 0;
}

int load_run(const struct load *load)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	int answer;

	if (crowd == NULL)
		return complain("cannot begin");
	crowd->load = load;
	crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
	crowd->lines = calloc(load->connections, sizeof crowd->lines[0]);
	answer = run_in(crowd);
	for (unsigned i = 0; crowd->lines != NULL && i < load->connections; i++)
		if (crowd->lines[i].socket > 0)
			(void)close(crowd->lines[i].socket);
	(void)close(crowd->epoll);
	free(crowd->lines);
	free(crowd);
	return answer;
}
