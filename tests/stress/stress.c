/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stress.c - a town of actors that are born, talk and die at random, and an account of every message at the end
 *
 *   stress [--seconds N] [--seed N] [--workers N] [--starts N] [--watchdog SECONDS] [--plant MISTAKE]
 *
 * The town has a fixed number of places; in each lives one citizen at a time. Drivers, which are plain threads, spawn,
 * kill and stop citizens, post, ask and wait for room; citizens send on, forward, keep, reply, reserve, redirect, fail.
 * Every second or so the whole system is stopped in full traffic, accounted for, freed and started anew.
 *
 * What must hold, and ends the program with 1 if it does not:
 *   conservation   accepted = handled + dropped + dead letters + queued; nothing is queued when all has been freed
 *   drop           each token has a serial number, and its drop runs exactly once
 *   order          tokens from one sender to one receiver arrive in the order sent, unless a full mailbox redirected them
 *   exclusivity    nobody is inside a citizen when it is entered
 *   an end         a round ends; else the watchdog prints what everyone was doing, and the program ends with 3
 *
 * It prints its seed first. The same seed gives the same choices, though not the same interleaving.
 *
 * --plant makes one mistake on purpose (race leak crash hang lost twice order), so that a test can see that the nets
 * hold. --starts does nothing but start, send once and stop, so many times.
 */
#include <errno.h>
#include <odeon.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 48, DRIVERS = 3, SENDERS = PLACES + DRIVERS, KEPT = 3, SERIALS = 1 << 27, CROWD = 30000 };

#define fail_unless(claim, ...) do { if (!(claim)) give_up(#claim, __VA_ARGS__); } while (0)

/* ---- choices ------------------------------------------------------------------------------------------------------------- */

struct random { uint64_t state; };

static uint64_t random_next(struct random *random)     /* splitmix64 */
{
	uint64_t x = random->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static unsigned random_below(struct random *random, unsigned limit)
{
	return (unsigned)((random_next(random) >> 32) * limit >> 32);
}

/* ---- the town ------------------------------------------------------------------------------------------------------------ */

static struct {
	uint64_t seed;
	int seconds, workers, starts, watchdog;
	const char *plant;
} settings = { .seconds = 5, .watchdog = 30 };

static odeon_system *town;
static _Atomic uint64_t places[PLACES];                /* bits of the refs of those who live there */
static atomic_bool closing;                            /* drivers go home */
static _Atomic(const char *) doing[SENDERS + 1];       /* what each sender does now, the last one is main */
static atomic_ulong lives;
static unsigned long rounds;

#define MAIN_THREAD SENDERS

static bool is_planted(const char *mistake)
{
	return settings.plant && strcmp(settings.plant, mistake) == 0;
}

static void print_everyone(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int i;

	for (i = 0; i <= SENDERS; i++) {
		const char *what = atomic_load(&doing[i]);

		if (what)
			fprintf(stderr, "  %s %d: %s\n", i < PLACES ? "citizen" : i < SENDERS ? "driver" : "main", i, what);
	}
	if (town && odeon_system_stats(town, &stats) == 0)
		fprintf(stderr, "  %llu actors, %llu messages queued, %llu accepted\n", (unsigned long long)stats.actors,
		        (unsigned long long)stats.queued, (unsigned long long)stats.accepted);
}

__attribute__((noreturn, format(printf, 2, 3)))
static void give_up(const char *claim, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fprintf(stderr, "stress: ODEON_SEED=%llu, round %lu: it does not hold that %s: ", (unsigned long long)settings.seed,
	        rounds, claim);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n  again: stress --seed %llu --seconds %d\n", (unsigned long long)settings.seed, settings.seconds);
	print_everyone();
	_exit(1);
}

/* ---- tokens ---------------------------------------------------------------------------------------------------------------- */

enum fate { NOT_MADE, MADE, DROPPED };

static atomic_uchar *fates;                            /* by serial number */
static atomic_ulong serials;

struct token {
	uint64_t serial, sequence;                     /* of this sender, over all receivers */
	uint64_t life;                                 /* of the sender, when a citizen */
	uint16_t sender;
	uint8_t hops;                                  /* how often it may be sent on */
	bool is_direct;                                /* by its maker: then its order is checked */
};

ODEON_MESSAGE_DROP(token)
{
	unsigned char was = atomic_exchange(&fates[token->serial], DROPPED);

	if (is_planted("lost") && token->serial == 1000)
		atomic_store(&fates[token->serial], MADE);
	fail_unless(was == MADE, "token %llu of sender %u is dropped in state %d", (unsigned long long)token->serial,
	            token->sender, was);
	if (is_planted("twice") && token->serial == 1000)
		token_drop(token);
}

static struct token *token_make(unsigned sender, uint64_t life, uint64_t *sequence)
{
	unsigned long serial = atomic_fetch_add(&serials, 1);
	struct token *token;

	if (serial >= SERIALS)
		return NULL;
	token = odeon_new(token, .serial = serial, .sequence = ++*sequence, .life = life, .sender = (uint16_t)sender,
	                  .hops = 6, .is_direct = true);
	if (is_planted("order") && token && token->sequence == 500)
		token->sequence = 1;
	if (token)
		atomic_store(&fates[serial], MADE);
	return token;
}

static void check_fates(void)
{
	unsigned long made = atomic_load(&serials), i;

	for (i = 0; i < made && i < SERIALS; i++)
		fail_unless(atomic_load(&fates[i]) != MADE, "token %lu was made and never dropped", i);
}

/* ---- citizens ---------------------------------------------------------------------------------------------------------------- */

struct seen { uint64_t life, sequence; };

struct citizen {
	unsigned place;
	uint64_t life, sequence;
	struct random random;
	atomic_bool is_entered;
	bool is_target;                                /* others redirect to it, so the order here is nobody's promise */
	unsigned tables;
	struct token *kept[KEPT];
	struct seen seen[SENDERS];
};
struct citizen_first { unsigned place; uint64_t seed; };

static odeon_ref anyone(struct random *random)
{
	return (odeon_ref){ atomic_load(&places[random_below(random, PLACES)]) };
}

ODEON_START(citizen, citizen_first)
{
	static const enum odeon_policy policies[] = { ODEON_FAIL, ODEON_DROP_NEWEST, ODEON_DROP_OLDEST, ODEON_REDIRECT,
	                                              ODEON_STOP_ACTOR };
	odeon_mailbox mailbox = { .messages = 5 };

	citizen->place = citizen_first->place;
	citizen->life = atomic_fetch_add(&lives, 1) + 1;
	citizen->random.state = citizen_first->seed;
	citizen->is_target = citizen->place == 0;
	if (random_below(&citizen->random, 30) == 0)
		return ODEON_EFAILED;
	if (citizen->place % 3 == 1) {                 /* a third of them is bounded, each in its own way */
		mailbox.messages = 5 + random_below(&citizen->random, 100);
		mailbox.policy = policies[citizen->place / 3 % 5];
		mailbox.redirect = (odeon_ref){ atomic_load(&places[0]) };
		if (citizen->place % 2)
			mailbox.bytes = mailbox.messages * 100;
		if (mailbox.policy == ODEON_REDIRECT && odeon_ref_is_nobody(mailbox.redirect))
			mailbox.policy = ODEON_FAIL;
		(void)odeon_bound(self, &mailbox);
	}
	return 0;
}

ODEON_STOP(citizen)
{
	int i;

	(void)reason;
	for (i = 0; i < KEPT; i++)
		odeon_free(citizen->kept[i]);
	atomic_store(&doing[citizen->place], NULL);
}

static void check_order(struct citizen *citizen, const struct token *token)
{
	struct seen *seen = &citizen->seen[token->sender];

	if (!token->is_direct || citizen->is_target || token->life < seen->life)
		return;
	fail_unless(token->life > seen->life || token->sequence > seen->sequence,
	            "place %u got number %llu of sender %u after number %llu", citizen->place,
	            (unsigned long long)token->sequence, token->sender, (unsigned long long)seen->sequence);
	*seen = (struct seen){ token->life, token->sequence };
}

static struct token *citizen_makes(struct citizen *citizen)
{
	return token_make(citizen->place, citizen->life, &citizen->sequence);
}

static void use_a_permit(odeon_self *self, struct citizen *citizen)
{
	odeon_permit *permit = odeon_reserve(self, anyone(&citizen->random), 2, 200, NULL);

	if (!permit)
		return;
	(void)odeon_permit_send(self, permit, citizen_makes(citizen));
	if (random_below(&citizen->random, 2))
		odeon_permit_drop(permit);             /* else its end gives back what is left */
}

static void keep_it(odeon_self *self, struct citizen *citizen, struct token *token)
{
	struct token **place = &citizen->kept[random_below(&citizen->random, KEPT)], *old = *place;

	*place = odeon_keep(self, token);
	if (!old)
		return;
	old->is_direct = false;
	switch (random_below(&citizen->random, 3)) {
	case 0: odeon_free(old); break;
	case 1: (void)odeon_send(self, anyone(&citizen->random), old); break;
	case 2: (void)odeon_reply_to(self, old, old); break;
	}
}

static void try_to_send(odeon_self *self, struct citizen *citizen, struct token *token)
{
	int why = 0;
	struct token *back = odeon_try_send(self, anyone(&citizen->random), token, &why);

	fail_unless((back == NULL) == (why == 0), "a message came back with %s", odeon_error_name(why));
	if (back && random_below(&citizen->random, 2))
		odeon_free(back);
}

static void act(odeon_self *self, struct citizen *citizen, struct token *token);

ODEON_HANDLER(citizen, token)
{
	fail_unless(!atomic_exchange(&citizen->is_entered, true), "place %u", citizen->place);
	check_order(citizen, token);
	token->is_direct = false;
	if (token->hops > 0) {
		token->hops--;
		act(self, citizen, token);
	} else if (random_below(&citizen->random, 3) == 0) {
		(void)odeon_reply(self, token);
	}
	atomic_store(&doing[citizen->place], NULL);
	atomic_store(&citizen->is_entered, false);
}

ODEON_HANDLER(citizen, odeon_room)
{
	(void)odeon_send(self, odeon_room->who, citizen_makes(citizen));
}

ODEON_HANDLERS(citizen_handlers, ODEON_ON(citizen, token), ODEON_ON(citizen, odeon_room));
ODEON_HANDLERS(citizen_other_handlers, ODEON_ON(citizen, token));
ODEON_KIND(citizen, citizen_handlers, .start = ODEON_STARTS(citizen), .stop = ODEON_STOPS(citizen));
static odeon_kind placed_kinds[4];                     /* pooled, pinned, with a thread of its own, unbounded */

static void change_table(odeon_self *self, struct citizen *citizen)
{
	if (citizen->tables < 4 && odeon_become(self, citizen_other_handlers) == 0)
		citizen->tables++;
	else if (citizen->tables > 0 && odeon_unbecome(self) == 0)
		citizen->tables--;
}

static uint64_t spawn_at(unsigned place, struct random *random, odeon_self *self)
{
	struct citizen_first first = { place, random_next(random) };
	const odeon_kind *kind = &placed_kinds[place < 40 ? 0 : place < 46 ? 1 : 2];
	odeon_ref child = ODEON_NOBODY;
	int error = self ? odeon_spawn(self, kind, &first, &child) : odeon_system_spawn(town, kind, &first, &child);
	uint64_t before;

	if (error)
		return 0;
	before = atomic_exchange(&places[place], child.bits);
	(void)odeon_actor_kill(town, (odeon_ref){ before });
	return child.bits;
}

#define DOES(what) atomic_store(&doing[citizen->place], what)

static void act(odeon_self *self, struct citizen *citizen, struct token *token)
{
	struct random *random = &citizen->random;
	unsigned choice = random_below(random, 1000);

	if (choice < 300) {
		DOES("sends on");
		(void)odeon_send(self, anyone(random), token);
	} else if (choice < 450) {
		DOES("forwards");
		(void)odeon_forward(self, anyone(random), token);
	} else if (choice < 520) {
		DOES("posts");
		(void)odeon_post(odeon_system_of(self), anyone(random), token);
	} else if (choice < 600) {
		DOES("tries to send");
		try_to_send(self, citizen, token);
	} else if (choice < 700) {
		DOES("keeps");
		keep_it(self, citizen, token);
	} else if (choice < 780) {
		DOES("replies");
		(void)odeon_reply(self, token);
	} else if (choice < 850) {
		DOES("makes one more");
		(void)odeon_send(self, anyone(random), citizen_makes(citizen));
	} else if (choice < 880) {
		DOES("uses a permit");
		use_a_permit(self, citizen);
	} else if (choice < 910) {
		DOES("wants room");
		(void)odeon_when_room(self, anyone(random));
	} else if (choice < 930) {
		DOES("changes its table");
		change_table(self, citizen);
	} else if (choice < 950) {
		DOES("frees");
		odeon_free(token);
	} else if (choice < 960) {
		DOES("spawns");
		(void)spawn_at(random_below(random, PLACES), random, self);
	} else if (choice < 970) {
		DOES("kills");
		(void)odeon_actor_kill(town, anyone(random));
	} else if (choice < 980) {
		DOES("exits");
		odeon_exit(self);
	} else if (choice < 985) {
		DOES("fails");
		odeon_fail(self, 7, "by choice");
	}
}

/* ---- drivers ------------------------------------------------------------------------------------------------------------------ */

struct driver { unsigned number; struct random random; uint64_t sequence; pthread_t thread; };

static int unsynchronised;                             /* only for the planted race */

static struct token *driver_makes(struct driver *driver)
{
	return token_make(PLACES + driver->number, 0, &driver->sequence);
}

static void driver_asks(struct driver *driver)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(random_below(&driver->random, 3000)));
	struct token *answer = odeon_ask(token, town, anyone(&driver->random), driver_makes(driver), until, NULL);

	odeon_free(answer);
}

static void driver_waits_for_room(struct driver *driver)
{
	odeon_time until = odeon_clock_deadline(ODEON_US(random_below(&driver->random, 3000)));
	struct token *back = odeon_try_post(town, anyone(&driver->random), driver_makes(driver), until, NULL);

	odeon_free(back);
}

static void wait_for_the_crowd(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);

	while (!atomic_load(&closing) && odeon_system_stats(town, &stats) == 0 && stats.queued > CROWD)
		nanosleep(&(struct timespec){ .tv_nsec = 300000 }, NULL);
}

static void drive(struct driver *driver)
{
	unsigned choice = random_below(&driver->random, 1000);
	int i;

	if (choice < 900) {
		for (i = 0; i < 10; i++)
			(void)odeon_post(town, anyone(&driver->random), driver_makes(driver));
	} else if (choice < 930) {
		atomic_store(&doing[PLACES + driver->number], "asks");
		driver_asks(driver);
	} else if (choice < 940) {
		atomic_store(&doing[PLACES + driver->number], "waits for room");
		driver_waits_for_room(driver);
	} else if (choice < 970) {
		(void)spawn_at(random_below(&driver->random, PLACES), &driver->random, NULL);
	} else if (choice < 980) {
		(void)odeon_actor_kill(town, anyone(&driver->random));
	} else if (choice < 990) {
		(void)odeon_actor_stop(town, anyone(&driver->random));
	} else {
		atomic_store(&doing[PLACES + driver->number], "waits for the crowd");
		wait_for_the_crowd();
	}
	atomic_store(&doing[PLACES + driver->number], "drives");
}

static void *driver_thread(void *argument)
{
	struct driver *driver = argument;

	while (!atomic_load(&closing)) {
		drive(driver);
		if (is_planted("race"))
			unsynchronised++;
	}
	atomic_store(&doing[PLACES + driver->number], NULL);
	return NULL;
}

/* ---- rounds ---------------------------------------------------------------------------------------------------------------------- */

static atomic_llong alive_at;                          /* when a round last ended, for the watchdog */

static void *watchdog_thread(void *argument)
{
	(void)argument;
	for (;;) {
		nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
		if (odeon_clock_now().ns < atomic_load(&alive_at) + ODEON_SECONDS(settings.watchdog))
			continue;
		fprintf(stderr, "stress: ODEON_SEED=%llu: round %lu does not end; everyone:\n",
		        (unsigned long long)settings.seed, rounds);
		print_everyone();
		_exit(3);
	}
	return NULL;
}

static void start_watchdog(void)
{
	pthread_t thread;

	atomic_store(&alive_at, odeon_clock_now().ns);
	fail_unless(pthread_create(&thread, NULL, watchdog_thread, NULL) == 0, "no thread");
	pthread_detach(thread);
}

static void ignore_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

static void ignore_log(void *host, enum odeon_log_level level, const char *text)
{
	(void)host;
	(void)level;
	(void)text;
}

static void open_town(struct random *random)
{
	odeon_options options = ODEON_OPTIONS(.on_dead_letter = ignore_letter, .on_log = ignore_log);
	unsigned i;
	int error;

	options.workers = settings.workers ? settings.workers : 1 + (int)random_below(random, 4);
	options.batch_messages = random_below(random, 3) == 0 ? 1 + random_below(random, 100) : 0;
	error = odeon_system_start(&options, &town);
	fail_unless(error == 0, "start: %s", odeon_error_name(error));
	for (i = 0; i < PLACES; i++)
		(void)spawn_at(i, random, NULL);
}

static void stop_town(void)
{
	odeon_report *report = NULL;
	char text[2000] = "";
	int error = odeon_system_stop(town, odeon_clock_deadline(ODEON_SECONDS(20)), &report);

	if (report)
		(void)odeon_report_print(report, text, sizeof(text));
	odeon_report_free(report);
	fail_unless(error == 0, "stop: %s: %s", odeon_error_name(error), text);
}

static void check_conservation(void)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int error = odeon_system_stats(town, &stats);

	fail_unless(error == 0, "stats: %s", odeon_error_name(error));
	fail_unless(stats.accepted == stats.handled + stats.dropped + stats.dead_letters + stats.queued,
	            "accepted %llu, handled %llu, dropped %llu, dead letters %llu, queued %llu",
	            (unsigned long long)stats.accepted, (unsigned long long)stats.handled,
	            (unsigned long long)stats.dropped, (unsigned long long)stats.dead_letters,
	            (unsigned long long)stats.queued);
	fail_unless(stats.actors == 0, "%llu actors after stop", (unsigned long long)stats.actors);
}

static void hold_on(odeon_duration time)
{
	odeon_time until = odeon_clock_deadline(time);

	while (odeon_clock_now().ns < until.ns)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	while (is_planted("hang"))
		pause();
}

static void plant(void)
{
	static void *volatile lost;

	if (is_planted("leak")) {
		lost = malloc(77);
		lost = NULL;
	}
	if (is_planted("crash"))
		*(volatile int *)lost = 1;
}

static void play_round(struct random *random)
{
	struct driver drivers[DRIVERS];
	unsigned i;

	atomic_store(&doing[MAIN_THREAD], "starts the system");
	open_town(random);
	atomic_store(&closing, false);
	for (i = 0; i < DRIVERS; i++) {
		drivers[i] = (struct driver){ .number = i, .random = { random_next(random) } };
		fail_unless(pthread_create(&drivers[i].thread, NULL, driver_thread, &drivers[i]) == 0, "no thread");
	}
	atomic_store(&doing[MAIN_THREAD], "lets them play");
	hold_on(ODEON_MS(100 + random_below(random, 900)));
	plant();
	atomic_store(&doing[MAIN_THREAD], "stops the system");
	if (random_below(random, 4) == 0)              /* mostly in full traffic */
		atomic_store(&closing, true);
	stop_town();
	atomic_store(&closing, true);
	for (i = 0; i < DRIVERS; i++)
		pthread_join(drivers[i].thread, NULL);
	check_conservation();
	atomic_store(&doing[MAIN_THREAD], "frees the system");
	fail_unless(odeon_system_free(town) == 0, "round %lu", rounds);
	town = NULL;
	check_fates();
	memset((void *)fates, 0, atomic_load(&serials) < SERIALS ? atomic_load(&serials) : SERIALS);
	atomic_store(&serials, 0);
	for (i = 0; i < PLACES; i++)
		atomic_store(&places[i], 0);
}

static void play(struct random *random)
{
	odeon_time until = odeon_clock_deadline(ODEON_SECONDS(settings.seconds));

	for (rounds = 0; odeon_clock_now().ns < until.ns; rounds++) {
		atomic_store(&alive_at, odeon_clock_now().ns);
		play_round(random);
	}
	printf("stress: %lu rounds, %lu lives: every message is accounted for\n", rounds, atomic_load(&lives));
}

/* Start, send once, stop, so many times. */
static void start_again_and_again(struct random *random)
{
	for (rounds = 0; rounds < (unsigned long)settings.starts; rounds++) {
		uint64_t sequence = 0;

		atomic_store(&alive_at, odeon_clock_now().ns);
		open_town(random);
		(void)odeon_post(town, (odeon_ref){ atomic_load(&places[1]) }, token_make(PLACES, 0, &sequence));
		stop_town();
		check_conservation();
		fail_unless(odeon_system_free(town) == 0, "round %lu", rounds);
		check_fates();
		atomic_store(&serials, 0);
	}
	printf("stress: %lu starts and stops\n", rounds);
}

/* ---- the program ------------------------------------------------------------------------------------------------------------------- */

static int usage(void)
{
	fprintf(stderr, "usage: stress [--seconds N] [--seed N] [--workers N] [--starts N] [--watchdog SECONDS] "
	                "[--plant race|leak|crash|hang|lost|twice|order]\n");
	return 2;
}

static bool read_settings(int count, char **words)
{
	const char *seed = getenv("ODEON_SEED");
	int i;

	settings.seed = seed ? strtoull(seed, NULL, 0) : (uint64_t)odeon_clock_now().ns & 0xffffffffu;
	for (i = 1; i + 1 < count; i += 2) {
		if (strcmp(words[i], "--seconds") == 0)
			settings.seconds = atoi(words[i + 1]);
		else if (strcmp(words[i], "--seed") == 0)
			settings.seed = strtoull(words[i + 1], NULL, 0);
		else if (strcmp(words[i], "--workers") == 0)
			settings.workers = atoi(words[i + 1]);
		else if (strcmp(words[i], "--starts") == 0)
			settings.starts = atoi(words[i + 1]);
		else if (strcmp(words[i], "--watchdog") == 0)
			settings.watchdog = atoi(words[i + 1]);
		else if (strcmp(words[i], "--plant") == 0)
			settings.plant = words[i + 1];
		else
			return false;
	}
	return i == count;
}

static void prepare_kinds(void)
{
	placed_kinds[0] = placed_kinds[1] = placed_kinds[2] = citizen_kind;
	placed_kinds[1].place = ODEON_PINNED;
	placed_kinds[1].worker = 1;
	placed_kinds[2].place = ODEON_OWN_THREAD;
}

int main(int count, char **words)
{
	struct random random;

	if (!read_settings(count, words))
		return usage();
	printf("stress: ODEON_SEED=%llu\n", (unsigned long long)settings.seed);
	fflush(stdout);
	fates = mmap(NULL, SERIALS, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (fates == MAP_FAILED) {
		perror("stress: mmap");
		return 2;
	}
	random.state = settings.seed;
	prepare_kinds();
	start_watchdog();
	if (settings.starts)
		start_again_and_again(&random);
	else
		play(&random);
	return 0;
}
