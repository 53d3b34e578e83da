/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Senders and receivers of one channel: what is in the runtime's ring.c, list.c, oneshot.c, channel.c and wait.c, driven by the
 * public calls; channels.h has what the judge wants of a message.
 *
 * stream  all is received. Either the last sender goes, and every receiver hears of it; or a half is kept, the receivers
 *         sleep at last, and nothing is left inside. Of two senders of a oneshot, one finds it spent
 * ends    receivers go when they have had so many, senders whenever they are done: each message is received, dropped or handed
 *         back, at once, and nobody waits for who has gone
 */
#include "channels.h"

#define EACH 2

static struct {
	odeon_sender *senders[SENDERS_MOST], *keeper;
	odeon_receiver *receivers[RECEIVERS_MOST];
	int quota[RECEIVERS_MOST];              /* goes when it has had so many; 0: never by itself */
	int patience[RECEIVERS_MOST];           /* so many looks at the clock, then tries anew; 0: for ever; -1: none at all */
	bool gives_up[RECEIVERS_MOST];          /* ... and for good */
	bool leaves[RECEIVERS_MOST];            /* goes, and has tried nothing */
	int each;
	uint32_t heir_has;                      /* the second half is made by the first sender, in the middle, for another thread */
	bool has_heir, stays;                   /* the first sender keeps its half, which is the keeper's */
	bool sends_away, sender_looks_up;       /* ... and does not wait for ever at once */
} plan;

static struct line *const line = &lines[0];

/* Whoever was alone on its side has company from here on. */
static void hand_over(void)
{
	plan.senders[1] = line_sender(line);
	ck_pr_fence_release();
	ck_pr_store_32(&plan.heir_has, 1);
	explore_wake(&plan.heir_has);
}

static void sender(long argument)
{
	odeon_sender *half = plan.senders[argument];

	for (int i = 0; i < plan.each; i++) {
		struct mail *mail = mail_new((int)argument, i);

		if (plan.has_heir && argument == 0 && i == 1)
			hand_over();
		if (plan.sends_away)
			(void)line_send_away(line, half, mail);
		else if (argument == 0 || !plan.sender_looks_up)
			(void)line_send(line, half, mail, ODEON_NEVER);
		else
			while (line_send(line, half, mail, moments(4)) == ODEON_ETIMEDOUT)
				;
	}
	if (!plan.stays || argument != 0)
		line_leave_sender(line, half);
}

static void heir(long argument)
{
	while (ck_pr_load_32(&plan.heir_has) == 0)
		explore_sleep(&plan.heir_has, 0);
	sender(argument);
}

static odeon_time deadline(long who)
{
	if (plan.patience[who] < 0)
		return ODEON_AT_ONCE;
	return plan.patience[who] == 0 ? ODEON_NEVER : moments(plan.patience[who]);
}

static void receiver(long argument)
{
	odeon_receiver *half = plan.receivers[argument];
	int why = plan.leaves[argument] ? ODEON_EDISCONNECTED : 0, had = 0;

	while (why != ODEON_EDISCONNECTED && (plan.quota[argument] == 0 || had < plan.quota[argument])) {
		if (line_recv(line, half, (int)argument, deadline(argument), &why) != NULL)
			had++;
		else if (why == ODEON_EEMPTY)
			ck_pr_stall();
		else if (why == ODEON_ETIMEDOUT && plan.gives_up[argument])
			break;
	}
	line_leave_receiver(line, half);
}

/* Asks what is ready; then tries, or does not. */
static void looker(long argument)
{
	odeon_receiver *half = plan.receivers[argument];
	odeon_case one = ODEON_CASE_RECV(half);
	int why = 0;

	do {
		EXPLORE_CHECK(choose(&one, 1, ODEON_NEVER, CHOOSE_NONE) == 1 && one.is_ready, "is told of nothing");
		if (plan.keeper != NULL)        /* only looks: nobody's wake-up was his */
			break;
		(void)line_recv(line, half, (int)argument, ODEON_AT_ONCE, &why);
	} while (why != ODEON_EDISCONNECTED);
	line_leave_receiver(line, half);
}

/* ---- set-ups and verdicts ------------------------------------------------------------------------------------------------ */

static void open_line(uint64_t seed, int *senders, int *receivers)
{
	static const struct { enum flavours flavour; size_t capacity; } kinds[] = {
		{ RING, 1 }, { RING, 2 }, { LIST, 0 }, { BOUNDED_LIST, 1 }, { LIST_OF_BYTES, 1 }, { ONESHOT, 1 },
	};
	uint64_t kind = seed % (sizeof kinds / sizeof kinds[0]);

	memset(&plan, 0, sizeof plan);
	channels_set_up(seed / 6);
	(void)channels_open(0, kinds[kind].flavour, kinds[kind].capacity);
	if (line->is_oneshot)
		*receivers = explore_random(4) == 0 ? 1 : 2;
	plan.each = line->is_oneshot ? 1 : *senders == 1 ? 3 : EACH;
}

/* A half that stays: one more, or the only sender's, who remains alone on its side. */
static void keep(int senders)
{
	plan.stays = senders == 1 && !line->is_oneshot && explore_random(2) == 0;
	plan.keeper = plan.stays ? plan.senders[0] : line_sender(line);
}

/* The first halves, and clones. */
static void hand_out(int senders, int receivers)
{
	for (int i = 0; i < senders; i++)
		plan.senders[i] = i == 0 ? line->sender : line_sender(line);
	for (int i = 0; i < receivers; i++)
		plan.receivers[i] = i == 0 ? line->receiver : line_receiver(line);
}

static void name_senders(int senders)
{
	static const char *const names[] = { "sender 0", "sender 1", "sender 2" };

	for (long i = 0; i < senders; i++)
		explore_thread(names[i], sender, i);
}

static void name_receivers(int receivers, bool may_sleep)
{
	static const char *const names[] = { "receiver 0", "receiver 1", "receiver 2" };

	for (long i = 0; i < receivers; i++)
		(may_sleep ? explore_idler : explore_thread)(names[i], receiver, i);
}

static void set_up_stream(uint64_t seed)
{
	int senders = 1 + (int)explore_random(2), receivers = 1 + (int)explore_random(2);
	bool looks = explore_random(4) == 0;

	open_line(seed, &senders, &receivers);
	if (line->is_oneshot && explore_random(4) == 0)
		plan.each = 0;                  /* it is never used */
	plan.sender_looks_up = explore_random(3) == 0;
	hand_out(senders, receivers + looks);
	if (explore_random(2) == 0)
		keep(senders);
	for (int i = 0; i < receivers; i++)
		plan.patience[i] = (int)explore_random(3) == 0 ? 3 : 0;
	if (receivers == 1 && plan.keeper == NULL && explore_random(3) == 0)
		plan.patience[0] = -1;
	plan.gives_up[1] = plan.keeper != NULL;
	name_senders(senders);
	plan.has_heir = senders == 1 && !line->is_oneshot && explore_random(2) == 0;
	if (plan.has_heir)
		explore_thread("heir", heir, 1);
	if (plan.keeper != NULL)
		plan.patience[0] = 0;
	name_receivers(receivers, plan.keeper != NULL);
	if (looks)
		(plan.keeper != NULL ? explore_idler : explore_thread)("looker", looker, receivers);
}

/* Whoever comes second to a oneshot has it handed back. */
static int wanted(void)
{
	return line->is_oneshot && mails_made() > 1 ? 1 : mails_made();
}

/* Where receivers sleep, it keeps them from hearing of an end. */
static void leave_keeper(void)
{
	if (plan.keeper != NULL && line->receivers == 0) {
		line_leave_sender(line, plan.keeper);
		plan.keeper = NULL;
	}
}

static void finish_stream(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == 0, "all asleep, and %d messages are inside: a lost wake-up", mails_at(MAIL_SENT));
	EXPLORE_CHECK(mails_at(MAIL_RECEIVED) == wanted(), "%d messages are lost", wanted() - mails_at(MAIL_RECEIVED));
	leave_keeper();
	if (plan.keeper == NULL)
		channels_finish();
}

static void set_up_ends(uint64_t seed)
{
	int senders = 1 + (int)explore_random(2), receivers = 1 + (int)explore_random(2), left;

	open_line(seed, &senders, &receivers);
	plan.sends_away = explore_random(4) == 0;
	plan.sender_looks_up = explore_random(3) == 0;
	hand_out(senders, receivers);
	if (explore_random(2) == 0)
		keep(senders);
	left = senders * plan.each;
	for (int i = 0; i < receivers && left > 0; i++) {
		plan.quota[i] = 1 + (int)explore_random(receivers == 1 ? 3 : 2);
		plan.quota[i] = plan.quota[i] < left ? plan.quota[i] : left;
		left -= plan.quota[i];
	}
	for (int i = 0; i < receivers && line->is_oneshot; i++)
		plan.leaves[i] = explore_random(8) == 0;
	name_senders(senders);
	name_receivers(receivers, false);
}

/* The keeper's half holds the channel, and nothing may be in it. */
static void finish_ends(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == 0, "nobody receives any more, and %d messages are inside", mails_at(MAIL_SENT));
	leave_keeper();
	channels_finish();
}

const struct scenario scenario_stream = {
	"stream", "one channel: all is received, by whoever waits", set_up_stream, finish_stream, 20000, 400,
};
const struct scenario scenario_ends = {
	"ends", "one channel: either side goes while the other is at it", set_up_ends, finish_ends, 20000, 300,
};
