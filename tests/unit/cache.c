/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cache.c - tests of runtime/cache.h and plain.h: a block belongs to one at a time, finds home from anywhere, and memory is
 * bounded and given back
 *
 * The caches are tested in every build, also where messages do without.
 */
#include "sanitizer.h"
#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
enum { HAS_BLOCKS = 0 };                                /* the library's messages */
#else
enum { HAS_BLOCKS = 1 };
#endif
#undef ODEON_ASAN
#undef ODEON_DEBUG

#include "../harness/kit.h"
#include "../fault/faults.h"
#include "clock.h"
#include "message.h"
#include "plain.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LEAST = CACHE_UNITS_LEAST * 16, MOST = CACHE_UNITS * 16 };

static struct depot *depot;

static void setup(void) { must((depot = depot_open()) != NULL); }
static void teardown(void) { depot_leave(depot); }

/* ---- blocks that know who they are --------------------------------------------------------------------------------------- */

struct block { struct cache_block *link; uint64_t bytes, check; };
_Static_assert(sizeof(struct block) <= LEAST, "a mark fits into the smallest");

static struct block *make(size_t bytes)
{
	struct block *block = cache_alloc(bytes);

	if (block == NULL)
		return NULL;
	must((uintptr_t)block % 16 == 0);
	must(block->check != (uint64_t)(uintptr_t)block);         /* whoever had it has freed it */
	memset(block, 0x77, bytes);
	block->bytes = bytes;
	block->check = (uint64_t)(uintptr_t)block;
	return block;
}

static void unmake(struct block *block)
{
	const unsigned char *bytes = (const unsigned char *)block;

	must(block->check == (uint64_t)(uintptr_t)block);
	for (size_t i = sizeof(*block); i < block->bytes; i++)
		must(bytes[i] == 0x77);
	block->check = 0;
	cache_free(block, block->bytes);
}

static void begin(struct cache *cache, struct context *context)
{
	cache_init(cache, depot);
	*context = (struct context){ .cache = cache, .may_block = true };
	context_here = context;
}

static void end(struct cache *cache)
{
	cache_fini(cache);
	context_here = NULL;
}

static bool is_mapped(const void *address)
{
	uintptr_t page = (uintptr_t)address & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);

	return msync((void *)page, 1, MS_ASYNC) == 0 || errno != ENOMEM;
}

static bool is_resident(const void *address)
{
	uintptr_t page = (uintptr_t)address & ~(uintptr_t)(sysconf(_SC_PAGESIZE) - 1);
	unsigned char answer;

	must(mincore((void *)page, 1, &answer) == 0);
	return answer & 1;
}

static unsigned count_spans(void)
{
	unsigned count = 0;

	for (struct span *span = depot->spans; span != NULL; span = span->next)
		count++;
	return count;
}

static void shuffle(struct block **blocks, unsigned count)
{
	unsigned seed = (unsigned)kit_seed();

	for (unsigned i = count - 1; i > 0; i--) {
		unsigned other = (unsigned)rand_r(&seed) % (i + 1);
		struct block *block = blocks[i];

		blocks[i] = blocks[other];
		blocks[other] = block;
	}
}

static int by_address(const void *a, const void *b)
{
	const struct block *first = *(struct block *const *)a, *second = *(struct block *const *)b;

	return (first > second) - (first < second);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------------------ */

enum { SLABS_EACH = 2 };

/* Each block is given home by itself, in any order, and the same ones come again: so each has its bit. */
START_TEST(every_block_of_every_size_is_had_once_and_comes_again)
{
	size_t units = CACHE_UNITS_LEAST + (size_t)_i, bytes = units * 16;
	unsigned count = SLABS_EACH * (unsigned)((SLAB_BYTES - SLAB_FIRST) / bytes);
	struct block **blocks = calloc(count, sizeof(blocks[0])), **again = calloc(count, sizeof(again[0]));
	struct cache cache;
	struct context context;

	must(blocks != NULL && again != NULL);
	begin(&cache, &context);
	for (unsigned i = 0; i < count; i++)
		must((blocks[i] = make(bytes)) != NULL);
	shuffle(blocks, count);
	context_here = NULL;
	for (unsigned i = 0; i < count; i++)
		unmake(blocks[i]);
	context_here = &context;
	for (unsigned i = 0; i < count; i++)
		must((again[i] = make(bytes)) != NULL);
	qsort(blocks, count, sizeof(blocks[0]), by_address);
	qsort(again, count, sizeof(again[0]), by_address);
	for (unsigned i = 0; i < count; i++) {
		must(blocks[i] == again[i]);
		must(i == 0 || (char *)again[i] - (char *)again[i - 1] >= (ptrdiff_t)bytes);
	}
	ck_assert_uint_eq(count_spans(), 1);
	for (unsigned i = 0; i < count; i++)
		unmake(again[i]);
	end(&cache);
	free(blocks);
	free(again);
}
END_TEST

START_TEST(there_is_no_larger_block_than_the_largest)
{
	struct cache cache;
	struct context context;
	struct block *block;

	begin(&cache, &context);
	must(make(MOST + 1) == NULL);
	must((block = make(MOST)) != NULL);
	unmake(block);
	end(&cache);
	must(make(LEAST) == NULL);                              /* nor one without a cache */
}
END_TEST

/* ---- threads ----------------------------------------------------------------------------------------------------------------- */

enum { BOX = 3000, TRADERS = 4 };
static _Atomic(struct block *) box[BOX];

static void *trade(void *argument)
{
	struct cache cache;
	struct context context;
	unsigned seed = *(unsigned *)argument;

	begin(&cache, &context);
	for (int i = 0; i < KIT_SLOWER(1000000); i++) {
		size_t bytes = LEAST + (size_t)rand_r(&seed) % 3 * 16;
		unsigned place = (unsigned)rand_r(&seed) % BOX;
		struct block *mine = rand_r(&seed) % 16 == 0 ? NULL : make(bytes);
		struct block *other = atomic_exchange(&box[place], mine);

		if (other != NULL)
			unmake(other);
	}
	cache_fini(&cache);
	context_here = NULL;
	depot_leave(depot);
	return NULL;
}

static void trade_all(void)
{
	pthread_t threads[TRADERS];
	unsigned seeds[TRADERS];

	for (unsigned i = 0; i < TRADERS; i++) {
		seeds[i] = (unsigned)kit_seed() + i;
		depot_join(depot);
		must(pthread_create(&threads[i], NULL, trade, &seeds[i]) == 0);
	}
	for (unsigned i = 0; i < TRADERS; i++)
		pthread_join(threads[i], NULL);
}

static void empty_box(void)
{
	for (unsigned i = 0; i < BOX; i++) {
		struct block *block = atomic_exchange(&box[i], NULL);

		if (block != NULL)
			unmake(block);
	}
}

START_TEST(blocks_swapped_between_threads_are_whole)
{
	trade_all();
	empty_box();
	trade_all();
	empty_box();
	ck_assert_uint_le(count_spans(), 2 * TRADERS);
}
END_TEST

/* All have left; the last block ends the depot, and not the one before. */
START_TEST(a_depot_ends_with_its_last_block)
{
	struct block *last = NULL;

	must((depot = depot_open()) != NULL);
	trade_all();
	depot_leave(depot);
	for (unsigned i = 0; i < BOX; i++) {
		struct block *block = atomic_exchange(&box[i], NULL);

		if (last != NULL && block != NULL)
			unmake(last);
		last = block != NULL ? block : last;
	}
	must(last != NULL && is_mapped(last));
	unmake(last);
	must(!is_mapped(last));
}
END_TEST

static void *free_box(void *argument)
{
	(void)argument;
	empty_box();
	return NULL;
}

/* Threads without a cache free the last blocks while the last cache ends and its depot is left. */
START_TEST(a_depot_ends_while_its_blocks_are_freed)
{
	for (int round = 0; round < KIT_SLOWER(300); round++) {
		struct cache cache;
		struct context context;
		pthread_t threads[2];
		void *one = NULL;

		must((depot = depot_open()) != NULL);
		begin(&cache, &context);
		for (unsigned i = 0; i < BOX; i++)
			atomic_store(&box[i], one = make(LEAST + i % 2 * 16));
		for (int i = 0; i < 2; i++)
			must(pthread_create(&threads[i], NULL, free_box, NULL) == 0);
		end(&cache);
		depot_leave(depot);
		for (int i = 0; i < 2; i++)
			pthread_join(threads[i], NULL);
		must(!is_mapped(one));
	}
}
END_TEST

static void *keep_one(void *place)
{
	plain_enter(depot);
	must((*(void **)place = make(LEAST)) != NULL);
	return NULL;
}

static void *come_too_late(void *argument)
{
	(void)argument;
	plain_enter(depot);
	must(context_here == NULL);
	return NULL;
}

/* All that is left of it is a block. Another depot may be begun with. */
START_TEST(no_thread_begins_in_a_depot_that_has_ended)
{
	pthread_t thread;
	struct block *last = NULL;

	must((depot = depot_open()) != NULL);
	must(pthread_create(&thread, NULL, keep_one, &last) == 0);
	pthread_join(thread, NULL);
	must(depot->users == 1);
	depot_leave(depot);
	must(pthread_create(&thread, NULL, come_too_late, NULL) == 0);
	pthread_join(thread, NULL);
	must(depot->users == 0);
	unmake(last);
	must(!is_mapped(last));
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------------------------------------ */

enum { PILE_SLABS = 4 * DEPOT_SLABS_MOST, PILE_BYTES = 256, PILE = PILE_SLABS * ((SLAB_BYTES - SLAB_FIRST) / PILE_BYTES) };
static struct block *pile[PILE];

static unsigned resident(void)
{
	unsigned count = 0;

	for (struct span *span = depot->spans; span != NULL; span = span->next)
		for (unsigned i = 0; i < span->used; i++)
			count += is_resident(span->slabs + (size_t)i * SLAB_BYTES + SLAB_BYTES / 2);
	return count;
}

/* A cache that begins and ends puts its slab into the depot, which then looks what it has. */
static void use_a_little(void)
{
	struct cache cache;
	struct context context;

	begin(&cache, &context);
	unmake(make(PILE_BYTES));
	end(&cache);
}

/* _i: 0 in order, 1 in any order. */
START_TEST(a_pile_that_was_freed_elsewhere_goes_back_to_the_system)
{
	struct cache maker, freer;
	struct context makes, frees;
	int64_t freed, gone;

	begin(&maker, &makes);
	for (unsigned i = 0; i < PILE; i++)
		must((pile[i] = make(PILE_BYTES)) != NULL);
	if (_i == 1)
		shuffle(pile, PILE);
	begin(&freer, &frees);
	for (unsigned i = 0; i < PILE; i++)
		unmake(pile[i]);
	end(&freer);
	context_here = &makes;
	end(&maker);
	freed = clock_now();
	ck_assert_uint_ge(resident(), PILE_SLABS / 2);                  /* the next wave may come */
	do {
		usleep(10000);
		for (int i = 0; i < 10; i++)
			use_a_little();
		gone = clock_now();
	} while (resident() > DEPOT_SLABS_MOST + DEPOT_SLABS_MOST / 2 && gone - freed < 20 * (int64_t)DEPOT_KEEP_NS);
	ck_assert_uint_ge(resident(), 1);
	ck_assert_uint_le(resident(), DEPOT_SLABS_MOST + DEPOT_SLABS_MOST / 2);
	ck_assert_int_gt(gone - freed, (int64_t)DEPOT_KEEP_NS / 2);
}
END_TEST

enum { SHORT_LIVES = 1000, AT_ONCE = 4, EACH = 20 };
static struct block *sent[AT_ONCE][EACH];

static void *live_shortly(void *argument)
{
	struct block **mine = argument;

	plain_enter(depot);
	for (int i = 0; i < EACH; i++)
		must((mine[i] = make(LEAST + (size_t)i % 4 * 16)) != NULL);
	return NULL;
}

START_TEST(short_lived_threads_use_the_same_memory)
{
	for (int round = 0; round < KIT_SLOWER(SHORT_LIVES) / AT_ONCE; round++) {
		pthread_t threads[AT_ONCE];

		for (int i = 0; i < AT_ONCE; i++)
			must(pthread_create(&threads[i], NULL, live_shortly, sent[i]) == 0);
		for (int i = 0; i < AT_ONCE; i++) {
			pthread_join(threads[i], NULL);
			for (int j = 0; j < EACH; j++)
				unmake(sent[i][j]);
		}
	}
	ck_assert_uint_le(count_spans(), AT_ONCE);
}
END_TEST

enum { HEIRS = 100, KEPT = 800 };                      /* of the smallest: more than half of a slab */

static void *leave_blocks(void *argument)
{
	struct block **mine = argument;

	plain_enter(depot);
	for (int i = 0; i < KEPT; i++)
		must((mine[i] = make(LEAST)) != NULL);
	return NULL;
}

/* Whoever comes next finds no slab, as all are more than half full, and goes on in the span of the one before. */
START_TEST(what_a_thread_leaves_of_its_span_is_the_next_ones)
{
	for (int i = 0; i < HEIRS; i++) {
		pthread_t thread;

		must(pthread_create(&thread, NULL, leave_blocks, pile + i * KEPT) == 0);
		pthread_join(thread, NULL);
	}
	ck_assert_uint_eq(count_spans(), (HEIRS + SPAN_SLABS - 1) / SPAN_SLABS);
	for (int i = 0; i < HEIRS * KEPT; i++)
		unmake(pile[i]);
}
END_TEST

static pthread_key_t late;
static void free_late(void *block) { unmake(block); must(make(LEAST) == NULL); }

static void *die_with_a_block(void *argument)
{
	(void)argument;
	plain_enter(depot);
	must(pthread_setspecific(late, make(LEAST)) == 0);
	return NULL;
}

/* Thread-specific data go after the cache. */
START_TEST(a_block_may_be_freed_after_its_threads_cache_has_ended)
{
	pthread_t thread;

	must(pthread_key_create(&late, free_late) == 0);
	must(pthread_create(&thread, NULL, die_with_a_block, NULL) == 0);
	pthread_join(thread, NULL);
	must(pthread_key_delete(late) == 0);
	ck_assert_uint_eq(depot->users, 1);
}
END_TEST

/* ---- out of memory ----------------------------------------------------------------------------------------------------------- */

enum { NEEDY = 40000, ASKS_MOST = 500 };

/* Enough that spans of both sorts are made, and heaps. Answers how many blocks there were none of. */
static unsigned be_needy(void)
{
	struct cache cache;
	struct context context;
	unsigned none = 0;

	begin(&cache, &context);
	for (unsigned i = 0; i < NEEDY; i++) {
		pile[i] = make(LEAST + i % 3 * 32);
		none += pile[i] == NULL;
	}
	for (unsigned i = 0; i < NEEDY; i++)
		if (pile[i] != NULL)
			unmake(pile[i]);
	end(&cache);
	return none;
}

/* Answers whether something was refused. The library check is not called here, as its memory comes by the same way. */
static bool be_refused(unsigned long nth, bool for_ever, unsigned needy(void), unsigned *none)
{
	long blocks = faults_blocks(), mappings = faults_mappings();
	bool failed;

	must((depot = depot_open()) != NULL);
	faults_arm(nth, for_ever);
	*none = needy();
	failed = faults_disarm() > 0;
	must(needy() == 0);
	depot_leave(depot);
	must(faults_blocks() == blocks && faults_mappings() == mappings);
	return failed;
}

START_TEST(without_a_slab_there_is_no_block_and_later_there_is)
{
	unsigned none, missing = 0;
	unsigned long nth = 1;

	for (; be_refused(nth, false, be_needy, &none); nth++) {
		must(none <= 1 && nth < ASKS_MOST);
		missing += none;
	}
	ck_assert_uint_ge(nth, 5);
	ck_assert_uint_gt(missing, 0);
}
END_TEST

/* A span's place is found by chance, in one ask or in several: the nth ask is not for the same thing each time. */
START_TEST(without_memory_there_is_no_block_and_later_there_is)
{
	unsigned none;
	unsigned long nth = 1;

	for (; be_refused(nth, true, be_needy, &none); nth++) {
		must(nth < ASKS_MOST);
		must(nth > 1 || none == NEEDY);
	}
	must(none == 0);
}
END_TEST

enum { LETTERS = 2000 };

/* Of messages: how many are not made of blocks. */
static unsigned write_letters(void)
{
	static const odeon_type letter = { "letter", 16, NULL, 0 };
	struct cache cache;
	struct context context;
	struct message *letters[LETTERS];
	unsigned unpooled = 0;

	begin(&cache, &context);
	for (unsigned i = 0; i < LETTERS; i++) {
		must((letters[i] = message_make(&letter, 0, NULL, NULL)) != NULL);
		unpooled += (letters[i]->generation & MESSAGE_POOLED) == 0;
	}
	for (unsigned i = 0; i < LETTERS; i++)
		message_free(letters[i]);
	end(&cache);
	return unpooled;
}

START_TEST(without_a_slab_a_message_is_the_allocators)
{
	unsigned unpooled, most = 0;

	setup();
	unpooled = write_letters();
	teardown();
	ck_assert_uint_eq(unpooled, HAS_BLOCKS ? 0 : LETTERS);
	for (unsigned long nth = 1; HAS_BLOCKS && be_refused(nth, false, write_letters, &unpooled); nth++)
		most = unpooled > most ? unpooled : most;
	ck_assert_uint_eq(most, HAS_BLOCKS);
}
END_TEST

KIT_MAIN("unit/cache",
	{ .name = "sizes", .tests = KIT_TESTS(every_block_of_every_size_is_had_once_and_comes_again), .setup = setup,
	  .teardown = teardown, .loop = CACHE_UNITS - CACHE_UNITS_LEAST + 1 },
	{ .name = "threads", .tests = KIT_TESTS(there_is_no_larger_block_than_the_largest, blocks_swapped_between_threads_are_whole,
	                                        short_lived_threads_use_the_same_memory,
	                                        what_a_thread_leaves_of_its_span_is_the_next_ones,
	                                        a_block_may_be_freed_after_its_threads_cache_has_ended),
	  .setup = setup, .teardown = teardown },
	{ .name = "memory", .tests = KIT_TESTS(a_pile_that_was_freed_elsewhere_goes_back_to_the_system), .setup = setup,
	  .teardown = teardown, .loop = 2 },
	{ .name = "end", .tests = KIT_TESTS(a_depot_ends_with_its_last_block, a_depot_ends_while_its_blocks_are_freed,
	                                    no_thread_begins_in_a_depot_that_has_ended) },
	{ .name = "trouble", .tests = KIT_TESTS(without_a_slab_there_is_no_block_and_later_there_is,
	                                        without_memory_there_is_no_block_and_later_there_is,
	                                        without_a_slab_a_message_is_the_allocators) })
