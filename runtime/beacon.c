/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * beacon - LOW and in the channel's list; RAISING by whoever found it there; then HIGH, and in no list
 *
 * A receive that finds it LOW need do nothing: either nothing has come since it was lowered, or it is about to be raised. One that
 * finds it RAISING waits, so that what it clears is what was raised.
 */
#include "beacon.h"

#include "alloc.h"
#include "channel.h"
#include "latch.h"

enum { LOW, RAISING, HIGH };

struct beacon {
	struct watcher watcher;                 /* first */
	uint32_t state;
	int fd;
	bool is_timer;
};

/* ---- an eventfd ---------------------------------------------------------------------------------------------------- */

/* Out of the list. */
static void go_high(struct beacon *beacon)
{
	ck_pr_store_32(&beacon->state, RAISING);
	os_event_raise(beacon->fd);
	ck_pr_fence_release();                  /* raised, before it can be lowered; pairs with is_low */
	ck_pr_store_32(&beacon->state, HIGH);
}

static void tell(struct watcher *watcher)
{
	go_high((struct beacon *)(void *)watcher);
}

static bool is_low(struct beacon *beacon)
{
	unsigned spins = 0;
	uint32_t state;

	while ((state = ck_pr_load_32(&beacon->state)) == RAISING)
		latch_pause(&spins);
	ck_pr_fence_acquire();                  /* pairs with go_high */
	return state == LOW;
}

/* In no list. */
static void watch(struct beacon *beacon, odeon_receiver *receiver)
{
	struct waitlist *list = &receiver->channel->for_messages;

	ck_pr_store_32(&beacon->state, LOW);
	waitlist_watch(list, &beacon->watcher);
	if (!channel_can_recv(receiver->channel, receiver, NULL))
		return;
	waitlist_unwatch(list, &beacon->watcher);
	if (is_low(beacon))
		go_high(beacon);
}

/* ---- a timerfd ----------------------------------------------------------------------------------------------------- */

static void set_timer(struct beacon *beacon, struct channel *channel)
{
	os_timer_set(beacon->fd, channel->flavour->due(channel));
}

/* ---- both ---------------------------------------------------------------------------------------------------------- */

static int open_beacon(odeon_receiver *receiver)
{
	struct channel *channel = receiver->channel;
	struct beacon *beacon = alloc_zeroed(sizeof *beacon);

	if (beacon == NULL)
		return ODEON_ESYSTEM;
	beacon->watcher.tell = tell;
	beacon->is_timer = channel->flavour->due != NULL;
	beacon->fd = beacon->is_timer ? os_timer_open() : os_event_open();
	if (beacon->fd < 0) {
		alloc_free(beacon, sizeof *beacon);
		return ODEON_ESYSTEM;
	}
	receiver->beacon = beacon;
	if (beacon->is_timer)
		set_timer(beacon, channel);
	else
		watch(beacon, receiver);
	return 0;
}

void beacon_lower(odeon_receiver *receiver)
{
	struct beacon *beacon = receiver->beacon;

	if (beacon->is_timer) {
		set_timer(beacon, receiver->channel);
	} else if (!is_low(beacon)) {
		os_event_clear(beacon->fd);
		watch(beacon, receiver);
	}
}

void beacon_close(odeon_receiver *receiver)
{
	struct beacon *beacon = receiver->beacon;

	if (!beacon->is_timer)
		waitlist_unwatch(&receiver->channel->for_messages, &beacon->watcher);
	os_event_close(beacon->fd);
	alloc_free(beacon, sizeof *beacon);
	receiver->beacon = NULL;
}

int odeon_receiver_fd(odeon_receiver *receiver)
{
	int error = 0;

	if (receiver == NULL || receiver->channel->simulated != NULL)
		return ODEON_EINVAL;
	if (receiver->beacon == NULL)
		error = open_beacon(receiver);
	return error == 0 ? receiver->beacon->fd : error;
}
