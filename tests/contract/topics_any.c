/* SPDX-License-Identifier: BSD-2-Clause */
/* topics_any.c - any patterns and any topics, by chance, against a matcher that looks at all of them; a great many; threads */
#include "audience.h"

enum { CROWD = 5, LEVELS_MOST = 5, PATTERNS = 40, TEXT_MOST = 40 };

static uint64_t state;
static unsigned choose(unsigned limit)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % limit;
}

static void write_text(char *text, bool is_pattern)
{
	static const char *const names[] = { "", "a", "b", "$a", "ab", "+", "+", "#" };
	unsigned levels = 1 + choose(LEVELS_MOST);

	for (;;) {
		text[0] = 0;
		for (unsigned i = 0; i < levels; i++) {
			const char *name = names[choose(is_pattern ? 8 : 5)];

			strcat(text, i > 0 ? "/" : "");
			strcat(text, name);
			if (name[0] == '#')
				break;
		}
		if (text[0] != 0)
			return;
	}
}

static unsigned split(char *text, const char **names)
{
	unsigned count = 0;

	for (char *at = text, *end; at != NULL; at = end) {
		end = strchr(at, '/');
		names[count++] = at;
		if (end != NULL)
			*end++ = 0;
	}
	return count;
}

static bool matches(const char *pattern, const char *topic)
{
	char pattern_text[TEXT_MOST], topic_text[TEXT_MOST];
	const char *patterns[LEVELS_MOST], *names[LEVELS_MOST];
	unsigned length = split(strcpy(pattern_text, pattern), patterns), levels = split(strcpy(topic_text, topic), names);
	bool is_open = strcmp(patterns[length - 1], "#") == 0;

	length -= is_open;
	if (topic[0] == '$' && (pattern[0] == '+' || pattern[0] == '#'))
		return false;
	if (is_open ? levels < length : levels != length)
		return false;
	for (unsigned i = 0; i < length; i++)
		if (strcmp(patterns[i], "+") != 0 && strcmp(patterns[i], names[i]) != 0)
			return false;
	return true;
}

static struct {
	odeon_ref who[CROWD];
	struct { char text[TEXT_MOST]; bool by[CROWD]; } patterns[PATTERNS];
	struct { char text[TEXT_MOST]; bool is_there; } retained[PATTERNS];
} crowd;

static bool is_new(const char *text, unsigned before, bool is_pattern)
{
	for (unsigned i = 0; i < before; i++)
		if (strcmp(is_pattern ? crowd.patterns[i].text : crowd.retained[i].text, text) == 0)
			return false;
	return true;
}

static unsigned expect_subscribe(unsigned pattern, unsigned person_number)
{
	unsigned expected = 0;

	for (unsigned i = 0; i < PATTERNS; i++)
		expected += crowd.retained[i].is_there && matches(crowd.patterns[pattern].text, crowd.retained[i].text);
	must(subscribe(crowd.patterns[pattern].text, crowd.who[person_number]) == 0);
	ck_assert_msg(count.reached == expected, "%s: %u, not %u", crowd.patterns[pattern].text, count.reached, expected);
	return expected;
}

static unsigned expect_publish(const char *topic, bool is_retained)
{
	unsigned expected = 0;

	for (unsigned i = 0; i < PATTERNS; i++)
		for (unsigned j = 0; j < CROWD; j++)
			expected += crowd.patterns[i].by[j] && matches(crowd.patterns[i].text, topic);
	must((is_retained ? retain(topic, 1) : publish(topic, 1)) == 0);
	ck_assert_msg(count.reached == expected, "%s: %u, not %u", topic, count.reached, expected);
	return expected;
}

static unsigned change(unsigned what)
{
	unsigned at = choose(PATTERNS), who = choose(CROWD);
	char topic[TEXT_MOST];

	if (what == 0) {
		must(unsubscribe(crowd.patterns[at].text, crowd.who[who]) == (crowd.patterns[at].by[who] ? 0 : ODEON_EGONE));
		crowd.patterns[at].by[who] = false;
		return 0;
	}
	if (what == 1) {
		must(clear(crowd.retained[at].text) == (crowd.retained[at].is_there ? 0 : ODEON_EGONE));
		crowd.retained[at].is_there = false;
		return 0;
	}
	if (what == 2) {
		crowd.retained[at].is_there = true;
		return expect_publish(crowd.retained[at].text, true);
	}
	if (what <= 4) {
		crowd.patterns[at].by[who] = true;
		return expect_subscribe(at, who);
	}
	write_text(topic, false);
	return expect_publish(topic, false);
}

static void expect_crowd(void)
{
	uint32_t subscriptions = 0, retained = 0, subscribers = 0;

	for (unsigned j = 0; j < CROWD; j++) {
		bool has_one = false;

		for (unsigned i = 0; i < PATTERNS; i++) {
			subscriptions += crowd.patterns[i].by[j];
			has_one = has_one || crowd.patterns[i].by[j];
		}
		subscribers += has_one;
	}
	for (unsigned i = 0; i < PATTERNS; i++)
		retained += crowd.retained[i].is_there;
	expect_counts(subscriptions, subscribers, retained);
}

START_TEST(whatever_the_patterns_those_get_it_whom_a_plain_matcher_finds)
{
	unsigned delivered = 0;

	state = kit_seed() + (uint64_t)_i;
	memset(&crowd, 0, sizeof crowd);
	for (unsigned i = 0; i < CROWD; i++)
		must(odeon_system_spawn(sys, &listener_kind, NULL, &crowd.who[i]) == 0);
	for (unsigned i = 0; i < PATTERNS; i++) {
		do
			write_text(crowd.patterns[i].text, true);
		while (!is_new(crowd.patterns[i].text, i, true));
		do
			write_text(crowd.retained[i].text, false);
		while (!is_new(crowd.retained[i].text, i, false));
	}
	for (int i = 0; kit_goes_on(i, 4000, delivered > 0); i++)
		delivered += change(choose(12));
	must(delivered > 0);
	expect_crowd();
}
END_TEST

START_TEST(many_come_and_go_and_nothing_is_left)
{
	char pattern[40];
	enum { MANY = KIT_SLOWER(20000) };

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(pattern, sizeof pattern, "%d/%d/+", i % 100, i);
		must(subscribe(pattern, i % 3 == 0 ? a : b) == 0);
	}
	expect_counts(MANY, 2, 0);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(pattern, sizeof pattern, "%d/%d/z", i % 100, i);
		must(publish(pattern, i) == 0 && count.reached == 1);
		pattern[strlen(pattern) - 1] = '+';
		if (i % 2 == 0)
			must(unsubscribe(pattern, i % 3 == 0 ? a : b) == 0);
		(void)told();
	}
	must(odeon_actor_kill(sys, a) == 0 && odeon_actor_kill(sys, b) == 0);
	run();
	expect_counts(0, 0, 0);
}
END_TEST

/* ---- threads ------------------------------------------------------------------------------------------------------------------- */

enum { THREADS = 3, READERS = 8, EACH = KIT_SLOWER(3000) };

static struct { atomic_uint heard; odeon_ref readers[READERS]; } hall;

struct reader { int last[THREADS]; };
ODEON_HANDLER(reader, odeon_published)
{
	const struct parcel *parcel = odeon_frozen_look(parcel, odeon_published->payload);

	must(parcel != NULL && parcel->number == ++reader->last[parcel->sender] && odeon_published->missed == 0);
	atomic_fetch_add(&hall.heard, 1);
}
ODEON_HANDLERS(reader_handlers, ODEON_ON(reader, odeon_published));
ODEON_KIND(reader, reader_handlers);

struct visitor { int unused; };
ODEON_HANDLER(visitor, odeon_published) { must(odeon_frozen_look(parcel, odeon_published->payload) != NULL); }
ODEON_HANDLERS(visitor_handlers, ODEON_ON(visitor, odeon_published));
ODEON_KIND(visitor, visitor_handlers);

static void on_log(void *host, enum odeon_log_level level, const char *text)       /* of how many wait */
{
	(void)host;
	(void)level;
	(void)text;
}

static void *publish_all(void *number)
{
	unsigned sender = (unsigned)(uintptr_t)number;

	for (int i = 1; i <= EACH; i++) {
		struct parcel *parcel = parcel_new(i);

		must(parcel != NULL);
		parcel->sender = sender;
		must(odeon_post(sys, topics, odeon_publication_new("hall/x", odeon_freeze(parcel), i % 7 == 0)) == 0);
	}
	return NULL;
}

/* Readers that come and go while they publish. */
static void come_and_go(void)
{
	odeon_ref visitor;

	for (int i = 0; i < KIT_SLOWER(300); i++) {
		must(odeon_system_spawn(sys, &visitor_kind, NULL, &visitor) == 0);
		must(odeon_topics_subscribe(sys, topics, i % 2 == 0 ? "hall/#" : "+/x", visitor, ODEON_NEVER, NULL) == 0);
		must((i % 3 == 0 ? odeon_actor_stop(sys, visitor) : odeon_actor_kill(sys, visitor)) == 0);
	}
}

START_TEST(threads_publish_at_once_and_each_comes_to_all_in_its_order)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2, .on_dead_letter = on_letter, .on_log = on_log);
	pthread_t threads[THREADS];
	unsigned long dropped = parcels_dropped(), made = parcels_made();

	memset(&hall, 0, sizeof hall);
	must(odeon_system_start(&options, &sys) == 0 && odeon_topics_start(sys, NULL, &topics) == 0);
	for (int i = 0; i < READERS; i++) {
		must(odeon_system_spawn(sys, &reader_kind, NULL, &hall.readers[i]) == 0);
		must(odeon_topics_subscribe(sys, topics, i % 2 == 0 ? "hall/x" : "hall/+", hall.readers[i], ODEON_NEVER, NULL) == 0);
	}
	for (uintptr_t i = 0; i < THREADS; i++)
		must(pthread_create(&threads[i], NULL, publish_all, (void *)i) == 0);
	come_and_go();
	for (int i = 0; i < THREADS; i++)
		must(pthread_join(threads[i], NULL) == 0);
	eventually(atomic_load(&hall.heard) == (unsigned)(READERS * THREADS * EACH));
	must(odeon_system_free(sys) == 0);
	must(parcels_made() - made == THREADS * EACH && parcels_dropped() - dropped == THREADS * EACH);
}
END_TEST

KIT_MAIN("contract/topics_any",
	{ .name = "any", .setup = setup, .teardown = teardown, .loop = 20, .tests = KIT_TESTS(
		whatever_the_patterns_those_get_it_whom_a_plain_matcher_finds) },
	{ .name = "many", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(many_come_and_go_and_nothing_is_left) },
	{ .name = "threads", .loop = 3, .tests = KIT_TESTS(threads_publish_at_once_and_each_comes_to_all_in_its_order) })
