/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand.c - tests of odeon/send.h: whatever a handler does with the message in hand, it is dropped once
 */
#include "../harness/kit.h"

static struct world world;
static struct journal journal;

static void setup(void)
{
	journal = (struct journal)JOURNAL;
	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = 2));
}

static void teardown(void) { world_close(&world); }

static odeon_ref forward_to;

/* ---- what is in hand ------------------------------------------------------------------------------------------------ */

static unsigned long dropped_before;

static void drop_it_not_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	dropped_before = parcels_dropped();
	odeon_free(parcel);
	must(parcels_dropped() == dropped_before + 1);         /* at once, not later */
}

static void leave_it(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)self;
	(void)catcher;
	(void)parcel;
}

static void post_it_on(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_post(odeon_system_of(self), forward_to, parcel) == 0);
}

static void send_it_away(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	(void)catcher;
	must(odeon_send(self, forward_to, parcel) == 0);
}

static void send_it_to_itself_once(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	if (parcel->number < 100) {
		parcel->number += 100;
		must(odeon_send(self, odeon_self_ref(self), parcel) == 0);
	} else {
		journal_note(catcher->journal, parcel->number);
	}
}

static void *hand_over(void *argument)
{
	void **pair = argument;

	must(odeon_post(world.system, forward_to, pair[0]) == 0);
	return NULL;
}

static void keep_it_and_give_it_to_a_thread(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	void *pair[1];
	pthread_t thread;

	(void)catcher;
	pair[0] = odeon_keep(self, parcel);
	must(pthread_create(&thread, NULL, hand_over, pair) == 0);
	pthread_join(thread, NULL);
}

typedef void on_parcel_hook(odeon_self *self, struct catcher *catcher, struct parcel *parcel);

static on_parcel_hook *const ways[] = {
	drop_it_not_twice, leave_it, post_it_on, send_it_away, send_it_to_itself_once, keep_it_and_give_it_to_a_thread
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

/* One message, and a hundred in one batch: in the batch each message is some other's neighbour in the queue. */
START_TEST(whatever_a_handler_does_with_it_a_message_is_dropped_once)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = ways[_i], .journal = &journal });
	unsigned long before = parcels_dropped();
	struct plug plug = PLUG;

	forward_to = world_catcher(&world, (struct catcher){ .journal = &journal });
	world_posts(&world, to, 1, 1);
	eventually(parcels_dropped() == before + 1);
	world_tell(&world, to, errand_plug, &plug);
	gate_wait(&plug.entered, 1);
	world_posts(&world, to, 0, 100);
	plug_release(&plug);
	eventually(parcels_dropped() == before + 101);
	if (ways[_i] != drop_it_not_twice && ways[_i] != leave_it)
		ck_assert_uint_eq(journal_count(&journal), 101);
}
END_TEST

static void keep_it_twice(odeon_self *self, struct catcher *catcher, struct parcel *parcel)
{
	struct parcel *kept = odeon_keep(self, parcel);

	must(kept != NULL && kept->number == 7);
	kept = odeon_keep(self, kept);                         /* idempotent */
	must(kept->number == 7);
	if (catcher->kept)
		odeon_free(catcher->kept);
	catcher->kept = kept;
	journal_note(catcher->journal, 7);
}

START_TEST(a_kept_message_outlives_its_handler)
{
	struct ending ending = ENDING;
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = keep_it_twice, .journal = &journal, .ending = &ending });
	unsigned long before = parcels_dropped();

	world_posts(&world, to, 7, 1);
	journal_wait(&journal, 1);
	world_do(&world, to, errand_exit, NULL);               /* the handler returned long ago */
	gate_wait(&ending.ended, 1);
	eventually(parcels_dropped() == before + 1);           /* freed by ODEON_STOP, not before, not twice */
}
END_TEST

START_TEST(keeping_is_also_right_when_the_old_one_goes)
{
	odeon_ref to = world_catcher(&world, (struct catcher){ .on_parcel = keep_it_twice, .journal = &journal });
	unsigned long before = parcels_dropped();
	int i;

	for (i = 0; i < 50; i++)
		world_posts(&world, to, 7, 1);
	journal_wait(&journal, 50);
	ck_assert_uint_eq(parcels_dropped(), before + 49);
}
END_TEST

static void keep_what_it_made(odeon_self *self, void *argument)
{
	struct parcel *mine = odeon_keep(self, parcel_new(1));  /* not in hand: keeping changes nothing */

	(void)argument;
	must(mine->number == 1);
	odeon_free(mine);
}

START_TEST(keeping_an_own_message_changes_nothing)
{
	world_errand(&world, keep_what_it_made, NULL);
}
END_TEST

KIT_MAIN("unit/hand",
	{ .name = "hand", .setup = setup, .teardown = teardown, .loop = WAYS,
	  .tests = KIT_TESTS(whatever_a_handler_does_with_it_a_message_is_dropped_once) },
	{ .name = "keep", .setup = setup, .teardown = teardown,
	  .tests = KIT_TESTS(a_kept_message_outlives_its_handler, keeping_is_also_right_when_the_old_one_goes,
	                     keeping_an_own_message_changes_nothing) })
