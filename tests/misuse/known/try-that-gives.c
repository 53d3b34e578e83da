/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why odeon_try_send takes and does not give, as far as gcc is told: were its result an allocation, gcc 12's analyzer
 * would report a leak in this correct loop. The price: a message that came back and is forgotten is reported by
 * nobody (wrong/try-send-and-forget.c). The header is not used here.
 *
 * reports: analyzer-O0 analyzer-O2
 * gcc:     leak of
 */
#include <stddef.h>

void drop(void *message);
void *attempt(void *message);
void *make(size_t bytes) __attribute__((malloc(drop, 1), malloc(attempt, 1)));
void *attempt(void *message) __attribute__((malloc(drop, 1), malloc(attempt, 1)));

int three_times(void);
int three_times(void)
{
	char *message = make(1);

	if (!message)
		return -1;
	for (int round = 0; round < 3; round++) {
		message = attempt(message);
		if (!message)
			return 0;
		message[0]++;
	}
	drop(message);
	return -1;
}
