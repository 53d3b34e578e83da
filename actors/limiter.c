/* SPDX-License-Identifier: BSD-2-Clause */
/* limiter - the level is kept in parts of a token, so that nothing is rounded */
#include <odeon.h>
#include <odeon/actors/limiter.h>

int odeon_limiter_init(odeon_limiter *limiter, const odeon_limiter_options *options, odeon_time now)
{
	odeon_limiter_options all;

	if (options == NULL)
		return ODEON_EINVAL;
	if (options->bytes != sizeof all)
		return ODEON_EVERSION;
	all = *options;
	if (limiter == NULL || all.count == 0 || all.per < 0)
		return ODEON_EINVAL;
	all.per = all.per != 0 ? all.per : ODEON_SECONDS(1);
	all.burst = all.burst != 0 ? all.burst : all.count;
	if (all.per > INT64_MAX / (int64_t)all.burst)
		return ODEON_EINVAL;
	*limiter = (odeon_limiter){ .options = all, .level = (uint64_t)all.burst * (uint64_t)all.per, .since = now };
	return 0;
}

/* So long until this many parts have come: rounded up, as a moment before that would be too early. */
static uint64_t time_for(const odeon_limiter *limiter, uint64_t parts)
{
	return parts / limiter->options.count + (parts % limiter->options.count != 0);
}

static void fill(odeon_limiter *limiter, odeon_time now)
{
	uint64_t full = (uint64_t)limiter->options.burst * (uint64_t)limiter->options.per, passed;

	if (now.ns <= limiter->since.ns)
		return;
	passed = (uint64_t)(now.ns - limiter->since.ns);
	limiter->since = now;
	if (passed >= time_for(limiter, full - limiter->level))
		limiter->level = full;
	else
		limiter->level += passed * limiter->options.count;
}

odeon_duration odeon_limiter_take(odeon_limiter *limiter, odeon_time now, uint32_t tokens)
{
	uint64_t parts = tokens * (uint64_t)limiter->options.per;

	if (tokens > limiter->options.burst)
		return ODEON_EINVAL;
	fill(limiter, now);
	if (parts > limiter->level)
		return (odeon_duration)time_for(limiter, parts - limiter->level);
	limiter->level -= parts;
	return 0;
}
