/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why no function that takes is lent a struct by pointer with an owned thing inside: gcc 12's analyzer believes that
 * the function keeps nothing of it. The header is not used here; it keeps the rule.
 *
 * reports: analyzer-O0 analyzer-O2
 * gcc:     leak of
 */
#include <stddef.h>

struct state { void *kept; };

void drop(void *message);
int request(void *message, struct state *state);
void *make(size_t bytes) __attribute__((malloc(drop, 1), malloc(request, 1)));

int request_with_state(void *message);
int request_with_state(void *message)
{
	void *kept = make(1);

	return request(message, &(struct state){ kept });
}
