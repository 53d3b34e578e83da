/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chan_crew.c - the threads of a row about channels: started before the clock, released together
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "chan.h"

#define WORK_MOST 300                                  /* seconds; longer is a hang, and ends this child */

ODEON_MESSAGE_DEFINE(word);
ODEON_MESSAGE_DEFINE(block);
ODEON_MESSAGE_DEFINE(whistle);

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t arrived, opened;
	unsigned missing;
	int is_open;
};

struct member *crew_members(struct run *run, unsigned count)
{
	struct member *members = aligned_alloc(LINE, count * sizeof *members);

	if (members == NULL) {
		run_wrong(run, "no memory");
		return NULL;
	}
	memset(members, 0, count * sizeof *members);
	for (unsigned i = 0; i < count; i++) {
		members[i].run = run;
		members[i].shape = run->shape;
	}
	return members;
}

static void arrive(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	if (--crew->missing == 0)
		pthread_cond_signal(&crew->arrived);
	while (!crew->is_open)
		pthread_cond_wait(&crew->opened, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

static void *begin(void *argument)
{
	struct member *member = argument;

	arrive(member->crew);
	member->work(member);
	member->ended = odeon_clock_now();
	return NULL;
}

/* Of the cores that this thread may use: so many, after the first `skipped`, counted from the first again where there are fewer. */
static cpu_set_t cores(int skipped, int count)
{
	cpu_set_t may, chosen;

	CPU_ZERO(&chosen);
	sched_getaffinity(0, sizeof may, &may);
	skipped %= CPU_COUNT(&may);
	for (int core = 0; core < CPU_SETSIZE && count > 0; core++) {
		if (!CPU_ISSET(core, &may) || skipped-- > 0)
			continue;
		CPU_SET(core, &chosen);
		count--;
	}
	return chosen;
}

/* Where the member at this place may run: two have a core each, where there are two. */
static cpu_set_t cores_of(unsigned place, unsigned members, int workers)
{
	if (members != 2 || workers == 1)
		return cores(0, workers);
	return cores((int)place, 1);
}

static void start(struct crew *crew, struct member *members, pthread_t *threads, unsigned count, int workers)
{
	pthread_attr_t how;

	pthread_attr_init(&how);
	for (unsigned i = 0; i < count; i++) {
		cpu_set_t chosen = cores_of(i, count, workers);

		pthread_attr_setaffinity_np(&how, sizeof chosen, &chosen);
		members[i].crew = crew;
		if (pthread_create(&threads[i], &how, begin, &members[i]) != 0)
			abort();
	}
	pthread_attr_destroy(&how);
}

static void release(struct run *run, struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	while (crew->missing > 0)
		pthread_cond_wait(&crew->arrived, &crew->lock);
	crew->is_open = 1;
	run_begin(run);
	pthread_cond_broadcast(&crew->opened);
	pthread_mutex_unlock(&crew->lock);
}

void crew_work(struct run *run, struct member *members, unsigned count)
{
	struct crew crew = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER, count, 0 };
	pthread_t threads[count];

	alarm(WORK_MOST);
	start(&crew, members, threads, count, run->workers);
	release(run, &crew);
	run->ended = run->began;
	for (unsigned i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		if (members[i].ended.ns > run->ended.ns)
			run->ended = members[i].ended;
	}
	alarm(0);
}

/* ---- halves ----------------------------------------------------------------------------------------------- */

int chan_open(struct run *run, const struct shape *shape, odeon_sender **sender, odeon_receiver **receiver)
{
	odeon_channel_options options = ODEON_CHANNEL_OPTIONS(.kind = shape->kind, .capacity = shape->capacity);
	int error = odeon_channel_open_with(payload_type(shape->bytes), &options, sender, receiver);

	if (error != 0)
		run_wrong(run, "no channel: %s", odeon_error_text(error));
	return error;
}

void chan_give_senders(struct member *first, unsigned count, unsigned channel, odeon_sender *half)
{
	first[0].to[channel] = half;
	for (unsigned i = 1; i < count; i++)
		first[i].to[channel] = odeon_sender_clone(half);
}

void chan_give_receivers(struct member *first, unsigned count, unsigned channel, odeon_receiver *half)
{
	first[0].from[channel] = half;
	for (unsigned i = 1; i < count; i++)
		first[i].from[channel] = odeon_receiver_clone(half);
}

void chan_start(struct run *run, const odeon_kind *kind, const void *argument)
{
	odeon_ref actor;

	run_spawn(run, kind, argument, &actor);
	odeon_post(run->system, actor, odeon_new(whistle, .serves = 0));
}

void chan_check(struct run *run, const struct member *members, unsigned count, uint64_t got, uint64_t sum)
{
	uint64_t all_got = 0, all_sum = 0;

	for (unsigned i = 0; i < count; i++) {
		all_got += members[i].got;
		all_sum += members[i].sum;
	}
	if (all_got != got || all_sum != sum)
		run_wrong(run, "%llu messages came, and their sum is %llu", (unsigned long long)all_got,
			(unsigned long long)all_sum);
}
