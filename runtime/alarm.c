/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarm - one word: the next moment at which there is something to receive
 *
 * Nobody sends, and nobody need be told: whoever waits knows until when. The one side counts as never gone.
 */
#include "alarm.h"

#include "clock.h"

ODEON_MESSAGE_DEFINE(odeon_tick);

struct alarm {
	struct channel base;
	int64_t due;                            /* by compare-and-swap; INT64_MAX: never */
	int64_t period;                         /* 0: once */
};

static struct alarm *alarm_of(struct channel *channel) { return (struct alarm *)(void *)channel; }

static int64_t alarm_due(struct channel *channel)
{
	return (int64_t)ck_pr_load_64((uint64_t *)&alarm_of(channel)->due);
}

static int alarm_send(odeon_sender *sender, struct message *message)
{
	(void)sender, (void)message;
	return ODEON_EDISCONNECTED;             /* there are no senders */
}

/* The next one after `due`, which is taken at `now`: a period later, if that is still to come; else a period from now. */
static int64_t next_due(const struct alarm *alarm, int64_t due, int64_t now)
{
	int64_t next = clock_after(due, alarm->period);

	if (alarm->period == 0)
		return INT64_MAX;
	return next > now ? next : clock_after(now, alarm->period);
}

static struct message *alarm_recv(struct channel *channel, odeon_receiver *receiver, int *why)
{
	struct alarm *alarm = alarm_of(channel);
	int64_t due = alarm_due(channel), now;
	struct odeon_tick tick = { .due = { due } };
	struct message *message;

	*why = ODEON_EEMPTY;
	if (receiver == NULL || due == INT64_MAX || due > (now = channel_now(channel)))
		return NULL;
	if (alarm->period > 0)
		tick.missed = (uint64_t)((now - due) / alarm->period);
	message = message_make(&ODEON_MESSAGE_odeon_tick, 0, &tick, NULL);
	if (message == NULL) {
		*why = ODEON_ENOMEM;
		return NULL;
	}
	if (ck_pr_cas_64((uint64_t *)&alarm->due, (uint64_t)due, (uint64_t)next_due(alarm, due, now))) {
		if (receiver->beacon != NULL)
			beacon_lower(receiver);
		return message;
	}
	message_free(message);                  /* a clone was faster */
	return NULL;
}

static bool alarm_can_send(struct channel *channel, struct message *message, const struct wait *wait)
{
	(void)channel, (void)message, (void)wait;
	return true;
}

static bool alarm_can_recv(struct channel *channel, odeon_receiver *receiver, const struct wait *wait)
{
	int64_t due = alarm_due(channel);

	(void)receiver, (void)wait;
	return due != INT64_MAX && due <= channel_now(channel);
}

static size_t alarm_len(struct channel *channel, const odeon_receiver *receiver)
{
	(void)receiver;
	return alarm_can_recv(channel, NULL, NULL);
}

static const struct flavour alarm_flavour = {
	.send = alarm_send, .recv = alarm_recv, .can_send = alarm_can_send, .can_recv = alarm_can_recv, .len = alarm_len,
	.due = alarm_due,
};

bool channel_is_alarm(const struct channel *channel)
{
	return channel->flavour == &alarm_flavour;
}

odeon_receiver *alarm_receiver(odeon_system *clock, int64_t first, int64_t period)
{
	struct channel *channel = channel_make(&alarm_flavour, &ODEON_MESSAGE_odeon_tick, sizeof(struct alarm));
	odeon_receiver *receiver;

	if (channel == NULL)
		return NULL;
	alarm_of(channel)->due = first;
	alarm_of(channel)->period = period;
	channel_simulate(channel, clock);
	channel->capacity = first != INT64_MAX;
	channel_halves(channel, NULL, &receiver);       /* time does not end */
	return receiver;
}
