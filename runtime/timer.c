/* SPDX-License-Identifier: BSD-2-Clause */
/* timer - armed, expired, taken, ended */
#include "timer.h"

#include "clock.h"
#include "deliver.h"
#include "hand.h"
#include "idle.h"
#include "simulation.h"

#define TICK_SHIFT 19                           /* a tick of the wheel is 0.52 ms */
#define EXPIRED_AT_ONCE 64                      /* with the latch held */
#define EXPIRED_MOST 1024                       /* before the worker looks at something else */

static const odeon_type timer_type = { .bytes = sizeof(struct timer), .name = "timer" };

static struct timer *timer_of(struct message *message) { return message_payload(message); }
static struct timer *timer_of_entry(struct wheel_entry *entry) { return (struct timer *)(void *)entry; }

int64_t timer_now(const odeon_system *system)
{
	return UNLIKELY(system->simulation != NULL) ? system->simulation->now : clock_now();
}

/* ---- wheels ------------------------------------------------------------------------------------------------------------------ */

/* Whose wheel it is that the running actor arms in. */
static struct worker *home_of(const struct odeon_self *self)
{
	odeon_system *system = self->system;
	uint32_t pool = (uint32_t)system->pool;

	if (pool == 0)
		return host_worker(system);
	if (LIKELY(self->worker != NULL && self->worker->number < pool))
		return self->worker;
	return worker_at(system, directory_number(self->directory, self->slot) % pool);
}

static struct wheel *wheel_at(struct worker *worker)
{
	struct wheel *wheel = ck_pr_load_ptr(&worker->wheel);

	ck_pr_fence_acquire();                  /* what it is, after where; pairs with wheel_of */
	return wheel;
}

/* Made if need be; NULL: no memory. */
static struct wheel *wheel_of(struct worker *worker)
{
	odeon_system *system = worker->self.system;
	struct wheel *wheel = wheel_at(worker);

	if (LIKELY(wheel != NULL))
		return wheel;
	wheel = wheel_make(system->simulation != NULL ? 0 : TICK_SHIFT, timer_now(system));
	if (wheel == NULL)
		return NULL;
	ck_pr_fence_release();                  /* what it is, before others see it; pairs with wheel_at */
	if (ck_pr_cas_ptr(&worker->wheel, NULL, wheel))
		return wheel;
	wheel_free(wheel);
	return wheel_at(worker);
}

int64_t timer_earliest(struct worker *worker)
{
	struct wheel *wheel = wheel_at(worker);

	return wheel != NULL ? wheel_earliest(wheel) : INT64_MAX;
}

int64_t timer_first(struct worker *worker)
{
	struct wheel *wheel = wheel_at(worker);
	int64_t first;

	if (wheel == NULL)
		return INT64_MAX;
	latch_take(&wheel->latch);
	first = wheel_first(wheel);
	latch_give(&wheel->latch);
	return first;
}

/* ---- armed --------------------------------------------------------------------------------------------------------------------- */

/* It is the earliest there. Whoever sleeps until a later one must wake, and if its worker is in a long handler, the watch
 * must be up. */
static void tell_of_earliest(struct odeon_self *self, struct worker *home)
{
	odeon_system *system = self->system;

	if (system->simulation != NULL)
		return;
	if (home != self->worker) {
		if (home == host_worker(system))
			ready_wake_host(system);
		else
			parker_wake(&home->parker);
	}
	if (UNLIKELY(ck_pr_load_32(&system->watch_is_deep) != 0))
		ready_rouse_watch(system, self->worker);
}

struct timer *timer_make(struct odeon_self *self, enum timer_kind kind)
{
	struct message *message = message_make(&timer_type, 0, NULL, NULL);
	struct timer *timer;

	if (message == NULL)
		return NULL;
	message->sender = self->me.bits;
	message->role = ROLE_TIMER;
	timer = timer_of(message);
	timer->kind = (uint8_t)kind;
	return timer;
}

static void drop_what_it_brings(struct timer *timer)
{
	if (timer->kind == TIMER_REQUEST || timer->message == NULL)
		return;
	message_show(timer->message);
	message_free(timer->message);
	timer->message = NULL;
}

void timer_unmake(struct timer *timer)
{
	drop_what_it_brings(timer);
	message_release(message_of(timer));
}

struct message *timer_tick_message(void)
{
	struct message *message = message_make(&ODEON_MESSAGE_odeon_tick, 0, NULL, NULL);

	if (message != NULL)
		message_hide(message);
	return message;
}

/* Where there is a wheel. */
static void put(struct odeon_self *self, struct timer *timer, struct worker *home, int64_t due)
{
	struct wheel *wheel = wheel_at(home);
	bool is_earliest;

	timer->home = home;
	timer->due = due;
	latch_take(&wheel->latch);
	timer->is_pending = true;
	is_earliest = wheel_put(wheel, &timer->entry, due);
	latch_give(&wheel->latch);
	if (is_earliest)
		tell_of_earliest(self, home);
}

int timer_arm(struct odeon_self *self, struct timer *timer, int64_t due)
{
	struct worker *home = home_of(self);

	if (UNLIKELY(wheel_of(home) == NULL))
		return ODEON_ENOMEM;
	put(self, timer, home, due);
	return 0;
}

void timer_arm_again(struct odeon_self *self, struct timer *timer, int64_t due)
{
	struct worker *home = home_of(self);

	put(self, timer, wheel_of(home) != NULL ? home : timer->home, due);
}

/* ---- ended --------------------------------------------------------------------------------------------------------------------- */

void timer_end(struct timer *timer)
{
	struct wheel *wheel = wheel_at(timer->home);
	bool was_pending;

	drop_what_it_brings(timer);
	latch_take(&wheel->latch);
	was_pending = timer->is_pending;
	if (was_pending)
		wheel_remove(wheel, &timer->entry);
	latch_give(&wheel->latch);
	if (LIKELY(was_pending))
		message_release(message_of(timer));
	else
		timer->is_over = true;
}

static void end_held(void *data, struct holding *holding)
{
	(void)data;
	timer_end(timer_of_holding(holding));
}

void timers_end(struct slot *slot)
{
	if (slot->annex == NULL)
		return;
	idle_end(slot->annex);
	holdings_drain(&slot->annex->holdings, HOLDING_SET(HOLDING_TIMER) | HOLDING_SET(HOLDING_TICK), end_held, NULL);
}

/* ---- requests ------------------------------------------------------------------------------------------------------------------ */

struct timer *timer_arm_request(struct odeon_self *self, struct request *request, odeon_time until)
{
	struct timer *timer = timer_make(self, TIMER_REQUEST);

	if (timer == NULL)
		return NULL;
	timer->request = request;
	if (timer_arm(self, timer, until.ns) == 0)
		return timer;
	timer_unmake(timer);
	return NULL;
}

void timer_end_request(struct timer *timer)
{
	timer_end(timer);
}

/* ---- expired ------------------------------------------------------------------------------------------------------------------- */

/* Up to so many that are due, out of the wheel: from here on nobody else finds them there. */
static unsigned take_due(struct wheel *wheel, int64_t now, struct timer **due, unsigned most)
{
	struct wheel_entry *entry;
	unsigned taken = 0;

	latch_take(&wheel->latch);
	while (taken < most && (entry = wheel_take(wheel, now)) != NULL) {
		due[taken] = timer_of_entry(entry);
		due[taken++]->is_pending = false;
	}
	latch_give(&wheel->latch);
	return taken;
}

/* The owner may have ended: then the record comes out of his slot as stale, and is freed there. */
static void push(odeon_system *system, struct worker *worker, struct timer *timer)
{
	struct message *message = message_of(timer);
	odeon_ref owner = { message->sender };

	deliver_internal(system, worker, &system->directory->slots[ref_slot(owner)], message, ref_generation(owner));
}

bool timer_expire(struct worker *worker, struct worker *owner, int64_t now)
{
	struct timer *due[EXPIRED_AT_ONCE];
	struct wheel *wheel = wheel_at(owner);
	unsigned taken = EXPIRED_AT_ONCE, total = 0;

	if (wheel == NULL || wheel_earliest(wheel) > now)
		return false;
	while (taken == EXPIRED_AT_ONCE && total < EXPIRED_MOST) {
		taken = take_due(wheel, now, due, EXPIRED_AT_ONCE);
		for (unsigned i = 0; i < taken; i++)
			push(worker->self.system, worker, due[i]);
		total += taken;
	}
	return total > 0;
}

/* ---- taken, in the owner's turn -------------------------------------------------------------------------------------------------- */

struct message *timer_instead(struct odeon_self *self, struct message *message)
{
	message->sender = self->me.bits;
	message->generation = (message->generation & MESSAGE_FLAGS) | ref_generation(self->me);
	TALLY(self->system, self->worker, accepted);
	return message;
}

/* In the owner's name, as if he had sent it now; to himself, he has it at once. */
static struct message *send(struct odeon_self *self, struct message *record)
{
	struct timer *timer = timer_of(record);
	struct message *message = timer->message;
	odeon_ref to = timer->to;

	holdings_remove(&self->slot->annex->holdings, &timer->holding);
	if (to.bits == self->me.bits) {
		hand_loosen(self);
		message_release(record);
		return timer_instead(self, message);
	}
	hand_release(self, record);
	message_show(message);
	(void)deliver_or_bury(self->system, self->worker, to, message);
	return NULL;
}

static struct message *fill_tick(struct odeon_self *self, struct timer *timer)
{
	struct message *message = timer->message;
	struct odeon_tick *tick = message_payload(message);

	message_show(message);
	*tick = (struct odeon_tick){ .due = { timer->due }, .key = timer->holding.key, .missed = timer->missed };
	message_hide(message);
	return timer_instead(self, message);
}

/* How many periods have passed since it was due: they bring none. */
static int64_t count_missed(const struct odeon_self *self, const struct timer *timer)
{
	int64_t now = timer_now(self->system);

	return now > timer->due ? (now - timer->due) / timer->period : 0;
}

/* The record is in no list. The message that is there is for the next one if there is no memory for another. */
static struct message *tick_and_go_on(struct odeon_self *self, struct timer *timer)
{
	struct message *next = timer_tick_message(), *message = NULL;
	int64_t missed = count_missed(self, timer);

	timer->missed += (uint64_t)missed;
	if (LIKELY(next != NULL)) {
		message = fill_tick(self, timer);
		timer->message = next;
		timer->missed = 0;
	} else {
		timer->missed++;
		self->loose = false;
	}
	timer_arm_again(self, timer, clock_after(timer->due + missed * timer->period, timer->period));
	return message;
}

static struct message *tick(struct odeon_self *self, struct message *record)
{
	struct timer *timer = timer_of(record);
	struct message *message;

	hand_loosen(self);
	if (timer->period != 0)
		return tick_and_go_on(self, timer);
	holdings_remove(&self->slot->annex->holdings, &timer->holding);
	message = fill_tick(self, timer);
	message_release(record);
	return message;
}

static void expire_request(struct odeon_self *self, struct message *record, struct request **expired)
{
	*expired = timer_of(record)->request;
	hand_release(self, record);
}

struct message *timer_take(struct odeon_self *self, struct message *message, struct request **expired)
{
	struct timer *timer = timer_of(message);

	*expired = NULL;
	if (timer->is_over) {
		hand_release(self, message);
		return NULL;
	}
	switch (timer->kind) {
	case TIMER_SEND:
		return send(self, message);
	case TIMER_TICK:
		return tick(self, message);
	case TIMER_IDLE:
		return idle_take(self, message);
	default:
		expire_request(self, message, expired);
		return NULL;
	}
}

void timer_bury(struct odeon_self *self, struct message *message)
{
	debug_invariant(timer_of(message)->is_over, "a timer outlived its actor");
	hand_release(self, message);
}
