/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why no function takes two owned things: gcc 12 keeps one position for each function that takes, and its analyzer
 * reports the other argument as leaked. The header is not used here; it keeps the rule.
 *
 * reports: analyzer-O0 analyzer-O2
 * gcc:     leak of
 */
#include <stddef.h>

void drop(void *message);
int take_both(void *one, void *other);
void *make(size_t bytes) __attribute__((malloc(drop, 1), malloc(take_both, 1), malloc(take_both, 2)));
extern char after;

void give_both(void);
void give_both(void)
{
	char *one = make(1), *other = make(1);

	if (!one || !other) {
		drop(one);
		drop(other);
		return;
	}
	take_both(one, other);
	after = 0;
}
