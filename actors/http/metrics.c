/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"
#include "utf8.h"
#include <odeon/stats.h>
#include <string.h>

#define PUT(paper, literal) http_paper_put(paper, HTTP_TEXT(literal))

/* ---- the format ------------------------------------------------------------------------------------------------------------------- */

static bool is_name(const char *name, bool is_label)
{
	if (http_is_digit(name[0]) || name[0] == 0)
		return false;
	for (; *name != 0; name++)
		if (!http_is_digit(*name) && (http_lower(*name) < 'a' || http_lower(*name) > 'z') && *name != '_' &&
		    (is_label || *name != ':'))
			return false;
	return true;
}

static bool ends_in(const char *name, const char *end)
{
	size_t bytes = strlen(name), end_bytes = strlen(end);

	return bytes > end_bytes && strcmp(name + bytes - end_bytes, end) == 0;
}

static void put_escaped(struct http_paper *paper, char c, bool is_quoted)
{
	if (c == '\\')
		PUT(paper, "\\\\");
	else if (c == '\n')
		PUT(paper, "\\n");
	else if (c == '"' && is_quoted)
		PUT(paper, "\\\"");
	else
		http_paper_put(paper, (struct http_text){ &c, 1 });
}

/* How many bytes at the beginning are a character of UTF-8; 0: none. */
static size_t character_bytes(struct http_text text)
{
	struct utf8 utf8 = { 0 };

	for (size_t bytes = 1; bytes <= 4 && bytes <= text.bytes; bytes++) {
		if (utf8_check(&utf8, (struct http_text){ text.at + bytes - 1, 1 }) == 0)
			return 0;
		if (utf8_is_whole(&utf8))
			return bytes;
	}
	return 0;
}

static void put_text(struct http_paper *paper, struct http_text text, bool is_quoted)
{
	while (text.bytes > 0) {
		size_t bytes = character_bytes(text);

		if (bytes == 0)
			PUT(paper, "?");
		else if (bytes == 1)
			put_escaped(paper, text.at[0], is_quoted);
		else
			http_paper_put(paper, (struct http_text){ text.at, bytes });
		text = http_text_from(text, bytes > 0 ? bytes : 1);
	}
}

int metrics_family(struct http_paper *paper, const char *name, enum metrics_kind kind, const char *help)
{
	if (!is_name(name, false) || (kind == METRICS_COUNTER) != ends_in(name, "_total"))
		return ODEON_EINVAL;
	PUT(paper, "# HELP ");
	http_paper_put(paper, http_text_of(name));
	PUT(paper, " ");
	put_text(paper, http_text_of(help), false);
	PUT(paper, "\n# TYPE ");
	http_paper_put(paper, http_text_of(name));
	http_paper_put(paper, kind == METRICS_COUNTER ? HTTP_TEXT(" counter\n") : HTTP_TEXT(" gauge\n"));
	return 0;
}

static int put_name(struct http_paper *paper, const char *name, const struct metrics_label *label)
{
	if (!is_name(name, false) || (label != NULL && (!is_name(label->name, true) || strncmp(label->name, "__", 2) == 0)))
		return ODEON_EINVAL;
	http_paper_put(paper, http_text_of(name));
	if (label != NULL) {
		PUT(paper, "{");
		http_paper_put(paper, http_text_of(label->name));
		PUT(paper, "=\"");
		put_text(paper, label->value, true);
		PUT(paper, "\"}");
	}
	PUT(paper, " ");
	return 0;
}

int metrics_number(struct http_paper *paper, const char *name, const struct metrics_label *label, uint64_t number)
{
	int error = put_name(paper, name, label);

	if (error != 0)
		return error;
	http_paper_number(paper, number);
	PUT(paper, "\n");
	return 0;
}

int metrics_seconds(struct http_paper *paper, const char *name, const struct metrics_label *label, odeon_duration duration)
{
	uint64_t ns = duration > 0 ? (uint64_t)duration : 0, fraction = ns % 1000000000;
	int error = put_name(paper, name, label);

	if (error != 0)
		return error;
	http_paper_number(paper, ns / 1000000000);
	PUT(paper, ".");
	for (uint64_t digit = 100000000; digit > 0; digit /= 10)
		http_paper_number(paper, fraction / digit % 10);
	PUT(paper, "\n");
	return 0;
}

/* ---- what a system counts ------------------------------------------------------------------------------------------------------------ */

struct figure { const char *name; size_t offset; enum metrics_kind kind; const char *help; };
#define COUNTER(field, name, help) { name, offsetof(OF, field), METRICS_COUNTER, help }
#define GAUGE(field, name, help) { name, offsetof(OF, field), METRICS_GAUGE, help }

#define OF odeon_stats_system
static const struct figure of_system[] = {
	GAUGE(actors, "odeon_actors", "Actors that are alive."),
	COUNTER(spawned, "odeon_actors_spawned_total", "Actors ever spawned."),
	COUNTER(failed, "odeon_actors_failed_total", "Actors that ended or were halted for another reason than 0."),
	COUNTER(restarted, "odeon_actors_restarted_total", "Actors started anew."),
	COUNTER(accepted, "odeon_messages_accepted_total", "Messages that a mailbox took."),
	COUNTER(handled, "odeon_messages_handled_total", "Messages that a handler got."),
	COUNTER(dropped, "odeon_messages_dropped_total", "Messages that a mailbox's policy dropped."),
	GAUGE(queued, "odeon_messages_queued", "Messages that wait."),
	GAUGE(timers, "odeon_timers", "Timers that are pending."),
	COUNTER(fired, "odeon_timers_fired_total", "Timers ever due.")
};
#undef OF

#define OF odeon_stats_worker
static const struct figure of_worker[] = {
	COUNTER(handled, "odeon_worker_messages_handled_total", "Messages handled on a worker."),
	COUNTER(turns, "odeon_worker_turns_total", "Turns of actors on a worker."),
	COUNTER(stolen, "odeon_worker_actors_stolen_total", "Actors that a worker took from others."),
	COUNTER(steals, "odeon_worker_steals_total", "Times that a worker took actors from others."),
	COUNTER(parks, "odeon_worker_parks_total", "Times that a worker went to sleep."),
	COUNTER(wakes, "odeon_worker_wakes_total", "Times that a worker woke another."),
	GAUGE(ready, "odeon_worker_actors_ready", "Actors in a worker's run queue.")
};
#undef OF

enum {
	FIGURES_OF_SYSTEM = sizeof of_system / sizeof of_system[0],
	FIGURES_OF_WORKER = sizeof of_worker / sizeof of_worker[0]
};

static uint64_t number_at(const void *stats, size_t offset)
{
	uint64_t number;

	memcpy(&number, (const char *)stats + offset, sizeof number);
	return number;
}

static void put_system(struct http_paper *paper, const odeon_stats_system *stats)
{
	for (size_t i = 0; i < FIGURES_OF_SYSTEM; i++) {
		(void)metrics_family(paper, of_system[i].name, of_system[i].kind, of_system[i].help);
		(void)metrics_number(paper, of_system[i].name, NULL, number_at(stats, of_system[i].offset));
	}
	(void)metrics_family(paper, "odeon_workers", METRICS_GAUGE, "Threads that run actors.");
	(void)metrics_number(paper, "odeon_workers", NULL, (uint64_t)stats->workers);
}

static void put_dead_letters(struct http_paper *paper, const odeon_stats_system *stats)
{
	const char *name = "odeon_dead_letters_total";

	(void)metrics_family(paper, name, METRICS_COUNTER, "Messages that reached nobody, by the reason.");
	for (int error = 1; error < ODEON_ERROR_COUNT; error++) {
		struct metrics_label reason = { "reason", http_text_of(odeon_error_name(-error)) };

		(void)metrics_number(paper, name, &reason, stats->dead[error]);
	}
}

/* Of one figure all workers: the text format wants a family's samples together. */
static void put_workers(struct http_paper *paper, odeon_system *system, int workers, const struct figure *figure)
{
	const char *busy = "odeon_worker_busy_seconds_total";

	if (figure != NULL)
		(void)metrics_family(paper, figure->name, figure->kind, figure->help);
	else
		(void)metrics_family(paper, busy, METRICS_COUNTER, "Time that a worker neither slept nor searched.");
	for (int worker = 0; worker < workers; worker++) {
		odeon_stats_worker stats = ODEON_STATS(odeon_stats_worker);
		char digits[20];
		struct http_paper number = { digits, sizeof digits, 0 };
		struct metrics_label label;

		if (odeon_worker_stats(system, worker, &stats) != 0)
			continue;
		http_paper_number(&number, (uint64_t)worker);
		label = (struct metrics_label){ "worker", { digits, number.used } };
		if (figure != NULL)
			(void)metrics_number(paper, figure->name, &label, number_at(&stats, figure->offset));
		else
			(void)metrics_seconds(paper, busy, &label, stats.busy);
	}
}

int metrics_system(struct http_paper *paper, odeon_system *system)
{
	odeon_stats_system stats = ODEON_STATS(odeon_stats_system);
	int error = odeon_system_stats(system, &stats), workers = stats.workers > 0 ? stats.workers : 1;

	if (error != 0)
		return error;
	put_system(paper, &stats);
	put_dead_letters(paper, &stats);
	for (size_t i = 0; i < FIGURES_OF_WORKER; i++)
		put_workers(paper, system, workers, &of_worker[i]);
	put_workers(paper, system, workers, NULL);
	return http_paper_fits(paper) ? 0 : ODEON_EFULL;
}
