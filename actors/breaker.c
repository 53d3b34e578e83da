/* SPDX-License-Identifier: BSD-2-Clause */
/* breaker - time is looked at when it is used: an open breaker becomes half open then, and not before */
#include <odeon.h>
#include <odeon/actors/breaker.h>
#include <stdbool.h>

#define FAILURES 5
#define WITHIN ODEON_SECONDS(10)
#define OPEN_FOR ODEON_SECONDS(5)

static void change(odeon_breaker *breaker, enum odeon_breaker_state state, odeon_time now)
{
	breaker->state = state;
	breaker->since = now;
	breaker->out = breaker->good = breaker->failed = 0;
	if (++breaker->era == 0)                /* 0 is no pass */
		breaker->era = 1;
}

int odeon_breaker_init(odeon_breaker *breaker, const odeon_breaker_options *options)
{
	odeon_breaker_options all = ODEON_BREAKER(0);

	if (options != NULL && options->bytes != sizeof all)
		return ODEON_EVERSION;
	if (options != NULL)
		all = *options;
	if (breaker == NULL || all.failures > ODEON_BREAKER_FAILURES_MOST || all.within < 0 || all.open_for < 0)
		return ODEON_EINVAL;
	all.failures = all.failures != 0 ? all.failures : FAILURES;
	all.within = all.within != 0 ? all.within : WITHIN;
	all.open_for = all.open_for != 0 ? all.open_for : OPEN_FOR;
	all.probes = all.probes != 0 ? all.probes : 1;
	*breaker = (odeon_breaker){ .options = all };
	change(breaker, ODEON_BREAKER_CLOSED, (odeon_time){ 0 });
	return 0;
}

/* Also from half open, when the probes that went out have brought nothing for so long. */
enum odeon_breaker_state odeon_breaker_look(odeon_breaker *breaker, odeon_time now)
{
	if (breaker->state != ODEON_BREAKER_CLOSED && now.ns - breaker->since.ns >= breaker->options.open_for)
		change(breaker, ODEON_BREAKER_HALF_OPEN, now);
	return breaker->state;
}

uint32_t odeon_breaker_enter(odeon_breaker *breaker, odeon_time now)
{
	switch (odeon_breaker_look(breaker, now)) {
	case ODEON_BREAKER_CLOSED:
		return breaker->era;
	case ODEON_BREAKER_HALF_OPEN:
		if (breaker->out == breaker->options.probes)
			return 0;
		if (breaker->out++ == 0)
			breaker->since = now;           /* it waits for the probes, not for somebody who wants to send one */
		return breaker->era;
	default:
		return 0;
	}
}

/* The last ones are so many, and all of them within the time. */
static bool are_too_many(const odeon_breaker *breaker, odeon_time now)
{
	unsigned most = breaker->options.failures;

	return breaker->failed >= most && now.ns - breaker->failures[breaker->failed % most].ns <= breaker->options.within;
}

static void note_failure(odeon_breaker *breaker, odeon_time now)
{
	unsigned most = breaker->options.failures;

	breaker->failures[breaker->failed % most] = now;
	if (++breaker->failed == 2 * most)
		breaker->failed = most;         /* as far as the ring is concerned, the same */
	if (are_too_many(breaker, now))
		change(breaker, ODEON_BREAKER_OPEN, now);
}

void odeon_breaker_note(odeon_breaker *breaker, uint32_t pass, odeon_time now, int error)
{
	if (pass != breaker->era)
		return;
	if (breaker->state == ODEON_BREAKER_CLOSED && error != 0)
		note_failure(breaker, now);
	else if (breaker->state == ODEON_BREAKER_HALF_OPEN && error != 0)
		change(breaker, ODEON_BREAKER_OPEN, now);
	else if (breaker->state == ODEON_BREAKER_HALF_OPEN && ++breaker->good == breaker->options.probes)
		change(breaker, ODEON_BREAKER_CLOSED, now);
}
