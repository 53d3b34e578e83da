/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bounded.h - what the questions about mailboxes share: a receiver with a bound that has not begun to run
 *
 * `struct answers` has what each policy answers. The receiver is filled while its only worker is busy with a plug, so
 * that it has not begun to run and all counts are exact.
 */
#ifndef TESTS_BOUNDED_H
#define TESTS_BOUNDED_H

#include "../harness/kit.h"

enum { BOUND = 10 };

struct answers {
	const char *name;
	enum odeon_policy policy;
	int over;                                      /* what the sender of one more hears */
	int refused_from;                              /* at how many waiting it is refused for good; 0: never */
};

static const struct answers policies[] = {
	{ "fail", ODEON_FAIL, ODEON_EFULL, BOUND },
	{ "drop newest", ODEON_DROP_NEWEST, 0, 0 },
	{ "drop oldest", ODEON_DROP_OLDEST, 0, 2 * BOUND },
	{ "redirect", ODEON_REDIRECT, 0, 2 * BOUND },
	{ "stop", ODEON_STOP_ACTOR, ODEON_EFULL, BOUND },
};
enum { POLICIES = sizeof(policies) / sizeof(policies[0]), WAYS = 2 * POLICIES };

static struct world world;
static struct plug plug;
static odeon_ref busy, receiver, overflow;
static struct journal received, overflowed, control;
static struct ending ending;
static size_t parcel_bytes;                            /* what one parcel weighs in a mailbox */

/* ---- a receiver that has not begun to run -------------------------------------------------------------------------- */

static inline void occupy_the_worker(void)
{
	plug = (struct plug)PLUG;
	world_tell(&world, busy, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
}

static inline void weigh_a_parcel(void)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);
	odeon_ref scale;

	occupy_the_worker();
	scale = world_catcher(&world, (struct catcher){ 0 });
	world_posts(&world, scale, 0, 1);
	ck_assert_int_eq(odeon_actor_stats(world.system, scale, &stats), 0);
	ck_assert_uint_eq(stats.queued, 1);
	parcel_bytes = stats.queued_bytes;
	ck_assert_uint_ge(parcel_bytes, sizeof(struct parcel));
	ck_assert_uint_le(parcel_bytes, sizeof(struct parcel) + 64);
	ck_assert_uint_eq(parcel_bytes % 16, 0);
	plug_release(&plug);
	eventually(world_stats(&world).queued == 0);
}

static inline void setup(void)
{
	received = overflowed = control = (struct journal)JOURNAL;
	ending = (struct ending)ENDING;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 1));
	busy = world_catcher(&world, (struct catcher){ 0 });
	weigh_a_parcel();
}

static inline void teardown(void) { world_close(&world); }

/* Bounds of BOUND parcels: in messages when the number of the way is even, in bytes when it is odd. */
static inline odeon_mailbox bounds(int way)
{
	odeon_mailbox mailbox = { .policy = policies[way / 2].policy };

	if (way % 2 == 0)
		mailbox.messages = BOUND;
	else
		mailbox.bytes = BOUND * parcel_bytes;
	if (mailbox.policy == ODEON_REDIRECT)
		mailbox.redirect = overflow;
	return mailbox;
}

static const struct answers *prepare(int way)
{
	odeon_mailbox second = { .messages = BOUND };

	overflow = world_bounded(&world, (struct catcher){ .journal = &overflowed }, second);
	receiver = world_bounded(&world, (struct catcher){ .journal = &received, .ending = &ending }, bounds(way));
	return &policies[way / 2];
}

static inline int post(int number)
{
	return odeon_post(world.system, receiver, parcel_new(number));
}

static inline int how_many_fit(void)
{
	int count = 0;

	while (count < 4 * BOUND && odeon_post(world.system, receiver, parcel_new(count)) == 0)
		count++;
	return count;
}

#endif
