/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * foreman - the router's actor: it starts routees, starts them anew, and changes their number
 *
 * One change of the number at a time, in steps, each taken when what the last one asked for has come:
 *
 *   growing   new ones are started, and take their places at once. By key they are halted first, and all old ones are marked:
 *             when all marks have come back, what waited when the new ones came has been handled, and those are started
 *   closing   by key only: the last one is marked, and when the mark comes back and nothing was sent there since, it is let go;
 *             else it stays, and there is another try later
 *   leaving   who is let go has no place in the count any more. It is marked, so what waits is handled first, also by one that
 *             fails meanwhile and is started anew; then it is told to stop, and when it has ended the change is over
 *
 * A mark is a request that a routee answers, refuses or drops in its turn: each of these says that its turn has come. One that did
 * not get into a full mailbox, or that there was no memory for, is sent again.
 */
#include "routing.h"
#include <stdio.h>
#include <stdlib.h>

#define PAUSE_LEAST ODEON_MS(1)                 /* before what could not be done is tried again, doubled each time ... */
#define PAUSE_MOST ODEON_SECONDS(1)

enum tick_key { TICK_LOOK = 1, TICK_MEND };
enum mode { AT_REST, GROWING, CLOSING, LEAVING };

enum routee_state {
	ABSENT,                                 /* there is none, or its end was told */
	RUNS,                                   /* also halted, before that was told */
	HALTED
};

struct routee {
	odeon_ref who;
	enum routee_state state;
	bool is_held;                           /* not to be started before the change is over */
	bool lacks_mark;                        /* it is still to be sent */
};

struct router_mend { char unused; };
ODEON_MESSAGE(router_mend);

struct foreman {
	odeon_router *router;
	struct routee *routees;                 /* as many as places */
	enum mode mode;
	unsigned count, wanted;                 /* of routees; as soon as may be */
	unsigned last;                          /* before it is over: `count` to `last` - 1 are leaving, or have left */
	unsigned awaited;                       /* marks, or ends */
	uint64_t change;                        /* its number: marks of former ones say nothing */
	uint64_t entered;                       /* closing: at the last place, before the mark */
	bool is_over;                           /* all are to leave, and then it ends */
	bool is_mending;                        /* a tick, or `mend`, will come */
	odeon_duration pause;
	odeon_time busy;                        /* when it last was found so */
	odeon_time since;                       /* the first of these */
	unsigned failures;
	void *mend;                             /* sent to itself in place of a tick there is no memory for; NULL: under way */
};

static void step(odeon_self *self, struct foreman *foreman);
static void leave(odeon_self *self, struct foreman *foreman, unsigned count);

/* ---- starting ------------------------------------------------------------------------------------------------------------ */

static bool is_by_key(const struct foreman *foreman)
{
	return foreman->router->pool.routing == ODEON_ROUTE_BY_KEY;
}

/* What is not as it should be is seen to later. */
static void mend_later(odeon_self *self, struct foreman *foreman)
{
	if (foreman->is_mending)
		return;
	foreman->is_mending = true;
	foreman->pause = foreman->pause == 0 ? PAUSE_LEAST : foreman->pause > PAUSE_MOST / 2 ? PAUSE_MOST : 2 * foreman->pause;
	if (odeon_tick_after(self, foreman->pause, TICK_MEND) == ODEON_ENOMEM) {
		(void)odeon_send(self, odeon_self_ref(self), foreman->mend);
		foreman->mend = NULL;
	}
}

static void set_place(struct foreman *foreman, unsigned number, odeon_ref who)
{
	foreman->routees[number].who = who;
	atomic_store_explicit(&foreman->router->places[number].ref, who.bits, memory_order_release);
}

static int spawn(odeon_self *self, struct foreman *foreman, unsigned number)
{
	const odeon_pool *pool = &foreman->router->pool;
	odeon_supervision supervision = ODEON_SUPERVISION(.failed = pool->failed, .halts_on_exit = 1);
	odeon_ref who;
	int error = odeon_spawn_supervised(self, pool->kind, pool->argument, &supervision, &who);

	if (error != 0)
		return error;
	foreman->routees[number].state = RUNS;
	if (foreman->routees[number].is_held)
		(void)odeon_halt(self, who);
	set_place(foreman, number, who);
	return 0;
}

/* It should run, and does; or there will be news of it; or it is tried again. */
static void raise(odeon_self *self, struct foreman *foreman, unsigned number)
{
	struct routee *routee = &foreman->routees[number];
	int error = 0;

	if (routee->state == ABSENT && number < foreman->count)
		error = spawn(self, foreman, number);
	else if (routee->state == HALTED && !routee->is_held) {
		error = odeon_restart(self, routee->who, foreman->router->pool.argument);
		if (error == 0)
			routee->state = RUNS;
	}
	if (error != 0 && error != ODEON_EGONE && error != ODEON_ESTOPPING)
		mend_later(self, foreman);
}

/* ---- marks --------------------------------------------------------------------------------------------------------------- */

struct marked { unsigned number; uint64_t change; };

static void come_back(odeon_self *self, struct foreman *foreman, unsigned number);

ODEON_ANSWER(foreman, marked, odeon_router_mark)
{
	if (error == ODEON_ESTOPPING || marked->change != foreman->change)
		return;
	if (error == ODEON_EFULL || error == ODEON_ENOMEM) {
		foreman->routees[marked->number].lacks_mark = true;
		mend_later(self, foreman);
	} else
		come_back(self, foreman, marked->number);
}

static void mark(odeon_self *self, struct foreman *foreman, unsigned number)
{
	struct routee *routee = &foreman->routees[number];
	struct odeon_router_mark *message = odeon_new(odeon_router_mark);

	routee->lacks_mark = message == NULL || odeon_request(self, routee->who, message, ODEON_NEVER,
		ODEON_THEN(self, foreman, marked, odeon_router_mark, .number = number, .change = foreman->change)) != 0;
	if (routee->lacks_mark)
		mend_later(self, foreman);
}

/* ---- growing ------------------------------------------------------------------------------------------------------------- */

static void begin_change(struct foreman *foreman, enum mode mode)
{
	foreman->mode = mode;
	foreman->change++;
}

static void be_over(odeon_self *self, struct foreman *foreman)
{
	begin_change(foreman, AT_REST);
	step(self, foreman);
}

static void release(odeon_self *self, struct foreman *foreman)
{
	for (unsigned i = 0; i < foreman->count; i++) {
		foreman->routees[i].is_held = false;
		raise(self, foreman, i);        /* when its halt was told; else then */
	}
	be_over(self, foreman);
}

static void grow(odeon_self *self, struct foreman *foreman)
{
	unsigned old = foreman->count, count = old;
	int error = 0;

	for (; error == 0 && count < foreman->wanted; count += error == 0) {
		foreman->routees[count].is_held = is_by_key(foreman);
		error = spawn(self, foreman, count);
	}
	if (error != 0 && error != ODEON_ESTOPPING)
		mend_later(self, foreman);      /* the rest of them */
	if (count == old)
		return;
	foreman->count = count;
	(void)routing_recount(foreman->router, count, NULL, 0);
	if (!is_by_key(foreman))
		return;
	begin_change(foreman, GROWING);
	foreman->awaited = old;
	for (unsigned i = 0; i < old; i++)
		mark(self, foreman, i);
}

/* ---- closing and leaving ----------------------------------------------------------------------------------------------------- */

static void try_to_close(odeon_self *self, struct foreman *foreman)
{
	unsigned number = foreman->count - 1;

	if (!routing_is_quiet(&foreman->router->places[number], &foreman->entered)) {
		mend_later(self, foreman);
		return;
	}
	begin_change(foreman, CLOSING);
	mark(self, foreman, number);
}

static void close_last(odeon_self *self, struct foreman *foreman)
{
	unsigned count = foreman->count - 1;

	begin_change(foreman, AT_REST);
	if (routing_recount(foreman->router, count, &foreman->router->places[count], foreman->entered))
		leave(self, foreman, count);
	else
		mend_later(self, foreman);
}

static void be_gone(odeon_self *self, struct foreman *foreman)
{
	if (--foreman->awaited > 0)
		return;
	if (foreman->is_over)
		odeon_exit(self);
	else
		be_over(self, foreman);
}

/* The count is set. */
static void leave(odeon_self *self, struct foreman *foreman, unsigned count)
{
	begin_change(foreman, LEAVING);
	foreman->awaited = 1;                   /* until all of them are */
	foreman->last = foreman->count;
	foreman->count = count;
	for (unsigned i = count; i < foreman->last; i++)
		if (foreman->routees[i].state != ABSENT) {
			foreman->awaited++;
			foreman->routees[i].is_held = false;
			raise(self, foreman, i);
			mark(self, foreman, i);
		}
	be_gone(self, foreman);
}

static void shrink(odeon_self *self, struct foreman *foreman, unsigned count)
{
	(void)routing_recount(foreman->router, count, NULL, 0);
	leave(self, foreman, count);
}

static void come_back(odeon_self *self, struct foreman *foreman, unsigned number)
{
	struct routee *routee = &foreman->routees[number];

	if (foreman->mode == GROWING && --foreman->awaited == 0)
		release(self, foreman);
	else if (foreman->mode == CLOSING)
		close_last(self, foreman);
	else if (foreman->mode == LEAVING && routee->state != ABSENT)
		(void)odeon_actor_stop(foreman->router->system, routee->who);
}

static void step(odeon_self *self, struct foreman *foreman)
{
	if (foreman->mode != AT_REST)
		return;
	if (foreman->is_over)
		shrink(self, foreman, 0);
	else if (foreman->wanted > foreman->count)
		grow(self, foreman);
	else if (foreman->wanted < foreman->count && is_by_key(foreman))
		try_to_close(self, foreman);
	else if (foreman->wanted < foreman->count)
		shrink(self, foreman, foreman->wanted);
}

/* ---- messages ---------------------------------------------------------------------------------------------------------------- */

static unsigned number_of(const struct foreman *foreman, odeon_ref who)
{
	unsigned number = 0;

	while (number < foreman->router->pool.most && !odeon_ref_equal(foreman->routees[number].who, who))
		number++;
	return number;
}

/* True: it is one too many, and this is the end. */
static bool is_too_often(odeon_self *self, struct foreman *foreman, const struct odeon_down *down)
{
	const odeon_pool *pool = &foreman->router->pool;
	odeon_time now = odeon_now(self);
	char text[ODEON_REASON_BYTES + 40];

	if (foreman->failures == 0 || now.ns - foreman->since.ns > pool->within) {
		foreman->failures = 0;
		foreman->since = now;
	}
	if (pool->restarts == 0 || ++foreman->failures <= pool->restarts)
		return false;
	(void)snprintf(text, sizeof text, "routees failed too often: %s", down->text);
	odeon_fail(self, ODEON_EFAILED, text);
	return true;
}

ODEON_HANDLER(foreman, odeon_down)
{
	unsigned number = number_of(foreman, odeon_down->who);
	struct routee *routee = &foreman->routees[number];

	if (number == foreman->router->pool.most)
		return;
	if (number < foreman->count && !routee->is_held && is_too_often(self, foreman, odeon_down))
		return;
	routee->state = odeon_down->is_halted ? HALTED : ABSENT;
	if (!odeon_down->is_halted) {
		set_place(foreman, number, ODEON_NOBODY);
		if (number >= foreman->count) {
			routee->lacks_mark = false;
			be_gone(self, foreman);
			return;
		}
	}
	raise(self, foreman, number);
}

/* All that is not as it should be. */
static void mend(odeon_self *self, struct foreman *foreman)
{
	foreman->is_mending = false;
	for (unsigned i = 0; i < foreman->router->pool.most; i++) {
		raise(self, foreman, i);
		if (foreman->routees[i].lacks_mark)
			mark(self, foreman, i);
	}
	step(self, foreman);
	if (!foreman->is_mending)
		foreman->pause = 0;
}

ODEON_HANDLER(foreman, router_mend)
{
	if (foreman->mend == NULL)
		foreman->mend = odeon_keep(self, router_mend);
	mend(self, foreman);
}

static uint64_t count_waiting(const struct foreman *foreman)
{
	uint64_t waiting = 0;

	for (unsigned i = 0; i < foreman->count; i++) {
		odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

		if (odeon_actor_stats(foreman->router->system, foreman->routees[i].who, &stats) == 0)
			waiting += stats.queued;
	}
	return waiting;
}

/* Up to twice as many at once; down one by one. */
static void look(odeon_self *self, struct foreman *foreman)
{
	const odeon_pool *pool = &foreman->router->pool;
	uint64_t waiting = count_waiting(foreman), enough = waiting / pool->busy + 1;
	odeon_time now = odeon_now(self);

	if (waiting >= foreman->count)
		foreman->busy = now;
	if (waiting > (uint64_t)pool->busy * foreman->count) {
		enough = enough < 2 * (uint64_t)foreman->count ? enough : 2 * (uint64_t)foreman->count;
		foreman->wanted = enough < pool->most ? (unsigned)enough : pool->most;
	} else if (now.ns - foreman->busy.ns >= pool->idle && foreman->count > pool->least) {
		foreman->wanted = foreman->count - 1;
		foreman->busy = now;
	}
	step(self, foreman);
}

ODEON_HANDLER(foreman, odeon_tick)
{
	if (odeon_tick->key == TICK_MEND)
		mend(self, foreman);
	else if (foreman->mode == AT_REST && !foreman->is_over)
		look(self, foreman);
}

ODEON_HANDLER(foreman, router_resize)
{
	foreman->wanted = router_resize->count;
	foreman->busy = odeon_now(self);
	step(self, foreman);
}

ODEON_HANDLER(foreman, router_leave)
{
	foreman->is_over = true;
	step(self, foreman);
}

static void send_on(odeon_self *self, void *state, const odeon_type *type, void *message)
{
	struct foreman *foreman = state;

	(void)type;
	(void)odeon_router_forward(self, foreman->router, message);
}

/* ---- the kind ------------------------------------------------------------------------------------------------------------------- */

static int begin(odeon_self *self, struct foreman *foreman)
{
	const odeon_pool *pool = &foreman->router->pool;
	int error = odeon_bound(self, NULL);    /* whatever the system's options say: what it waits for comes here */

	foreman->routees = calloc(pool->most, sizeof *foreman->routees);
	foreman->mend = odeon_new(router_mend);
	if (foreman->routees == NULL || foreman->mend == NULL)
		error = ODEON_ENOMEM;
	foreman->count = foreman->wanted = pool->least;
	foreman->busy = odeon_now(self);
	for (unsigned i = 0; error == 0 && i < pool->least; i++)
		error = spawn(self, foreman, i);
	if (error == 0 && routing_sizes(foreman->router))
		error = odeon_tick_every(self, pool->every, TICK_LOOK);
	return error;
}

ODEON_START(foreman, router_opening)
{
	int error;

	foreman->router = router_opening->router;
	error = begin(self, foreman);
	if (error != 0) {
		free(foreman->routees);
		odeon_free(foreman->mend);
		return error;
	}
	atomic_fetch_add_explicit(&foreman->router->shares, 1, memory_order_relaxed);
	(void)routing_recount(foreman->router, foreman->count, NULL, 0);
	return 0;
}

ODEON_STOP(foreman)
{
	(void)routing_recount(foreman->router, 0, NULL, 0);
	atomic_store_explicit(&foreman->router->has_ended, true, memory_order_release);
	routing_release(foreman->router);
	free(foreman->routees);
	odeon_free(foreman->mend);
}

ODEON_HANDLERS(foreman_handlers, ODEON_ON(foreman, odeon_down), ODEON_ON(foreman, odeon_tick), ODEON_ON(foreman, router_mend),
	ODEON_ON(foreman, router_resize), ODEON_ON(foreman, router_leave));
const odeon_kind router_foreman_kind = ODEON_KIND_INIT(foreman, foreman_handlers,
	.start = ODEON_STARTS(foreman), .stop = ODEON_STOPS(foreman), .on_other = send_on);
