/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats.c - what several measurements say together
 *
 * The median is the figure; the smallest and the largest show how far to trust it. No mean: one run that the machine
 * disturbed would move it.
 */
#include <stdlib.h>
#include <string.h>
#include "bench.h"

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* The value that percent of all are not above. */
double percentile(double *values, unsigned count, double percent)
{
	unsigned rank;

	if (count == 0)
		return 0;
	qsort(values, count, sizeof *values, compare);
	rank = (unsigned)(percent / 100 * count);
	return values[rank < count ? rank : count - 1];
}

struct spread spread_of(const double *values, unsigned count)
{
	double sorted[count > 0 ? count : 1];
	struct spread spread;

	memcpy(sorted, values, count * sizeof *values);
	spread.median = percentile(sorted, count, 50);
	if (count % 2 == 0)
		spread.median = (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
	spread.min = sorted[0];
	spread.max = sorted[count - 1];
	return spread;
}
