/* SPDX-License-Identifier: BSD-2-Clause */
/* registry.c - names that are taken, given back by an end, and told of exactly once; also without memory */
#include "../harness/kit.h"
#include <stdio.h>
#include <string.h>

enum { LINE_MOST = 1024 };

static odeon_system *sys;
static odeon_ref registry, a, b, watcher;
static char line[LINE_MOST];
static int allowed;                                    /* so many allocations more; below 0: all */

static int refuse(void *data, size_t bytes, uint64_t chance)
{
	(void)data;
	(void)bytes;
	(void)chance;
	return allowed >= 0 && allowed-- == 0;
}

struct person { int unused; };
ODEON_HANDLER(person, odeon_name_news)
{
	size_t at = strlen(line);

	(void)snprintf(line + at, LINE_MOST - at, "%c%s ", odeon_name_news->is_there ? '+' : '-', odeon_name_news->name);
}
ODEON_HANDLERS(person_handlers, ODEON_ON(person, odeon_name_news));
ODEON_KIND(person, person_handlers);

static odeon_time soon(void) { return odeon_system_deadline(sys, ODEON_SECONDS(1)); }

static void run(void) { must(odeon_system_run(sys, odeon_system_deadline(sys, ODEON_MS(1))) >= 0); }

#define expect(text) do { run(); ck_assert_str_eq(line, text); line[0] = 0; } while (0)

static odeon_ref person(void)
{
	odeon_ref who;

	must(odeon_system_spawn(sys, &person_kind, NULL, &who) == 0);
	return who;
}

static void setup(void)
{
	static const odeon_faults faults = ODEON_FAULTS(.on_memory = refuse);
	odeon_options options = ODEON_OPTIONS(.simulation = { .enabled = 1, .seed = 1, .faults = &faults });

	allowed = -1;
	line[0] = 0;
	must(odeon_system_start(&options, &sys) == 0);
	must(odeon_registry_start(sys, &registry) == 0);
	a = person();
	b = person();
	watcher = person();
}

static void teardown(void) { must(odeon_system_free(sys) == 0); }

static int put(const char *name, odeon_ref who) { return odeon_registry_put(sys, registry, name, who, soon()); }
static int join(const char *name, odeon_ref who) { return odeon_registry_join(sys, registry, name, who, soon()); }
static int leave(const char *name, odeon_ref who) { return odeon_registry_leave(sys, registry, name, who, soon()); }

static bool is_found(const char *name, odeon_ref who)
{
	odeon_ref found;

	return odeon_registry_find(sys, registry, name, soon(), &found) == 0 && odeon_ref_equal(found, who);
}

static bool is_nobody(const char *name)
{
	odeon_ref found;

	return odeon_registry_find(sys, registry, name, soon(), &found) == ODEON_EGONE && odeon_ref_is_nobody(found);
}

START_TEST(a_taken_name_is_refused_until_its_holder_ends)
{
	must(put("x", a) == 0 && put("x", a) == 0);
	must(put("x", b) == ODEON_EBUSY && join("x", b) == ODEON_EBUSY && is_found("x", a));
	must(odeon_actor_kill(sys, a) == 0);
	run();
	must(is_nobody("x") && put("x", a) == ODEON_EGONE);
	must(put("x", b) == 0 && is_found("x", b));
}
END_TEST

START_TEST(a_group_has_members_in_order_until_they_leave_or_end)
{
	must(join("g", a) == 0 && join("g", b) == 0 && join("g", a) == 0 && is_found("g", a));
	must(put("g", a) == ODEON_EBUSY);
	must(leave("g", a) == 0 && leave("g", a) == ODEON_EGONE && is_found("g", b));
	must(odeon_actor_kill(sys, b) == 0);
	run();
	must(is_nobody("g"));
}
END_TEST

START_TEST(names_that_are_none_are_refused)
{
	char longest[ODEON_NAME_BYTES + 1];

	memset(longest, 'n', sizeof longest);
	longest[ODEON_NAME_BYTES] = 0;
	must(put(longest, a) == ODEON_EINVAL && put("", a) == ODEON_EINVAL && put(NULL, a) == ODEON_EINVAL);
	longest[ODEON_NAME_BYTES - 1] = 0;
	must(put(longest, a) == 0 && is_found(longest, a));
	must(put("self", registry) == ODEON_EINVAL);
}
END_TEST

START_TEST(news_comes_exactly_once)
{
	must(put("x", a) == 0 && join("g", a) == 0);
	must(odeon_registry_watch(sys, registry, watcher, soon()) == 0);
	must(odeon_registry_watch(sys, registry, watcher, soon()) == 0);
	expect("+x +g ");
	must(join("g", b) == 0 && join("g", b) == 0);
	expect("+g ");
	must(odeon_actor_kill(sys, a) == 0);
	expect("-x -g ");
	must(leave("g", b) == 0);
	must(odeon_actor_kill(sys, b) == 0);
	expect("-g ");
}
END_TEST

START_TEST(a_watcher_that_ends_is_forgotten)
{
	must(odeon_registry_watch(sys, registry, watcher, soon()) == 0 && put("w", watcher) == 0 && put("x", a) == 0);
	expect("+w +x ");
	must(odeon_actor_kill(sys, watcher) == 0);
	expect("");
	must(is_nobody("w") && leave("x", a) == 0);
	expect("");
}
END_TEST

/* Whichever is refused: it is done and told, or it is not and nobody hears. */
START_TEST(without_memory_nothing_changes)
{
	int refused = 0, error;

	must(odeon_registry_watch(sys, registry, watcher, soon()) == 0);
	for (int nth = 0; nth < 100; nth++) {
		allowed = nth;
		error = put("x", a);
		must(error == 0 || error == ODEON_ENOMEM || error == ODEON_EUNANSWERED);
		if (allowed >= 0)
			break;
		refused++;
		run();
		must(error == 0 || line[0] == 0);
		must(error != 0 || leave("x", a) == 0);
		run();
		line[0] = 0;
	}
	allowed = -1;
	must(error == 0 && refused >= 3);
	expect("+x ");
	must(odeon_actor_kill(sys, a) == 0);
	expect("-x ");
}
END_TEST

KIT_MAIN("contract/registry",
	{ .name = "names", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(a_taken_name_is_refused_until_its_holder_ends,
		a_group_has_members_in_order_until_they_leave_or_end, names_that_are_none_are_refused) },
	{ .name = "news", .setup = setup, .teardown = teardown, .tests = KIT_TESTS(news_comes_exactly_once,
		a_watcher_that_ends_is_forgotten, without_memory_nothing_changes) })
