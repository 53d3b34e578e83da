/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fiber - a stack of its own, on which something runs for a while, rests in the middle, and goes on later
 *
 * Agreement. One thread at a time. fiber_resume: whoever is not on that fiber; it returns when the fiber rests, or has
 * returned from its function. fiber_rest: on the fiber itself. The sanitizers are told of each change of stack, and
 * thread-local data stay those of the thread.
 */
#ifndef FIBER_H
#define FIBER_H

#include <stdbool.h>

struct fiber;

/* Will call run(argument) when it is first resumed. NULL: no memory. */
struct fiber *fiber_make(void (*run)(void *argument), void *argument);

/* It rests, or was never resumed, or has returned. One that rests is told to end (fiber_rest), and must return from run. */
void fiber_free(struct fiber *fiber);

void fiber_resume(struct fiber *fiber);

/* False: it is to end, without resting again. */
bool fiber_rest(struct fiber *fiber);

#endif
