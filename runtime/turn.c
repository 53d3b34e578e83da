/* SPDX-License-Identifier: BSD-2-Clause */
/* turn - the one loop that messages are handled in */
#include "turn.h"

#include "clock.h"
#include "handling.h"
#include "idle.h"
#include "pace.h"

/* ---- the turn ------------------------------------------------------------------------------------------------------------ */

/* What waits when a turn is cut short, and since when at least: the newest message's number and the time, 32 bits each. */
#define MARK(ns, amount) ((uint64_t)((ns) >> 16) << 32 | AMOUNT_MESSAGES(amount))

static void mark(struct worker *worker, struct slot *slot)
{
	if ((slot->flags & SLOT_STOPPING) != 0 || !generation_is_alive(slot->generation))
		return;                         /* the word says something else then */
	if ((int32_t)(AMOUNT_MESSAGES(mailbox_taken(&slot->mailbox)) - (uint32_t)slot->mark) >= 0)
		ck_pr_store_64(&slot->mark, MARK(worker->now, mailbox_pushed(&slot->mailbox)));
}

/* Gives the token back, or goes on. */
enum step { STEP_DONE, STEP_MORE, STEP_BUSY };

static inline enum step go_idle(struct worker *worker, struct slot *slot)
{
	uint8_t flags = slot->flags;            /* decided before, acted on after: then the slot is not ours */
	struct node *passed;
	enum mailbox_state state;

	slot->flags = flags & (uint8_t)~(SLOT_VACATING | SLOT_RETIRED);
	ck_pr_store_ptr(&worker->running, NULL);
	state = mailbox_idle(&slot->mailbox, &passed);
	if (LIKELY(state == MAILBOX_GONE_IDLE)) {
		if (passed != NULL)
			message_release(message_of_node(passed));
		if (UNLIKELY((flags & SLOT_VACATING) != 0))
			actor_vacate(worker->self.system, worker, slot, (flags & SLOT_RETIRED) != 0);
		return STEP_DONE;
	}
	ck_pr_store_ptr(&worker->running, slot);
	slot->flags = flags;
	return state == MAILBOX_MORE ? STEP_MORE : STEP_BUSY;
}

static void begin(struct worker *worker, struct slot *slot)
{
	worker->self.slot = slot;
	worker->self.me = directory_ref(worker->self.directory, slot);
	worker->self.hook = HOOK_HANDLER;
	ck_pr_store_ptr(&worker->running, slot);
}

static void finish(struct worker *worker)
{
	struct odeon_self *self = &worker->self;

	self->slot = NULL;
	self->hook = HOOK_NONE;
	ck_pr_store_ptr(&self->type, NULL);
	ck_pr_store_ptr(&self->site, NULL);
	ck_pr_store_ptr(&worker->running, NULL);
}

/* The token of a halted actor goes to whoever starts it anew or ends it. */
static bool rest(struct worker *worker, struct slot *slot)
{
	finish(worker);
	return restart_rest(&worker->self, slot);
}

static void sample(struct worker *worker, struct slot *slot, int64_t began)
{
	if (began != 0)
		count_up(&slot->busy, (uint64_t)(clock_now() - began) * (worker->turns_since + 1));
	worker->sampling = false;
}

/* The turn began at about `since`. */
static bool is_out_of_time(struct worker *worker, int64_t since)
{
	pace_look(worker);
	return (int64_t)worker->now - since >= worker->self.system->options.batch_time;
}

uint32_t turn(struct worker *worker, struct slot *slot, uint32_t most, bool *is_busy)
{
	struct odeon_self *self = &worker->self;
	int64_t began = UNLIKELY(worker->sampling) ? clock_now() : 0, since = (int64_t)worker->now;
	uint32_t taken = 0, handled = 0, over;
	struct message *message;
	enum step step;

	*is_busy = false;
	begin(worker, slot);
	over = UNLIKELY(slot->bounds != NULL) ? begin_bounded(self, slot) : 0;
	for (;;) {
		uint32_t orders = mailbox_orders_take(&slot->mailbox);

		if (UNLIKELY(orders != 0)) {
			obey(self, slot, orders);
			if ((slot->flags & SLOT_HALTED) != 0)
				most = taken;
		}
		if (LIKELY(taken < most)) {
			message = next_message(slot, self, is_busy);
			if (LIKELY(message != NULL)) {
				handled += consume(self, slot, message, &over);
				taken++;
				if (UNLIKELY(--worker->credit <= 0) && is_out_of_time(worker, since))
					most = taken;
				continue;
			}
		}
		if (UNLIKELY(slot->annex != NULL) && slot->annex->idle != NULL)
			idle_look(self, slot, handled);
		account(worker, slot, &handled);
		if (UNLIKELY(slot->bounds != NULL))
			look_at_bounds(self, slot);
		if (UNLIKELY(began != 0)) {
			sample(worker, slot, began);
			began = 0;
		}
		if (taken >= most || *is_busy)
			break;
		step = go_idle(worker, slot);
		if (LIKELY(step == STEP_DONE)) {
			finish(worker);
			return taken;
		}
		*is_busy = step == STEP_BUSY;
		if (*is_busy)
			break;
	}
	mailbox_publish(&slot->mailbox);
	if (UNLIKELY((slot->flags & SLOT_HALTED) != 0) && rest(worker, slot))
		return taken;
	mark(worker, slot);
	warn_of_overload(self, slot);
	finish(worker);
	ready_again(self->system, worker, slot);
	return taken;
}
