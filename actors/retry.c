/* SPDX-License-Identifier: BSD-2-Clause */
/* retry - exponential backoff with jitter */
#include <odeon.h>
#include <odeon/actors/retry.h>
#include "random.h"

#define FIRST ODEON_MS(100)
#define MOST ODEON_SECONDS(30)

int odeon_retry_init(odeon_retry *retry, const odeon_retry_options *options, uint64_t seed)
{
	odeon_retry_options all = ODEON_RETRY(0);

	if (options != NULL && options->bytes != sizeof all)
		return ODEON_EVERSION;
	if (options != NULL)
		all = *options;
	if (retry == NULL || all.first < 0 || all.most < 0)
		return ODEON_EINVAL;
	all.first = all.first != 0 ? all.first : FIRST;
	if (all.most == 0)
		all.most = all.first > MOST ? all.first : MOST;
	if (all.most < all.first)
		return ODEON_EINVAL;
	*retry = (odeon_retry){ .options = all, .random = seed, .limit = all.first };
	return 0;
}

void odeon_retry_clear(odeon_retry *retry)
{
	retry->limit = retry->options.first;
	retry->used = 0;
}

/* The lowest to the limit, both of them included. */
static odeon_duration choose(odeon_retry *retry, odeon_duration lowest)
{
	uint64_t span = (uint64_t)(retry->limit - lowest) + 1;

	return lowest + (odeon_duration)(random_next(&retry->random) % span);
}

odeon_duration odeon_retry_next(odeon_retry *retry)
{
	odeon_duration delay = retry->limit;

	if (retry->options.attempts != 0 && retry->used == retry->options.attempts)
		return ODEON_EFAILED;
	if (retry->options.attempts != 0)
		retry->used++;
	if (retry->options.jitter == ODEON_JITTER_FULL)
		delay = choose(retry, 0);
	else if (retry->options.jitter == ODEON_JITTER_HALF)
		delay = choose(retry, retry->limit / 2);
	retry->limit = retry->limit > retry->options.most / 2 ? retry->options.most : 2 * retry->limit;
	return delay;
}
