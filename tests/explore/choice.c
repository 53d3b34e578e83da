/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A select of two channels (runtime/glance.c and choose.c): who waits in two lists is chosen once, for one of them.
 *
 * gather  one or two receive from both channels, beside one who receives from one of them; each wait ends with one message, or
 *         with the deadline and none. Either all hear of the last sender's end; or halves are kept, they sleep at last, and
 *         nothing is left inside
 * relay   each wait either receives from the first channel or sends to the second
 *
 * Some wait for a descriptor too, so that they sleep on a parker, which is on their stack.
 */
#include <poll.h>
#include "channels.h"

#define EACH 2
#define SELECTORS 2

static struct {
	enum choice choice;
	bool has_descriptor[SELECTORS];
	bool gives_up[SELECTORS], is_content[SELECTORS];        /* goes when the moment has passed; after one message */
	odeon_sender *senders[LINES_MOST], *outs[SELECTORS];
	odeon_receiver *receivers[LINES_MOST][SELECTORS + 1];
	bool is_kept;
} plan;

static void sender(long number)
{
	for (int i = 0; i < EACH; i++)
		EXPLORE_CHECK(line_send(&lines[number], plan.senders[number], mail_new((int)number, i), ODEON_NEVER) == 0,
		              "is told that nobody receives, and somebody does");
	line_leave_sender(&lines[number], plan.senders[number]);
}

/* From one of the channels only. */
static void plain_receiver(long number)
{
	odeon_receiver *half = plan.receivers[number][SELECTORS];
	int why;

	do
		(void)line_recv(&lines[number], half, SELECTORS, ODEON_NEVER, &why);
	while (why == 0);
	line_leave_receiver(&lines[number], half);
}

static void may_receive(const odeon_case *cases, int by)
{
	for (int i = 0; i < LINES_MOST; i++)
		if (cases[i].what == ODEON_ON_RECV)
			line_may_receive(&lines[i], by);
}

/* What was received, or heard of; the other cases had no effect. */
static void judge_receive(odeon_case *cases, int i, int index, int me)
{
	odeon_case *one = &cases[i];

	if (one->what != ODEON_ON_RECV)
		return;
	EXPLORE_CHECK(i == index || one->message == NULL, "a select does two things");
	if (i != index)
		return;
	EXPLORE_CHECK((one->message != NULL) == (one->error == 0), "a message and an error");
	if (one->error == 0)
		(void)line_got(&lines[i], one->message, me);
	else
		line_told(&lines[i], one->error);
	one->message = NULL;
	if (one->error != 0)
		one->what = ODEON_ON_NOTHING;
}

static void gatherer(long argument)
{
	odeon_case cases[] = {
		ODEON_CASE_RECV(plan.receivers[0][argument]), ODEON_CASE_RECV(plan.receivers[1][argument]),
		ODEON_CASE_FD(3, POLLIN),
	};
	size_t count = plan.has_descriptor[argument] ? 3 : 2;
	int index;

	do {
		odeon_time until = plan.gives_up[argument] ? moments(4) : ODEON_NEVER;

		may_receive(cases, 1);
		index = choose(cases, count, until, plan.choice);
		may_receive(cases, -1);
		EXPLORE_CHECK((index >= 0 && index < 2) || (index == ODEON_ETIMEDOUT && until.ns != INT64_MAX),
		              "a select ends for no reason");
		for (int i = 0; i < LINES_MOST; i++)
			judge_receive(cases, i, index, (int)argument);
	} while (index >= 0 && !plan.is_content[argument] && (cases[0].what == ODEON_ON_RECV || cases[1].what == ODEON_ON_RECV));
	for (int i = 0; i < LINES_MOST; i++)
		line_leave_receiver(&lines[i], plan.receivers[i][argument]);
}

static void relay(long argument)
{
	odeon_case cases[] = { ODEON_CASE_RECV(plan.receivers[0][argument]), ODEON_CASE_SEND(plan.outs[argument], NULL) };
	struct mail *mail = NULL;
	int index, next = 0;

	while (cases[0].what == ODEON_ON_RECV || cases[1].what == ODEON_ON_SEND) {
		if (cases[1].what == ODEON_ON_SEND) {
			mail = mail == NULL ? mail_new((int)argument, next++) : mail;
			cases[1].message = mail->handle;
			line_sends(&lines[1], mail);
		}
		line_may_receive(&lines[0], cases[0].what == ODEON_ON_RECV);
		index = choose(cases, 2, ODEON_NEVER, plan.choice);
		line_may_receive(&lines[0], -(cases[0].what == ODEON_ON_RECV));
		EXPLORE_CHECK(index >= 0, "a select ends for no reason");
		judge_receive(cases, 0, index, (int)argument);
		if (cases[1].what != ODEON_ON_SEND)
			continue;
		EXPLORE_CHECK((cases[1].message == NULL) == (index == 1), "a select does not do one thing");
		line_sent(&lines[1], mail, index == 1 ? cases[1].error : ODEON_EFULL);
		mail = index == 1 ? NULL : mail;
		if (index == 1 && next == EACH)
			cases[1].what = ODEON_ON_NOTHING;
	}
	line_leave_receiver(&lines[0], plan.receivers[0][argument]);
	line_leave_sender(&lines[1], plan.outs[argument]);
}

/* ---- set-ups and verdicts ------------------------------------------------------------------------------------------------ */

static void open_lines(uint64_t seed)
{
	static const struct { enum flavours flavour; size_t capacity; } kinds[] = {
		{ RING, 1 }, { LIST, 0 }, { BOUNDED_LIST, 1 }, { MEET, 0 },
	};

	memset(&plan, 0, sizeof plan);
	channels_set_up(seed);
	plan.choice = explore_random(2) == 0 ? CHOOSE_FIRST : CHOOSE_FAIR;
	for (int i = 0; i < LINES_MOST; i++) {
		uint32_t kind = explore_random(sizeof kinds / sizeof kinds[0]);

		(void)channels_open(i, kinds[kind].flavour, kinds[kind].capacity);
	}
}

static void start(const char *name, void (*body)(long argument), long argument)
{
	(plan.is_kept ? explore_idler : explore_thread)(name, body, argument);
}

static void set_up_gather(uint64_t seed)
{
	static const char *const names[] = { "gatherer 0", "gatherer 1" };
	int gatherers = 1 + (int)explore_random(SELECTORS);

	open_lines(seed);
	plan.is_kept = explore_random(2) == 0;
	plan.gives_up[1] = explore_random(2) == 0;
	plan.is_content[1] = explore_random(2) == 0;
	for (long i = 0; i < gatherers; i++) {
		plan.has_descriptor[i] = explore_random(3) == 0;
		for (int j = 0; j < LINES_MOST; j++)
			plan.receivers[j][i] = i == 0 ? lines[j].receiver : line_receiver(&lines[j]);
		start(names[i], gatherer, i);
	}
	for (long i = 0; i < LINES_MOST; i++) {
		plan.senders[i] = plan.is_kept ? line_sender(&lines[i]) : lines[i].sender;
		explore_thread(i == 0 ? "sender 0" : "sender 1", sender, i);
	}
	if (explore_random(2) == 0) {
		plan.receivers[1][SELECTORS] = line_receiver(&lines[1]);
		start("receiver", plain_receiver, 1);
	}
}

static void set_up_relay(uint64_t seed)
{
	static const char *const names[] = { "relay 0", "relay 1" };
	int relays = 1 + (int)explore_random(SELECTORS);

	open_lines(seed);
	for (long i = 0; i < relays; i++) {
		plan.receivers[0][i] = i == 0 ? lines[0].receiver : line_receiver(&lines[0]);
		plan.outs[i] = i == 0 ? lines[1].sender : line_sender(&lines[1]);
		explore_thread(names[i], relay, i);
	}
	plan.senders[0] = lines[0].sender;
	plan.receivers[1][SELECTORS] = lines[1].receiver;
	explore_thread("sender", sender, 0);
	explore_thread("receiver", plain_receiver, 1);
}

static void finish(void)
{
	EXPLORE_CHECK(mails_at(MAIL_SENT) == 0, "all asleep, and %d messages are inside: a lost wake-up", mails_at(MAIL_SENT));
	EXPLORE_CHECK(mails_at(MAIL_RECEIVED) == mails_made(), "%d messages are lost", mails_made() - mails_at(MAIL_RECEIVED));
	if (!plan.is_kept)
		channels_finish();
}

const struct scenario scenario_gather = {
	"gather", "a select that receives from two channels, beside others", set_up_gather, finish, 20000, 500,
};
const struct scenario scenario_relay = {
	"relay", "a select that receives from one channel or sends to another", set_up_relay, finish, 20000, 600,
};
