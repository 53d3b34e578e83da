/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * restarts.c - ten thousand children that fail at random, and are started anew, for as long as one likes
 *
 *   restarts [--seconds N] [--seed N] [--children N]
 *
 * Supervisors have the children among them. Drivers, which are plain threads, post tokens to children at random, and now and
 * then kill one. A child fails with one token in eight, and exits now and then; so does its start. Its supervisor starts it
 * anew, at once or after others, and has another one in place of a child that ended.
 *
 * What must hold, and ends the program with 1 if it does not:
 *   conservation   accepted = handled + dropped + dead letters at the end, when nothing is queued
 *   drop           each token is dropped exactly once
 *   order          tokens of one driver come to one child in the order sent, over all its lives; the one that failed comes
 *                  again before all others, if it is to, and once
 *   exclusivity    nobody is inside a child when it is entered, and its stop has not run
 *   no growth      the process takes no more memory in the second half of the time than in the second quarter, but for a few
 *                  megabytes (not under the sanitizers, which have their own)
 *   progress       each second something is started anew; else the program ends with 3
 */
#include <odeon.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SUPERVISORS = 10, DRIVERS = 2, CHILDREN_MOST = 100000, QUEUED_MOST = 50000, GROWTH_MOST = 8 << 20 };

static struct { uint64_t seed; int seconds, children; } settings = { .seconds = 60, .children = 10000 };
static odeon_system *town;
static atomic_bool closing;
static atomic_ulong made, dropped, restarts, refused, again, killed, reborn;

__attribute__((noreturn, format(printf, 2, 3)))
static void give_up(int answer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "restarts: ODEON_SEED=%llu: ", (unsigned long long)settings.seed);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	_exit(answer);
}
#define fail_unless(claim) do { if (!(claim)) give_up(1, "line %d: it does not hold that %s", __LINE__, #claim); } while (0)

struct random { uint64_t state; };

static unsigned random_below(struct random *random, unsigned limit)    /* splitmix64 */
{
	uint64_t x = random->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return (unsigned)(((x ^ x >> 31) >> 32) * limit >> 32);
}

/* ---- tokens ----------------------------------------------------------------------------------------------------------------- */

struct token { unsigned driver; uint64_t number; };
ODEON_MESSAGE_DROP(token)
{
	(void)token;
	atomic_fetch_add(&dropped, 1);
}
struct later { unsigned child; };
ODEON_MESSAGE(later);

/* ---- children ---------------------------------------------------------------------------------------------------------------- */

/* A place for one child after another. What is not atomic belongs to whoever runs the child. */
static struct place {
	_Atomic uint64_t who;
	atomic_int inside;
	odeon_ref lives;                               /* whose the rest is */
	struct random random;
	uint64_t seen[DRIVERS];
	struct token again;                            /* number 0: none */
	unsigned lives_before;
} places[CHILDREN_MOST];

struct seat { unsigned child; bool is_anew; };
struct child { unsigned number; struct place *place; void *block; };

static enum odeon_failed policy_of(unsigned child) { return (enum odeon_failed)(child % 3); }

static void enter(struct child *child) { fail_unless(atomic_fetch_add(&child->place->inside, 1) == 0); }
static void leave(struct child *child) { fail_unless(atomic_fetch_sub(&child->place->inside, 1) == 1); }

ODEON_START(child, seat)
{
	struct place *place = &places[seat->child];

	child->number = seat->child;
	child->place = place;
	enter(child);
	if (!seat->is_anew) {
		place->lives = odeon_self_ref(self);
		place->random.state = settings.seed * 31 + seat->child + 1000003 * ++place->lives_before;
		memset(place->seen, 0, sizeof place->seen);
		place->again.number = 0;
	}
	fail_unless(odeon_ref_equal(place->lives, odeon_self_ref(self)));
	child->block = malloc(64 + random_below(&place->random, 200));
	fail_unless(child->block != NULL && odeon_attach(self, child->block, free) == 0);
	leave(child);
	if (seat->is_anew && random_below(&place->random, 20) == 0)
		return ODEON_ENOMEM;
	return 0;
}

ODEON_STOP(child)
{
	(void)self;
	(void)reason;
	enter(child);
	child->block = NULL;
	leave(child);
}

static void check_order(struct place *place, const struct token *token)
{
	if (place->again.number != 0) {
		fail_unless(token->driver == place->again.driver && token->number == place->again.number);
		atomic_fetch_add(&again, 1);
	} else
		fail_unless(token->number > place->seen[token->driver]);
	place->seen[token->driver] = token->number;
}

ODEON_HANDLER(child, token)
{
	struct place *place = child->place;
	bool was_again = place->again.number != 0;

	enter(child);
	fail_unless(child->block != NULL);
	check_order(place, token);
	place->again.number = 0;
	if (random_below(&place->random, 8) == 0) {
		if (policy_of(child->number) == ODEON_FAILED_AGAIN && !was_again)
			place->again = *token;
		odeon_fail(self, 1, "by chance");
	} else if (random_below(&place->random, 100) == 0)
		odeon_exit(self);
	leave(child);
}

ODEON_HANDLERS(child_handlers, ODEON_ON(child, token));
ODEON_KIND(child, child_handlers, .start = ODEON_STARTS(child), .stop = ODEON_STOPS(child));

/* ---- supervisors --------------------------------------------------------------------------------------------------------------- */

struct ward { unsigned first, end; };
struct keeper { unsigned first, end; struct random random; odeon_ref *children; unsigned *numbers; unsigned size; };

/* From a ref to the child's number: a table with open places, where the slot of a child leads to it at once. */
static unsigned number_of(const struct keeper *keeper, odeon_ref who)
{
	for (unsigned at = (unsigned)(who.bits * 0x9e3779b9u) % keeper->size;; at = (at + 1) % keeper->size)
		if (odeon_ref_equal(keeper->children[at], who))
			return keeper->numbers[at];
		else if (odeon_ref_is_nobody(keeper->children[at]))
			return UINT32_MAX;
}

static void enlist(struct keeper *keeper, odeon_ref who, unsigned number)
{
	unsigned at = (unsigned)(who.bits * 0x9e3779b9u) % keeper->size;

	while (!odeon_ref_is_nobody(keeper->children[at]))
		at = (at + 1) % keeper->size;
	keeper->children[at] = who;
	keeper->numbers[at] = number;
}

/* Without those that have ended. */
static void enlist_anew(struct keeper *keeper)
{
	memset(keeper->children, 0, keeper->size * sizeof keeper->children[0]);
	for (unsigned i = keeper->first; i < keeper->end; i++)
		enlist(keeper, (odeon_ref){ atomic_load(&places[i].who) }, i);
}

static int adopt(odeon_self *self, unsigned number)
{
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = policy_of(number), .halts_on_exit = 1);
	odeon_ref who = ODEON_NOBODY;
	int error = odeon_spawn_supervised(self, &child_kind, &(struct seat){ number, false }, &supervision, &who);

	fail_unless(error == 0 || error == ODEON_ESTOPPING);
	if (error == 0)
		atomic_store(&places[number].who, who.bits);
	return error;
}

ODEON_START(keeper, ward)
{
	keeper->first = ward->first;
	keeper->end = ward->end;
	keeper->random.state = settings.seed + ward->first;
	keeper->size = 4 * (ward->end - ward->first) + 1;
	keeper->children = calloc(keeper->size, sizeof keeper->children[0]);
	keeper->numbers = calloc(keeper->size, sizeof keeper->numbers[0]);
	fail_unless(keeper->children != NULL && keeper->numbers != NULL);
	for (unsigned i = keeper->first; i < keeper->end; i++)
		fail_unless(adopt(self, i) == 0);
	enlist_anew(keeper);
	return 0;
}

ODEON_STOP(keeper)
{
	(void)self;
	(void)reason;
	free(keeper->children);
	free(keeper->numbers);
}

static void start_anew(odeon_self *self, unsigned number)
{
	int error = odeon_restart(self, (odeon_ref){ atomic_load(&places[number].who) }, &(struct seat){ number, true });

	fail_unless(error == 0 || error == ODEON_ENOMEM || error == ODEON_EGONE || error == ODEON_ESTOPPING
	            || error == ODEON_EINVAL);
	atomic_fetch_add(error == 0 ? &restarts : &refused, 1);
	if (error == ODEON_ENOMEM)
		(void)odeon_send(self, odeon_self_ref(self), odeon_new(later, .child = number));
}

ODEON_HANDLER(keeper, odeon_down)
{
	unsigned number = number_of(keeper, odeon_down->who);

	fail_unless(number != UINT32_MAX && odeon_down->bond == ODEON_SUPERVISED);
	if (!odeon_down->is_halted) {
		if (adopt(self, number) == 0) {
			enlist_anew(keeper);
			atomic_fetch_add(&reborn, 1);
		}
	} else if (random_below(&keeper->random, 4) == 0)
		(void)odeon_send(self, odeon_self_ref(self), odeon_new(later, .child = number));
	else
		start_anew(self, number);
}

/* EINVAL: another one lives there by now. */
ODEON_HANDLER(keeper, later)
{
	(void)keeper;
	start_anew(self, later->child);
}

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_down), ODEON_ON(keeper, later));
ODEON_KIND(keeper, keeper_handlers, .start = ODEON_STARTS(keeper), .stop = ODEON_STOPS(keeper));

/* ---- drivers --------------------------------------------------------------------------------------------------------------------- */

static odeon_stats_system stats_now(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	fail_unless(odeon_system_stats(town, &stats) == 0);
	return stats;
}

static void pause_ms(long ms) { nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL); }

static void post_some(struct random *random, unsigned driver, uint64_t *number)
{
	for (int i = 0; i < 64; i++) {
		odeon_ref who = { atomic_load(&places[random_below(random, (unsigned)settings.children)].who) };
		struct token *token = odeon_new(token, .driver = driver, .number = ++*number);

		fail_unless(token != NULL);
		atomic_fetch_add(&made, 1);
		(void)odeon_post(town, who, token);
		if (random_below(random, 3000) == 0)
			atomic_fetch_add(&killed, odeon_actor_kill(town, who) == 0);
	}
}

static void *drive(void *argument)
{
	unsigned driver = (unsigned)(uintptr_t)argument;
	struct random random = { settings.seed * 7 + driver };
	uint64_t number = 0;

	while (!atomic_load(&closing)) {
		post_some(&random, driver, &number);
		while (stats_now().queued > QUEUED_MOST && !atomic_load(&closing))
			pause_ms(1);
	}
	return NULL;
}

/* ---- the account ------------------------------------------------------------------------------------------------------------------ */

static long resident(void)
{
	long total = 0, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	fail_unless(file != NULL && fscanf(file, "%ld %ld", &total, &pages) == 2);
	fclose(file);
	return pages * sysconf(_SC_PAGESIZE);
}

/* For so many seconds. The most memory is noted: of the second quarter, and of all that comes after. */
static void watch(void)
{
	long most[2] = { 0, 0 };
	unsigned long before = 0;

	for (int i = 0; i < 4 * settings.seconds; i++) {
		long now;

		pause_ms(250);
		now = resident();
		if (i >= settings.seconds && now > most[i >= 2 * settings.seconds])
			most[i >= 2 * settings.seconds] = now;
		if (i % 4 != 3)
			continue;
		if (atomic_load(&restarts) == before)
			give_up(3, "nothing was started anew for a second; %llu are queued", (unsigned long long)stats_now().queued);
		before = atomic_load(&restarts);
	}
	printf("restarts: memory at most %ld KiB, then %ld KiB\n", most[0] >> 10, most[1] >> 10);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	if (most[1] - most[0] > GROWTH_MOST)
		give_up(1, "the process grew by %ld KiB", (most[1] - most[0]) >> 10);
#endif
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void close_town(void)
{
	odeon_stats_system stats;

	fail_unless(odeon_system_stop(town, odeon_clock_deadline(ODEON_SECONDS(60)), NULL) == 0);
	stats = stats_now();
	fail_unless(stats.actors == 0 && stats.restarted == atomic_load(&restarts));
	fail_unless(stats.accepted == stats.handled + stats.dropped + stats.dead_letters + stats.queued);
	fail_unless(odeon_system_free(town) == 0);
	fail_unless(atomic_load(&made) == atomic_load(&dropped));
	printf("restarts: %lu starts anew, %lu refused, %lu messages again, %lu kills, %lu children in place of others, "
	       "%lu tokens\n", atomic_load(&restarts), atomic_load(&refused), atomic_load(&again), atomic_load(&killed),
	       atomic_load(&reborn), atomic_load(&made));
}

static void play(void)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter);
	unsigned each = (unsigned)settings.children / SUPERVISORS;
	pthread_t drivers[DRIVERS];

	fail_unless(odeon_system_start(&options, &town) == 0);
	for (unsigned i = 0; i < SUPERVISORS; i++)
		fail_unless(odeon_system_spawn(town, &keeper_kind, &(struct ward){ i * each, (i + 1) * each }, NULL) == 0);
	for (uintptr_t i = 0; i < DRIVERS; i++)
		fail_unless(pthread_create(&drivers[i], NULL, drive, (void *)i) == 0);
	watch();
	atomic_store(&closing, true);
	for (int i = 0; i < DRIVERS; i++)
		pthread_join(drivers[i], NULL);
	close_town();
}

static bool read_settings(int count, char **words)
{
	const char *seed = getenv("ODEON_SEED");

	settings.seed = seed != NULL ? strtoull(seed, NULL, 0) : (uint64_t)odeon_clock_now().ns;
	for (int i = 1; i < count; i += 2) {
		if (i + 1 == count)
			return false;
		if (strcmp(words[i], "--seconds") == 0)
			settings.seconds = atoi(words[i + 1]);
		else if (strcmp(words[i], "--seed") == 0)
			settings.seed = strtoull(words[i + 1], NULL, 0);
		else if (strcmp(words[i], "--children") == 0)
			settings.children = atoi(words[i + 1]) / SUPERVISORS * SUPERVISORS;
		else
			return false;
	}
	return settings.seconds > 0 && settings.children >= SUPERVISORS && settings.children <= CHILDREN_MOST;
}

int main(int count, char **words)
{
	if (!read_settings(count, words)) {
		fputs("usage: restarts [--seconds N] [--seed N] [--children N]\n", stderr);
		return 2;
	}
	printf("restarts: ODEON_SEED=%llu\n", (unsigned long long)settings.seed);
	fflush(stdout);
	play();
	return 0;
}
