/* SPDX-License-Identifier: BSD-2-Clause */
/* channels - runtime/ under the explorer's memory, clock and kernel */
#undef ODEON_DEBUG                              /* no checksums: they read what another thread may write */

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

/* In place of alloc.h. */
#define ALLOC_H
static void *alloc_block(size_t bytes);
static void *alloc_lines(size_t bytes);
static void alloc_free(void *block, size_t bytes);
static void alloc_free_lines(void *block);

static int channels_clock(clockid_t clock, struct timespec *now);
static int channels_poll(struct pollfd *looks, nfds_t count, int timeout);
#define clock_gettime channels_clock
#define poll channels_poll

#define parker_init channels_parker_init
#define parker_key channels_parker_key
#define parker_sleep channels_parker_sleep
#define parker_wake channels_parker_wake

#define choose choose_waiter
#include "wait.c"
#undef choose
#include "channel.c"
#define list_of list_of_channel
#define take take_first
#include "list.c"
#undef take
#undef list_of
#include "ring.c"
#include "oneshot.c"
#include "meet.c"
#include "case.c"
#include "choosing.c"
#include "choose.c"
#include "glance.c"
#include "hand.c"
#include "sender.c"
#include "receiver.c"
#include "channels.h"

#define ARENA (1 << 14)
#define BLOCKS_MOST 32
#define FREED 0xee

static struct {
	struct { char *at; size_t bytes; bool is_freed; } blocks[BLOCKS_MOST];
	int blocks_used;
	size_t arena_used;
	const struct parker *parkers[RECEIVERS_MOST + SENDERS_MOST];
	int64_t now, look_costs;
	struct random dice;
	enum { ONE_CORE, MANY_CORES, MOST_SHARE_ONE } cores;
} world;

static const struct context with_dice = { .random = &world.dice, .may_block = true };

static _Alignas(CACHE_LINE) char arena[ARENA];

/* ---- memory -------------------------------------------------------------------------------------------------------------- */

static void *alloc_lines(size_t bytes)
{
	char *block = arena + world.arena_used;

	world.arena_used += (bytes + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
	EXPLORE_CHECK(world.arena_used <= ARENA && world.blocks_used < BLOCKS_MOST, "no memory for the test");
	world.blocks[world.blocks_used].at = block;
	world.blocks[world.blocks_used].bytes = bytes;
	world.blocks[world.blocks_used++].is_freed = false;
	return memset(block, 0, bytes);
}

static void *alloc_block(size_t bytes) { return memset(alloc_lines(bytes), 0xdd, bytes); }
static void alloc_free(void *block, size_t bytes) { (void)bytes; alloc_free_lines(block); }

static void alloc_free_lines(void *block)
{
	explore_empty();                        /* own stores come before what is done to it from here on */
	for (int i = 0; i < world.blocks_used; i++)
		if (world.blocks[i].at == block) {
			EXPLORE_CHECK(!world.blocks[i].is_freed, "memory is freed twice");
			world.blocks[i].is_freed = true;
			memset(block, FREED, world.blocks[i].bytes);
			return;
		}
	explore_fail("memory is freed that was never had");
}

static bool is_untouched(const char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if ((unsigned char)at[i] != FREED)
			return false;
	return true;
}

/* ---- clock and kernel ---------------------------------------------------------------------------------------------------- */

static int channels_clock(clockid_t clock, struct timespec *now)
{
	(void)clock;
	world.now += world.look_costs;
	now->tv_sec = world.now / 1000000000;
	now->tv_nsec = world.now % 1000000000;
	return 0;
}

odeon_time moments(int looks)
{
	return (odeon_time){ world.now + looks * world.look_costs };
}

/* Its end may be the moment's, or a wake-up's at about the same time. */
static void sleep_until(const uint32_t *word, uint32_t value, int64_t until)
{
	explore_doze(word, value);
	if (world.now < until && (*(const volatile uint32_t *)word == value || explore_random(2) == 0))
		world.now = until;
}

void os_word_sleep(const uint32_t *word, uint32_t value, const struct timespec *until)
{
	if (until == NULL)
		explore_sleep(word, value);
	else
		sleep_until(word, value, (int64_t)until->tv_sec * 1000000000 + until->tv_nsec);
}

void os_word_wake(const uint32_t *word)
{
	explore_wake(word);
}

void os_word_wake_one(const uint32_t *word)
{
	explore_wake_one(word);
}

int16_t os_core_here(void)
{
	bool shares = world.cores == ONE_CORE || (world.cores == MOST_SHARE_ONE && explore_random(4) != 0);

	return shares ? 0 : OS_ANY_CORE;
}

bool os_barrier_init(void)
{
	return true;
}

void parker_init(struct parker *parker)
{
	memset(parker, 0, sizeof *parker);
}

uint32_t parker_key(struct parker *parker)
{
	return ck_pr_load_32(&parker->event.counter);
}

void parker_sleep(struct parker *parker, uint32_t key, int64_t until)
{
	if (until == INT64_MAX)
		explore_sleep(&parker->event.counter, key);
	else
		sleep_until(&parker->event.counter, key, until);
}

void parker_wake(struct parker *parker)
{
	bool is_there = false;

	explore_at("wake a parker");
	for (size_t i = 0; i < sizeof world.parkers / sizeof world.parkers[0]; i++)
		is_there |= world.parkers[i] == parker;
	EXPLORE_CHECK(is_there, "a parker is woken that is gone");
	(void)ck_pr_faa_32(&parker->event.counter, 1);
	explore_wake(&parker->event.counter);
}

int descriptors_open(struct parker *parker, const odeon_case *cases, size_t count, unsigned wanted)
{
	(void)cases, (void)count, (void)wanted;
	world.parkers[explore_me()] = parker;
	return 0;
}

void descriptors_close(struct parker *parker)
{
	EXPLORE_CHECK(world.parkers[explore_me()] == parker, "another thread's descriptors");
	world.parkers[explore_me()] = NULL;
}

/* No descriptor is ever ready here. */
static int channels_poll(struct pollfd *looks, nfds_t count, int timeout)
{
	EXPLORE_CHECK(count == 1 && timeout == 0, "waits for a descriptor");
	looks->revents = 0;
	return 0;
}

/* ---- what is of no channel here ------------------------------------------------------------------------------------------ */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define OUTSIDE(declaration) declaration { explore_fail("%s is called", __func__); }
OUTSIDE(void beacon_lower(odeon_receiver *receiver))
OUTSIDE(bool duty_fail(uint64_t duty, int error))
OUTSIDE(odeon_ref sender_ref(uint64_t sender))
OUTSIDE(bool nest_is_allowed(const struct odeon_self *self))
OUTSIDE(void nest_begin(struct odeon_self *self))
OUTSIDE(bool nest_look(struct odeon_self *self))
OUTSIDE(int nest_handle(struct odeon_self *self))
OUTSIDE(bool nest_rest(struct odeon_self *self))
OUTSIDE(bool nest_is_called(struct odeon_self *self))
OUTSIDE(void nest_regain(struct odeon_self *self))
OUTSIDE(void plain_begin(struct depot *depot))
OUTSIDE(void simulation_join(struct simulation *simulation))
OUTSIDE(void simulation_leave(struct simulation *simulation))
OUTSIDE(void simulation_point(struct simulation *simulation))
OUTSIDE(enum awaited simulation_await(struct simulation *simulation, int64_t until, simulation_test *is_over, void *argument))
OUTSIDE(void simulation_event(odeon_system *system, const char *format, ...))
OUTSIDE(odeon_receiver *alarm_receiver(odeon_system *clock, int64_t first, int64_t period))
OUTSIDE(struct message *spread_latest(struct channel *channel, odeon_receiver *receiver, int *why))
OUTSIDE(odeon_time odeon_system_now(odeon_system *system))
#pragma GCC diagnostic pop

struct depot *plain_depot(void) { return NULL; }
void plain_begin_alone(void) { }
void plain_leave(struct depot *depot) { (void)depot; }
struct simulation *simulation_here(void) { return NULL; }
void beacon_close(odeon_receiver *receiver) { (void)receiver; }
bool channel_is_alarm(const struct channel *channel) { (void)channel; return false; }
bool channel_is_watch(const struct channel *channel) { (void)channel; return false; }

/* The user's case is cleared: a message that was not taken out. */
void odeon_case_clear(odeon_case *one)
{
	EXPLORE_CHECK(one->message == NULL, "a message is left in a case");
}

void panic(const char *file, int line, const char *format, ...)
{
	explore_fail("panic at %s:%d: %s", file, line, format);
}

/* ---- channels ------------------------------------------------------------------------------------------------------------ */

void channels_set_up(uint64_t seed)
{
	memset(&world, 0, sizeof world);
	judge_set_up();
	context_here = seed / 8 % 2 == 0 ? NULL : &with_dice;
	random_seed(&world.dice, seed);
	world.cores = explore_random(3);
	world.look_costs = seed % 8 == 0 ? SPIN_NS / 2 : SPIN_FEW_NS;  /* some spin for a while */
}

void channels_share_a_core(void)
{
	world.cores = explore_random(4) == 0 ? MOST_SHARE_ONE : ONE_CORE;
}

static struct channel *make(enum flavours flavour, size_t capacity)
{
	switch (flavour) {
	case RING: return ring_make(&mail_type, capacity);
	case BOUNDED_LIST: return list_make(&mail_type, capacity, 0);
	case LIST_OF_BYTES: return list_make(&mail_type, ODEON_UNBOUNDED, capacity * sizeof(struct mail));
	case MEET: return meet_make(&mail_type);
	case ONESHOT: return oneshot_make(&mail_type);
	default: return list_make(&mail_type, ODEON_UNBOUNDED, 0);
	}
}

static void buffer_list(struct waitlist *list)
{
	explore_buffer(list, offsetof(struct waitlist, lock) + sizeof(uint32_t));
}

/* It may have been in use for long. */
static void buffer_ring(struct ring *ring)
{
	ring->base.for_room.state = explore_random(2) == 0 ? WAITLIST_QUIET : 0;
	ring->base.for_messages.state = explore_random(2) == 0 ? WAITLIST_QUIET : 0;
	explore_buffer(&ring->tail, offsetof(struct ring, head) + sizeof ring->head - offsetof(struct ring, tail));
	for (size_t i = 0; i < ring->base.capacity; i++)
		explore_buffer(&ring->places[i].stamp, sizeof ring->places[i].stamp);
}

struct line *channels_open(int number, enum flavours flavour, size_t capacity)
{
	struct line *line = &lines[number];

	line->channel = make(flavour, capacity);
	line->capacity = capacity;
	line->is_unbounded = flavour == LIST;
	line->is_oneshot = flavour == ONESHOT;
	line->is_ring = flavour == RING;
	line->senders = line->receivers = 1;
	(void)channel_halves(line->channel, &line->sender, &line->receiver);
	explore_buffer(&line->channel->sender.sent, sizeof line->channel->sender.sent);
	buffer_list(&line->channel->for_room);
	buffer_list(&line->channel->for_messages);
	if (flavour == RING)
		buffer_ring(ring_of(line->channel));
	return line;
}

odeon_sender *line_sender(struct line *line)
{
	line->senders++;
	return odeon_sender_clone(line->sender);
}

odeon_receiver *line_receiver(struct line *line)
{
	line->receivers++;
	return odeon_receiver_clone(line->receiver);
}

void line_leave_sender(struct line *line, odeon_sender *sender)
{
	line->senders--;
	odeon_sender_drop(sender);
}

void line_leave_receiver(struct line *line, odeon_receiver *receiver)
{
	line->is_deserted = --line->receivers == 0;
	odeon_receiver_drop(receiver);
}

void channels_finish(void)
{
	for (int i = 0; i < world.blocks_used; i++) {
		EXPLORE_CHECK(world.blocks[i].is_freed, "memory is lost");
		EXPLORE_CHECK(is_untouched(world.blocks[i].at, world.blocks[i].bytes), "memory is written to that was freed");
	}
}
