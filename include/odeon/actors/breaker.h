/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/breaker.h - a circuit breaker: whom requests fail again and again is left alone for a while
 *
 *   closed      requests go out, and their results are noted. So many failures within so long: open
 *   open        none goes out. After so long: half open
 *   half open   a few probes go out, no more. All of them good: closed. One that fails: open again
 *
 * A breaker is plain memory, for instance in an actor's state, and is used by one actor (or thread) at a time. It needs no timers
 * and allocates nothing: it is told what time it is, odeon_now in a handler, so in a simulation its time is virtual.
 *
 *   pass = odeon_breaker_enter(&shop->breaker, odeon_now(self));
 *   if (pass == 0) ...                                                 do without
 *   odeon_request(self, bank, odeon_new(debit, 5), until, ODEON_THEN(self, shop, sale, receipt, .pass = pass));
 *   ...
 *   odeon_breaker_note(&shop->breaker, sale->pass, odeon_now(self), error);        in the continuation
 *
 * Only the results of requests that went out since the breaker changed last count: one that comes late changes nothing. When results of
 * probes do not come, new ones go out after as long as it was open.
 */
#ifndef ODEON_ACTORS_BREAKER_H
#define ODEON_ACTORS_BREAKER_H

#include <odeon/error.h>
#include <odeon/time.h>

#define ODEON_BREAKER_FAILURES_MOST 32

enum odeon_breaker_state { ODEON_BREAKER_CLOSED, ODEON_BREAKER_OPEN, ODEON_BREAKER_HALF_OPEN };

/* Zero is always the default. Start it with ODEON_BREAKER(.failures = 3, ...). */
typedef struct odeon_breaker_options {
	size_t bytes;
	unsigned failures;                             /* so many open it, at most ODEON_BREAKER_FAILURES_MOST; default 5 */
	odeon_duration within;                         /* ... when the last one is at most so long after the first; default 10 s */
	odeon_duration open_for;                       /* default 5 s */
	unsigned probes;                               /* of a half open one; default 1 */
} odeon_breaker_options;
#define ODEON_BREAKER(...) { .bytes = sizeof(odeon_breaker_options), __VA_ARGS__ }

/* Filled by odeon_breaker_init, and then the functions' own. */
typedef struct odeon_breaker {
	odeon_breaker_options options;
	enum odeon_breaker_state state;
	uint32_t era;                                  /* of this state; passes of others do not count */
	unsigned out, good;                            /* probes of a half open one */
	odeon_time since;                              /* this state */
	odeon_time failures[ODEON_BREAKER_FAILURES_MOST];      /* the last ones of a closed one, in a ring */
	unsigned failed;                               /* so many of them, ever; the ring's end */
} odeon_breaker;

ODEON_BEGIN_

/**
 * odeon_breaker_init - a closed breaker
 * @options: copied; NULL: all defaults
 *
 * Returns:  0, or
 *   ODEON_EINVAL    a NULL, more failures than there may be, or a duration below 0
 *   ODEON_EVERSION  the options have an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_breaker_init(odeon_breaker *breaker, const odeon_breaker_options *options);

/**
 * odeon_breaker_enter - may a request go out?
 * @now: odeon_now
 *
 * Returns:  a pass, to be given to odeon_breaker_note with what came of the request; 0: no
 * Context:  any thread, any handler; one at a time
 * Since:    0.1
 */
ODEON_API uint32_t odeon_breaker_enter(odeon_breaker *breaker, odeon_time now);

/**
 * odeon_breaker_note - what came of a request that went out
 * @pass:  from odeon_breaker_enter
 * @now:   odeon_now
 * @error: 0: good; anything else: it failed. Say 0 of errors that are not the other side's fault
 *
 * Context:  any thread, any handler; one at a time
 * Since:    0.1
 */
ODEON_API void odeon_breaker_note(odeon_breaker *breaker, uint32_t pass, odeon_time now, int error);

/**
 * odeon_breaker_look - which state it is in
 * @now: odeon_now
 *
 * Returns:  the state
 * Context:  any thread, any handler; one at a time
 * Since:    0.1
 */
ODEON_API enum odeon_breaker_state odeon_breaker_look(odeon_breaker *breaker, odeon_time now);

ODEON_END_
#endif
