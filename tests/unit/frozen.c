/* SPDX-License-Identifier: BSD-2-Clause */
/* frozen.c - tests of odeon_freeze and its shares: one payload, many readers, freed once */
#include "../harness/kit.h"

enum { READERS = 1000, SIZE = 64 * 1024 };

struct picture { char bytes[SIZE]; };
ODEON_MESSAGE(picture);
struct hand_out { odeon_frozen *picture; };
ODEON_MESSAGE_DROP(hand_out) { odeon_frozen_drop(hand_out->picture); }
struct hold { odeon_frozen *parcel; };
ODEON_MESSAGE_DROP(hold) { odeon_frozen_drop(hold->parcel); }

static struct world world;
static struct gate read_by_all;
static const void *_Atomic address;                    /* where all read it */

/* Each reader keeps what it is given until it ends. */
struct reader { void *kept; };
ODEON_HANDLER(reader, hand_out)
{
	const struct picture *picture = odeon_frozen_look(picture, hand_out->picture);

	must(picture && picture->bytes[0] == 7 && picture->bytes[SIZE - 1] == 9);
	must(picture == atomic_load(&address));
	reader->kept = odeon_keep(self, hand_out);
	gate_open(&read_by_all);
}
ODEON_HANDLER(reader, hold)
{
	const struct parcel *parcel = odeon_frozen_look(parcel, hold->parcel);

	(void)self;
	(void)reader;
	must(parcel && parcel->number == 5);
	gate_open(&read_by_all);
}
ODEON_STOP(reader)
{
	(void)self;
	(void)reason;
	odeon_free(reader->kept);
}
ODEON_HANDLERS(reader_handlers, ODEON_ON(reader, hand_out), ODEON_ON(reader, hold));
ODEON_KIND(reader, reader_handlers, .stop = ODEON_STOPS(reader));

static void setup(void)
{
	read_by_all = (struct gate)GATE;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void)
{
	world_close(&world);
}

/* ---- alone ----------------------------------------------------------------------------------------------------------------- */

START_TEST(the_last_share_drops_it_once)
{
	unsigned long dropped = parcels_dropped();
	odeon_frozen *frozen = odeon_freeze(parcel_new(5)), *more[10];
	int i;

	ck_assert_ptr_nonnull(frozen);
	for (i = 0; i < 10; i++)
		more[i] = odeon_frozen_share(frozen);
	ck_assert_int_eq(odeon_frozen_look(parcel, frozen)->number, 5);
	odeon_frozen_drop(frozen);
	for (i = 0; i < 10; i++) {
		ck_assert_uint_eq(parcels_dropped(), dropped);
		ck_assert_int_eq(odeon_frozen_look(parcel, more[i])->number, 5);
		odeon_frozen_drop(more[i]);
	}
	ck_assert_uint_eq(parcels_dropped(), dropped + 1);
}
END_TEST

START_TEST(nothing_and_another_type_give_nothing)
{
	odeon_frozen *frozen = odeon_freeze(parcel_new(5));

	ck_assert_ptr_null(odeon_freeze(NULL));
	ck_assert_ptr_null(odeon_frozen_share(NULL));
	ck_assert_ptr_null(odeon_frozen_look(parcel, NULL));
	ck_assert_ptr_null(odeon_frozen_look(picture, frozen));
	odeon_frozen_drop(NULL);
	odeon_frozen_drop(frozen);
}
END_TEST

/* ---- in actors -------------------------------------------------------------------------------------------------------------- */

static odeon_frozen *picture_frozen(void)
{
	struct picture *picture = odeon_new(picture);

	must(picture != NULL);
	picture->bytes[0] = 7;
	picture->bytes[SIZE - 1] = 9;
	return odeon_freeze(picture);
}

START_TEST(a_thousand_readers_hold_one_payload)
{
	odeon_frozen *picture = picture_frozen();
	odeon_ref readers[READERS];
	int i;

	atomic_store(&address, odeon_frozen_look(picture, picture));
	for (i = 0; i < READERS; i++)
		readers[i] = world_spawn(&world, &reader_kind, NULL);
	for (i = 0; i < READERS; i++)
		ck_assert_int_eq(odeon_post(world.system, readers[i], odeon_new(hand_out, .picture = odeon_frozen_share(picture))), 0);
	odeon_frozen_drop(picture);
	gate_wait(&read_by_all, READERS);
	for (i = 0; i < READERS; i++)
		odeon_actor_stop(world.system, readers[i]);
}
END_TEST

static odeon_frozen *taken;
static void freeze_what_comes(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	taken = odeon_freeze(parcel);
	gate_open(&read_by_all);
}

START_TEST(a_message_in_hand_can_be_frozen)
{
	odeon_ref actor = world_catcher(&world, (struct catcher){ .on_parcel = freeze_what_comes });

	world_posts(&world, actor, 5, 1);
	gate_wait(&read_by_all, 1);
	odeon_actor_stop(world.system, actor);
	world_await_end(&world, actor);
	ck_assert_int_eq(odeon_frozen_look(parcel, taken)->number, 5);
	odeon_frozen_drop(taken);
}
END_TEST

START_TEST(shares_in_messages_nobody_handles_are_dropped)
{
	odeon_frozen *frozen = odeon_freeze(parcel_new(5));
	unsigned long dropped = parcels_dropped();
	odeon_ref gone = world_ended(&world);
	int i;

	for (i = 0; i < 5; i++)
		ck_assert_int_eq(odeon_post(world.system, gone, odeon_new(hold, .parcel = odeon_frozen_share(frozen))), ODEON_EGONE);
	ck_assert_uint_eq(parcels_dropped(), dropped);
	odeon_frozen_drop(frozen);
	ck_assert_uint_eq(parcels_dropped(), dropped + 1);
}
END_TEST

/* ---- on many threads --------------------------------------------------------------------------------------------------------- */

static void *share_and_drop(void *argument)
{
	odeon_frozen *frozen = argument;
	int i;

	for (i = 0; i < KIT_SLOWER(20000); i++) {
		odeon_frozen *more = odeon_frozen_share(frozen);

		must(odeon_frozen_look(parcel, more)->number == 5);
		odeon_frozen_drop(i % 2 ? more : frozen);
		if (i % 2 == 0)
			frozen = more;
	}
	odeon_frozen_drop(frozen);
	return NULL;
}

START_TEST(dropped_on_all_sides_it_goes_once)
{
	unsigned long dropped = parcels_dropped();
	pthread_t threads[4];
	int i, round;

	for (round = 0; round < 20; round++) {
		odeon_frozen *frozen = odeon_freeze(parcel_new(5));

		for (i = 0; i < 4; i++)
			must(pthread_create(&threads[i], NULL, share_and_drop, odeon_frozen_share(frozen)) == 0);
		odeon_frozen_drop(frozen);
		for (i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
		ck_assert_uint_eq(parcels_dropped(), dropped + (unsigned)round + 1);
	}
}
END_TEST

KIT_MAIN("unit/frozen",
	{ .name = "alone", .tests = KIT_TESTS(the_last_share_drops_it_once, nothing_and_another_type_give_nothing,
	                                      dropped_on_all_sides_it_goes_once) },
	{ .name = "actors", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_thousand_readers_hold_one_payload, a_message_in_hand_can_be_frozen,
	                     shares_in_messages_nobody_handles_are_dropped) })
