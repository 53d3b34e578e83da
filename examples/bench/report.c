/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report.c - figures as a table, as JSON, as comma-separated values, as a table in Markdown
 *
 * One record a figure: JSON has one object a line, so that `grep` and `jq` work on it alike. The ratio says how many
 * times the floor of the same run a figure is; it travels between machines, nanoseconds do not. So a goal that was set
 * in nanoseconds is carried over from the machine it was set on: times this machine's least message, divided by that
 * one's. Goals without a floor are taken as they are.
 */
#include <stdio.h>
#include "bench.h"

#define GOAL_LEAST_MESSAGE 23.0                        /* ns, on the machine that the goals were set on */

struct record {
	const struct plan *plan;
	const struct figure *figure;
	struct spread spread;
	double seconds, ratio;                         /* 0: has none */
	double goal, goal_here;                        /* as it was set; carried over to this machine */
	uint64_t amount;
	int is_met;
};

void report_head(enum format format)
{
	if (format == FORMAT_TABLE)
		printf("%-27s %7s %10s %-15s %21s %8s %7s %s\n", "benchmark", "workers", "median", "unit",
			"min .. max", "x floor", "goal", "here");
	if (format == FORMAT_CSV)
		puts("benchmark,workers,amount,of,seconds,figure,median,min,max,ratio_to_floor,goal,goal_here");
	if (format == FORMAT_MARKDOWN) {
		puts("| benchmark | workers | figure | unit | min to max | x floor | goal | goal here | met |");
		puts("|---|---:|---:|---|---:|---:|---:|---:|---|");
	}
}

static void print_table(const struct record *r)
{
	char range[40], ratio[16] = "", goal[40] = "";

	snprintf(range, sizeof range, "%.4g .. %.4g", r->spread.min, r->spread.max);
	if (r->ratio > 0)
		snprintf(ratio, sizeof ratio, "%.2f", r->ratio);
	if (r->goal > 0)
		snprintf(goal, sizeof goal, "%7g %.3g%s", r->goal, r->goal_here, r->is_met ? " met" : "");
	printf("%-27s %7d %10.4g %-15s %21s %8s %s\n", r->plan->bench->name, r->plan->workers, r->spread.median,
		r->figure->unit, range, ratio, goal);
}

static void print_json(const struct record *r)
{
	printf("{\"benchmark\":\"%s\",\"workers\":%d,\"%s\":%llu,\"seconds\":%.6f,\"%s\":%.6g,"
		"\"min\":%.6g,\"median\":%.6g,\"max\":%.6g,\"repeat\":%u",
		r->plan->bench->name, r->plan->workers, r->plan->bench->amount, (unsigned long long)r->amount,
		r->seconds, r->figure->name, r->spread.median, r->spread.min, r->spread.median, r->spread.max,
		r->plan->repeat);
	if (r->ratio > 0)
		printf(",\"ratio_to_floor\":%.3f", r->ratio);
	if (r->goal > 0)
		printf(",\"goal\":%g,\"goal_here\":%.4g,\"is_met\":%s", r->goal, r->goal_here,
			r->is_met ? "true" : "false");
	puts("}");
}

static void print_csv(const struct record *r)
{
	printf("%s,%d,%llu,%s,%.6f,%s,%.6g,%.6g,%.6g,", r->plan->bench->name, r->plan->workers,
		(unsigned long long)r->amount, r->plan->bench->amount, r->seconds, r->figure->name, r->spread.median,
		r->spread.min, r->spread.max);
	if (r->ratio > 0)
		printf("%.3f", r->ratio);
	putchar(',');
	if (r->goal > 0)
		printf("%g,%.4g", r->goal, r->goal_here);
	else
		putchar(',');
	putchar('\n');
}

static void print_markdown(const struct record *r)
{
	char ratio[16] = "", goal[40] = " | ";

	if (r->ratio > 0)
		snprintf(ratio, sizeof ratio, "%.2f", r->ratio);
	if (r->goal > 0)
		snprintf(goal, sizeof goal, "%g | %.3g", r->goal, r->goal_here);
	printf("| %s | %d | %.4g | %s | %.4g to %.4g | %s | %s | %s |\n", r->plan->bench->name, r->plan->workers,
		r->spread.median, r->figure->unit, r->spread.min, r->spread.max, ratio, goal,
		r->goal == 0 ? "" : r->is_met ? "yes" : "no");
}

static void print_record(enum format format, const struct record *record)
{
	switch (format) {
	case FORMAT_TABLE: print_table(record); break;
	case FORMAT_JSON: print_json(record); break;
	case FORMAT_CSV: print_csv(record); break;
	case FORMAT_MARKDOWN: print_markdown(record); break;
	}
	fflush(stdout);
}

static double goal_of(const struct figure *figure, const struct plan *plan)
{
	int is_full_size = plan->count == plan->bench->count;

	return is_full_size && plan->workers >= 1 && plan->workers <= 2 ? figure->goals[plan->workers - 1] : 0;
}

void report_figures(enum format format, const struct plan *plan, const struct sample *samples)
{
	double values[plan->repeat], seconds[plan->repeat], least[plan->repeat];

	for (int i = 0; i < FIGURES_MOST && plan->bench->figures[i].name != NULL; i++) {
		const struct figure *figure = &plan->bench->figures[i];
		struct record record = { .plan = plan, .figure = figure, .amount = samples[0].amount };

		for (unsigned k = 0; k < plan->repeat; k++) {
			values[k] = samples[k].figures[i];
			seconds[k] = samples[k].seconds;
			least[k] = samples[k].least_message;
		}
		record.spread = spread_of(values, plan->repeat);
		record.seconds = spread_of(seconds, plan->repeat).median;
		record.goal = record.goal_here = goal_of(figure, plan);
		if (figure->least_messages > 0) {
			double least_message = spread_of(least, plan->repeat).median;

			record.ratio = record.spread.median / (figure->least_messages * least_message);
			record.goal_here *= least_message / GOAL_LEAST_MESSAGE;
		}
		record.is_met = figure->more_is_better ? record.spread.median >= record.goal_here
			: record.spread.median <= record.goal_here;
		print_record(format, &record);
	}
}

void report_floor_head(enum format format)
{
	if (format == FORMAT_TABLE)
		printf("%-20s %10s %21s  %s (malloc: %s)\n", "floor", "median ns", "min .. max", "what",
			floor_allocator());
	if (format == FORMAT_CSV)
		puts("floor,ns,min,max");
	if (format == FORMAT_MARKDOWN) {
		puts("| floor | ns | min to max | what |");
		puts("|---|---:|---:|---|");
	}
}

void report_floor(enum format format, const struct floor_row *row, struct spread ns)
{
	char range[40];

	snprintf(range, sizeof range, "%.4g %s %.4g", ns.min, format == FORMAT_TABLE ? ".." : "to", ns.max);
	switch (format) {
	case FORMAT_TABLE:
		printf("%-20s %10.4g %21s  %s\n", row->name, ns.median, range, row->summary);
		break;
	case FORMAT_JSON:
		printf("{\"floor\":\"%s\",\"ns\":%.6g,\"min\":%.6g,\"median\":%.6g,\"max\":%.6g,\"malloc\":\"%s\"}\n",
			row->name, ns.median, ns.min, ns.median, ns.max, floor_allocator());
		break;
	case FORMAT_CSV:
		printf("%s,%.6g,%.6g,%.6g\n", row->name, ns.median, ns.min, ns.max);
		break;
	case FORMAT_MARKDOWN:
		printf("| %s | %.4g | %s | %s |\n", row->name, ns.median, range, row->summary);
		break;
	}
	fflush(stdout);
}
