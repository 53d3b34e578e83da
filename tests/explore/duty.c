/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request's record between its two halves: runtime/patience.h and runtime/mailbox.h as they are.
 *
 * The asker asks, and loses its patience for some, at a deadline or as it ends, while answerers end their duties. Its turn
 * is that of runtime/turn.c without what does not concern this. Wanted: each continuation runs once, each record is
 * freed once, and nobody touches one that was freed or that is another's.
 */
#include <string.h>
#include "patience.h"
#include "scenarios.h"
#include "slot.h"

#define RECORDS 3

struct record {
	struct node node;
	uint32_t patience, value;               /* value: what came of it, 0: nothing yet */
	bool is_freed, is_answered, is_linked;
	int runs;
};

static struct {
	struct slot slot;
	struct record records[RECORDS];
	uint32_t event, queued;
	bool ends;                              /* the asker does, at its first chance, and its system is gone when all is let go */
	uint32_t is_gone;
	int freed;
} desk;

static void touch(const struct record *record)
{
	EXPLORE_CHECK(!record->is_freed, "a freed record is touched");
}

static void touched(const void *node)
{
	for (int i = 0; i < RECORDS; i++)
		if (node == &desk.records[i].node)
			touch(&desk.records[i]);
}

static void free_record(struct record *record)
{
	EXPLORE_CHECK(!record->is_freed, "a record is freed twice");
	record->is_freed = true;
	desk.freed++;
}

/* ---- the duty's half --------------------------------------------------------------------------------------------------- */

static void make_ready(void)
{
	EXPLORE_CHECK(ck_pr_faa_32(&desk.queued, 1) == 0, "in the run queue twice");
	(void)ck_pr_faa_32(&desk.event, 1);
	explore_wake(&desk.event);
}

static void answerer(long number)
{
	struct record *record = &desk.records[number];

	bool was_gone = ck_pr_load_32(&desk.is_gone) != 0;

	touch(record);
	if (patience_is_over(&record->patience)) {
		EXPLORE_CHECK(!record->is_linked, "a record that the asker still has is freed");
		free_record(record);
		return;
	}
	EXPLORE_CHECK(!was_gone, "an answer goes into a system that has gone");
	touch(record);
	if (!MUTANT(PUSH_THEN_FILL))
		ck_pr_store_32(&record->value, 7);
	if (mailbox_push(&desk.slot.mailbox, &record->node, 1))
		make_ready();
	if (MUTANT(PUSH_THEN_FILL)) {
		touch(record);
		ck_pr_store_32(&record->value, 7);
	}
}

/* ---- the asker's half --------------------------------------------------------------------------------------------------- */

static void go_on(struct record *record)
{
	EXPLORE_CHECK(record->runs++ == 0, "a continuation runs more than once");
	record->is_linked = false;
}

static void lose_patience(struct record *record)
{
	touch(record);
	if (MUTANT(PATIENCE_EARLY))
		patience_end(&record->patience);
	(void)ck_pr_load_32(&record->value);    /* whatever the asker does with it: another thread may go on here */
	touch(record);
	go_on(record);
	if (MUTANT(PATIENCE_FREES))
		free_record(record);
	else if (!MUTANT(PATIENCE_EARLY))
		patience_end(&record->patience);
}

static void come_back(struct record *record)
{
	touch(record);
	EXPLORE_CHECK(ck_pr_load_32(&record->value) == 7, "a record comes back empty");
	if (MUTANT(PATIENCE_NO_LATE_LOOK) || record->patience == 0)
		go_on(record);
	free_record(record);
}

static struct record *record_of(struct node *node)
{
	return (struct record *)(void *)node;
}

/* A record is detached before it is dealt with, so that no passing frees it. */
static void turn(void)
{
	enum mailbox_state state = MAILBOX_MORE;

	while (state == MAILBOX_MORE) {
		struct node *passed, *node = mailbox_take(&desk.slot.mailbox, &passed);

		if (desk.ends || explore_random(3) == 0)
			for (int i = 0; i < RECORDS; i++)
				if (desk.records[i].is_linked && (desk.ends || explore_random(2) == 0))
					lose_patience(&desk.records[i]);
		if (desk.ends)
			(void)ck_pr_faa_32(&desk.is_gone, 1);
		if (node == NULL) {
			state = mailbox_idle(&desk.slot.mailbox, &passed);
			continue;
		}
		while (!mailbox_detach(&desk.slot.mailbox))
			ck_pr_stall();
		come_back(record_of(node));
	}
	if (state != MAILBOX_GONE_IDLE)
		make_ready();
}

static void asker(long argument)
{
	(void)argument;
	for (;;) {
		uint32_t key = ck_pr_load_32(&desk.event);

		if (ck_pr_load_32(&desk.queued) != 0) {
			(void)ck_pr_faa_32(&desk.queued, (uint32_t)-1);
			turn();
		} else
			explore_sleep(&desk.event, key);
	}
}

/* A timer, or an order: the asker has a turn, and may lose its patience in it. */
static void nudger(long argument)
{
	(void)argument;
	for (int i = 0; i < 2; i++)
		if (mailbox_order(&desk.slot.mailbox, desk.slot.generation, ORDER_ROOM) == MAILBOX_SCHEDULE)
			make_ready();
}

/* ---- set-up and verdict --------------------------------------------------------------------------------------------------- */

static void set_up(uint64_t seed)
{
	memset(&desk, 0, sizeof desk);
	mailbox_init(&desk.slot.mailbox);
	desk.slot.generation = 1;
	mailbox_orders_open(&desk.slot.mailbox, 1);
	for (int i = 0; i < RECORDS; i++)
		desk.records[i].is_linked = true;
	desk.ends = seed % 4 == 0;
	explore_on_touch = touched;
	for (int i = 0; i < RECORDS; i++)
		explore_thread("answerer", answerer, i);
	explore_thread("nudger", nudger, 0);
	explore_idler("asker", asker, 0);
	if (seed % 3 == 0)
		explore_buffer(&desk.records, sizeof desk.records);
}

static void finish(void)
{
	for (int i = 0; i < RECORDS; i++) {
		EXPLORE_CHECK(desk.records[i].runs == 1, "all asleep, and a continuation ran %d times", desk.records[i].runs);
		EXPLORE_CHECK(desk.records[i].is_freed, "all asleep, and a record is lost");
	}
}

const struct scenario scenario_duty = {
	"duty", "a request's record: answers against an asker that waits no longer", set_up, finish, 20000, 120,
};
