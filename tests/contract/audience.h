/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audience.h - topics in a simulated system, and persons a, b and c, who note what they are told as text
 *
 *   "a:x/y=7"    person a got number 7 under the topic x/y          "a~x=7"    it was retained
 *   "a:x=7-3"    and three before it were missed                    "aok-2"    a's own request was answered, with error -2
 *
 * Each of them and a space; first all of a, in order, then all of b, then all of c.
 */
#ifndef AUDIENCE_H
#define AUDIENCE_H

#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { LINE_MOST = 4096 };

static odeon_system *sys;
static odeon_ref topics, a, b;
static char lines[3][LINE_MOST], whole[3 * LINE_MOST];  /* what a, b, c were told; all of it, in one */
static const struct parcel *seen[8];                   /* the payloads */
static unsigned seen_count, counts_told;
static int allowed;                                    /* so many allocations more; below 0: all */

static int refuse(void *data, size_t bytes, uint64_t chance)
{
	(void)data;
	(void)bytes;
	(void)chance;
	return allowed >= 0 && allowed-- == 0;
}

static void on_letter(void *host, const odeon_dead_letter *letter)
{
	(void)host;
	(void)letter;
}

/* ---- persons -------------------------------------------------------------------------------------------------------------- */

struct person { char name; };

ODEON_HANDLER(person, odeon_published)
{
	const struct parcel *parcel = odeon_frozen_look(parcel, odeon_published->payload);
	char *line = lines[person->name - 'a'];
	size_t at = strlen(line);

	must(parcel != NULL && at + strlen(odeon_published->topic) < LINE_MOST - 40);
	seen[seen_count++ % 8] = parcel;
	at += (size_t)snprintf(line + at, LINE_MOST - at, "%c%s%s=%d", person->name, odeon_published->is_retained ? "~" : ":",
		odeon_published->topic, parcel->number);
	if (odeon_published->missed > 0)
		at += (size_t)snprintf(line + at, LINE_MOST - at, "-%u", odeon_published->missed);
	(void)snprintf(line + at, LINE_MOST - at, " ");
}

ODEON_HANDLER(person, errand) { errand->run(self, errand->argument); }
ODEON_HANDLER(person, odeon_topics_count) { counts_told++; }

struct asked { int unused; };
ODEON_ANSWER(person, asked, odeon_topics_count)
{
	char *line = lines[person->name - 'a'];
	size_t at = strlen(line);

	(void)snprintf(line + at, LINE_MOST - at, "%cok%d ", person->name, error);
}

ODEON_HANDLERS(person_handlers, ODEON_ON(person, odeon_published), ODEON_ON(person, errand), ODEON_ON(person, odeon_topics_count));
ODEON_KIND(person, person_handlers);

static inline odeon_time soon(void) { return odeon_system_deadline(sys, ODEON_SECONDS(1)); }
static inline void run(void) { must(odeon_system_run(sys, odeon_system_deadline(sys, ODEON_MS(1))) >= 0); }

static inline const char *told(void)
{
	whole[0] = 0;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		strcat(whole, lines[i]);
		lines[i][0] = 0;
	}
	return whole;
}

#define expect(text) do { run(); ck_assert_str_eq(told(), text); } while (0)

static inline odeon_ref person(char name)
{
	odeon_ref who;

	must(odeon_system_spawn(sys, &person_kind, &(struct person){ name }, &who) == 0);
	return who;
}

static inline void tell(odeon_ref who, errand_run *errand, void *argument)
{
	must(odeon_post(sys, who, odeon_new(errand, .run = errand, .argument = argument)) == 0);
}

static inline void open_limited(const odeon_topics *limits)
{
	static const odeon_faults faults = ODEON_FAULTS(.on_memory = refuse);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1, .faults = &faults },
	                                      .on_dead_letter = on_letter);

	allowed = -1;
	(void)told();
	seen_count = counts_told = 0;
	must(odeon_system_start(&options, &sys) == 0);
	must(odeon_topics_start(sys, limits, &topics) == 0);
	a = person('a');
	b = person('b');
}

static inline void setup(void) { open_limited(NULL); }

static inline void teardown(void)
{
	must(odeon_system_free(sys) == 0);
	must(parcels_made() == parcels_dropped());
}

static struct odeon_topics_count count;                /* what was answered last */

static inline int subscribe(const char *pattern, odeon_ref who)
{
	return odeon_topics_subscribe(sys, topics, pattern, who, soon(), &count);
}

static inline int unsubscribe(const char *pattern, odeon_ref who)
{
	return odeon_topics_unsubscribe(sys, topics, pattern, who, soon());
}

static inline int publish(const char *topic, int number)
{
	return odeon_topics_publish(sys, topics, topic, odeon_freeze(parcel_new(number)), 0, soon(), &count);
}

static inline int retain(const char *topic, int number)
{
	return odeon_topics_publish(sys, topics, topic, odeon_freeze(parcel_new(number)), 1, soon(), &count);
}

static inline int clear(const char *topic) { return odeon_topics_clear(sys, topics, topic, soon()); }

static inline void expect_counts(uint32_t subscriptions, uint32_t subscribers, uint32_t retained)
{
	must(odeon_topics_look(sys, topics, soon(), &count) == 0);
	ck_assert_uint_eq(count.subscriptions, subscriptions);
	ck_assert_uint_eq(count.subscribers, subscribers);
	ck_assert_uint_eq(count.retained, retained);
	must(subscriptions + retained > 0 ? count.levels > 0 : count.levels == 0);
}

/* Says nothing, but who published. */
static odeon_ref from;
struct listener { int unused; };
ODEON_HANDLER(listener, odeon_published) { from = odeon_published->from; }
ODEON_HANDLERS(listener_handlers, ODEON_ON(listener, odeon_published));
ODEON_KIND(listener, listener_handlers);

#endif
