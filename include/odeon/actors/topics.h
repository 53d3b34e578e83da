/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/topics.h - publish and subscribe: what is published under a topic goes to all who subscribed to it
 *
 *   odeon_topics_subscribe(system, topics, "prices/+/latest", screen, until, NULL);
 *   odeon_send(self, topics, odeon_publication_new("prices/tea/latest", odeon_freeze(odeon_new(price, .cents = 250)), 1));
 *   ODEON_HANDLER(screen, odeon_published) { price = odeon_frozen_look(price, odeon_published->payload); ... }
 *
 * Topics are kept by an ordinary actor; start as many as you like. A topic is a text of levels with '/' between them. An
 * empty level is a level: "/a" has two. A pattern is a topic in which a level may be "+", any one level, and the last may be
 * "#", that level and all below, and none: "a/#" matches "a", "a/b" and "a/b/c". A first level that is "+" or "#" matches no
 * topic that begins with '$'. These are MQTT's rules, and what breaks them is refused. Bytes are compared as they are.
 *
 * Each subscription, an actor and a pattern, gets each publication that matches exactly once, as a struct odeon_published,
 * in the order in which the topics' actor handled them: so those of one publisher come in the order sent. An actor with two
 * patterns that both match gets it twice. The payload is frozen (frozen.h): nothing is copied, and it goes with the last who
 * has it.
 *
 * A publication may be retained: the last such of its topic is given to who subscribes later, at once, before all that is
 * published afterwards, in no promised order of topics, until another takes its place or it is cleared. Subscribing once
 * more changes nothing, but gives them again.
 *
 * Nobody waits for a slow subscriber. What its mailbox refuses, or there is no memory to tell it, it misses, and the next
 * that it gets for that subscription says how many were missed before; to have what is retained, it subscribes once more.
 * (Policies other than ODEON_FAIL drop or redirect unnoticed, as anybody's messages.) An actor that ends is forgotten with
 * its subscriptions. One that is started anew by its supervisor keeps them.
 *
 * Publishing looks at the levels of the topic and at the patterns that agree with its beginning, however many others there
 * are. Memory is bounded by the limits of struct odeon_topics, and the payloads of what is retained.
 */
#ifndef ODEON_ACTORS_TOPICS_H
#define ODEON_ACTORS_TOPICS_H

#include <odeon/frozen.h>
#include <odeon/system.h>

#define ODEON_TOPIC_LEVELS_MOST 128
#define ODEON_TOPIC_BYTES_MOST 65535                   /* without the final zero */

/* Limits, and the argument of odeon_topics_kind. Copied; 0 is the default. */
typedef struct odeon_topics {
	size_t bytes;
	uint32_t subscriptions;                        /* so many at most, together; 0: 1,000,000 */
	uint32_t subscriptions_each;                   /* of one actor; 0: as many as together */
	uint32_t retained;                             /* topics with a retained publication; 0: 100,000 */
	uint32_t levels;                               /* of a topic or pattern; 0: 32; at most ODEON_TOPIC_LEVELS_MOST */
	uint32_t topic_bytes;                          /* of a topic or pattern; 0: 1024; at most ODEON_TOPIC_BYTES_MOST */
	odeon_mailbox mailbox;                         /* of the topics' actor: bounds what is published and not yet handled */
} odeon_topics;
#define ODEON_TOPICS(...) { .bytes = sizeof(odeon_topics), __VA_ARGS__ }

/* What a subscriber gets. All of it goes with the message; odeon_frozen_share(payload) keeps the payload for longer. */
struct odeon_published {
	const char *topic;
	odeon_frozen *payload;                         /* odeon_frozen_look reads it; not yours to drop */
	odeon_ref from;                                /* who published it; nobody: a plain thread */
	uint32_t missed;                               /* publications that this subscription missed just before this one */
	uint32_t is_retained;                          /* it was published before the subscription */
	odeon_frozen *held;                            /* what keeps the topic and the payload; dropped with the message */
};

enum odeon_topic_question {
	ODEON_TOPIC_SUBSCRIBE = 0,                     /* this actor gets what matches this pattern */
	ODEON_TOPIC_UNSUBSCRIBE,                       /* ... no longer */
	ODEON_TOPIC_CLEAR,                             /* nothing is retained for this topic */
	ODEON_TOPIC_COUNT                              /* how much there is */
};

/* The answer to each question, and to a publication that was asked for an answer. */
struct odeon_topics_count {
	uint32_t reached, missed;                      /* messages that this question or publication led to; should have */
	uint32_t subscriptions, subscribers, retained; /* that there are now */
	uint32_t levels;                               /* of all patterns and retained topics, those they share counted once */
	uint64_t missed_ever;                          /* by anybody */
	uint64_t refused_ever;                         /* publications that were errors, whether anybody was told or not */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_published) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_topics_count) ODEON_API;

/* Its argument is a struct odeon_topics, or NULL; its start answers as odeon_topics_start does. Started anew, it has no
 * subscriptions and retains nothing. */
ODEON_API extern const odeon_kind odeon_topics_kind;

/**
 * odeon_topics_start - an actor that keeps topics
 * @system: where
 * @limits: copied; NULL: all defaults
 * @topics: its ref; nobody on failure
 *
 * Returns:  as odeon_system_spawn; also
 *   ODEON_EVERSION  the limits have an unknown size
 *   ODEON_EINVAL    more levels or bytes than can be, or as odeon_bound
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_topics_start(odeon_system *system, const odeon_topics *limits, odeon_ref *topics);

/**
 * odeon_publication_new - the message that publishes; send it to the topics' actor, or ask with it
 * @topic:       copied
 * @payload:     a share, taken, on failure too
 * @is_retained: not 0: it is the topic's retained one from now on
 *
 * With odeon_send, odeon_forward or odeon_post nobody answers. With odeon_request the answer is a struct
 * odeon_topics_count, or, with nothing published,
 *   ODEON_EINVAL  the topic is NULL, empty, too long, has too many levels, or has a '+' or '#' in it
 *   ODEON_EFULL   as many topics as may be have a retained publication, and this would be one more
 *   ODEON_ENOMEM  no memory to retain it, or to answer
 * or as odeon_request has them. What is an error and asked for no answer is counted: refused_ever.
 *
 * Returns:  the message, yours; NULL when out of memory, or when @payload is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_publication_new(const char *topic, odeon_frozen *payload, int is_retained)
	ODEON_MESSAGE_GIVEN_ ODEON_TAKES_(2);

/**
 * odeon_topics_publish - publish, and wait until it has been sent to all subscribers
 * @topics:  from odeon_topics_start
 * @topic, @payload, @is_retained: as odeon_publication_new
 * @until:   how long to wait for the topics' actor
 * @count:   what came of it; all zero on failure; may be NULL
 *
 * Who need not wait uses odeon_post and odeon_publication_new.
 *
 * Returns:  0, or an error as odeon_publication_new and odeon_ask have them; after ODEON_ETIMEDOUT it may be published yet
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_topics_publish(odeon_system *system, odeon_ref topics, const char *topic, odeon_frozen *payload,
                                   int is_retained, odeon_time until, struct odeon_topics_count *count) ODEON_TAKES_(4);

/**
 * odeon_topics_subscribe, odeon_topics_unsubscribe - have an actor get what matches a pattern, or no longer
 * @topics:  from odeon_topics_start
 * @pattern: copied
 * @who:     the actor
 * @until:   how long to wait for the topics' actor
 * @count:   of subscribing: how many retained publications it was given; all zero on failure; may be NULL
 *
 * What was sent before somebody unsubscribed may still wait in its mailbox. When it is the subscriber itself that asks, with
 * odeon_request, nothing comes after the answer.
 *
 * Returns:  0, or with nothing changed
 *   ODEON_EINVAL   the pattern is NULL, empty, too long, has too many levels, or a '+' or '#' where none may be; or @who
 *                  is the topics' actor, or nobody
 *   ODEON_EFULL    as many subscriptions as may be
 *   ODEON_EGONE    @who has ended, or to unsubscribe: has not subscribed so; or the topics' actor has ended
 *   ODEON_EFOREIGN @who is an actor of another system
 *   ODEON_ENOMEM   no memory
 *   or as odeon_ask; after ODEON_ETIMEDOUT it may be done yet
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_topics_subscribe(odeon_system *system, odeon_ref topics, const char *pattern, odeon_ref who,
                                     odeon_time until, struct odeon_topics_count *count);
ODEON_API int odeon_topics_unsubscribe(odeon_system *system, odeon_ref topics, const char *pattern, odeon_ref who,
                                       odeon_time until);

/**
 * odeon_topics_clear - retain nothing for a topic any more
 * @topic: no pattern
 *
 * Returns:  0, or with nothing changed
 *   ODEON_EGONE   nothing is retained for it; or the topics' actor has ended
 *   ODEON_EINVAL  no topic, as odeon_publication_new has it
 *   ODEON_ENOMEM  no memory
 *   or as odeon_ask; after ODEON_ETIMEDOUT it may be done yet
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_topics_clear(odeon_system *system, odeon_ref topics, const char *topic, odeon_time until);

/**
 * odeon_topics_look - how much there is
 * @count: all zero on failure
 *
 * Returns:  0, or as odeon_ask
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_topics_look(odeon_system *system, odeon_ref topics, odeon_time until, struct odeon_topics_count *count);

/**
 * odeon_topics_question_new - the message that asks the topics' actor, for odeon_request
 * @question: what; the answer is a struct odeon_topics_count, or an error as the functions above have them
 * @pattern:  as there; to count, NULL
 * @who:      as there; to clear or to count, nobody
 *
 * Returns:  the message, yours; NULL when out of memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_topics_question_new(enum odeon_topic_question question, const char *pattern, odeon_ref who)
	ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/* Both take a share: so the compilers know. */
odeon_frozen *odeon_freeze(void *message) ODEON_GIVES_(malloc(odeon_publication_new, 2), malloc(odeon_topics_publish, 4));
odeon_frozen *odeon_frozen_share(odeon_frozen *frozen)
	ODEON_GIVES_(malloc(odeon_publication_new, 2), malloc(odeon_topics_publish, 4));

ODEON_END_
#endif
