/* SPDX-License-Identifier: BSD-2-Clause */
/* idle - when the last message was handled, and what follows */
#include "idle.h"

#include "clock.h"
#include "hand.h"

#undef odeon_idle_after

ODEON_MESSAGE_DEFINE(odeon_idle);

static struct message *make_message(void)
{
	struct message *message = message_make(&ODEON_MESSAGE_odeon_idle, 0, NULL, NULL);

	if (message != NULL)
		message_hide(message);
	return message;
}

static uint32_t taken_by(const struct slot *slot)
{
	return AMOUNT_MESSAGES(mailbox_taken(&slot->mailbox));
}

/* Nothing was handled for so long. What else was taken in this turn may have been, which its end will say. */
static bool is_time(struct odeon_self *self, const struct timer *timer, int64_t now)
{
	return !self->is_nested && taken_by(self->slot) - timer->taken == 1 && now - timer->last >= timer->period;
}

static struct message *tell(struct odeon_self *self, struct timer *timer, struct message *next, int64_t now)
{
	struct message *message = timer->message;
	struct odeon_idle *idle = message_payload(message);

	message_show(message);
	idle->since = now - timer->last;
	message_hide(message);
	timer->message = next;
	timer->is_told = timer->was_told_now = true;
	return timer_instead(self, message);
}

struct message *idle_take(struct odeon_self *self, struct message *record)
{
	struct timer *timer = message_payload(record);
	int64_t now = timer_now(self->system);
	struct message *next;

	hand_loosen(self);
	timer->rests = true;
	if (is_time(self, timer, now)) {
		next = make_message();
		if (next != NULL)
			return tell(self, timer, next, now);
		timer->rests = false;           /* no memory for the next one: tried again */
		timer_arm_again(self, timer, clock_after(now, timer->period));
	}
	self->loose = false;
	return NULL;
}

void idle_look(struct odeon_self *self, struct slot *slot, uint32_t handled)
{
	struct timer *timer = slot->annex->idle;

	if (handled > timer->was_told_now) {
		timer->last = timer_now(self->system);
		timer->is_told = false;
	}
	timer->was_told_now = false;
	timer->taken = taken_by(slot);
	if (timer->rests && !timer->is_told) {
		timer->rests = false;
		timer_arm_again(self, timer, clock_after(timer->last, timer->period));
	}
}

void idle_end(struct annex *annex)
{
	struct timer *timer = annex->idle;

	if (timer == NULL)
		return;
	annex->idle = NULL;
	if (timer->rests)
		timer_unmake(timer);
	else
		timer_end(timer);
}

/* Armed, or NULL. */
static struct timer *begin(struct odeon_self *self, odeon_duration delay)
{
	struct timer *timer = timer_make(self, TIMER_IDLE);

	if (timer == NULL)
		return NULL;
	timer->message = make_message();
	timer->period = delay;
	timer->last = timer_now(self->system);
	timer->taken = taken_by(self->slot);
	if (timer->message != NULL && timer_arm(self, timer, clock_after(timer->last, delay)) == 0)
		return timer;
	timer_unmake(timer);
	return NULL;
}

int odeon_idle_after(odeon_self *self, odeon_duration delay)
{
	struct annex *annex;
	struct timer *timer = NULL;

	if (delay < 0)
		return ODEON_EINVAL;
	if (self->hook == HOOK_STOP)
		return ODEON_ESTOPPING;
	if (delay == 0 && self->slot->annex == NULL)
		return 0;
	annex = actor_annex(self->slot);
	if (annex == NULL || (delay > 0 && (timer = begin(self, delay)) == NULL))
		return ODEON_ENOMEM;
	idle_end(annex);
	annex->idle = timer;
	return 0;
}
