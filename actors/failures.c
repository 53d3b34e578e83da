/* SPDX-License-Identifier: BSD-2-Clause */
/* failures - how many within how long, and pauses that grow */
#include "random.h"
#include "supervising.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Unlike for any two supervisors of a system, and the same in each run of a simulation: the number of the system, which comes first
 * in a ref's text, is left out. */
static uint64_t number_of(odeon_ref who)
{
	char text[ODEON_REF_TEXT];
	uint64_t hash = 0xcbf29ce484222325u;            /* FNV-1a */
	const char *at;

	(void)odeon_ref_print(who, text, sizeof text);
	for (at = strchr(text, '.'); at != NULL && *at != 0; at++)
		hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
	return hash;
}

int failures_open(odeon_self *self, struct supervisor *supervisor)
{
	uint64_t seed = odeon_system_seed(odeon_system_of(self));

	supervisor->random = number_of(odeon_self_ref(self)) ^ (seed != 0 ? seed : (uint64_t)odeon_now(self).ns);
	if (supervisor->rule.restarts <= 0)
		return 0;
	supervisor->failures = calloc((size_t)supervisor->rule.restarts, sizeof *supervisor->failures);
	return supervisor->failures != NULL ? 0 : ODEON_ENOMEM;
}

bool failures_too_often(odeon_self *self, struct supervisor *supervisor)
{
	size_t most = (size_t)supervisor->rule.restarts;
	odeon_time *oldest, now = odeon_now(self);

	if (supervisor->rule.restarts <= 0)
		return supervisor->rule.restarts == ODEON_RESTARTS_NONE;
	oldest = &supervisor->failures[supervisor->failures_next];
	if (supervisor->failures_count == most && now.ns - oldest->ns <= supervisor->rule.within)
		return true;
	*oldest = now;
	supervisor->failures_next = (supervisor->failures_next + 1) % most;
	supervisor->failures_count += supervisor->failures_count < most;
	return false;
}

/* Up to so many percent more or less. */
static odeon_duration shake(struct supervisor *supervisor, odeon_duration pause)
{
	int64_t thousandths = (int64_t)supervisor->rule.jitter * 10, by;

	if (thousandths == 0)
		return pause;
	by = (int64_t)(random_next(&supervisor->random) % (uint64_t)(2 * thousandths + 1)) - thousandths;
	return pause + pause / 1000 * by + pause % 1000 * by / 1000;
}

odeon_duration failures_pause(odeon_self *self, struct supervisor *supervisor, struct child *child, odeon_duration least)
{
	odeon_duration pause = supervisor->rule.pause, most = supervisor->rule.pause_most;

	if (child->started.ns != 0 && odeon_now(self).ns - child->started.ns > supervisor->rule.within)
		child->doublings = 0;
	child->started.ns = 0;                  /* not to be taken for a long life when its start fails */
	if (pause < least)
		pause = least;
	if (most < pause)
		most = pause;
	if (pause == 0)
		return 0;                       /* nothing to double, and nothing to count */
	for (unsigned i = 0; i < child->doublings && pause < most; i++)
		pause = pause < most / 2 ? 2 * pause : most;
	if (pause < most)
		child->doublings++;
	pause = shake(supervisor, pause);
	return pause < least ? least : pause;
}

void failures_wait(odeon_self *self, struct supervisor *supervisor, odeon_duration pause, uint64_t key, bool *lacks_tick)
{
	void *later = supervisor->later;

	*lacks_tick = odeon_tick_after(self, pause, key) == ODEON_ENOMEM;
	if (!*lacks_tick || later == NULL)
		return;
	supervisor->later = NULL;
	(void)odeon_send(self, odeon_self_ref(self), later);
}
