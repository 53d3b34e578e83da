/* SPDX-License-Identifier: BSD-2-Clause */
/* subscriptions - each stands in two lists and a table, so that whatever it is looked for by, nothing is searched */
#include "subscriptions.h"

#include <stdlib.h>

static struct subscriber *find_subscriber(const struct subscriptions *subscriptions, odeon_ref who)
{
	struct entry *entry = table_first(&subscriptions->subscribers, odeon_ref_hash(who));

	while (entry != NULL && !odeon_ref_equal(((struct subscriber *)entry)->who, who))
		entry = table_next(entry);
	return (struct subscriber *)entry;
}

static uint64_t hash_of(const struct level *pattern, odeon_ref who)
{
	return odeon_ref_hash((odeon_ref){ who.bits ^ (uintptr_t)pattern * 0x9e3779b97f4a7c15u });
}

static struct subscription *find(const struct subscriptions *subscriptions, const struct level *pattern, odeon_ref who)
{
	struct entry *entry = table_first(&subscriptions->all, hash_of(pattern, who));

	for (; entry != NULL; entry = table_next(entry)) {
		struct subscription *subscription = (struct subscription *)entry;

		if (subscription->pattern == pattern && odeon_ref_equal(subscription->who, who))
			return subscription;
	}
	return NULL;
}

/* ---- coming ------------------------------------------------------------------------------------------------------------------ */

static int look_alive(odeon_self *self, odeon_ref who)
{
	odeon_stats_actor stats = ODEON_STATS(odeon_stats_actor);

	if (odeon_ref_is_nobody(who))
		return ODEON_EINVAL;
	return odeon_actor_stats(odeon_system_of(self), who, &stats);
}

static int add_subscriber(odeon_self *self, struct subscriptions *subscriptions, odeon_ref who, struct subscriber **subscriber)
{
	int error = look_alive(self, who);

	*subscriber = error == 0 ? calloc(1, sizeof **subscriber) : NULL;
	if (*subscriber == NULL)
		return error != 0 ? error : ODEON_ENOMEM;
	(*subscriber)->who = who;
	error = odeon_monitor(self, who);
	if (error == 0 && table_add(&subscriptions->subscribers, &(*subscriber)->entry, odeon_ref_hash(who)))
		return 0;
	if (error == 0)
		(void)odeon_unmonitor(self, who);
	free(*subscriber);
	*subscriber = NULL;
	return error != 0 ? error : ODEON_ENOMEM;
}

static void forget_idle(odeon_self *self, struct subscriptions *subscriptions, struct subscriber *subscriber)
{
	if (subscriber->count > 0)
		return;
	(void)odeon_unmonitor(self, subscriber->who);
	table_remove(&subscriptions->subscribers, &subscriber->entry);
	free(subscriber);
}

static void enter(struct subscription *subscription, struct subscriber *subscriber, struct level *pattern)
{
	subscription->subscriber = subscriber;
	subscription->pattern = pattern;
	subscription->after = subscriptions_at(pattern);
	if (subscription->after != NULL)
		subscription->after->before = subscription;
	pattern->load = subscription;
	subscription->later = subscriber->first;
	if (subscription->later != NULL)
		subscription->later->sooner = subscription;
	subscriber->first = subscription;
	subscriber->count++;
}

static struct subscription *make(struct subscriptions *subscriptions, struct subscriber *subscriber, const char *text)
{
	struct level *pattern = levels_make(&subscriptions->patterns, text);
	struct subscription *subscription = pattern != NULL ? calloc(1, sizeof *subscription) : NULL;

	if (subscription != NULL && table_add(&subscriptions->all, &subscription->entry, hash_of(pattern, subscriber->who))) {
		subscription->who = subscriber->who;
		enter(subscription, subscriber, pattern);
		return subscription;
	}
	free(subscription);
	if (pattern != NULL)
		levels_prune(&subscriptions->patterns, pattern);
	return NULL;
}

int subscriptions_add(odeon_self *self, struct subscriptions *subscriptions, const char *pattern, odeon_ref who,
                      struct subscription **subscription)
{
	struct subscriber *subscriber = find_subscriber(subscriptions, who);
	struct level *level = subscriber != NULL ? levels_find(&subscriptions->patterns, pattern) : NULL;
	int error;

	*subscription = level != NULL ? find(subscriptions, level, who) : NULL;
	if (*subscription != NULL)
		return 0;
	if (subscriptions->all.count >= subscriptions->most
	    || (subscriber != NULL && subscriber->count >= subscriptions->most_each))
		return ODEON_EFULL;
	if (subscriber == NULL && (error = add_subscriber(self, subscriptions, who, &subscriber)) != 0)
		return error;
	*subscription = make(subscriptions, subscriber, pattern);
	forget_idle(self, subscriptions, subscriber);
	return *subscription != NULL ? 0 : ODEON_ENOMEM;
}

/* ---- going ------------------------------------------------------------------------------------------------------------------- */

static void leave(struct subscriptions *subscriptions, struct subscription *subscription)
{
	struct subscription *sooner = subscription->sooner, *before = subscription->before;

	*(sooner != NULL ? &sooner->later : &subscription->subscriber->first) = subscription->later;
	if (subscription->later != NULL)
		subscription->later->sooner = sooner;
	if (before != NULL)
		before->after = subscription->after;
	else
		subscription->pattern->load = subscription->after;
	if (subscription->after != NULL)
		subscription->after->before = before;
	subscription->subscriber->count--;
	table_remove(&subscriptions->all, &subscription->entry);
	levels_prune(&subscriptions->patterns, subscription->pattern);
	free(subscription);
}

int subscriptions_remove(odeon_self *self, struct subscriptions *subscriptions, const char *pattern, odeon_ref who)
{
	struct level *level = levels_find(&subscriptions->patterns, pattern);
	struct subscription *subscription = level != NULL ? find(subscriptions, level, who) : NULL;
	struct subscriber *subscriber;

	if (subscription == NULL)
		return ODEON_EGONE;
	subscriber = subscription->subscriber;
	leave(subscriptions, subscription);
	forget_idle(self, subscriptions, subscriber);
	return 0;
}

void subscriptions_forget(odeon_self *self, struct subscriptions *subscriptions, odeon_ref who)
{
	struct subscriber *subscriber = find_subscriber(subscriptions, who);

	if (subscriber == NULL)
		return;
	while (subscriber->first != NULL)
		leave(subscriptions, subscriber->first);
	forget_idle(self, subscriptions, subscriber);
}

static void free_all_to(void *unused, struct level *pattern)
{
	struct subscription *subscription = subscriptions_at(pattern);

	(void)unused;
	while (subscription != NULL) {
		struct subscription *after = subscription->after;

		if (--subscription->subscriber->count == 0)
			free(subscription->subscriber);
		free(subscription);
		subscription = after;
	}
}

void subscriptions_close(struct subscriptions *subscriptions)
{
	levels_close(&subscriptions->patterns, free_all_to, NULL);
	table_close(&subscriptions->all);
	table_close(&subscriptions->subscribers);
}
