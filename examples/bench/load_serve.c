/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_serve.c - the floor: what an echo costs when no runtime is in the way
 *
 * A thread, an epoll, a listening socket of its own at the same port, one buffer, and the least of system calls: wait, read,
 * write. Nothing is kept for who does not read: his connection is closed. So it is no server to use, and one to compare with.
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

static void accept_all(int epoll, int listening)
{
	int guest;

	while ((guest = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		struct epoll_event event = { .events = EPOLLIN, .data.fd = guest };

		(void)setsockopt(guest, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, guest, &event) != 0)
			(void)close(guest);
	}
}

static void echo(int guest, char *room)
{
	ssize_t length = recv(guest, room, ROOM, 0);

	if (length < 0 && errno == EAGAIN)
		return;
	if (length <= 0 || send(guest, room, (size_t)length, MSG_NOSIGNAL) != length)
		(void)close(guest);
}

static void *serve(void *argument)
{
	int listening = *(int *)argument, epoll = epoll_create1(EPOLL_CLOEXEC), count;
	struct epoll_event events[EVENTS], event = { .events = EPOLLIN, .data.fd = listening };
	char *room = malloc(ROOM);

	if (room == NULL || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &event) != 0) {
		perror("echo-load");
		exit(1);
	}
	while ((count = epoll_wait(epoll, events, EVENTS, -1)) >= 0 || errno == EINTR)
		for (int i = 0; i < count; i++)
			if (events[i].data.fd == listening)
				accept_all(epoll, listening);
			else
				echo(events[i].data.fd, room);
	free(room);
	return NULL;
}

int load_serve(struct sockaddr_in here, unsigned threads)
{
	socklen_t length = sizeof here;
	int listening[LOAD_THREADS_MOST];
	pthread_t thread;

	for (unsigned i = 0; i < threads; i++) {
		listening[i] = listen_at(&here);
		if (listening[i] < 0 || getsockname(listening[i], (struct sockaddr *)&here, &length) != 0
		 || pthread_create(&thread, NULL, serve, &listening[i]) != 0) {
			perror("echo-load: cannot serve");
			return 1;
		}
	}
	printf("listening at 127.0.0.1:%u\n", ntohs(here.sin_port));
	fflush(stdout);
	(void)pthread_join(thread, NULL);
	return 1;
}
