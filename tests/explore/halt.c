/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Halted and started anew: producers, orders, a kill, a supervisor, two workers, on runtime/mailbox.h as it is.
 *
 * The turn is that of runtime/turn.c, the halt and the start anew those of runtime/restart.c, without what does not concern
 * the mailbox. Some messages make the actor fail; that one is handled again, or not. The supervisor may fail to start it, and
 * try again, and where somebody kills, it may leave it halted. Wanted: one runner; whoever is told of a halt can start the
 * actor anew unless it was killed; each message is handled, or stale, once, in its sender's order; nothing is touched that
 * was freed; when all sleep, nothing waits.
 */
#include <string.h>
#include "scenarios.h"
#include "slot.h"

#define PRODUCERS 2
#define EACH 3
#define MAILS (PRODUCERS * EACH)
#define LIFE 1u                                 /* the actor's generation */
#define ORDER_TELL 16u                          /* one more that is not hard */

struct mail {
	struct node node;
	int from, number;
	bool fails, is_dead;
};

static struct {
	bool is_killed, is_again;               /* what may happen */
} plan;

static struct {
	struct slot slot;
	struct mail mails[MAILS], *again;
	uint32_t queued, event, news, bell;
	bool runs, is_halted, is_untold, was_killed, starts_fail;
	int last_seen[PRODUCERS], handled, stale, released;
	uint32_t told, orders_given;
} room;

static struct mail *mail_of(struct node *node)
{
	return (struct mail *)(void *)node;
}

static void touched(const void *node)
{
	for (int i = 0; i < MAILS; i++)
		if (node == &room.mails[i].node)
			EXPLORE_CHECK(!room.mails[i].is_dead, "a freed message is touched");
}

static void left(const void *mailbox)
{
	(void)mailbox;
	room.runs = false;
}

static void make_ready(void)
{
	EXPLORE_CHECK(ck_pr_faa_32(&room.queued, 1) == 0, "in the run queue twice");
	(void)ck_pr_faa_32(&room.event, 1);
	explore_wake(&room.event);
}

static void take_token(void)
{
	EXPLORE_CHECK(!room.runs, "runs on two workers");
	room.runs = true;
}

static void release(struct node *node)
{
	struct mail *mail = mail_of(node);

	if (node == NULL)
		return;
	EXPLORE_CHECK(!mail->is_dead, "released twice");
	mail->is_dead = true;
	mail->node = (struct node){ NULL, AMOUNT(0x77777777, 0) };
	room.released++;
}

/* ---- the turn ---------------------------------------------------------------------------------------------------------- */

/* To be handled again, as restart_failed of runtime/restart.c. */
static void put_aside(struct slot *slot, struct mail *mail, bool loose)
{
	if (!loose)
		while (!mailbox_detach(&slot->mailbox))
			ck_pr_stall();
	room.again = mail;
}

/* False: it is kept, to be handled again. */
static bool handle(struct slot *slot, struct mail *mail, bool loose)
{
	int *seen = &room.last_seen[mail->from];

	EXPLORE_CHECK(!mail->is_dead, "a freed message is delivered");
	EXPLORE_CHECK(!room.is_halted, "a halted actor gets a message");
	if (mail->fails) {
		mail->fails = false;
		room.is_halted = room.is_untold = true;
		if (plan.is_again) {
			put_aside(slot, mail, loose);
			return false;
		}
	}
	EXPLORE_CHECK(mail->number > *seen, "out of order, or twice");
	*seen = mail->number;
	room.handled++;
	return true;
}

static struct mail *next_mail(struct slot *slot, bool *loose, bool *is_busy)
{
	struct node *node = slot->mailbox.anchor, *passed;
	struct mail *again = room.again;

	if (again != NULL) {
		room.again = NULL;
		*loose = true;
		return again;
	}
	if ((slot->flags & SLOT_PENDING) == 0) {
		node = mailbox_take(&slot->mailbox, &passed);
		release(passed);
		if (node == NULL)
			return NULL;
	}
	*loose = slot->flags >= SLOT_EAGER_STEP;
	if (*loose && !mailbox_detach(&slot->mailbox)) {
		slot->flags |= SLOT_PENDING;
		*is_busy = true;
		return NULL;
	}
	slot->flags &= (uint8_t)~SLOT_PENDING;
	return mail_of(node);
}

static void consume(struct slot *slot, struct mail *mail, bool loose)
{
	if (!generation_is_alive(slot->generation))
		room.stale++;
	else if (!handle(slot, mail, loose))
		return;
	if (loose)
		release(&mail->node);
}

static void obey(struct slot *slot, uint32_t orders)
{
	EXPLORE_CHECK((orders & MAILBOX_HALTED) == 0, "halted, and runs");
	room.told |= orders;
	if ((orders & ORDER_KILL) == 0)
		return;
	ck_pr_store_32(&slot->generation, slot->generation + 1);
	room.is_halted = room.is_untold = false;
}

static void tell(void)
{
	(void)ck_pr_faa_32(&room.news, 1);
	(void)ck_pr_faa_32(&room.bell, 1);
	explore_wake(&room.bell);
}

/* True: nobody has the token, and the supervisor is told. */
static bool halt(struct slot *slot)
{
	bool tells = room.is_untold;

	room.is_untold = false;
	if (tells && MUTANT(HALT_NEWS_FIRST))
		tell();
	if (!mailbox_halt(&slot->mailbox)) {
		room.is_untold = tells;
		return false;
	}
	if (tells && !MUTANT(HALT_NEWS_FIRST))
		tell();
	return true;
}

static void turn(struct slot *slot, int most)
{
	bool loose = false, is_busy = false;
	struct mail *mail = NULL;
	struct node *passed;

	for (int taken = 0; taken < most && !is_busy; taken += mail != NULL) {
		obey(slot, mailbox_orders_take(&slot->mailbox));
		if (room.is_halted) {
			if (halt(slot))
				return;
			continue;
		}
		mail = next_mail(slot, &loose, &is_busy);
		if (mail != NULL)
			consume(slot, mail, loose);
		else if (!is_busy)
			switch (mailbox_idle(&slot->mailbox, &passed)) {
			case MAILBOX_GONE_IDLE:
				release(passed);
				return;
			case MAILBOX_BUSY:
				is_busy = true;
				break;
			default:
				break;
			}
	}
	mailbox_publish(&slot->mailbox);
	room.runs = false;
	make_ready();
}

/* ---- threads ------------------------------------------------------------------------------------------------------------ */

static void worker(long argument)
{
	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&room.event);

		if (ck_pr_load_32(&room.queued) == 0 || !ck_pr_cas_32(&room.queued, 1, 0)) {
			explore_sleep(&room.event, key);
			continue;
		}
		take_token();
		turn(&room.slot, 3);
	}
}

static void producer(long argument)
{
	for (int i = 0; i < EACH; i++) {
		struct mail *mail = &room.mails[argument * EACH + i];

		if (mailbox_push(&room.slot.mailbox, &mail->node, 1))
			make_ready();
	}
}

static void order(uint32_t bits)
{
	room.orders_given |= bits;
	if (mailbox_order(&room.slot.mailbox, LIFE, bits) == MAILBOX_SCHEDULE)
		make_ready();
}

static void teller(long argument)
{
	(void)argument;
	for (uint32_t i = explore_random(30); i > 0; i--)
		ck_pr_stall();
	order(ORDER_ROOM);
	order(ORDER_TELL);
}

static void killer(long argument)
{
	(void)argument;
	for (uint32_t i = explore_random(60); i > 0; i--)
		ck_pr_stall();
	room.was_killed = true;
	order(ORDER_KILL);
}

/* As odeon_restart. True: it runs, or has been killed. */
static bool start_anew(struct slot *slot)
{
	if (!mailbox_resume(&slot->mailbox, LIFE, 0)) {
		EXPLORE_CHECK(room.was_killed, "told of a halt, and it can't be started anew");
		return true;
	}
	take_token();
	ck_pr_stall();                                  /* start runs */
	if (room.starts_fail && explore_random(2) == 0) {
		if (mailbox_halt(&slot->mailbox))
			return false;
	} else
		room.is_halted = false;
	room.runs = false;
	make_ready();
	return true;
}

static void supervisor(long argument)
{
	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&room.bell);

		if (ck_pr_load_32(&room.news) == 0) {
			explore_sleep(&room.bell, key);
			continue;
		}
		(void)ck_pr_faa_32(&room.news, (uint32_t)-1);
		while (!(plan.is_killed && explore_random(4) == 0) && !start_anew(&room.slot))
			;
	}
}

/* ---- set-up and verdict --------------------------------------------------------------------------------------------------- */

static void set_up(uint64_t seed)
{
	memset(&room, 0, sizeof room);
	memset(room.last_seen, -1, sizeof room.last_seen);
	plan.is_killed = seed % 2 == 0;
	plan.is_again = seed % 3 != 0;
	room.starts_fail = seed % 5 == 0;
	mailbox_init(&room.slot.mailbox);
	mailbox_orders_open(&room.slot.mailbox, LIFE);
	room.slot.generation = LIFE;
	room.slot.flags = seed % 7 < 3 ? SLOT_EAGER : 0;
	for (int i = 0; i < MAILS; i++)
		room.mails[i] = (struct mail){ .from = i / EACH, .number = i % EACH, .fails = explore_random(2) == 0 };
	explore_on_touch = touched;
	explore_on_left = left;
	explore_thread("producer 0", producer, 0);
	explore_thread("producer 1", producer, 1);
	explore_thread("teller", teller, 0);
	if (plan.is_killed)
		explore_thread("killer", killer, 0);
	explore_idler("supervisor", supervisor, 0);
	explore_idler("worker 0", worker, 0);
	explore_idler("worker 1", worker, 1);
}

static void finish(void)
{
	EXPLORE_CHECK(room.handled + room.stale == MAILS, "all asleep, and %d messages wait: a lost wake-up",
	              MAILS - room.handled - room.stale);
	EXPLORE_CHECK(room.released == MAILS, "an idle mailbox holds a message");
	EXPLORE_CHECK((room.told & room.orders_given) == room.orders_given, "all asleep, and an order waits: a lost wake-up");
	EXPLORE_CHECK(!room.is_halted, "all asleep, and an actor is halted");
	EXPLORE_CHECK(MAILBOX_HAS(room.slot.mailbox.head, MAILBOX_IDLE), "all asleep, and a mailbox is not idle");
}

const struct scenario scenario_halt = {
	"halt", "an actor that fails is halted and started anew, or killed meanwhile", set_up, finish, 20000, 300,
};
