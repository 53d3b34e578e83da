/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 13-poll-loop - a channel as one descriptor among others, in a loop that the program already has
 *
 * The same goes for epoll, libuv, glib: watch odeon_receiver_fd for reading, and take messages until there are none.
 */
#define _POSIX_C_SOURCE 200809L
#include "shared.h"
#include <poll.h>
#include <string.h>
#include <unistd.h>

struct reading { int degrees; };
ODEON_MESSAGE(reading);

struct sensor { odeon_sender *out; int line; };

/* Sends readings by the channel, then says goodbye by a pipe, as some other part of a program might. */
static void *measure(void *given)
{
	static const char goodbye[] = "switched off\n";
	struct sensor *sensor = given;

	for (int i = 0; i < 3; i++) {
		odeon_sender_send(sensor->out, odeon_new(reading, .degrees = 20 + i));
		pause_for(ODEON_MS(5));
	}
	odeon_sender_drop(sensor->out);
	if (write(sensor->line, goodbye, strlen(goodbye)) < 0)
		must(ODEON_ESYSTEM);
	close(sensor->line);
	return NULL;
}

/* Until there is nothing: only then is the descriptor quiet again. Returns whether more may come. */
static int take_readings(odeon_receiver *in)
{
	struct reading *reading;
	int why;

	while ((reading = odeon_try_recv(reading, in, &why))) {
		printf("channel: %d degrees\n", reading->degrees);
		odeon_free(reading);
	}
	if (why == ODEON_EDISCONNECTED)
		printf("channel: %s\n", odeon_error_text(why));
	return why == ODEON_EEMPTY;
}

static void read_line(int fd)
{
	char text[80];
	ssize_t length = read(fd, text, sizeof(text));

	printf("pipe: %.*s", length > 0 ? (int)length : 0, text);
}

static void loop(odeon_receiver *in, int line)
{
	struct pollfd fds[] = { { .fd = odeon_receiver_fd(in), .events = POLLIN }, { .fd = line, .events = POLLIN } };

	must(fds[0].fd);
	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0)
			must(ODEON_ESYSTEM);
		if (fds[0].revents && !take_readings(in))
			fds[0].fd = -1;                         /* poll leaves it out from now on */
		if (fds[1].revents) {
			read_line(line);
			fds[1].fd = -1;
		}
	}
}

int main(void)
{
	struct sensor sensor;
	odeon_receiver *in;
	pthread_t thread;
	int ends[2];

	if (pipe(ends) < 0)
		must(ODEON_ESYSTEM);
	sensor.line = ends[1];
	must(odeon_channel_open(ODEON_TYPE(reading), ODEON_UNBOUNDED, &sensor.out, &in));
	thread = start(measure, &sensor);
	loop(in, ends[0]);
	pthread_join(thread, NULL);
	close(ends[0]);
	odeon_receiver_drop(in);
	return 0;
}
