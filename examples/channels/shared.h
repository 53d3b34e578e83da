/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared.h - three things that every program here needs and none is about: to give up with a word, to start a
 * thread, to wait a little. Each thread gets its half as the one argument; from then on the half is that thread's,
 * to drop too.
 */
#ifndef SHARED_H
#define SHARED_H

#include <odeon.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void must(int error)
{
	if (error >= 0)
		return;
	fprintf(stderr, "%s\n", odeon_error_text(error));
	exit(1);
}

static inline pthread_t start(void *(*body)(void *), void *half)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, half) != 0)
		must(ODEON_ESYSTEM);
	return thread;
}

static inline void pause_for(odeon_duration duration)
{
	nanosleep(&(struct timespec){ .tv_nsec = duration }, NULL);
}

#endif
