/* SPDX-License-Identifier: BSD-2-Clause */
/* descriptors - a poller (odeon/poller.h) whose descriptors are those of the cases */
#include "descriptors.h"

#include <poll.h>
#include <time.h>
#include "alloc.h"
#include "os.h"

struct descriptors {
	const odeon_case *cases;
	size_t count;
	unsigned wanted;
	struct pollfd polled[];                 /* the first is to be woken by */
};

static size_t bytes_of(unsigned wanted)
{
	return sizeof(struct descriptors) + (wanted + 1) * sizeof(struct pollfd);
}

static int open_descriptors(void *host, int worker, void **state)
{
	struct descriptors *descriptors = host;
	unsigned next = 0;

	(void)worker;
	descriptors->polled[next++] = (struct pollfd){ .fd = os_event_open(), .events = POLLIN };
	if (descriptors->polled[0].fd < 0)
		return ODEON_ESYSTEM;
	for (size_t i = 0; i < descriptors->count; i++)
		if (descriptors->cases[i].what == ODEON_ON_FD)
			descriptors->polled[next++] = (struct pollfd){
				.fd = descriptors->cases[i].fd, .events = descriptors->cases[i].events,
			};
	*state = descriptors;
	return 0;
}

static void close_descriptors(void *state)
{
	struct descriptors *descriptors = state;

	os_event_close(descriptors->polled[0].fd);
}

static void poll_descriptors(void *state, odeon_duration at_most)
{
	struct descriptors *descriptors = state;
	struct timespec time = { .tv_sec = at_most / 1000000000, .tv_nsec = at_most % 1000000000 };

	(void)ppoll(descriptors->polled, descriptors->wanted + 1, at_most == ODEON_POLL_FOR_EVER ? NULL : &time, NULL);
}

static void wake_descriptors(void *state)
{
	struct descriptors *descriptors = state;

	os_event_raise(descriptors->polled[0].fd);
}

static const odeon_poller poller = {
	.bytes = sizeof poller, .open = open_descriptors, .close = close_descriptors, .poll = poll_descriptors,
	.wake = wake_descriptors,
};

int descriptors_open(struct parker *parker, const odeon_case *cases, size_t count, unsigned wanted)
{
	struct descriptors *descriptors = alloc_block(bytes_of(wanted));
	int error;

	if (descriptors == NULL)
		return ODEON_ENOMEM;
	descriptors->cases = cases;
	descriptors->count = count;
	descriptors->wanted = wanted;
	error = parker_open(parker, &poller, descriptors, 0);
	if (error != 0)
		alloc_free(descriptors, bytes_of(wanted));
	return error;
}

void descriptors_close(struct parker *parker)
{
	struct descriptors *descriptors = parker->poller_state;

	parker_close(parker);
	alloc_free(descriptors, bytes_of(descriptors->wanted));
}
