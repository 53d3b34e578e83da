/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kit.h - what the tests share: a system to test in, actors to drive by hand, waits that end
 *
 *   struct world    a running system that remembers its dead letters; world_close checks that nothing was lost:
 *                   accepted = handled + dropped + dead letters + queued, and every parcel was dropped exactly once
 *   struct parcel   a message that is counted when it is made and when it is dropped
 *   struct catcher  an actor that runs any function in its own context (world_do) and notes what it gets
 *   struct gate     what one thread waits for and another opens
 *   struct journal  numbers in the order in which they were noted
 *
 * Every wait ends after KIT_PATIENCE and then fails the test. Whatever a test fails with, kit_main names the command
 * that runs its case alone.
 */
#ifndef TESTS_KIT_H
#define TESTS_KIT_H

#include <check.h>
#include <odeon.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define KIT_PATIENCE ODEON_SECONDS(10)

#if defined(__SANITIZE_THREAD__)
# define KIT_THREAD_SANITIZER 1
#elif defined(__has_feature)
# if __has_feature(thread_sanitizer)
#  define KIT_THREAD_SANITIZER 1
# endif
#endif
#if defined(__SANITIZE_ADDRESS__)
# define KIT_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
# if __has_feature(address_sanitizer)
#  define KIT_ADDRESS_SANITIZER 1
# endif
#endif
#if defined(KIT_THREAD_SANITIZER) || defined(KIT_ADDRESS_SANITIZER)
# define KIT_SLOWER(n) ((n) / 10)                      /* how often to repeat something in a build that is ten times slower */
# define KIT_TIMEOUT 60                                /* seconds for one test, checked by check */
#else
# define KIT_SLOWER(n) (n)
# define KIT_TIMEOUT 40
#endif

/* Whether there is a round of this number, from 0: in a slow build a tenth of the rounds, but all of them for as long as something that
 * a seed or the machine brings has not been seen. For `for`; what was to be seen is claimed behind it. */
static inline bool kit_goes_on(int round, int rounds, bool has_seen_all)
{
	return round < (has_seen_all ? KIT_SLOWER(rounds) : rounds);
}

/* An assertion for handlers and loops: says nothing to check as long as it holds. */
#define must(claim) do { if (!(claim)) ck_abort_msg("it does not hold that %s", #claim); } while (0)

/* Waits for something that nobody announces. */
#define eventually(claim) \
	do { \
		odeon_time eventually_until_ = odeon_clock_deadline(KIT_PATIENCE); \
		while (!(claim)) { \
			if (odeon_clock_now().ns > eventually_until_.ns) \
				ck_abort_msg("it never came true that %s", #claim); \
			kit_pause(); \
		} \
	} while (0)

/* ---- waits ---------------------------------------------------------------------------------------------------- */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned count;                                /* how often it was opened */
};
#define GATE { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

void gate_open(struct gate *gate);
void gate_wait(struct gate *gate, unsigned count);
bool gate_waits(struct gate *gate, unsigned count, odeon_duration at_most);
unsigned gate_count(struct gate *gate);

#define JOURNAL_MOST 20000
struct journal {
	struct gate noted;
	int numbers[JOURNAL_MOST];
};
#define JOURNAL { .noted = GATE }

void journal_note(struct journal *journal, int number);
void journal_wait(struct journal *journal, unsigned count);
unsigned journal_count(struct journal *journal);
int journal_at(struct journal *journal, unsigned index);
void journal_expect(struct journal *journal, unsigned count, const int *numbers);

void kit_pause(void);                                  /* about a millisecond */
odeon_time kit_deadline(void);                         /* KIT_PATIENCE from now, on the machine's clock */
uint64_t kit_seed(void);                               /* ODEON_SEED, or a fresh one; told when a test fails */

/* Plays so many seeds twice each, and fails when one of them answers otherwise the second time. */
void kit_replay(uint64_t (*play)(uint64_t seed), unsigned seeds);

/* ---- messages ------------------------------------------------------------------------------------------------- */

struct parcel {
	int number;
	unsigned sender;
	uint64_t check;                                /* its own address while it is whole */
};
ODEON_MESSAGE_DECLARE(parcel);

struct parcel *parcel_new(int number);                 /* NULL when out of memory */
unsigned long parcels_made(void), parcels_dropped(void);

struct note { int number; };                           /* a message that nobody counts */
ODEON_MESSAGE_DECLARE(note);

typedef void errand_run(odeon_self *self, void *argument);
struct errand { errand_run *run; void *argument; struct gate *done; };
ODEON_MESSAGE_DECLARE(errand);

/* ---- an actor to drive ---------------------------------------------------------------------------------------- */

struct ending {                                        /* how an actor ended */
	struct gate ended;
	int code;
	char text[200];
};
#define ENDING { .ended = GATE }

#define JOURNAL_ROOM -1001                             /* what a catcher notes of the runtime's own messages */
#define JOURNAL_HIGH_WATER -1002
#define JOURNAL_LOW_WATER -1003
#define JOURNAL_NOTE -1004
#define JOURNAL_DOWN -1005

#define DOWNS_MOST 16
struct downs {                                         /* whose ends it was told of; the first DOWNS_MOST */
	struct gate told;
	struct odeon_down downs[DOWNS_MOST];
};
#define DOWNS { .told = GATE }

struct catcher {
	void (*on_parcel)(odeon_self *self, struct catcher *catcher, struct parcel *parcel);  /* NULL: note its number */
	void *argument;
	struct journal *journal;
	struct ending *ending;
	struct downs *downs;
	void *kept;                                    /* freed when the actor ends */
};
extern const odeon_kind *const catcher;                /* its kind, to copy from */

/* An errand that stands still in its handler: `entered` opens when it is there, and it leaves when `release` is open. */
struct plug { struct gate entered, release, left; };
#define PLUG { GATE, GATE, GATE }
errand_run errand_plug;                                /* argument: a struct plug */
void plug_release(struct plug *plug);                  /* returns when nobody uses the plug any more */
errand_run errand_exit;                                /* argument: none */

/* ---- a system to test in ---------------------------------------------------------------------------------------- */

#define LETTERS_MOST 64
struct letter { const odeon_type *type; odeon_ref from, to; int why; const odeon_site *site; };

struct world {
	odeon_system *system;
	pthread_mutex_t lock;
	unsigned letter_count;                         /* all; the first LETTERS_MOST are kept */
	struct letter letters[LETTERS_MOST];
	unsigned log_count;
	odeon_kind kinds[16];
	unsigned kind_count;
	unsigned long parcels_made, parcels_dropped;   /* before it was opened */
};

void world_open(struct world *world, odeon_options options);     /* fills in host, on_dead_letter and on_log */
void world_close(struct world *world);                 /* stops and frees; checks conservation and parcels */
void world_check(struct world *world);                 /* the conservation law, at rest */
odeon_stats_system world_stats(struct world *world);
unsigned world_letters(struct world *world);
struct letter world_letter(struct world *world, unsigned index);

const odeon_kind *world_kind(struct world *world, odeon_kind kind);   /* a copy that lives as long as the world */
odeon_ref world_spawn(struct world *world, const odeon_kind *kind, const void *argument);
odeon_ref world_catcher(struct world *world, struct catcher first);
odeon_ref world_bounded(struct world *world, struct catcher first, odeon_mailbox mailbox);
odeon_ref world_placed(struct world *world, struct catcher first, enum odeon_place place, unsigned worker);

void world_tell(struct world *world, odeon_ref actor, errand_run *run, void *argument);   /* does not wait */
void world_do(struct world *world, odeon_ref actor, errand_run *run, void *argument);     /* returns when it has run */
void world_errand(struct world *world, errand_run *run, void *argument);                  /* in an actor of its own */
odeon_ref world_plug(struct world *world, struct plug *plug);   /* an actor that occupies a worker until released */
odeon_ref world_ended(struct world *world);            /* a ref whose actor has ended */
void world_await_end(struct world *world, odeon_ref actor);
odeon_report *world_stop_in_vain(struct world *world, size_t stuck);    /* again and again, until all but so many have ended */
void world_posts(struct world *world, odeon_ref to, int first, int count);   /* parcels, each accepted */

/* ---- a program ---------------------------------------------------------------------------------------------------- */

struct kit_case {
	const char *name;
	const TTest *const *tests;                     /* ends with NULL */
	void (*setup)(void), (*teardown)(void);
	int loop;                                      /* each test runs for 0 <= _i < loop; 0 is once, below it never */
};

/* Runs the cases of a suite, "unit/send"; answers main's result. */
int kit_main(const char *suite, const struct kit_case *cases, unsigned count);
#define KIT_MAIN(suite, ...) \
	int main(void) \
	{ \
		const struct kit_case cases[] = { __VA_ARGS__ }; \
		return kit_main(suite, cases, sizeof(cases) / sizeof(cases[0])); \
	}
#define KIT_TESTS(...) (const TTest *const[]){ __VA_ARGS__, NULL }

#endif
