/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metrics - numbers as Prometheus reads them: the text format, version 0.0.4
 *
 * First a family, then its samples, then the next family. Names and labels' names are the program's; a value of a
 * label may be anything: what would end it is escaped, and what is not UTF-8 becomes question marks. All onto a
 * paper: ask http_paper_fits at the end.
 */
#ifndef ODEON_METRICS_H
#define ODEON_METRICS_H

#include "http_text.h"
#include <odeon/system.h>

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metrics_kind { METRICS_COUNTER, METRICS_GAUGE };

struct metrics_label { const char *name; struct http_text value; };

/* ODEON_EINVAL, with nothing written: a name that is none, or a counter's that does not end in "_total". */
int metrics_family(struct http_paper *paper, const char *name, enum metrics_kind kind, const char *help);

/* With one label, or none: NULL. ODEON_EINVAL as above. */
int metrics_number(struct http_paper *paper, const char *name, const struct metrics_label *label, uint64_t number);
int metrics_seconds(struct http_paper *paper, const char *name, const struct metrics_label *label, odeon_duration duration);

/*
 * All that odeon/stats.h has of a system and its workers. Each number is whole; the page is not of one moment.
 * Answers 0, or ODEON_EFULL: the paper's `used` says what it took now, and as counters grow it may be a little more
 * next time.
 */
int metrics_system(struct http_paper *paper, odeon_system *system);

#endif
