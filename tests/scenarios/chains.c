/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chains.c - what went wrong with long chains of messages in other runtimes, as tests of this one
 */
#include "../harness/kit.h"

static struct world world;

struct link { struct link *next; };
static atomic_int links_dropped;

/* A drop that owns a chain unlinks it in a loop. */
ODEON_MESSAGE_DROP(link)
{
	struct link *next = link->next, *after;

	for (; next; next = after) {
		after = next->next;
		next->next = NULL;
		odeon_free(next);
	}
	atomic_fetch_add(&links_dropped, 1);
}

#if defined(KIT_ADDRESS_SANITIZER) || defined(KIT_THREAD_SANITIZER)
enum { LINKS = 50000, SMALL_STACK = 1 << 20 };
#else
enum { LINKS = 1000000, SMALL_STACK = 64 << 10 };
#endif

static void *free_a_long_chain(void *argument)
{
	struct link *chain = NULL;
	int i;

	(void)argument;
	for (i = 0; i < LINKS; i++) {
		struct link *link = odeon_new(link, .next = chain);

		must(link != NULL);
		chain = link;
	}
	odeon_free(chain);
	return NULL;
}

static void *bury_a_long_queue(void *argument)
{
	odeon_system *system = argument;

	must(odeon_system_stop(system, kit_deadline(), NULL) == 0);
	return NULL;
}

static void in_a_small_stack(void *(*run)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;

	ck_assert_int_eq(pthread_attr_init(&attributes), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attributes, SMALL_STACK), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, run, argument), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attributes);
}

/* Trap: a chain is released by recursion, a stack frame a link. */
START_TEST(a_million_messages_are_freed_on_a_small_stack)
{
	atomic_store(&links_dropped, 0);
	in_a_small_stack(free_a_long_chain, NULL);
	ck_assert_int_eq(atomic_load(&links_dropped), LINKS);
}
END_TEST

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

START_TEST(a_million_waiting_messages_are_buried_on_a_small_stack)
{
	odeon_ref actor;
	int i;

	world_open(&world, (odeon_options)ODEON_OPTIONS(.workers = ODEON_WORKERS_NONE, .on_dead_letter = ignore_letter));
	actor = world_catcher(&world, (struct catcher){ 0 });
	atomic_store(&links_dropped, 0);
	for (i = 0; i < LINKS; i++)
		must(odeon_post(world.system, actor, odeon_new(link)) == 0);
	ck_assert_int_eq(odeon_actor_kill(world.system, actor), 0);
	in_a_small_stack(bury_a_long_queue, world.system);
	ck_assert_int_eq(atomic_load(&links_dropped), LINKS);
	world_close(&world);
}
END_TEST

KIT_MAIN("scenarios/chains",
	{ .name = "chain", .tests = KIT_TESTS(a_million_messages_are_freed_on_a_small_stack,
	                                      a_million_waiting_messages_are_buried_on_a_small_stack) })
