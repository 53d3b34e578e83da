/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watched.h - what monitor.c and monitor_bounds.c share: somebody who is told of ends, and somebody who ends
 */
#ifndef TESTS_WATCHED_H
#define TESTS_WATCHED_H

#include "../harness/kit.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct world world;
static struct journal journal;
static struct ending ending;
static struct downs downs;

static inline void setup_with(odeon_options options)
{
	journal = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	downs = (struct downs)DOWNS;
	world_open(&world, options);
}

static inline void setup(void) { setup_with((odeon_options)ODEON_OPTIONS(.workers = 2)); }
static inline void setup_one(void) { setup_with((odeon_options)ODEON_OPTIONS(.workers = 1)); }
static inline void teardown(void) { world_close(&world); }

/* ---- errands -------------------------------------------------------------------------------------------------------------- */

struct at { odeon_ref who; int answer; };

static inline void monitor(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_monitor(self, at->who); }
static inline void unmonitor(odeon_self *self, void *argument) { struct at *at = argument; at->answer = odeon_unmonitor(self, at->who); }

static inline void nothing(odeon_self *self, void *argument)
{
	(void)self;
	(void)argument;
}

struct failure { int code; const char *text; };

static inline void run_fail(odeon_self *self, void *argument)
{
	struct failure *failure = argument;

	odeon_fail(self, failure->code, failure->text);
}

static inline void set_monitor(odeon_ref who, odeon_ref whom)
{
	struct at at = { whom, 1 };

	world_do(&world, who, monitor, &at);
	ck_assert_int_eq(at.answer, 0);
}

static inline int take_back(odeon_ref who, odeon_ref whom)
{
	struct at at = { whom, 1 };

	world_do(&world, who, unmonitor, &at);
	return at.answer;
}

static inline void fail_it(odeon_ref who, int code, const char *text)
{
	struct failure failure = { code, text };

	world_do(&world, who, run_fail, &failure);
	world_await_end(&world, who);
}

static inline odeon_ref watcher(void) { return world_catcher(&world, (struct catcher){ .downs = &downs, .journal = &journal }); }
static inline odeon_ref target(void) { return world_catcher(&world, (struct catcher){ .ending = &ending }); }

/* A bond that was set has arrived when its target has handled what the watcher sent after it. */
static inline void settle(odeon_ref who, odeon_ref whom)
{
	world_do(&world, who, nothing, NULL);
	world_do(&world, whom, nothing, NULL);
}

static inline void expect_down(unsigned index, odeon_ref who, int code, const char *text)
{
	struct odeon_down down;

	gate_wait(&downs.told, index + 1);
	down = downs.downs[index];
	ck_assert(odeon_ref_equal(down.who, who));
	ck_assert_int_eq(down.code, code);
	ck_assert_int_eq(down.bond, ODEON_MONITORED);
	ck_assert_int_eq(down.is_halted, 0);
	if (text)
		ck_assert_str_eq(down.text, text);
}

static inline void expect_no_more(odeon_ref who, unsigned count)
{
	world_do(&world, who, nothing, NULL);
	ck_assert_uint_eq(gate_count(&downs.told), count);
}

#endif
