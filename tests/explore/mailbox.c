/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mailbox and the gate: producers, orders, workers, deaths and births, on runtime/mailbox.h as it is.
 *
 * The turn here is that of runtime/turn.c without what does not concern the mailbox, so that its steps can be left out
 * one at a time. Wanted: each message is handled, stale or refused exactly once, by the actor it was meant for, in the
 * sender's order; a slot runs on one worker at a time and is in the run queue once; nothing is touched that was freed;
 * when all sleep, nothing waits.
 */
#include <string.h>
#include "scenarios.h"
#include "slot.h"

#define PRODUCERS_MOST 3
#define EACH 3
#define MAILS (PRODUCERS_MOST * EACH)
#define SLOTS 2
#define BOUND 2
#define FIRST_LIFE 1u                           /* generations: odd while somebody lives there */

struct mail {
	struct node node;
	uint32_t generation, units;
	int from, number;
	bool is_dead, is_admitted;
	uint64_t order;                         /* the amount pushed up to here, in the true order */
};

static struct {
	bool has_deaths, forwards, is_bounded;
} plan;

static struct {
	struct slot slots[SLOTS];
	struct mail mails[MAILS];
	struct gate gate;
	uint32_t queued[SLOTS], event, vacant, vacancies, published;
	bool runs[SLOTS];
	uint32_t lives[SLOTS];                  /* the generation that lives there, for the judge */
	int last_seen[SLOTS][PRODUCERS_MOST];
	uint64_t entered[SLOTS], before;
	int mails_used, inside, handled, stale, refused, released;
	uint32_t told, orders_given;
} world;

static int which_slot(const struct slot *slot)
{
	return (int)(slot - world.slots);
}

static struct mail *mail_of(struct node *node)
{
	return (struct mail *)(void *)node;
}

/* ---- what the mailbox tells ---------------------------------------------------------------------------------------- */

static void touched(const void *node)
{
	for (int i = 0; i < world.mails_used; i++)
		if (node == &world.mails[i].node)
			EXPLORE_CHECK(!world.mails[i].is_dead, "a freed message is touched");
}

/* Right after the exchange: the true order. */
static void entered(const void *mailbox, const void *node)
{
	struct mail *mail = (struct mail *)(uintptr_t)node;

	if (mail < world.mails || mail >= world.mails + MAILS)
		return;
	mail->order = world.entered[mailbox == &world.slots[1].mailbox] += AMOUNT(1, mail->units);
}

static void left(const void *mailbox)
{
	world.runs[mailbox == &world.slots[1].mailbox] = false;
}

/* ---- the run queue ----------------------------------------------------------------------------------------------------- */

static void tell(void)
{
	(void)ck_pr_faa_32(&world.event, 1);
	explore_wake(&world.event);
}

static void make_ready(struct slot *slot)
{
	uint32_t *queued = &world.queued[which_slot(slot)];

	if (MUTANT(LOST_WAKE))
		tell();
	EXPLORE_CHECK(ck_pr_faa_32(queued, 1) == 0, "in the run queue twice");
	if (!MUTANT(LOST_WAKE))
		tell();
}

static struct slot *take_ready(void)
{
	for (int i = 0; i < SLOTS; i++)
		if (ck_pr_load_32(&world.queued[i]) != 0 && ck_pr_cas_32(&world.queued[i], 1, 0))
			return &world.slots[i];
	return NULL;
}

/* ---- a turn ---------------------------------------------------------------------------------------------------------------- */

static void release(struct node *node)
{
	struct mail *mail = mail_of(node);

	if (node == NULL)
		return;
	EXPLORE_CHECK(!mail->is_dead, "released twice");
	mail->is_dead = true;
	mail->node = (struct node){ NULL, AMOUNT(0x77777777, 0) };
	world.released++;
}

static void push(struct slot *slot, struct mail *mail)
{
	if (mailbox_push(&slot->mailbox, &mail->node, mail->units))
		make_ready(slot);
}

static void end_actor(struct slot *slot)
{
	ck_pr_store_32(&slot->generation, slot->generation + 1);
	slot->flags |= SLOT_VACATING;
}

static void judge_stamp(const struct mail *mail)
{
	int32_t off = (int32_t)(AMOUNT_MESSAGES(mail->node.stamp) - AMOUNT_MESSAGES(mail->order) - 1);

	EXPLORE_CHECK(off > -MAILS && off < MAILS, "the count was lost: off by %d", off);
}

/* False: the message went on, and is no longer the actor's. */
static bool handle(struct slot *slot, struct mail *mail, bool loose)
{
	int *seen = &world.last_seen[which_slot(slot)][mail->from];

	EXPLORE_CHECK(!mail->is_dead, "a freed message is delivered");
	EXPLORE_CHECK(mail->generation == world.lives[which_slot(slot)], "delivered to a stranger");
	EXPLORE_CHECK(mail->number > *seen, "out of order, or twice");
	*seen = mail->number;
	judge_stamp(mail);
	if (plan.forwards && slot == world.slots && mail->number % 2 != 0) {
		if (!loose)
			while (!mailbox_detach(&slot->mailbox))
				ck_pr_stall();
		slot->flags |= SLOT_EAGER;
		mail->generation = world.lives[1];
		push(&world.slots[1], mail);
		return false;
	}
	world.handled++;
	if (plan.has_deaths && mail->from == 0 && mail->number == EACH - 1)
		end_actor(slot);
	return true;
}

static void consume(struct slot *slot, struct mail *mail, bool loose)
{
	bool is_stale = mail->generation != slot->generation && !MUTANT(NO_GENERATION);

	if (mail->is_admitted && !(is_stale && MUTANT(LEFT_NOT_COUNTED))) {
		mail->is_admitted = false;
		world.inside--;
		gate_leave(&world.gate, AMOUNT(1, mail->units));
	}
	if (is_stale)
		world.stale++;
	else if (!handle(slot, mail, loose))
		return;
	if (loose)
		release(&mail->node);
}

static struct mail *next_mail(struct slot *slot, bool *loose, bool *is_busy)
{
	struct node *node = slot->mailbox.anchor, *passed;

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

static void free_early(struct slot *slot, struct mail *mail)
{
	struct mailbox *mailbox = &slot->mailbox;

	if (mailbox->anchor != &mail->node)
		return;
	mailbox->anchor = &mailbox->stub;
	ck_pr_store_ptr(&mailbox->stub.link, ck_pr_load_ptr(&mail->node.link));
	release(&mail->node);
}

static void obey(struct slot *slot, uint32_t orders)
{
	world.told |= orders;
	if ((orders & ORDER_KILL) != 0 && generation_is_alive(slot->generation))
		end_actor(slot);
}

static enum mailbox_state go_idle(struct slot *slot)
{
	uint8_t flags = slot->flags;
	struct node *passed;
	enum mailbox_state state;

	slot->flags = flags & (uint8_t)~SLOT_VACATING;
	state = mailbox_idle(&slot->mailbox, &passed);
	if (state != MAILBOX_GONE_IDLE) {
		slot->flags = flags;
		return state;
	}
	release(passed);
	if ((flags & SLOT_VACATING) != 0) {
		(void)ck_pr_faa_32(&world.vacant, 1);
		(void)ck_pr_faa_32(&world.vacancies, 1);
		explore_wake(&world.vacancies);
	}
	return state;
}

static void turn(struct slot *slot, int most)
{
	bool looks = true, loose = false, is_busy = false;
	enum mailbox_state state;
	struct mail *mail;

	for (int taken = 0; taken < most; ) {
		if (looks)
			obey(slot, mailbox_orders_take(&slot->mailbox));
		mail = next_mail(slot, &loose, &is_busy);
		if (mail != NULL) {
			looks = true;
			consume(slot, mail, loose);
			if (MUTANT(FREE_EARLY))
				free_early(slot, mail);
			taken++;
			continue;
		}
		if (is_busy)
			break;
		state = go_idle(slot);
		if (state == MAILBOX_GONE_IDLE)
			return;
		if (MUTANT(IDLE_GIVES_UP)) {
			world.runs[which_slot(slot)] = false;
			return;
		}
		looks = !MUTANT(LANE_NOT_LOOKED);
		if (state == MAILBOX_BUSY)
			break;
	}
	mailbox_publish(&slot->mailbox);
	world.runs[which_slot(slot)] = false;
	make_ready(slot);
}

/* ---- threads ---------------------------------------------------------------------------------------------------------------- */

static void worker(long argument)
{
	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&world.event);
		struct slot *slot = take_ready();

		if (slot == NULL) {
			while (MUTANT(HANG))
				ck_pr_stall();
			explore_sleep(&world.event, key);
			continue;
		}
		EXPLORE_CHECK(!world.runs[which_slot(slot)], "runs on two workers");
		world.runs[which_slot(slot)] = true;
		turn(slot, 2);
	}
}

static bool admit(struct mail *mail)
{
	if (!gate_admit(&world.gate, AMOUNT(1, mail->units), BOUND, 1000))
		return false;
	mail->is_admitted = true;
	EXPLORE_CHECK(++world.inside <= BOUND, "the bound is overshot");
	return true;
}

static void producer(long argument)
{
	for (int i = 0; i < EACH; i++) {
		struct mail *mail = &world.mails[argument * EACH + i];
		uint32_t generation = ck_pr_load_32(&world.published);  /* a ref got just now ... */

		if (plan.has_deaths && argument != 1)
			generation = FIRST_LIFE;                        /* ... or an old one */
		mail->generation = generation;
		if (slot_generation(world.slots) != generation || (plan.is_bounded && !admit(mail)))
			world.refused++;
		else
			push(world.slots, mail);
	}
}

static void order(uint32_t bits)
{
	world.orders_given |= bits;
	switch (mailbox_order(&world.slots[0].mailbox, FIRST_LIFE, bits)) {
	case MAILBOX_SCHEDULE:
		make_ready(&world.slots[0]);
		break;
	case MAILBOX_STRANGER:
		EXPLORE_CHECK(plan.has_deaths, "an order for the living finds a stranger");
		world.told |= bits;
		break;
	default:
		break;
	}
}

/* Comes at any time of the others' run. */
static void teller(long argument)
{
	for (uint32_t i = explore_random(20); i > 0; i--)
		ck_pr_stall();
	order(plan.has_deaths ? ORDER_KILL : ORDER_ROOM << (2 * argument));
	if (!plan.has_deaths)
		order(ORDER_ROOM << (2 * argument + 1));
}

static void spawner(long argument)
{
	struct slot *slot = world.slots;
	struct node *passed;
	uint32_t generation;

	(void)argument;
	while (ck_pr_load_32(&world.vacant) == 0)
		explore_sleep(&world.vacancies, 0);
	(void)ck_pr_faa_32(&world.vacant, (uint32_t)-1);
	while (!mailbox_claim(&slot->mailbox))          /* the runtime takes another slot */
		ck_pr_stall();
	EXPLORE_CHECK(!world.runs[0], "born in a slot that runs");
	if (MUTANT(REINIT)) {
		mailbox_init(&slot->mailbox);
		slot->mailbox.head = &slot->mailbox.stub;
	}
	world.runs[0] = true;
	generation = slot->generation + 1;
	world.lives[0] = generation;
	memset(world.last_seen[0], -1, sizeof world.last_seen[0]);
	mailbox_orders_open(&slot->mailbox, generation);
	world.told |= world.orders_given;               /* what was meant for the dead is forgotten, as it should be */
	ck_pr_store_32(&slot->generation, generation);
	ck_pr_store_32(&world.published, generation);
	if (mailbox_idle(&slot->mailbox, &passed) != MAILBOX_GONE_IDLE) {
		world.runs[0] = false;
		make_ready(slot);
	}
}

/* What any thread may ask. */
static void looker(long argument)
{
	(void)argument;
	for (int i = 0; i < 4; i++) {
		uint32_t queued = AMOUNT_MESSAGES(mailbox_queued(&world.slots[0].mailbox));

		EXPLORE_CHECK(queued <= 2 * MAILS, "%u messages are said to wait", queued);
		ck_pr_stall();
	}
}

/* ---- set-ups and verdicts -------------------------------------------------------------------------------------------------- */

static void make_slot(struct slot *slot, bool is_eager)
{
	mailbox_init(&slot->mailbox);
	slot->mailbox.newest = slot->mailbox.stub.stamp += world.before;
	slot->generation = FIRST_LIFE;
	mailbox_orders_open(&slot->mailbox, FIRST_LIFE);
	slot->flags = is_eager ? SLOT_EAGER : 0;
	world.lives[which_slot(slot)] = FIRST_LIFE;
	world.entered[which_slot(slot)] = world.before;
}

static void set_up(uint64_t seed, int producers)
{
	static const char *const names[] = { "producer 0", "producer 1", "producer 2" };

	memset(&world, 0, sizeof world);
	memset(world.last_seen, -1, sizeof world.last_seen);
	world.before = seed % 4 < 2 ? AMOUNT(1000, 0) : AMOUNT(UINT32_MAX - 3, 0);      /* so much came and went before */
	for (int i = 0; i < SLOTS; i++)
		make_slot(&world.slots[i], seed % 2 != 0);
	world.mails_used = producers * EACH;
	for (int i = 0; i < world.mails_used; i++)
		world.mails[i] = (struct mail){ .from = i / EACH, .number = i % EACH, .units = 1 + (uint32_t)i % 3 };
	world.published = FIRST_LIFE;
	explore_on_touch = touched;
	explore_on_entered = entered;
	explore_on_left = left;
	for (long i = 0; i < producers; i++)
		explore_thread(names[i], producer, i);
	explore_idler("worker 0", worker, 0);
	explore_idler("worker 1", worker, 1);
}

static void finish(void)
{
	int told = world.handled + world.stale + world.refused;

	EXPLORE_CHECK(told <= world.mails_used, "more messages came out than went in");
	EXPLORE_CHECK(told == world.mails_used, "all asleep, and %d messages wait: a lost wake-up", world.mails_used - told);
	EXPLORE_CHECK(world.released + world.refused == world.mails_used, "an idle mailbox holds a message");
	EXPLORE_CHECK((world.told & world.orders_given) == world.orders_given, "all asleep, and an order waits: a lost wake-up");
	for (int i = 0; i < SLOTS; i++)
		EXPLORE_CHECK(MAILBOX_HAS(world.slots[i].mailbox.head, MAILBOX_IDLE), "all asleep, and a mailbox is not idle");
	EXPLORE_CHECK(gate_inside(&world.gate) == 0, "the gate is not empty");
}

static void set_up_traffic(uint64_t seed)
{
	plan.forwards = true;
	plan.has_deaths = plan.is_bounded = false;
	set_up(seed, 2 + (int)(seed % 2));
	explore_thread("teller 0", teller, 0);
	if (seed % 5 == 0)
		explore_thread("teller 1", teller, 1);
}

static void set_up_life(uint64_t seed)
{
	plan.has_deaths = true;
	plan.forwards = false;
	plan.is_bounded = seed % 3 == 0;
	set_up(seed, 2);
	explore_thread("teller", teller, 0);
	explore_idler("spawner", spawner, 0);
}

static void set_up_bound(uint64_t seed)
{
	plan.is_bounded = true;
	plan.has_deaths = seed % 4 == 0;
	plan.forwards = false;
	set_up(seed, 3);
	if (plan.has_deaths)
		explore_thread("teller", teller, 0);
}

static void set_up_stamp(uint64_t seed)
{
	plan.is_bounded = plan.has_deaths = plan.forwards = false;
	set_up(seed, 3);
	explore_thread("looker", looker, 0);
}

const struct scenario scenario_traffic = {
	"traffic", "producers, orders, messages sent on, two workers", set_up_traffic, finish, 20000, 250,
};
const struct scenario scenario_life = {
	"life", "kill, an end of its own, the slot used again, late messages", set_up_life, finish, 20000, 250,
};
const struct scenario scenario_bound = {
	"bound", "the gate: never overshot, empty at the end", set_up_bound, finish, 20000, 200,
};
const struct scenario scenario_stamp = {
	"stamp", "the estimates of how much waits", set_up_stamp, finish, 20000, 200,
};
