/* SPDX-License-Identifier: BSD-2-Clause */
/* judge - where each message of a channel is, and which waits are over */
#undef ODEON_DEBUG
#include <string.h>
#include "channels.h"

#define FREED 0xee
#define WAITERS_MOST 24

struct line lines[LINES_MOST];
const odeon_type mail_type = { "mail", sizeof ((struct mail *)0)->payload, NULL, 0 };

static struct {
	struct mail mails[MAILS_MOST];
	int mails_used;
	int last_seen[RECEIVERS_MOST][SENDERS_MOST];
	struct { const void *waiter, *wait; bool is_over; } waiters[WAITERS_MOST];
	int waiters_used;
} judge;

/* ---- waits --------------------------------------------------------------------------------------------------------------- */

static bool is_mail(const void *node)
{
	return (const char *)node >= (const char *)judge.mails && (const char *)node < (const char *)(judge.mails + MAILS_MOST);
}

/* It is in the list's queue just now. */
static void check_bound(const struct mail *mail)
{
	struct line *line = &lines[mail->payload.line];

	if (line->is_unbounded)
		return;
	EXPLORE_CHECK(line->channel->flavour->len(line->channel, NULL) <= line->capacity, "more are inside than the capacity");
}

/* A waiter, into a list. The node of a message goes the same way. */
static void entered(const void *list, const void *node)
{
	int i = 0;

	if (is_mail(node)) {
		check_bound(node);
		return;
	}
	(void)list;
	while (i < judge.waiters_used && judge.waiters[i].waiter != node)
		i++;
	EXPLORE_CHECK(i < WAITERS_MOST, "too many waiters for the judge");
	if (i == judge.waiters_used)
		judge.waiters_used++;
	judge.waiters[i].waiter = node;
	judge.waiters[i].wait = ((const struct waiter *)node)->wait;
	judge.waiters[i].is_over = false;
}

static void is_over(const void *wait)
{
	for (int i = 0; i < judge.waiters_used; i++)
		if (judge.waiters[i].wait == wait)
			judge.waiters[i].is_over = true;
}

/* A waiter, or a wait, which has several and has had others; not the stub of a list. */
static bool was_waiting(const void *node)
{
	bool was = false;

	for (int i = 0; i < judge.waiters_used; i++) {
		if (judge.waiters[i].waiter != node && judge.waiters[i].wait != node)
			continue;
		if (!judge.waiters[i].is_over)
			return false;
		was = true;
	}
	return was;
}

static void touched(const void *node)
{
	if (is_mail(node)) {
		const struct mail *mail = node;

		EXPLORE_CHECK(mail->payload.where == MAIL_SENT, "a freed message is touched");
		return;
	}
	EXPLORE_CHECK(!was_waiting(node), "a wait that is over is touched");
}

/* ---- messages ------------------------------------------------------------------------------------------------------------ */

struct mail *mail_new(int from, int number)
{
	struct mail *mail = &judge.mails[judge.mails_used++];

	EXPLORE_CHECK(judge.mails_used <= MAILS_MOST, "too many messages for the test");
	mail->message = (struct message){ .type = &mail_type };
	mail->payload.from = from;
	mail->payload.number = number;
	mail->payload.where = MAIL_OWNED;
	mail->handle = &mail->payload;
	return mail;
}

static struct mail *mail_of(void *payload)
{
	return (struct mail *)(void *)message_of(payload);
}

static const char *fate_of(const struct mail *mail)
{
	static const char *const fates[] = { "handed back", "sent", "received", "dropped" };

	return fates[mail->payload.where];
}

/* Its memory is somebody else's now. */
static void lose(struct mail *mail, enum whereabouts where)
{
	mail->payload.where = where;
	memset(&mail->message.node, FREED, sizeof mail->message.node);
}

void message_drop(struct message *message)
{
	struct mail *mail = (struct mail *)(void *)message;

	EXPLORE_CHECK(is_mail(message), "something else is dropped");
	EXPLORE_CHECK(mail->payload.where == MAIL_SENT, "a message is dropped that was %s",
	              fate_of(mail));
	lines[mail->payload.line].dropped++;
	lose(mail, MAIL_DROPPED);
}

void message_release(struct message *message)
{
	EXPLORE_CHECK(((struct mail *)(void *)message)->payload.where == MAIL_DROPPED, "a message is freed that was not dropped");
}

void message_free(struct message *message)
{
	message_drop(message);
	message_release(message);
}

/* Of so many sends that went well: at least so many are inside. */
static int left_of(const struct line *line, int taken)
{
	return taken - line->got - line->dropped - line->receiving;
}

/* At least so many are inside, for all to see. */
static int inside(const struct line *line)
{
	int taken = 0;

	for (int i = 0; i < judge.mails_used; i++)
		taken += judge.mails[i].is_taken != 0 && judge.mails[i].payload.line == (uint32_t)(line - lines);
	return left_of(line, taken);
}

void line_sends(struct line *line, struct mail *mail)
{
	EXPLORE_CHECK(mail->payload.where == MAIL_OWNED, "the test sends a message twice");
	mail->payload.where = MAIL_SENT;
	mail->payload.line = (uint32_t)(line - lines);
}

/* Nobody receives; or it is a oneshot, and another message was there first. */
static bool may_refuse(const struct line *line, const struct mail *mail)
{
	bool is_spent = false;

	for (int i = 0; i < judge.mails_used && line->is_oneshot; i++)
		is_spent |= &judge.mails[i] != mail && judge.mails[i].payload.where != MAIL_OWNED;
	return line->receivers == 0 || is_spent;
}

void line_sent(struct line *line, struct mail *mail, int error)
{
	EXPLORE_CHECK(error != ODEON_EDISCONNECTED || may_refuse(line, mail),
	              "is told that nobody receives, and somebody does");
	if (error == 0) {
		line->taken++;
		if (line->is_ring)
			ck_pr_store_32(&mail->is_taken, 1);
		else
			mail->is_taken = 1;
		EXPLORE_CHECK(line->is_unbounded || line->is_deserted || left_of(line, line->taken) <= (int)line->capacity,
		              "more are inside than the capacity");
		return;
	}
	EXPLORE_CHECK(mail->payload.where == MAIL_SENT, "a message is handed back that was taken");
	mail->payload.where = MAIL_OWNED;
}

int line_send(struct line *line, odeon_sender *sender, struct mail *mail, odeon_time until)
{
	void *left;
	int why;

	line_sends(line, mail);
	left = odeon_sender_try_at(sender, mail->handle, until, &why, NULL);
	EXPLORE_CHECK((left == NULL) == (why == 0), "a message is handed back, and taken");
	line_sent(line, mail, why);
	return why;
}

int line_send_away(struct line *line, odeon_sender *sender, struct mail *mail)
{
	int error;

	line_sends(line, mail);
	error = odeon_sender_send_at(sender, mail->handle, NULL);
	if (error == 0) {
		line_sent(line, mail, 0);
		return 0;
	}
	EXPLORE_CHECK(mail->payload.where == MAIL_DROPPED, "a message is refused, and not dropped");
	EXPLORE_CHECK(error == ODEON_EDISCONNECTED && may_refuse(line, mail), "is told that nobody receives, and somebody does");
	line->dropped--;
	return error;
}

void line_may_receive(struct line *line, int by)
{
	line->receiving += by;
}

/* After line_may_receive(line, -1). */
void line_told(struct line *line, int error)
{
	if (error == ODEON_EDISCONNECTED) {
		EXPLORE_CHECK(line->senders == 0 || line->is_oneshot, "is told that nobody sends, and somebody does");
		EXPLORE_CHECK(inside(line) <= 0, "is told that nothing will come, and a message is there");
	}
}

struct mail *line_got(struct line *line, void *payload, int reader)
{
	struct mail *mail = mail_of(payload);
	int *seen;

	EXPLORE_CHECK(is_mail(mail), "something else is received");
	seen = &judge.last_seen[reader][mail->payload.from];
	EXPLORE_CHECK(mail->payload.where == MAIL_SENT, "a message is received that was %s",
	              fate_of(mail));
	EXPLORE_CHECK(mail->payload.line == (uint32_t)(line - lines), "received from another channel");
	EXPLORE_CHECK(mail->payload.number > *seen, "out of order");
	*seen = mail->payload.number;
	line->got++;
	lose(mail, MAIL_RECEIVED);
	return mail;
}

struct mail *line_recv(struct line *line, odeon_receiver *receiver, int reader, odeon_time until, int *why)
{
	bool is_alone = line->receivers == 1 && line->receiving == 0;
	int there = inside(line);
	void *payload;

	line_may_receive(line, 1);
	payload = odeon_receiver_recv(&mail_type, receiver, until, why);
	line_may_receive(line, -1);
	EXPLORE_CHECK((payload != NULL) == (*why == 0), "a message and an error");
	if (payload != NULL)
		return line_got(line, payload, reader);
	EXPLORE_CHECK(*why != ODEON_EEMPTY || !is_alone || there <= 0, "is told that it is empty, and a message is there");
	line_told(line, *why);
	return NULL;
}

int mails_at(enum whereabouts where)
{
	int count = 0;

	for (int i = 0; i < judge.mails_used; i++)
		count += judge.mails[i].payload.where == where;
	return count;
}

int mails_made(void)
{
	return judge.mails_used;
}

void judge_set_up(void)
{
	memset(&judge, 0, sizeof judge);
	memset(lines, 0, sizeof lines);
	memset(judge.last_seen, -1, sizeof judge.last_seen);
	explore_on_touch = touched;
	explore_on_entered = entered;
	explore_on_left = is_over;
	for (int i = 0; i < MAILS_MOST; i++)
		explore_buffer(&judge.mails[i].is_taken, sizeof judge.mails[i].is_taken);
}
