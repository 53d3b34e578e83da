/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who waits for room in a bounded mailbox: runtime/bounds.c and deliver.c as they are, and what a turn does with bounds.
 *
 * A sender that is refused at the gate had counted itself in for a moment, and a permit that was given back had its place; a
 * receiver that looks at just that moment sees no room, tells nobody, and goes idle. Wanted: at rest nobody waits for room
 * though there is some; the bound holds; each message is handled, or refused, once.
 *
 * The turn is that of runtime/turn.c without what does not concern bounds; the waiting is that of send.c and self.c.
 */
#undef ODEON_DEBUG
#include <stddef.h>
#include <string.h>

/* In place of alloc.h: a waiter's memory is the test's. */
#define ALLOC_H
static inline void *alloc_lines(size_t bytes) { (void)bytes; return NULL; }
static inline void alloc_free(void *block, size_t bytes) { (void)block, (void)bytes; }
static inline void alloc_free_lines(void *block) { (void)block; }

#define ready room_ready
#include "bounds.c"
#include "deliver.c"
#include "handling.h"
#include "scenarios.h"

#define SENDERS_MOST 2
#define LETTERS 8
#define SYSTEM 7u

enum { RECEIVER, ASKER, SLOTS };                /* whose mailbox is bounded; who asked to be told of room */

struct letter {
	struct message message;
	uint64_t payload[2];
	bool is_handled;
};

static struct {
	odeon_system system;
	struct directory directory;
	struct slot slots[SLOTS];
	struct bounds bounds;
	struct letter letters[LETTERS];
	struct room_waiter waiter;
	int letters_used, sent, refused, handled, told, asked, inside;
	uint32_t queued[SLOTS], event;
	bool runs[SLOTS];
} hall;

static const odeon_type letter_type = { "letter", sizeof ((struct letter *)0)->payload, NULL, 0 };

/* ---- the rest of the runtime ----------------------------------------------------------------------------------------------- */

void room_ready(odeon_system *system, struct worker *worker, struct slot *slot)
{
	(void)system, (void)worker;
	EXPLORE_CHECK(ck_pr_faa_32(&hall.queued[slot - hall.slots], 1) == 0, "in the run queue twice");
	(void)ck_pr_faa_32(&hall.event, 1);
	explore_wake(&hall.event);
}

void letter_discard(odeon_system *system, struct worker *worker, struct message *message, odeon_ref from, odeon_ref to, int why)
{
	(void)system, (void)worker, (void)message, (void)from, (void)to;
	explore_fail("a dead letter: %d", why);
}

struct message *message_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	(void)type, (void)extra, (void)value, (void)site;
	explore_fail("a message is made");
}

const odeon_type ODEON_MESSAGE_odeon_water = { "odeon_water", 0, NULL, 0 };

static struct message *letter_new(void)
{
	struct letter *letter = &hall.letters[hall.letters_used++];

	EXPLORE_CHECK(hall.letters_used <= LETTERS, "too many messages for the test");
	letter->message.type = &letter_type;
	return &letter->message;
}

static odeon_ref ref_of(int slot)
{
	return ref_make(SYSTEM, 1, (uint32_t)slot);
}

/* ---- turns ----------------------------------------------------------------------------------------------------------------- */

static void receive(struct slot *slot, struct message *message)
{
	struct letter *letter = (struct letter *)(void *)message;

	EXPLORE_CHECK(!letter->is_handled, "handled twice");
	letter->is_handled = true;
	if (slot == &hall.slots[ASKER]) {
		hall.told++;
		return;
	}
	EXPLORE_CHECK((message->generation & MESSAGE_ADMITTED) != 0, "a message passed the gate unseen");
	hall.inside--;
	count_left(slot, message);
	hall.handled++;
}

static void turn_of(struct slot *slot)
{
	struct odeon_self self = { .directory = &hall.directory, .system = &hall.system, .me = ref_of((int)(slot - hall.slots)) };
	enum mailbox_state state = MAILBOX_MORE;
	struct node *node, *passed;

	while (state == MAILBOX_MORE) {
		(void)mailbox_orders_take(&slot->mailbox);
		if ((node = mailbox_take(&slot->mailbox, &passed)) != NULL) {
			receive(slot, message_of_node(node));
			continue;
		}
		if (slot->bounds != NULL)
			look_at_bounds(&self, slot);
		state = mailbox_idle(&slot->mailbox, &passed);
	}
	if (state == MAILBOX_BUSY) {
		hall.runs[slot - hall.slots] = false;
		room_ready(&hall.system, NULL, slot);
	}
}

static bool run_one(void)
{
	for (int i = 0; i < SLOTS; i++)
		if (ck_pr_load_32(&hall.queued[i]) != 0 && ck_pr_cas_32(&hall.queued[i], 1, 0)) {
			EXPLORE_CHECK(!hall.runs[i], "runs on two workers");
			hall.runs[i] = true;
			turn_of(&hall.slots[i]);
			return true;
		}
	return false;
}

static void worker(long argument)
{
	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&hall.event);

		if (!run_one())
			explore_sleep(&hall.event, key);
	}
}

/* ---- threads --------------------------------------------------------------------------------------------------------------- */

static int send_letter(struct message *message)
{
	int why = deliver(&hall.system, NULL, ref_of(RECEIVER), message);

	EXPLORE_CHECK(why == 0 || why == ODEON_EFULL, "a send answers %d", why);
	hall.sent += why == 0;
	return why;
}

/* Tries once. */
static void sender(long argument)
{
	(void)argument;
	hall.refused += send_letter(letter_new()) != 0;
}

/* As wait_for_room of runtime/send.c. */
static void wait_for_room(uint32_t units)
{
	uint32_t key = parker_key(&hall.bounds.room);

	(void)ck_pr_faa_32(&hall.bounds.threads, 1);
	ck_pr_fence_memory();
	if (!bounds_have_room(&hall.bounds, units))
		parker_sleep(&hall.bounds.room, key, INT64_MAX);
	(void)ck_pr_faa_32(&hall.bounds.threads, (uint32_t)-1);
}

static void patient_sender(long argument)
{
	struct message *message = letter_new();

	(void)argument;
	while (send_letter(message) != 0)
		wait_for_room(message_units(message));
}

/* As wait_in_line of runtime/self.c. */
static void asker(long argument)
{
	(void)argument;
	hall.waiter = (struct room_waiter){ .who = ref_of(ASKER), .message = message_payload(letter_new()) };
	hall.asked++;
	bounds_wait(&hall.bounds, &hall.waiter);
	ck_pr_fence_memory();
	if (!MUTANT(LINE_NO_ORDER))
		EXPLORE_CHECK(deliver_order(&hall.system, NULL, ref_of(RECEIVER), ORDER_ROOM) == 0, "an order is refused");
}

/* As reserve and give_back of runtime/permit.c. */
static void permit_holder(long argument)
{
	(void)argument;
	if (gate_admit(&hall.bounds.gate, AMOUNT(1, 4), ck_pr_load_32(&hall.bounds.most), ck_pr_load_32(&hall.bounds.most_units)))
		gate_return(&hall.bounds.gate, AMOUNT(1, 4));
	deliver_gave_back(&hall.system, NULL, &hall.bounds, ref_of(RECEIVER));
}

/* ---- set-up and verdict ---------------------------------------------------------------------------------------------------- */

/* A message is in its mailbox's queue. */
static void entered(const void *mailbox, const void *node)
{
	(void)node;
	if (mailbox == &hall.slots[RECEIVER].mailbox)
		EXPLORE_CHECK(++hall.inside <= (int)hall.bounds.most, "the bound is overshot");
}

/* A mailbox has gone idle. */
static void left(const void *mailbox)
{
	hall.runs[mailbox == &hall.slots[ASKER].mailbox] = false;
}

static void set_up(uint64_t seed)
{
	memset(&hall, 0, sizeof hall);
	context_here = NULL;
	hall.system.directory = &hall.directory;
	hall.directory.system = SYSTEM;
	hall.directory.slots = hall.slots;
	hall.directory.committed = SLOTS;
	for (int i = 0; i < SLOTS; i++) {
		mailbox_init(&hall.slots[i].mailbox);
		hall.slots[i].generation = 1;
		mailbox_orders_open(&hall.slots[i].mailbox, 1);
	}
	hall.slots[RECEIVER].bounds = &hall.bounds;
	hall.bounds.most = 1 + (uint32_t)(seed % 2);
	hall.bounds.most_units = UINT32_MAX;
	hall.bounds.active = 1;
	explore_buffer(&hall.bounds.gate, sizeof hall.bounds.gate);
	explore_on_entered = entered;
	explore_on_left = left;
	explore_idler("worker 0", worker, 0);
	explore_idler("worker 1", worker, 1);
	explore_thread("sender 0", sender, 0);
	explore_thread("sender 1", sender, 1);
	if (explore_random(2) == 0)
		explore_thread("patient", patient_sender, 0);
	if (explore_random(2) == 0)
		explore_thread("asker", asker, 0);
	if (explore_random(3) == 0)
		explore_thread("permit", permit_holder, 0);
}

static void finish(void)
{
	EXPLORE_CHECK(hall.handled == hall.sent, "all asleep, and %d messages wait: a lost wake-up", hall.sent - hall.handled);
	EXPLORE_CHECK(gate_inside(&hall.bounds.gate) == 0, "the gate is not empty");
	EXPLORE_CHECK(hall.bounds.waiters == NULL && hall.told == hall.asked, "there is room, and who asked for it is not told");
}

const struct scenario scenario_room = {
	"room", "a bounded mailbox: who waits for room, beside who is refused", set_up, finish, 20000, 250,
};
