/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * topics - the actor that knows who subscribed to what, and what is retained
 *
 * A publication brings a sheet: the topic and a share of the payload. The sheet is signed by the publisher and frozen, and each
 * message to a subscriber holds a share of it: so one counter is touched for each, and topic and payload go together.
 */
#include "subscriptions.h"

#include <stdlib.h>
#include <string.h>

struct sheet { odeon_frozen *payload; odeon_ref from; char topic[]; };
ODEON_MESSAGE_DROP(sheet) { odeon_frozen_drop(sheet->payload); }

struct publication { struct sheet *sheet; int is_retained; };
ODEON_MESSAGE_DROP(publication) { odeon_free(publication->sheet); }

struct question { enum odeon_topic_question question; odeon_ref who; char pattern[]; };
ODEON_MESSAGE(question);

ODEON_MESSAGE_DEFINE(odeon_topics_count);
ODEON_MESSAGE_DEFINE_DROP(odeon_published) { odeon_frozen_drop(odeon_published->held); }

struct topics {
	odeon_topics limits;
	struct subscriptions subscriptions;
	struct levels retained;                        /* a load is a share of a sheet */
	uint32_t retained_count;
	uint64_t missed_ever, refused_ever;
};

/* ---- telling subscribers --------------------------------------------------------------------------------------------------- */

/* What goes to one subscriber or to many. A message that was refused is used for the next. */
struct delivery {
	odeon_self *self;
	odeon_frozen *held;
	const struct sheet *sheet;
	struct subscription *only;                     /* the new one that gets what is retained */
	struct odeon_published *spare;
	uint32_t reached, missed;
};

static struct odeon_published *copy_for(struct delivery *delivery, const struct subscription *subscription)
{
	struct odeon_published *copy = delivery->spare;

	delivery->spare = NULL;
	if (copy == NULL)
		copy = odeon_new(odeon_published);
	if (copy == NULL)
		return NULL;
	if (copy->held == NULL)
		copy->held = odeon_frozen_share(delivery->held);
	copy->topic = delivery->sheet->topic;
	copy->payload = delivery->sheet->payload;
	copy->from = delivery->sheet->from;
	copy->missed = subscription->missed;
	copy->is_retained = delivery->only != NULL;
	return copy;
}

static void deliver(struct delivery *delivery, struct subscription *subscription)
{
	struct odeon_published *copy = copy_for(delivery, subscription);
	int why = ODEON_ENOMEM;

	if (copy != NULL)
		delivery->spare = odeon_try_send(delivery->self, subscription->who, copy, &why);
	if (why == 0) {
		subscription->missed = 0;
		delivery->reached++;
	} else if (why != ODEON_EGONE) {                       /* who has ended misses nothing */
		subscription->missed += subscription->missed < UINT32_MAX;
		delivery->missed++;
	}
}

static void deliver_to_all(void *argument, struct level *pattern)
{
	struct subscription *subscription = subscriptions_at(pattern);

	for (; subscription != NULL; subscription = subscription->after)
		deliver(argument, subscription);
}

static void deliver_retained(void *argument, struct level *topic)
{
	struct delivery *delivery = argument;

	delivery->held = topic->load;
	delivery->sheet = odeon_frozen_look(sheet, delivery->held);
	deliver(delivery, delivery->only);
	odeon_free(delivery->spare);                           /* it holds this sheet, not the next */
	delivery->spare = NULL;
}

/* ---- publishing --------------------------------------------------------------------------------------------------------------- */

static bool accepts(const struct topics *topics, const char *text, bool is_pattern)
{
	return levels_accept(text, topics->limits.topic_bytes, topics->limits.levels, is_pattern);
}

/* The place of what is to be retained for a topic, made if need be. */
static int find_place(struct topics *topics, const char *topic, struct level **place)
{
	*place = levels_find(&topics->retained, topic);
	if (*place != NULL && (*place)->load != NULL)
		return 0;
	if (topics->retained_count >= topics->limits.retained)
		return ODEON_EFULL;
	*place = levels_make(&topics->retained, topic);
	return *place != NULL ? 0 : ODEON_ENOMEM;
}

static void retain(struct topics *topics, struct level *place, odeon_frozen *held)
{
	if (place->load == NULL)
		topics->retained_count++;
	odeon_frozen_drop(place->load);
	place->load = odeon_frozen_share(held);
}

static int publish(odeon_self *self, struct topics *topics, struct publication *publication, struct delivery *delivery)
{
	struct level *place = NULL;
	int error = 0;

	if (!accepts(topics, publication->sheet->topic, false))
		return ODEON_EINVAL;
	if (publication->is_retained)
		error = find_place(topics, publication->sheet->topic, &place);
	if (error != 0)
		return error;
	publication->sheet->from = odeon_from(self);
	*delivery = (struct delivery){ .self = self, .held = odeon_freeze(publication->sheet) };
	publication->sheet = NULL;
	delivery->sheet = odeon_frozen_look(sheet, delivery->held);
	if (place != NULL)
		retain(topics, place, delivery->held);
	levels_match(&topics->subscriptions.patterns, delivery->sheet->topic, deliver_to_all, delivery);
	odeon_free(delivery->spare);
	odeon_frozen_drop(delivery->held);
	return 0;
}

static void fill(struct odeon_topics_count *answer, struct topics *topics, const struct delivery *delivery)
{
	topics->missed_ever += delivery->missed;
	if (answer == NULL)
		return;
	*answer = (struct odeon_topics_count){ .reached = delivery->reached, .missed = delivery->missed,
		.subscriptions = (uint32_t)topics->subscriptions.all.count,
		.subscribers = (uint32_t)topics->subscriptions.subscribers.count, .retained = topics->retained_count,
		.levels = (uint32_t)(topics->subscriptions.patterns.count + topics->retained.count),
		.missed_ever = topics->missed_ever, .refused_ever = topics->refused_ever };
}

/* The duty to answer leaves the hand first: what is in hand is taken apart. Without memory for that nothing is published, if an
 * answer is owed; if none is, odeon_reply_error finds nothing to answer. */
ODEON_HANDLER(topics, publication)
{
	void *duty = odeon_duty(self);
	struct odeon_topics_count *answer = duty != NULL ? odeon_new(odeon_topics_count) : NULL;
	struct delivery delivery = { .self = self };
	int error = 0;

	if (duty != NULL ? answer == NULL : odeon_reply_error(self, ODEON_ENOMEM) != ODEON_EINVAL)
		error = ODEON_ENOMEM;
	if (error == 0)
		error = publish(self, topics, publication, &delivery);
	topics->refused_ever += error != 0;
	fill(answer, topics, &delivery);
	if (duty != NULL && error == 0)
		(void)odeon_reply_to(self, duty, answer);
	else {
		odeon_free(answer);
		if (duty != NULL)
			(void)odeon_reply_error_to(self, duty, error);
	}
	odeon_free(duty);
}

/* ---- questions ---------------------------------------------------------------------------------------------------------------- */

static int subscribe(odeon_self *self, struct topics *topics, const struct question *question, struct delivery *delivery)
{
	int error = subscriptions_add(self, &topics->subscriptions, question->pattern, question->who, &delivery->only);

	if (error == 0)
		levels_reach(&topics->retained, question->pattern, deliver_retained, delivery);
	return error;
}

static void drop_retained(void *unused, struct level *topic)
{
	(void)unused;
	odeon_frozen_drop(topic->load);
	topic->load = NULL;
}

static int clear(struct topics *topics, const char *topic)
{
	struct level *place = levels_find(&topics->retained, topic);

	if (place == NULL || place->load == NULL)
		return ODEON_EGONE;
	drop_retained(NULL, place);
	topics->retained_count--;
	levels_prune(&topics->retained, place);
	return 0;
}

static int obey(odeon_self *self, struct topics *topics, const struct question *question, struct delivery *delivery)
{
	if (question->question != ODEON_TOPIC_COUNT
	    && !accepts(topics, question->pattern, question->question != ODEON_TOPIC_CLEAR))
		return ODEON_EINVAL;
	switch (question->question) {
	case ODEON_TOPIC_SUBSCRIBE:
		return subscribe(self, topics, question, delivery);
	case ODEON_TOPIC_UNSUBSCRIBE:
		return subscriptions_remove(self, &topics->subscriptions, question->pattern, question->who);
	case ODEON_TOPIC_CLEAR:
		return clear(topics, question->pattern);
	case ODEON_TOPIC_COUNT:
		return 0;
	default:
		return ODEON_EINVAL;
	}
}

ODEON_HANDLER(topics, question)
{
	struct odeon_topics_count *answer = odeon_new(odeon_topics_count);      /* before anything changes */
	struct delivery delivery = { .self = self };
	int error = answer != NULL ? obey(self, topics, question, &delivery) : ODEON_ENOMEM;

	fill(answer, topics, &delivery);
	if (error == 0) {
		(void)odeon_reply(self, answer);
		return;
	}
	odeon_free(answer);
	(void)odeon_reply_error(self, error);
}

ODEON_HANDLER(topics, odeon_down) { subscriptions_forget(self, &topics->subscriptions, odeon_down->who); }

/* ---- the actor ------------------------------------------------------------------------------------------------------------------- */

static void fill_in(odeon_topics *limits)
{
	if (limits->subscriptions == 0)
		limits->subscriptions = 1000000;
	if (limits->subscriptions_each == 0)
		limits->subscriptions_each = limits->subscriptions;
	if (limits->retained == 0)
		limits->retained = 100000;
	if (limits->levels == 0)
		limits->levels = 32;
	if (limits->topic_bytes == 0)
		limits->topic_bytes = 1024;
}

ODEON_START(topics, odeon_topics)
{
	if (odeon_topics != NULL && odeon_topics->bytes != sizeof *odeon_topics)
		return ODEON_EVERSION;
	if (odeon_topics != NULL)
		topics->limits = *odeon_topics;
	fill_in(&topics->limits);
	if (topics->limits.levels > ODEON_TOPIC_LEVELS_MOST || topics->limits.topic_bytes > ODEON_TOPIC_BYTES_MOST)
		return ODEON_EINVAL;
	topics->subscriptions.most = topics->limits.subscriptions;
	topics->subscriptions.most_each = topics->limits.subscriptions_each;
	return odeon_bound(self, &topics->limits.mailbox);
}

ODEON_STOP(topics)
{
	subscriptions_close(&topics->subscriptions);
	levels_close(&topics->retained, drop_retained, NULL);
}

ODEON_HANDLERS(topics_handlers, ODEON_ON(topics, publication), ODEON_ON(topics, question), ODEON_ON(topics, odeon_down));
const odeon_kind odeon_topics_kind = ODEON_KIND_INIT(topics, topics_handlers, .start = ODEON_STARTS(topics),
	.stop = ODEON_STOPS(topics));

/* ---- what users call --------------------------------------------------------------------------------------------------------------- */

int odeon_topics_start(odeon_system *system, const odeon_topics *limits, odeon_ref *topics)
{
	return odeon_system_spawn(system, &odeon_topics_kind, limits, topics);
}

/* A text that is none, or longer than any may be, is empty, which is none. */
static size_t bytes_of(const char *text)
{
	size_t bytes = text != NULL ? strnlen(text, ODEON_TOPIC_BYTES_MOST + 1) : 0;

	return bytes <= ODEON_TOPIC_BYTES_MOST ? bytes : 0;
}

void *odeon_publication_new(const char *topic, odeon_frozen *payload, int is_retained)
{
	size_t bytes = bytes_of(topic);
	struct sheet *sheet = payload != NULL ? odeon_new_sized(sheet, bytes + 1, .payload = payload) : NULL;
	struct publication *publication;

	if (sheet == NULL) {
		odeon_frozen_drop(payload);
		return NULL;
	}
	memcpy(sheet->topic, bytes > 0 ? topic : "", bytes);
	sheet->topic[bytes] = 0;
	publication = odeon_new(publication, .sheet = sheet, .is_retained = is_retained != 0);
	if (publication == NULL)
		odeon_free(sheet);
	return publication;
}

void *odeon_topics_question_new(enum odeon_topic_question question, const char *pattern, odeon_ref who)
{
	size_t bytes = bytes_of(pattern);
	struct question *message = odeon_new_sized(question, bytes + 1, .question = question, .who = who);

	if (message == NULL)
		return NULL;
	memcpy(message->pattern, bytes > 0 ? pattern : "", bytes);
	message->pattern[bytes] = 0;
	return message;
}

static int ask(odeon_system *system, odeon_ref topics, void *message, odeon_time until, struct odeon_topics_count *count)
{
	int why;
	struct odeon_topics_count *answer = odeon_ask(odeon_topics_count, system, topics, message, until, &why);

	if (count != NULL)
		*count = answer != NULL ? *answer : (struct odeon_topics_count){ 0 };
	odeon_free(answer);
	return why;
}

int odeon_topics_publish(odeon_system *system, odeon_ref topics, const char *topic, odeon_frozen *payload,
                         int is_retained, odeon_time until, struct odeon_topics_count *count)
{
	return ask(system, topics, odeon_publication_new(topic, payload, is_retained), until, count);
}

int odeon_topics_subscribe(odeon_system *system, odeon_ref topics, const char *pattern, odeon_ref who, odeon_time until,
                           struct odeon_topics_count *count)
{
	return ask(system, topics, odeon_topics_question_new(ODEON_TOPIC_SUBSCRIBE, pattern, who), until, count);
}

int odeon_topics_unsubscribe(odeon_system *system, odeon_ref topics, const char *pattern, odeon_ref who, odeon_time until)
{
	return ask(system, topics, odeon_topics_question_new(ODEON_TOPIC_UNSUBSCRIBE, pattern, who), until, NULL);
}

int odeon_topics_clear(odeon_system *system, odeon_ref topics, const char *topic, odeon_time until)
{
	return ask(system, topics, odeon_topics_question_new(ODEON_TOPIC_CLEAR, topic, ODEON_NOBODY), until, NULL);
}

int odeon_topics_look(odeon_system *system, odeon_ref topics, odeon_time until, struct odeon_topics_count *count)
{
	return ask(system, topics, odeon_topics_question_new(ODEON_TOPIC_COUNT, NULL, ODEON_NOBODY), until, count);
}
