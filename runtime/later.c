/* SPDX-License-Identifier: BSD-2-Clause */
/* later - messages that an actor has sent, or comes to have, at a moment (odeon_idle_after is in idle.c) */
#include <odeon/timer.h>

#include "clock.h"
#include "hand.h"
#include "timer.h"

/* ---- odeon_send_after ---------------------------------------------------------------------------------------------------- */

/* Another actor's serial numbers are not this one's: its timers are not found under them. Not 0. */
static uint64_t next_key(struct odeon_self *self, struct holdings *holdings)
{
	uint64_t key;

	do
		key = holdings_serial(holdings) + self->me.bits * 0x9e3779b97f4a7c15u;
	while (key == 0);
	return key;
}

/* Armed and held; NULL: no memory. The message is hidden then. */
static struct timer *send_later(struct odeon_self *self, odeon_ref to, struct message *message, odeon_duration delay)
{
	struct annex *annex = actor_annex(self->slot);
	struct timer *timer = annex != NULL ? timer_make(self, TIMER_SEND) : NULL;

	if (timer == NULL)
		return NULL;
	timer->to = to;
	if (timer_arm(self, timer, clock_after(timer_now(self->system), delay)) != 0) {
		timer_unmake(timer);
		return NULL;
	}
	message_hide(message);
	timer->message = message;
	holdings_put(&annex->holdings, &timer->holding, HOLDING_TIMER, next_key(self, &annex->holdings));
	return timer;
}

int odeon_send_after_at(odeon_self *self, odeon_ref to, void *payload, odeon_duration delay, odeon_timer *result,
                        const odeon_site *site)
{
	struct timer *timer = NULL;
	struct message *message;

	if (result != NULL)
		*result = (odeon_timer){ 0 };
	if (payload == NULL)
		return ODEON_ENOMEM;
	message = message_of(payload);
	hand_own(message);
	message_renounce(message, ODEON_EUNANSWERED);
	message->sender = self->me.bits;
	message->site = site;
	if (self->hook != HOOK_STOP)
		timer = send_later(self, to, message, delay);
	if (timer == NULL) {
		message_free(message);
		return self->hook == HOOK_STOP ? ODEON_ESTOPPING : ODEON_ENOMEM;
	}
	if (result != NULL)
		result->bits = timer->holding.key;
	return 0;
}

/* The timer of a key goes; false: there is none. */
static bool end_of(struct odeon_self *self, enum holding_kind kind, uint64_t key)
{
	struct annex *annex = self->slot->annex;
	struct holding *holding = annex != NULL ? holdings_find(&annex->holdings, kind, key) : NULL;

	if (holding == NULL)
		return false;
	holdings_remove(&annex->holdings, holding);
	timer_end(timer_of_holding(holding));
	return true;
}

int odeon_timer_cancel(odeon_self *self, odeon_timer timer)
{
	return end_of(self, HOLDING_TIMER, timer.bits) ? 0 : ODEON_EGONE;
}

/* ---- ticks ------------------------------------------------------------------------------------------------------------------ */

/* Armed, not held; NULL: no memory. */
static struct timer *tick_later(struct odeon_self *self, odeon_duration delay, odeon_duration period)
{
	struct timer *timer = timer_make(self, TIMER_TICK);

	if (timer == NULL)
		return NULL;
	timer->message = timer_tick_message();
	timer->period = period;
	if (timer->message != NULL && timer_arm(self, timer, clock_after(timer_now(self->system), delay)) == 0)
		return timer;
	timer_unmake(timer);
	return NULL;
}

static int set_tick(struct odeon_self *self, odeon_duration delay, odeon_duration period, uint64_t key)
{
	struct annex *annex;
	struct timer *timer;

	if (self->hook == HOOK_STOP)
		return ODEON_ESTOPPING;
	annex = actor_annex(self->slot);
	timer = annex != NULL ? tick_later(self, delay, period) : NULL;
	if (timer == NULL)
		return ODEON_ENOMEM;
	(void)end_of(self, HOLDING_TICK, key);
	holdings_put(&annex->holdings, &timer->holding, HOLDING_TICK, key);
	return 0;
}

int odeon_tick_after(odeon_self *self, odeon_duration delay, uint64_t key)
{
	return set_tick(self, delay, 0, key);
}

int odeon_tick_every(odeon_self *self, odeon_duration period, uint64_t key)
{
	return period < 1 ? ODEON_EINVAL : set_tick(self, period, period, key);
}

int odeon_tick_cancel(odeon_self *self, uint64_t key)
{
	return end_of(self, HOLDING_TICK, key) ? 0 : ODEON_EGONE;
}
