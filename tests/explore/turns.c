/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * turns - four wait for the same side of a channel, some of them on one core: one is woken at a time, and wakes the next
 *
 * Each of four receives one message, of four that are sent without waiting; or each sends one into a channel that was full, out of
 * which four are taken. Who changes looks in at the list between, as one from another core. Halves are kept on both sides, so nobody
 * is woken by an end: whoever is not woken in turn waits for ever.
 */
#include "channels.h"

#define EACH_SIDE 4

static struct {
	bool is_for_room;
	int looks_in_after;                             /* so many changes */
	odeon_sender *senders[EACH_SIDE + 1];           /* the last one of the thread that makes changes */
	odeon_receiver *receivers[EACH_SIDE + 1];
} plan;

static struct line *const line = &lines[0];

static void one_who_waits(long me)
{
	int why;

	if (plan.is_for_room)
		EXPLORE_CHECK(line_send(line, plan.senders[me], mail_new((int)me, 0), ODEON_NEVER) == 0, "there is room, and it is not told");
	else
		EXPLORE_CHECK(line_recv(line, plan.receivers[me], (int)me, ODEON_NEVER, &why) != NULL, "there is a message, and it is not told");
}

/* Comes to the list from another core, and wants nothing: if it is chosen, another is woken instead. */
static void look_in(void)
{
	struct waitlist *list = plan.is_for_room ? &line->channel->for_room : &line->channel->for_messages;
	struct wait wait;
	struct waiter waiter = { .wait = &wait };
	bool was_chosen;

	wait_begin(&wait, NULL, OS_ANY_CORE);
	waitlist_add(list, &waiter);
	was_chosen = wait_end(&wait) >= 0;
	waitlist_remove(list, &waiter);
	EXPLORE_LEFT(&wait);
	if (was_chosen)
		waitlist_tell(list);
}

static void changer(long unused)
{
	int why;

	(void)unused;
	for (int i = 0; i < EACH_SIDE; i++) {
		if (plan.is_for_room)
			(void)line_recv(line, plan.receivers[EACH_SIDE], EACH_SIDE, ODEON_NEVER, &why);
		else
			(void)line_send(line, plan.senders[EACH_SIDE], mail_new(EACH_SIDE, i), ODEON_NEVER);
		if (i + 1 == plan.looks_in_after)
			look_in();
	}
}

static void set_up(uint64_t seed)
{
	static const enum flavours kinds[] = { RING, BOUNDED_LIST, LIST };
	static const char *const names[] = { "first", "second", "third", "fourth" };
	enum flavours kind = kinds[seed % 3];

	memset(&plan, 0, sizeof plan);
	channels_set_up(seed / 3);
	channels_share_a_core();
	plan.looks_in_after = 2 + (int)explore_random(EACH_SIDE - 1);
	plan.is_for_room = kind != LIST && explore_random(2) == 0;
	(void)channels_open(0, kind, kind == LIST ? 0 : EACH_SIDE);
	for (int i = 0; i <= EACH_SIDE; i++) {
		plan.senders[i] = line_sender(line);
		plan.receivers[i] = line_receiver(line);
	}
	for (int i = 0; plan.is_for_room && i < EACH_SIDE; i++)
		(void)line_send(line, plan.senders[EACH_SIDE], mail_new(EACH_SIDE, i), ODEON_AT_ONCE);
	for (long i = 0; i < EACH_SIDE; i++)
		explore_thread(names[i], one_who_waits, i);
	explore_thread("changer", changer, 0);
}

static void finish(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == (plan.is_for_room ? EACH_SIDE : 0), "%d messages are inside", mails_at(MAIL_SENT));
	EXPLORE_CHECK(mails_at(MAIL_RECEIVED) == EACH_SIDE, "%d messages were received", mails_at(MAIL_RECEIVED));
}

const struct scenario scenario_turns = {
	"turns", "four wait for the same, some on one core, and are woken in turn", set_up, finish, 20000, 500,
};
