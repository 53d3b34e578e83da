/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One thread alone changes a ring whose list was quiet, while others come to wait: wait.h, and the public calls.
 *
 * Its stores are late, and it passes no barrier: only those who wait do. Wanted at rest: nobody waits for a message that is there, or
 * for room that is there, though both who wait came at the same time and only one of them found the list quiet. And when the
 * last receiver goes, nothing stays inside, though the sender keeps its half.
 */
#include "channels.h"

#define WAITERS 2

static struct {
	odeon_sender *senders[1 + WAITERS];
	odeon_receiver *receivers[1 + WAITERS];
	int changes, made, served;
	bool is_room;                           /* they wait for room, not for messages */
	bool looks_first;                       /* a waiter comes and goes once before it stays */
} hush;

static struct line *const line = &lines[0];

static void sender_alone(long argument)
{
	(void)argument;
	for (int i = 0; i < hush.changes; i++)
		hush.made += line_send(line, hush.senders[0], mail_new(0, i), ODEON_AT_ONCE) == 0;
}

static void receiver_alone(long argument)
{
	int why;

	(void)argument;
	for (int i = 0; i < hush.changes; i++)
		hush.made += line_recv(line, hush.receivers[0], 0, ODEON_AT_ONCE, &why) != NULL;
}

static void waits_for_room(long argument)
{
	struct mail *mail = mail_new((int)argument, 0);

	if (hush.looks_first && line_send(line, hush.senders[argument], mail, moments(8)) == 0) {
		hush.served++;
		return;
	}
	hush.served += line_send(line, hush.senders[argument], mail, ODEON_NEVER) == 0;
}

static void waits_for_message(long argument)
{
	int why;

	if (hush.looks_first && line_recv(line, hush.receivers[argument], (int)argument, moments(8), &why) != NULL) {
		hush.served++;
		return;
	}
	hush.served += line_recv(line, hush.receivers[argument], (int)argument, ODEON_NEVER, &why) != NULL;
}

/* Comes, goes without having waited for long, and drops its half. */
static void visits(long argument)
{
	int why;

	(void)line_recv(line, hush.receivers[argument], (int)argument, moments(4), &why);
	line_leave_receiver(line, hush.receivers[argument]);
	hush.receivers[argument] = NULL;
}

static void goes(long argument)
{
	(void)argument;
	line_leave_receiver(line, line->receiver);
}

/* Full of messages of the first sender's. */
static void fill(size_t capacity)
{
	for (size_t i = 0; i < capacity; i++)
		(void)line_send(line, hush.senders[0], mail_new(0, (int)i), ODEON_AT_ONCE);
}

static void open_line(uint64_t seed)
{
	size_t capacity = explore_random(4) == 0 ? 1 : 2 + explore_random(2);

	memset(&hush, 0, sizeof hush);
	channels_set_up(seed);
	(void)channels_open(0, RING, capacity);
	hush.senders[0] = line->sender;
	hush.receivers[0] = line->receiver;
	hush.changes = explore_random(4) == 0 ? 1 : 2 + (int)explore_random(2);
	hush.looks_first = explore_random(4) == 0;
	line->channel->for_messages.state = line->channel->for_room.state = WAITLIST_QUIET;
}

static void set_up_quiet(uint64_t seed)
{
	static const char *const names[] = { "nobody", "waiter 1", "waiter 2" };

	open_line(seed / 2);
	hush.is_room = seed % 2 == 0;
	if (hush.is_room)
		fill(line->capacity);
	explore_thread("alone", hush.is_room ? receiver_alone : sender_alone, 0);
	for (int i = 1; i <= WAITERS; i++) {
		if (hush.is_room)
			hush.senders[i] = line_sender(line);
		else
			hush.receivers[i] = line_receiver(line);
		explore_idler(names[i], hush.is_room ? waits_for_room : waits_for_message, i);
	}
}

static void leave_all(void)
{
	for (int i = 0; i <= WAITERS; i++) {
		if (hush.senders[i] != NULL)
			line_leave_sender(line, hush.senders[i]);
		if (hush.receivers[i] != NULL)
			line_leave_receiver(line, hush.receivers[i]);
	}
	channels_finish();
}

static void finish_quiet(void)
{
	int wanted = hush.made < WAITERS ? hush.made : WAITERS;

	EXPLORE_CHECK(hush.served == wanted, "%d changes, and %d of %d who waited are served", hush.made, hush.served, WAITERS);
	if (hush.served == WAITERS)             /* else they are in the lists yet */
		leave_all();
}

static void set_up_desert(uint64_t seed)
{
	open_line(seed);
	hush.receivers[0] = NULL;
	explore_thread("alone", sender_alone, 0);
	explore_thread("goes", goes, 0);
	if (explore_random(2) == 0) {
		hush.receivers[1] = line_receiver(line);
		explore_thread("visits", visits, 1);
	}
}

static void finish_desert(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == 0, "nobody receives any more, and %d messages are inside", mails_at(MAIL_SENT));
	leave_all();
}

const struct scenario scenario_quiet = {
	"quiet", "a ring changed without a barrier: whoever comes to wait is served", set_up_quiet, finish_quiet, 20000, 80,
};
const struct scenario scenario_desert = {
	"desert", "a ring filled without a barrier: nothing stays when its receiver goes", set_up_desert, finish_desert, 20000, 25,
};
