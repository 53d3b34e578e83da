/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * offload - a pool: one actor that hands out functions, and actors with a thread of their own that run them
 *
 * A function travels as a request, which the pool keeps while it waits, and forwards with its duty to the thread that is to run
 * it: so it is answered by whoever has it, also when that ends. Behind it the pool sends the thread its return, a message that
 * comes back when the function is over, or was let go of unhandled for being late. A thread's return was made with it: handing
 * out needs no memory. Who counts as there until the news of his end has come is never replaced too early.
 */
#include <odeon.h>
#include <stdbool.h>
#include <stdlib.h>

#define THREADS 32
#define WAITING 1024
#define IDLE ODEON_SECONDS(10)
#define LOOK_AGAIN ODEON_MS(1)                  /* at most so often all that wait are looked through for a place */

enum { KEY_IDLE = 1 };

ODEON_MESSAGE_DEFINE(odeon_offload_look);
ODEON_MESSAGE_DEFINE(odeon_offload_counts);

struct offload_return { char unused; };
ODEON_MESSAGE(offload_return);

enum place_state { PLACE_EMPTY = 0, PLACE_IDLE, PLACE_BUSY, PLACE_LEAVING };

struct place {
	odeon_ref who;
	enum place_state state;
	odeon_time since;                       /* idle */
	struct offload_return *back;            /* here unless it is busy; never NULL while it is idle */
};

struct offload_pool {
	odeon_offload_options options;
	struct place *places;                   /* options.threads of them */
	struct odeon_work *first, *last;        /* that wait; kept requests */
	struct odeon_offload_counts counts;     /* but for busy */
	odeon_time looked;                      /* when all that wait were looked through */
	bool is_ticking;
};

void odeon_blocking_drop(void *message)
{
	odeon_free(((struct odeon_work *)message)->argument);
}

/* ---- who still waits for it ------------------------------------------------------------------------------------------------- */

static bool has_ended(odeon_system *system, odeon_ref who)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	return odeon_actor_stats(system, who, &stats) == ODEON_EGONE;
}

/* 0, or what it is answered. A plain thread that asks has no ref, only its deadline. */
static int look_wanted(odeon_self *self, const struct odeon_work *work)
{
	if (work->until.ns <= odeon_now(self).ns)
		return ODEON_ETIMEDOUT;
	return !odeon_ref_is_nobody(work->asker) && has_ended(odeon_system_of(self), work->asker) ? ODEON_EGONE : 0;
}

/* ---- a thread --------------------------------------------------------------------------------------------------------------------- */

struct home { odeon_ref pool; };
struct offload_thread { odeon_ref pool; };

static void run(odeon_self *self, struct odeon_work *work)
{
	void *argument = work->argument, *answer;
	int error = 0;

	work->argument = NULL;
	answer = work->function->run(argument, &error);
	if (answer != argument)
		odeon_free(argument);
	if (answer != NULL)
		(void)odeon_reply(self, answer);
	else
		(void)odeon_reply_error(self, error != 0 ? error : ODEON_ENOMEM);
}

/* Its pool may have ended: then the order to end has come, or comes. */
ODEON_HANDLER(offload_thread, offload_return)
{
	odeon_free(odeon_try_send(self, offload_thread->pool, offload_return, NULL));
}

static void on_work(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	struct odeon_work *work = message;
	int error;

	(void)state;
	if (type->drop != odeon_blocking_drop)
		return;
	error = look_wanted(self, work);
	if (error == 0)
		run(self, work);
	else
		(void)odeon_reply_error(self, error);
}

ODEON_START(offload_thread, home)
{
	offload_thread->pool = home->pool;
	return odeon_bound(self, NULL);         /* whatever the system's options say: its messages are two */
}

ODEON_HANDLERS(offload_thread_handlers, ODEON_ON(offload_thread, offload_return));
ODEON_KIND(offload_thread, offload_thread_handlers, .start = ODEON_STARTS(offload_thread), .on_other = on_work,
           .place = ODEON_OWN_THREAD, .is_background = 1);

/* ---- the places of threads ---------------------------------------------------------------------------------------------------- */

static struct place *place_of(struct offload_pool *pool, odeon_ref who)
{
	for (unsigned i = 0; i < pool->options.threads; i++)
		if (pool->places[i].state != PLACE_EMPTY && odeon_ref_equal(pool->places[i].who, who))
			return &pool->places[i];
	return NULL;
}

/* The one that was busy last: so those that are too many become idle for long. */
static struct place *find_idle(struct offload_pool *pool)
{
	struct place *best = NULL;

	for (unsigned i = 0; i < pool->options.threads; i++)
		if (pool->places[i].state == PLACE_IDLE && (best == NULL || pool->places[i].since.ns > best->since.ns))
			best = &pool->places[i];
	return best;
}

static struct place *find_empty(struct offload_pool *pool)
{
	unsigned i = 0;

	while (i < pool->options.threads && pool->places[i].state != PLACE_EMPTY)
		i++;
	return i < pool->options.threads ? &pool->places[i] : NULL;
}

static void clear(struct offload_pool *pool, struct place *place)
{
	odeon_free(place->back);
	*place = (struct place){ .state = PLACE_EMPTY };
	pool->counts.threads--;
}

/* It ends after what it has; its place is free when the news comes. */
static void send_away(odeon_self *self, struct place *place)
{
	place->state = PLACE_LEAVING;
	(void)odeon_actor_stop(odeon_system_of(self), place->who);
}

/* 0: an idle one in an empty place. */
static int hire(odeon_self *self, struct offload_pool *pool, struct place *place)
{
	const struct home home = { .pool = odeon_self_ref(self) };
	int error;

	place->back = odeon_new(offload_return);
	error = place->back != NULL ? odeon_spawn(self, &offload_thread_kind, &home, &place->who) : ODEON_ENOMEM;
	if (error == 0 && (error = odeon_monitor(self, place->who)) != 0)
		(void)odeon_actor_stop(odeon_system_of(self), place->who);
	if (error != 0) {
		odeon_free(place->back);
		place->back = NULL;
		return error;
	}
	place->state = PLACE_IDLE;
	place->since = odeon_now(self);
	pool->counts.threads++;
	return 0;
}

/* ---- what waits ------------------------------------------------------------------------------------------------------------------ */

static void append(struct offload_pool *pool, struct odeon_work *work)
{
	work->next = NULL;
	if (pool->last != NULL)
		pool->last->next = work;
	else
		pool->first = work;
	pool->last = work;
	if (++pool->counts.waiting > pool->counts.most_waiting)
		pool->counts.most_waiting = pool->counts.waiting;
}

static struct odeon_work *take_first(struct offload_pool *pool)
{
	struct odeon_work *work = pool->first;

	pool->first = work->next;
	if (pool->first == NULL)
		pool->last = NULL;
	pool->counts.waiting--;
	return work;
}

static void refuse(odeon_self *self, struct odeon_work *work, int error)
{
	(void)odeon_reply_error_to(self, work, error);
	odeon_free(work);
}

static void refuse_all(odeon_self *self, struct offload_pool *pool, int error)
{
	while (pool->first != NULL)
		refuse(self, take_first(pool), error);
}

/* Those that nobody waits for give their places up. */
static void look_through(odeon_self *self, struct offload_pool *pool)
{
	for (uint32_t left = pool->counts.waiting; left > 0; left--) {
		struct odeon_work *work = take_first(pool);
		int error = look_wanted(self, work);

		if (error == 0) {
			append(pool, work);
			continue;
		}
		pool->counts.unwanted++;
		refuse(self, work, error);
	}
	pool->looked = odeon_now(self);
}

static bool has_room(odeon_self *self, struct offload_pool *pool)
{
	if (pool->counts.waiting >= pool->options.waiting && odeon_now(self).ns - pool->looked.ns >= LOOK_AGAIN)
		look_through(self, pool);
	return pool->counts.waiting < pool->options.waiting;
}

/* ---- handing out ------------------------------------------------------------------------------------------------------------------- */

/* When the thread ends meanwhile, whoever has the message tells the asker. */
static void hand_out(odeon_self *self, struct offload_pool *pool, struct place *place, struct odeon_work *work)
{
	const odeon_site *site = work->site;

	pool->counts.begun++;
	(void)odeon_forward_at(self, place->who, work, site);
	place->back = odeon_try_send(self, place->who, place->back, NULL);
	place->state = place->back == NULL ? PLACE_BUSY : PLACE_LEAVING;
}

/* One that can be given a function; NULL: none now, and why there is no more than there are. */
static struct place *find_thread(odeon_self *self, struct offload_pool *pool, int *error)
{
	struct place *place;

	*error = 0;
	while ((place = find_idle(pool)) != NULL && has_ended(odeon_system_of(self), place->who))
		place->state = PLACE_LEAVING;
	if (place != NULL)
		return place;
	place = find_empty(pool);
	if (place != NULL && (*error = hire(self, pool, place)) != 0)
		place = NULL;
	return place;
}

/* As much as there are threads for. What waits then, waits for one that will come back, or for the news of its end. */
static void serve(odeon_self *self, struct offload_pool *pool)
{
	struct place *place;
	int error;

	while (pool->first != NULL) {
		if ((error = look_wanted(self, pool->first)) != 0) {
			pool->counts.unwanted++;
			refuse(self, take_first(pool), error);
			continue;
		}
		place = find_thread(self, pool, &error);
		if (place == NULL)
			break;
		hand_out(self, pool, place, take_first(pool));
	}
	if (pool->first != NULL && pool->counts.threads == 0) {
		pool->counts.refused += pool->counts.waiting;
		refuse_all(self, pool, error);
	}
}

/* ---- threads that are idle ----------------------------------------------------------------------------------------------------------- */

/* The next tick is for the one that has been idle longest. Without memory for it, it is asked for again after the next function. */
static void watch_idle(odeon_self *self, struct offload_pool *pool)
{
	int64_t soonest = INT64_MAX;

	if (pool->is_ticking)
		return;
	for (unsigned i = 0; i < pool->options.threads; i++)
		if (pool->places[i].state == PLACE_IDLE && pool->places[i].since.ns < soonest)
			soonest = pool->places[i].since.ns;
	if (soonest != INT64_MAX)
		pool->is_ticking = odeon_tick_after(self, soonest - odeon_now(self).ns + pool->options.idle, KEY_IDLE) == 0;
}

ODEON_HANDLER(offload_pool, odeon_tick)
{
	int64_t now = odeon_now(self).ns;

	offload_pool->is_ticking = false;
	for (unsigned i = 0; i < offload_pool->options.threads; i++) {
		struct place *place = &offload_pool->places[i];

		if (place->state == PLACE_IDLE && now - place->since.ns >= offload_pool->options.idle)
			send_away(self, place);
	}
	watch_idle(self, offload_pool);
}

/* ---- the pool ---------------------------------------------------------------------------------------------------------------------------- */

static void on_offload(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	struct offload_pool *pool = state;
	struct odeon_work *work = message;

	if (type->drop != odeon_blocking_drop) {
		(void)odeon_reply_error(self, ODEON_ETYPE);
		return;
	}
	if (!has_room(self, pool)) {
		pool->counts.refused++;
		(void)odeon_reply_error(self, ODEON_EFULL);
		return;
	}
	work->asker = odeon_from(self);
	append(pool, odeon_keep(self, work));
	serve(self, pool);
}

ODEON_HANDLER(offload_pool, offload_return)
{
	struct place *place = place_of(offload_pool, odeon_from(self));

	if (place == NULL || place->state != PLACE_BUSY)
		return;
	place->back = odeon_keep(self, offload_return);
	place->state = PLACE_IDLE;
	place->since = odeon_now(self);
	serve(self, offload_pool);
	watch_idle(self, offload_pool);
}

ODEON_HANDLER(offload_pool, odeon_down)
{
	struct place *place = place_of(offload_pool, odeon_down->who);

	if (place == NULL)
		return;
	clear(offload_pool, place);
	serve(self, offload_pool);
}

ODEON_HANDLER(offload_pool, odeon_offload_look)
{
	struct odeon_offload_counts *counts = odeon_new(odeon_offload_counts);

	if (counts == NULL) {
		(void)odeon_reply_error(self, ODEON_ENOMEM);
		return;
	}
	*counts = offload_pool->counts;
	for (unsigned i = 0; i < offload_pool->options.threads; i++)
		counts->busy += offload_pool->places[i].state == PLACE_BUSY;
	(void)odeon_reply(self, counts);
}

ODEON_START(offload_pool, odeon_offload_options)
{
	offload_pool->options = *odeon_offload_options;
	offload_pool->places = calloc(offload_pool->options.threads, sizeof *offload_pool->places);
	if (offload_pool->places == NULL)
		return ODEON_ENOMEM;
	return odeon_bound(self, NULL);         /* it has its own bound, and what threads send back must never be refused */
}

/* The threads end after what they have. */
ODEON_STOP(offload_pool)
{
	refuse_all(self, offload_pool, ODEON_ESTOPPING);
	for (unsigned i = 0; i < offload_pool->options.threads; i++)
		if (offload_pool->places[i].state != PLACE_EMPTY) {
			send_away(self, &offload_pool->places[i]);
			clear(offload_pool, &offload_pool->places[i]);
		}
	free(offload_pool->places);
}

ODEON_HANDLERS(offload_pool_handlers, ODEON_ON(offload_pool, offload_return), ODEON_ON(offload_pool, odeon_down),
               ODEON_ON(offload_pool, odeon_tick), ODEON_ON(offload_pool, odeon_offload_look));
ODEON_KIND(offload_pool, offload_pool_handlers, .start = ODEON_STARTS(offload_pool), .stop = ODEON_STOPS(offload_pool),
           .on_other = on_offload, .is_background = 1);

/* ---- what users call --------------------------------------------------------------------------------------------------------------- */

#define DEFAULTS ODEON_OFFLOAD(.threads = THREADS, .waiting = WAITING, .idle = IDLE)

int odeon_offload_start(odeon_system *system, const odeon_offload_options *options, odeon_ref *pool)
{
	odeon_offload_options all = DEFAULTS;

	if (pool != NULL)
		*pool = ODEON_NOBODY;
	if (options != NULL && options->bytes != sizeof all)
		return ODEON_EVERSION;
	if (options != NULL)
		all = *options;
	if (system == NULL || pool == NULL || all.threads > ODEON_OFFLOAD_THREADS_MOST || all.idle < 0)
		return ODEON_EINVAL;
	all.threads = all.threads != 0 ? all.threads : THREADS;
	all.waiting = all.waiting != 0 ? all.waiting : WAITING;
	all.idle = all.idle != 0 ? all.idle : IDLE;
	return odeon_system_spawn(system, &offload_pool_kind, &all, pool);
}

/* Nobody is the system's own. 0 or an error, and then it stays nobody. */
static int find_pool(odeon_system *system, odeon_ref *pool)
{
	static const odeon_offload_options defaults = DEFAULTS;

	return odeon_ref_is_nobody(*pool) ? odeon_system_single(system, &offload_pool_kind, &defaults, pool) : 0;
}

/* The message for the pool; NULL: the argument, too, is gone. */
static void *pack(const odeon_blocking *function, void *argument, odeon_time until, const odeon_site *site)
{
	const struct odeon_work value = { .function = function, .argument = argument, .site = site, .until = until };
	void *work = argument != NULL ? odeon_make(&function->type, 0, &value, site) : NULL;

	if (work == NULL)
		odeon_free(argument);
	return work;
}

int odeon_offload_at(odeon_self *self, odeon_ref pool, const odeon_blocking *function, void *argument, odeon_time until,
                     odeon_then *then, const odeon_site *site)
{
	void *mine = argument != NULL ? odeon_keep(self, argument) : NULL;      /* it may be in hand */
	void *work = pack(function, mine, until, site);

	if (find_pool(odeon_system_of(self), &pool) == ODEON_ENOMEM) {
		odeon_free(work);
		work = NULL;                    /* which is told as ODEON_ENOMEM */
	}
	return odeon_request_at(self, pool, work, until, then, site);
}

void *odeon_offload_ask_at(odeon_system *system, odeon_ref pool, const odeon_blocking *function, void *argument,
                           odeon_time until, int *why, const odeon_site *site)
{
	void *answer = NULL, *work = pack(function, argument, until, site);
	int error = system != NULL ? find_pool(system, &pool) : ODEON_EINVAL;

	if (error == 0)
		answer = odeon_ask_at(function->answer, system, pool, work, until, &error, site);
	else
		odeon_free(work);
	if (why != NULL)
		*why = error;
	return answer;
}

int odeon_offload_count(odeon_system *system, odeon_ref pool, odeon_time until, struct odeon_offload_counts *counts)
{
	struct odeon_offload_counts *answer = NULL;
	int why = system != NULL && counts != NULL ? find_pool(system, &pool) : ODEON_EINVAL;

	if (why == 0)
		answer = odeon_ask(odeon_offload_counts, system, pool, odeon_new(odeon_offload_look), until, &why);
	if (counts == NULL)
		return why;
	*counts = answer != NULL ? *answer : (struct odeon_offload_counts){ 0 };
	odeon_free(answer);
	return why;
}
