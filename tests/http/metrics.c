/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics.c - what metrics.h promises: the text format, and in it all that a system counts
 */
#include "../harness/kit.h"
#include "metrics.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char text[1 << 16];
static struct http_paper paper;

static void setup(void) { paper = (struct http_paper){ text, sizeof text - 1, 0 }; }

static void expect(const char *expected)
{
	must(http_paper_fits(&paper));
	text[paper.used] = 0;
	ck_assert_str_eq(text, expected);
	setup();
}

START_TEST(a_family_and_its_samples)
{
	struct metrics_label label = { "room", HTTP_TEXT("lobby") };

	must(metrics_family(&paper, "chat_messages_total", METRICS_COUNTER, "Messages said.") == 0);
	must(metrics_number(&paper, "chat_messages_total", &label, UINT64_MAX) == 0);
	must(metrics_number(&paper, "chat_messages_total", NULL, 0) == 0);
	expect("# HELP chat_messages_total Messages said.\n# TYPE chat_messages_total counter\n"
	       "chat_messages_total{room=\"lobby\"} 18446744073709551615\nchat_messages_total 0\n");
	must(metrics_family(&paper, "a:b_1", METRICS_GAUGE, "") == 0);
	expect("# HELP a:b_1 \n# TYPE a:b_1 gauge\n");
}
END_TEST

START_TEST(seconds_have_nine_places)
{
	must(metrics_seconds(&paper, "x", NULL, 0) == 0 && metrics_seconds(&paper, "x", NULL, 1) == 0);
	must(metrics_seconds(&paper, "x", NULL, ODEON_SECONDS(12) + 345006789) == 0);
	must(metrics_seconds(&paper, "x", NULL, INT64_MAX) == 0 && metrics_seconds(&paper, "x", NULL, -1) == 0);
	expect("x 0.000000000\nx 0.000000001\nx 12.345006789\nx 9223372036.854775807\nx 0.000000000\n");
}
END_TEST

START_TEST(what_would_end_a_line_is_escaped)
{
	struct metrics_label label = { "a", HTTP_TEXT("q\" b\\ n\n\xc3\xa4 \xff\xe2\x82 \xed\xa0\x80\xc3") };

	must(metrics_family(&paper, "x", METRICS_GAUGE, "q\" b\\ n\n!") == 0);
	must(metrics_number(&paper, "x", &label, 1) == 0);
	expect("# HELP x q\" b\\\\ n\\n!\n# TYPE x gauge\nx{a=\"q\\\" b\\\\ n\\n\xc3\xa4 ?\?\? ?\?\?\?\"} 1\n");
}
END_TEST

START_TEST(names_that_are_none)
{
	static const char *const bad[] = { "", "1a", "a-b", "a b", "a{", "\xc3\xa4", "a\n" };
	struct metrics_label label = { "", HTTP_TEXT("") };

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		label.name = bad[i];
		must(metrics_family(&paper, bad[i], METRICS_GAUGE, "") == ODEON_EINVAL);
		must(metrics_number(&paper, bad[i], NULL, 1) == ODEON_EINVAL);
		must(metrics_seconds(&paper, "x", &label, 1) == ODEON_EINVAL);
	}
	label.name = "a:b";
	must(metrics_number(&paper, "x", &label, 1) == ODEON_EINVAL);
	label.name = "__a";
	must(metrics_number(&paper, "x", &label, 1) == ODEON_EINVAL);
	must(metrics_family(&paper, "x", METRICS_COUNTER, "") == ODEON_EINVAL);
	must(metrics_family(&paper, "x_total", METRICS_GAUGE, "") == ODEON_EINVAL);
	must(metrics_family(&paper, "_total", METRICS_COUNTER, "") == ODEON_EINVAL);
	expect("");
}
END_TEST

/* ---- a system's page --------------------------------------------------------------------------------------------------------------- */

static void nothing(odeon_self *self, void *argument) { (void)self, (void)argument; }

/* Two workers, an actor, and some counts that are known. */
static void write_page(struct world *world)
{
	odeon_options options = ODEON_OPTIONS(.workers = 2);
	odeon_ref ended;

	world_open(world, options);
	for (int i = 0; i < 3; i++)
		world_errand(world, nothing, NULL);
	ended = world_ended(world);
	for (int i = 0; i < 5; i++)
		must(odeon_post(world->system, ended, odeon_new(odeon_tick)) == ODEON_EGONE);
	setup();
	must(metrics_system(&paper, world->system) == 0);
	text[paper.used] = 0;
}

static unsigned long sample(const char *name)
{
	char line[128], *at;

	snprintf(line, sizeof line, "\n%s ", name);
	at = strstr(text, line);
	ck_assert_msg(at != NULL, "no %s", name);
	return strtoul(at + strlen(line), NULL, 10);
}

START_TEST(a_page_has_what_the_system_counts)
{
	struct world world;
	odeon_stats_system stats;

	write_page(&world);
	stats = world_stats(&world);
	must(sample("odeon_workers") == 2);
	must(sample("odeon_actors_spawned_total") == stats.spawned && stats.spawned >= 4);
	must(sample("odeon_dead_letters_total{reason=\"ODEON_EGONE\"}") == 5);
	must(sample("odeon_dead_letters_total{reason=\"ODEON_EFULL\"}") == 0);
	must(sample("odeon_messages_accepted_total") > 0);
	must(sample("odeon_worker_turns_total{worker=\"0\"}") + sample("odeon_worker_turns_total{worker=\"1\"}") > 0);
	must(strstr(text, "worker=\"2\"") == NULL);
	must(strstr(text, "\nodeon_worker_busy_seconds_total{worker=\"1\"} ") != NULL);
	world_close(&world);
}
END_TEST

static size_t span(const char *at, const char *of) { return strspn(at, of); }

/* name, perhaps {name="value"}, a blank, a number, the line's end. Each of the family that was named last. */
static const char *check_sample(const char *at, const char *family)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz_", *digits = "0123456789.";
	size_t bytes = span(at, letters);

	must(bytes == strlen(family) && memcmp(at, family, bytes) == 0);
	at += bytes;
	if (*at == '{') {
		at++;
		bytes = span(at, letters);
		must(bytes > 0 && memcmp(at + bytes, "=\"", 2) == 0);
		at += bytes + 2;
		while (*at != '"') {
			must(*at != '\n' && *at != 0 && *at != '\\');
			at++;
		}
		must(memcmp(at, "\"}", 2) == 0);
		at += 2;
	}
	must(*at++ == ' ' && span(at, digits) > 0);
	at += span(at, digits);
	must(*at == '\n');
	return at + 1;
}

START_TEST(a_page_has_the_format)
{
	struct world world;
	const char *at = text;
	char name[128] = "", type[16];
	unsigned families = 0, samples = 0;

	write_page(&world);
	world_close(&world);
	while (*at != 0) {
		if (*at == '#') {
			must(samples > 0 || families == 0);
			must(sscanf(at, "# HELP %127s", name) == 1);
			at = strchr(at, '\n') + 1;
			must(sscanf(at, "# TYPE %127s %15s", name, type) == 2);
			must(strcmp(type, "counter") == 0 || strcmp(type, "gauge") == 0);
			at = strchr(at, '\n') + 1;
			families++;
			samples = 0;
			continue;
		}
		at = check_sample(at, name);
		samples++;
	}
	must(families == 20);
}
END_TEST

/* Where there is Prometheus, it says whether it understands. */
START_TEST(prometheus_understands_a_page)
{
	struct world world;
	FILE *pipe;

	if (system("command -v promtool >/dev/null 2>&1") != 0)
		return;
	write_page(&world);
	world_close(&world);
	pipe = popen("promtool check metrics", "w");
	must(pipe != NULL && fwrite(text, 1, paper.used, pipe) == paper.used);
	must(pclose(pipe) == 0);
}
END_TEST

START_TEST(paper_that_is_too_small)
{
	struct world world;
	size_t whole;

	write_page(&world);
	whole = paper.used;
	paper = (struct http_paper){ text, whole / 2, 0 };
	memset(text, '#', sizeof text);
	must(metrics_system(&paper, world.system) == ODEON_EFULL);
	must(paper.used > whole - 100 && text[whole / 2] == '#');
	world_close(&world);
}
END_TEST

KIT_MAIN("http/metrics",
	{ .name = "format", .setup = setup, .tests = KIT_TESTS(a_family_and_its_samples, seconds_have_nine_places,
		what_would_end_a_line_is_escaped, names_that_are_none) },
	{ .name = "page", .tests = KIT_TESTS(a_page_has_what_the_system_counts, a_page_has_the_format, prometheus_understands_a_page,
		paper_that_is_too_small) })
