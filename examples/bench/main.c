/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon-bench - the benchmarks of odeon, and the floor of the machine beside them
 *
 * This file reads the options and decides what runs; a benchmark is a file of its own, see bench.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "bench.h"

#define REPEAT 5
#define REPEAT_MOST 1000

struct options {
	int workers[2];                                /* 0 ends the list */
	uint64_t count;                                /* 0: the benchmark's own */
	unsigned repeat;                               /* 0: the benchmark's own */
	enum format format;
};

static void print_help(void)
{
	puts("usage: odeon-bench list\n"
	     "       odeon-bench NAME... [--workers N] [--count N] [--repeat N] [--format table|json|csv|markdown]\n"
	     "       odeon-bench all     the same for every benchmark but those that `list` calls \"by name\"\n"
	     "       odeon-bench floor   what the machine costs without a runtime\n"
	     "\n"
	     "NAME is a benchmark, or the first words of several: fan-in is fan-in-20 and fan-in-100.\n"
	     "\n"
	     "  -w, --workers N   worker threads; otherwise with 1 and, on two cores or more, with 2\n"
	     "  -c, --count N     how much work; `list` says of what and how much otherwise\n"
	     "  -r, --repeat N    how many runs, after one to warm up; otherwise 5 (idle: 3)\n"
	     "  -f, --format F    table, json (one object a line), csv or markdown\n"
	     "  -h, --help        this text\n"
	     "  -V, --version     the version\n"
	     "\n"
	     "The figure is the median of all runs. \"x floor\" is how many times the least that a message can cost on\n"
	     "this machine, measured in the same run. A wrong result ends the program with status 1.");
}

static void print_list(void)
{
	const struct bench *bench;

	for (int i = 0; (bench = bench_at(i)) != NULL; i++)
		printf("%-27s %s (%llu %s)%s\n", bench->name, bench->summary, (unsigned long long)bench->count,
			bench->counts, bench->is_extra ? ", by name" : "");
	printf("%-27s %s\n", "floor", "what the machine costs without a runtime");
}

/* ---- the line that says how far a long run is -------------------------------------------------------------- */

static int has_terminal(void)
{
	return isatty(STDERR_FILENO);
}

static void show_progress(const struct plan *plan, unsigned number)
{
	if (!has_terminal())
		return;
	fprintf(stderr, "\r\033[K%s, %d worker%s: ", plan->bench->name, plan->workers, plan->workers == 1 ? "" : "s");
	if (number == 0)
		fputs("warming up", stderr);
	else
		fprintf(stderr, "run %u of %u", number, plan->repeat);
}

static void clear_progress(void)
{
	if (has_terminal())
		fputs("\r\033[K", stderr);
}

/* ---- running --------------------------------------------------------------------------------------------------- */

static int run_bench(const struct options *options, const struct bench *bench)
{
	int result = 0;

	for (int i = 0; i < 2 && options->workers[i] != 0; i++) {
		struct plan plan = { .bench = bench, .workers = options->workers[i], .count = options->count,
			.repeat = options->repeat };
		struct sample samples[REPEAT_MOST];
		int error;

		if (plan.count == 0)
			plan.count = bench->count;
		if (plan.repeat == 0)
			plan.repeat = bench->repeat != 0 ? bench->repeat : REPEAT;
		error = child_samples(&plan, show_progress, samples);
		clear_progress();
		if (error == 0) {
			report_figures(options->format, &plan, samples);
			continue;
		}
		fprintf(stderr, "odeon-bench: %s failed, workers: %d\n", bench->name, plan.workers);
		result = -1;
	}
	return result;
}

static int run_floor(const struct options *options)
{
	unsigned repeat = options->repeat != 0 ? options->repeat : REPEAT;

	report_floor_head(options->format);
	for (const struct floor_row *row = floor_rows; row->name != NULL; row++) {
		double ns[REPEAT_MOST];

		if (row->cores > cores_available())
			continue;
		row->measure();                        /* warms up */
		for (unsigned i = 0; i < repeat; i++)
			ns[i] = row->measure();
		report_floor(options->format, row, spread_of(ns, repeat));
	}
	return 0;
}

/* The benchmark of this name; or where there is none all whose names begin with these words. */
static int is_meant(const struct bench *bench, const char *name)
{
	size_t length = strlen(name);

	if (strcmp(name, "all") == 0)
		return !bench->is_extra;
	if (strcmp(name, bench->name) == 0)
		return 1;
	for (int i = 0; bench_at(i) != NULL; i++)
		if (strcmp(bench_at(i)->name, name) == 0)
			return 0;
	return strncmp(bench->name, name, length) == 0 && bench->name[length] == '-';
}

static int run_name(const struct options *options, const char *name)
{
	int result = 0;

	if (strcmp(name, "floor") == 0)
		return run_floor(options);
	for (int i = 0; bench_at(i) != NULL; i++)
		if (is_meant(bench_at(i), name))
			result |= run_bench(options, bench_at(i));
	return result;
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

static _Noreturn void fail_usage(const char *what, const char *value)
{
	fprintf(stderr, "odeon-bench: bad %s: %s\nTry odeon-bench --help.\n", what, value);
	exit(2);
}

static unsigned long long read_number(const char *what, const char *text, unsigned long long most)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || *text == '-' || number == 0 || number > most)
		fail_usage(what, text);
	return number;
}

static enum format read_format(const char *text)
{
	static const char *const names[] = { "table", "json", "csv", "markdown" };

	for (int i = 0; i < 4; i++)
		if (strcmp(text, names[i]) == 0)
			return (enum format)i;
	fail_usage("format", text);
}

static struct options read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "workers", required_argument, NULL, 'w' }, { "count", required_argument, NULL, 'c' },
		{ "repeat", required_argument, NULL, 'r' }, { "format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { 0 }
	};
	struct options options = { .workers = { 1, cores_available() >= 2 ? 2 : 0 } };
	int letter;

	while ((letter = getopt_long(argc, argv, "w:c:r:f:hV", known, NULL)) != -1) {
		switch (letter) {
		case 'w':
			options.workers[0] = (int)read_number("number of workers", optarg, ODEON_WORKERS_MOST);
			options.workers[1] = 0;
			break;
		case 'c': options.count = read_number("count", optarg, ULLONG_MAX >> 1); break;
		case 'r': options.repeat = (unsigned)read_number("number of runs", optarg, REPEAT_MOST); break;
		case 'f': options.format = read_format(optarg); break;
		case 'h': print_help(); exit(0);
		case 'V': puts("odeon-bench " BENCH_VERSION); exit(0);
		default: fputs("Try odeon-bench --help.\n", stderr); exit(2);
		}
	}
	return options;
}

static void check_name(const char *name)
{
	if (strcmp(name, "floor") == 0)
		return;
	for (int i = 0; bench_at(i) != NULL; i++)
		if (is_meant(bench_at(i), name))
			return;
	fail_usage("benchmark", name);
}

int main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	int result = 0;

	if (optind == argc)
		fail_usage("command line", "what shall run?");
	if (strcmp(argv[optind], "list") == 0) {
		print_list();
		return EXIT_SUCCESS;
	}
	for (int i = optind; i < argc; i++)
		check_name(argv[i]);
	for (int i = optind; i < argc; i++) {
		if (strcmp(argv[i], "floor") != 0 && (i == optind || strcmp(argv[i - 1], "floor") == 0))
			report_head(options.format);
		result |= run_name(&options, argv[i]);
	}
	return result == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
