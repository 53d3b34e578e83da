/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * publish - one actor publishes, a thousand others get it; or one does, among a hundred thousand that subscribed to something else
 *
 * The publisher asks, and publishes the next when it is told that the last has been sent to all. Payloads are 64 bytes, which
 * nobody copies. It runs until the last one has handled the last and the
 * publisher was told. So there is, for each, a message made, sent, looked at and
 * dropped, and a share of the payload; and for each publication a request, a topic of three levels to be found, and its answer.
 */
#include "bench.h"

#include <stdio.h>

enum { TOPIC_MOST = 40 };

struct value { uint64_t number; char rest[56]; };
struct begin { odeon_ref topics; };
struct published { char unused; };
ODEON_MESSAGE(value);
ODEON_MESSAGE(begin);

struct show { struct run *run; uint64_t publications; unsigned subscribers; _Atomic unsigned left; };     /* left: of all who take part */
struct subscriber { struct show *show; uint64_t next; };
struct publisher { struct show *show; odeon_ref topics; uint64_t number; };

static void leave(odeon_self *self, struct show *show)
{
	if (atomic_fetch_sub(&show->left, 1) == 1)
		run_over(show->run, self);
}

ODEON_HANDLER(subscriber, odeon_published)
{
	const struct value *value = odeon_frozen_look(value, odeon_published->payload);
	struct show *show = subscriber->show;

	if (value == NULL || value->number != subscriber->next++ || odeon_published->missed > 0)
		run_wrong(show->run, "another than number %llu came", (unsigned long long)subscriber->next - 1);
	if (subscriber->next == show->publications)
		leave(self, show);
}

static void publish(odeon_self *self, struct publisher *publisher);

ODEON_ANSWER(publisher, published, odeon_topics_count)
{
	struct show *show = publisher->show;

	if (error != 0 || odeon_topics_count->reached != show->subscribers)
		run_wrong(show->run, "not sent to all: %s", odeon_error_text(error));
	if (++publisher->number < show->publications)
		publish(self, publisher);
	else
		leave(self, show);
}

static void publish(odeon_self *self, struct publisher *publisher)
{
	odeon_frozen *value = odeon_freeze(odeon_new(value, .number = publisher->number));
	int error = odeon_request(self, publisher->topics, odeon_publication_new("house/kitchen/temperature", value, 0), ODEON_NEVER,
	                          ODEON_THEN(self, publisher, published, odeon_topics_count, .unused = 0));

	if (error != 0)
		run_wrong(publisher->show->run, "not published: %s", odeon_error_text(error));
}

ODEON_HANDLER(publisher, begin)
{
	publisher->topics = begin->topics;
	publish(self, publisher);
}

ODEON_HANDLERS(subscriber_handlers, ODEON_ON(subscriber, odeon_published));
ODEON_HANDLERS(publisher_handlers, ODEON_ON(publisher, begin));
ODEON_KIND(subscriber, subscriber_handlers);
ODEON_KIND(publisher, publisher_handlers);

static void subscribe(struct run *run, odeon_ref topics, const char *pattern, odeon_ref who)
{
	int error = odeon_topics_subscribe(run->system, topics, pattern, who, ODEON_NEVER, NULL);

	if (error != 0)
		run_wrong(run, "not subscribed: %s", odeon_error_text(error));
}

/* Others, to the rooms of other houses. */
static void fill(struct run *run, odeon_ref topics, odeon_ref who, unsigned others)
{
	char pattern[TOPIC_MOST];

	for (unsigned i = 0; i < others; i++) {
		(void)snprintf(pattern, sizeof pattern, "house%u/%s/temperature", i, i % 2 == 0 ? "+" : "kitchen");
		subscribe(run, topics, pattern, who);
	}
}

static void play(struct run *run, unsigned subscribers, unsigned others)
{
	struct show show = { .run = run, .publications = run->count, .subscribers = subscribers, .left = subscribers + 1 };
	odeon_ref topics, who, publisher;
	int error = odeon_topics_start(run->system, NULL, &topics);

	if (error != 0)
		run_wrong(run, "no topics: %s", odeon_error_text(error));
	for (unsigned i = 0; i < subscribers; i++) {
		run_spawn(run, &subscriber_kind, &(struct subscriber){ .show = &show }, &who);
		subscribe(run, topics, i % 2 == 0 ? "house/kitchen/temperature" : "house/+/temperature", who);
	}
	run_spawn(run, &subscriber_kind, &(struct subscriber){ .show = &show }, &who);
	fill(run, topics, who, others);
	run_spawn(run, &publisher_kind, &(struct publisher){ .show = &show }, &publisher);
	run_begin(run);
	odeon_post(run->system, publisher, odeon_new(begin, .topics = topics));
	run_wait(run);
	run->amount = run->count * subscribers;
}

static void run_thousand(struct run *run) { play(run, 1000, 0); }
static void run_among(struct run *run) { play(run, 1, 100000); }

const struct bench bench_publish = {
	.name = "publish", .summary = "an actor publishes to a thousand subscribers",
	.amount = "messages", .counts = "publications", .count = 2000, .run = run_thousand,
	.figures = { { "ns_per_message", "ns/message", { 0, 0 }, 1, 0 } },
};

const struct bench bench_publish_among = {
	.name = "publish-among", .summary = "an actor publishes to one subscriber, among 100,000 other subscriptions",
	.amount = "publications", .counts = "publications", .count = 300000, .run = run_among,
	.figures = { { "ns_per_publication", "ns/publication", { 0, 0 }, 0, 0 } },
};
