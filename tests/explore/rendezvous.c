/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rendezvous (runtime/meet.c): who comes takes from who waits, or gives to him, while deadlines pass and halves go.
 *
 * meet    senders and receivers, some of whom give up; one side may only ask whether somebody waits, and then try
 * mutual  each of two selects between sending and receiving on the same rendezvous: they meet each other, and not themselves
 *
 * Wanted besides what channels.h says: a send ends well only when somebody has taken the message; a message is received or
 * handed back, never both; whoever could meet does not sleep.
 */
#include "channels.h"

#define EACH 2

static struct {
	odeon_sender *senders[SENDERS_MOST];
	odeon_receiver *receivers[RECEIVERS_MOST];
	bool sender_gives_up[SENDERS_MOST], receiver_gives_up[RECEIVERS_MOST];
	int quota;                              /* of the first receiver; 0: until nobody sends */
	int met;
} plan;

static struct line *const line = &lines[0];

/* Handed back, and kept. */
static void sender(long argument)
{
	odeon_sender *half = plan.senders[argument];

	for (int i = 0; i < EACH; i++) {
		odeon_time until = plan.sender_gives_up[argument] ? moments(3) : ODEON_NEVER;
		int why = line_send(line, half, mail_new((int)argument, i), until);

		EXPLORE_CHECK(why == 0 || why == ODEON_EDISCONNECTED || (why == ODEON_ETIMEDOUT && until.ns != INT64_MAX),
		              "a send ends for no reason");
	}
	line_leave_sender(line, half);
}

static void receiver(long argument)
{
	odeon_receiver *half = plan.receivers[argument];
	int why, had = 0;

	do {
		odeon_time until = plan.receiver_gives_up[argument] ? moments(3) : ODEON_NEVER;

		had += line_recv(line, half, (int)argument, until, &why) != NULL;
		EXPLORE_CHECK(why == 0 || why == ODEON_EDISCONNECTED || (why == ODEON_ETIMEDOUT && until.ns != INT64_MAX),
		              "a receive ends for no reason");
	} while (why == 0 && (argument != 0 || plan.quota == 0 || had < plan.quota));
	line_leave_receiver(line, half);
}

/* Whoever only looks is nobody's partner: it must be told that somebody waits, then try. */
static void looking_sender(long argument)
{
	odeon_sender *half = plan.senders[argument];

	for (int i = 0; i < EACH; i++) {
		struct mail *mail = mail_new((int)argument, i);
		odeon_case one = ODEON_CASE_SEND(half, mail->handle);
		int why;

		do {
			EXPLORE_CHECK(choose(&one, 1, ODEON_NEVER, CHOOSE_NONE) == 1, "is told of nothing");
			why = line_send(line, half, mail, ODEON_AT_ONCE);
		} while (why == ODEON_EFULL);
	}
	line_leave_sender(line, half);
}

static void looking_receiver(long argument)
{
	odeon_receiver *half = plan.receivers[argument];
	odeon_case one = ODEON_CASE_RECV(half);
	int why;

	do {
		EXPLORE_CHECK(choose(&one, 1, ODEON_NEVER, CHOOSE_NONE) == 1, "is told of nothing");
		(void)line_recv(line, half, (int)argument, ODEON_AT_ONCE, &why);
	} while (why != ODEON_EDISCONNECTED);
	line_leave_receiver(line, half);
}

static void either(long argument)
{
	struct mail *mail = mail_new((int)argument, 0);
	odeon_case cases[] = { ODEON_CASE_SEND(plan.senders[argument], mail->handle), ODEON_CASE_RECV(plan.receivers[argument]) };
	int index;

	line_sends(line, mail);
	line_may_receive(line, 1);
	index = choose(cases, 2, ODEON_NEVER, explore_random(2) == 0 ? CHOOSE_FIRST : CHOOSE_FAIR);
	line_may_receive(line, -1);
	EXPLORE_CHECK(index >= 0 && cases[index].error == 0, "a select ends for no reason");
	EXPLORE_CHECK((index == 0) == (cases[0].message == NULL) && (index == 1) == (cases[1].message != NULL),
	              "a select does not do one thing");
	line_sent(line, mail, index == 0 ? 0 : ODEON_EFULL);
	if (index == 1)
		EXPLORE_CHECK(line_got(line, cases[1].message, (int)argument) != mail, "meets itself");
	plan.met++;
	line_leave_sender(line, plan.senders[argument]);
	line_leave_receiver(line, plan.receivers[argument]);
}

/* ---- set-ups and verdicts ------------------------------------------------------------------------------------------------ */

static void set_up(uint64_t seed, int senders, int receivers)
{
	memset(&plan, 0, sizeof plan);
	channels_set_up(seed);
	(void)channels_open(0, MEET, 0);
	for (int i = 0; i < senders; i++)
		plan.senders[i] = i == 0 ? line->sender : line_sender(line);
	for (int i = 0; i < receivers; i++)
		plan.receivers[i] = i == 0 ? line->receiver : line_receiver(line);
}

static void set_up_meet(uint64_t seed)
{
	static const char *const senders[] = { "sender 0", "sender 1" }, *const receivers[] = { "receiver 0", "receiver 1" };
	int sending = 1 + (int)explore_random(2), receiving = 1 + (int)explore_random(2), look = (int)explore_random(6);

	set_up(seed, sending, receiving);
	for (long i = 0; i < sending; i++) {
		plan.sender_gives_up[i] = explore_random(3) == 0;
		explore_thread(senders[i], look == 0 ? looking_sender : sender, i);
	}
	for (long i = 0; i < receiving; i++) {
		plan.receiver_gives_up[i] = explore_random(3) == 0;
		explore_thread(receivers[i], look == 1 ? looking_receiver : receiver, i);
	}
	plan.quota = (int)explore_random(3);
}

static void set_up_mutual(uint64_t seed)
{
	set_up(seed, 2, 2);
	explore_thread("either 0", either, 0);
	explore_thread("either 1", either, 1);
}

static void finish(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == 0 && mails_at(MAIL_DROPPED) == 0, "a message is neither received nor handed back");
	EXPLORE_CHECK(mails_at(MAIL_RECEIVED) == line->taken, "%d sends went well, and %d messages are received", line->taken,
	              mails_at(MAIL_RECEIVED));
	channels_finish();
}

const struct scenario scenario_meet = {
	"meet", "a rendezvous: deadlines, ends, and who only looks", set_up_meet, finish, 20000, 300,
};
const struct scenario scenario_mutual = {
	"mutual", "a rendezvous: two who would send or receive", set_up_mutual, finish, 20000, 150,
};
