/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why results by pointer go through odeon_out_: gcc 12's analyzer believes that a function which takes writes nothing,
 * so `why` counts as never written. The header is not used here; it has the cure.
 *
 * reports: analyzer-O0 analyzer-O2
 * gcc:     use of uninitialized value .why
 */
#include <stddef.h>

void drop(void *message);
void *attempt(void *message, int *why);
void *make(size_t bytes) __attribute__((malloc(drop, 1), malloc(attempt, 1)));

int attempt_once(void *message);
int attempt_once(void *message)
{
	int why;

	message = attempt(message, &why);
	if (message)
		return why;
	return 0;
}
