/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_serve.c - the floor: what an echo, or an answer, costs when no runtime is in the way
 *
 * A thread, an epoll, a listening socket of its own at the same port, one buffer, and the least of system calls: wait, read,
 * write. Nothing is kept for who does not read: his connection is closed. So it is no server to use, and one to compare with.
 *
 * With an answer it writes that to each command of RESP, whatever it says; to all that were read at once, by one call. Awake, it
 * takes a whole core, and nobody who asks must wake it: then he gets as much as he can ask for.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "load.h"

#define EVENTS 256
#define ROOM (64 << 10)
#define ANSWERS 64                              /* that one send may have */
#define GUESTS 65536                            /* of a floor that counts commands: sockets above that are closed */

struct floor {
	const struct load_floor *wanted;
	size_t length;                          /* of one answer */
	char *answers;                          /* ANSWERS of them; NULL: it echoes */
	struct load_count *counts;              /* by socket, each of the thread that accepted it */
};

struct server { const struct floor *floor; int listening; };

static int listen_at(const struct sockaddr_in *here)
{
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (listening < 0)
		return -1;
	(void)setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
	(void)setsockopt(listening, SOL_SOCKET, SO_REUSEPORT, &(int){ 1 }, sizeof(int));
	if (bind(listening, (const struct sockaddr *)here, sizeof *here) == 0 && listen(listening, 1024) == 0)
		return listening;
	(void)close(listening);
	return -1;
}

static bool welcome(const struct floor *floor, int epoll, int guest)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = guest };

	if (floor->counts != NULL) {
		if (guest >= GUESTS)
			return false;
		floor->counts[guest] = (struct load_count){ 0 };
	}
	(void)setsockopt(guest, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	return epoll_ctl(epoll, EPOLL_CTL_ADD, guest, &event) == 0;
}

static void accept_all(const struct server *server, int epoll)
{
	int guest;

	while ((guest = accept4(server->listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		if (!welcome(server->floor, epoll, guest))
			(void)close(guest);
}

static bool write_all(int guest, const char *bytes, size_t length)
{
	return send(guest, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool answer(const struct floor *floor, int guest, size_t commands)
{
	while (commands > 0) {
		size_t some = commands < ANSWERS ? commands : ANSWERS;

		if (!write_all(guest, floor->answers, some * floor->length))
			return false;
		commands -= some;
	}
	return true;
}

static void read_and_write(const struct floor *floor, int guest, char *room)
{
	ssize_t length = recv(guest, room, ROOM, 0);

	if (length < 0 && errno == EAGAIN)
		return;
	if (length <= 0 || !(floor->answers == NULL ? write_all(guest, room, (size_t)length)
	                     : answer(floor, guest, load_count(&floor->counts[guest], room, (size_t)length))))
		(void)close(guest);
}

static void *serve(void *argument)
{
	const struct server *server = argument;
	const int patience = server->floor->wanted->is_awake ? 0 : -1;
	int epoll = epoll_create1(EPOLL_CLOEXEC), count;
	struct epoll_event events[EVENTS], event = { .events = EPOLLIN, .data.fd = server->listening };
	char *room = malloc(ROOM);

	if (room == NULL || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, server->listening, &event) != 0) {
		perror("echo-load");
		exit(1);
	}
	while ((count = epoll_wait(epoll, events, EVENTS, patience)) >= 0 || errno == EINTR)
		for (int i = 0; i < count; i++)
			if (events[i].data.fd == server->listening)
				accept_all(server, epoll);
			else
				read_and_write(server->floor, events[i].data.fd, room);
	free(room);
	return NULL;
}

static void prepare(struct floor *floor, const char *text)
{
	floor->length = strlen(text);
	floor->answers = malloc(ANSWERS * floor->length + 1);
	floor->counts = calloc(GUESTS, sizeof *floor->counts);
	if (floor->answers == NULL || floor->counts == NULL) {
		perror("echo-load");
		exit(1);
	}
	for (size_t i = 0; i < ANSWERS; i++)
		memcpy(floor->answers + i * floor->length, text, floor->length);
}

int load_serve(const struct load_floor *wanted)
{
	struct sockaddr_in here = wanted->here;
	socklen_t length = sizeof here;
	struct floor floor = { .wanted = wanted };
	struct server servers[LOAD_THREADS_MOST];
	pthread_t thread;

	if (wanted->answer != NULL)
		prepare(&floor, wanted->answer);
	for (unsigned i = 0; i < wanted->threads; i++) {
		servers[i] = (struct server){ .floor = &floor, .listening = listen_at(&here) };
		if (servers[i].listening < 0 || getsockname(servers[i].listening, (struct sockaddr *)&here, &length) != 0
		 || pthread_create(&thread, NULL, serve, &servers[i]) != 0) {
			perror("echo-load: cannot serve");
			exit(1);                        /* and its threads, which look at what is here */
		}
	}
	printf("listening at 127.0.0.1:%u\n", ntohs(here.sin_port));
	fflush(stdout);
	(void)pthread_join(thread, NULL);
	return 1;
}
