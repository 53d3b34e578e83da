/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/offload.h - functions that block, on threads where that holds nobody up
 *
 *   struct path { char name[200]; };                                   the argument, a message
 *   struct content { size_t bytes; char *text; };                      the answer, a message
 *
 *   ODEON_BLOCKING(read_file, path, content)                           gets (struct path *path, int *error)
 *   {
 *           ...                                                        may wait for as long as it likes
 *           return odeon_new(content, .bytes = n, .text = text);
 *   }
 *
 *   odeon_offload(self, ODEON_NOBODY, read_file, odeon_new(path, "/etc/motd"), odeon_deadline(self, ODEON_SECONDS(2)),
 *                 ODEON_THEN(self, S, C, content));
 *
 * The answer, or the error, comes to a continuation, as with odeon_request. odeon_offload and odeon_offload_ask are in send.h, with
 * all that takes messages.
 *
 * ODEON_NOBODY is the system's own pool, which has the defaults and is there when it is first used. Start others, with bounds of
 * their own, as many as you like. A pool is an actor in the background: it keeps no system alive. Its threads come when there is something to run, and end when they were
 * idle for a while. So many functions run at the same time, so many more wait in the order in which they came, and what is beyond
 * that is refused at once. Each runs at most once. One that nobody waits for any more, since its asker has ended or its deadline
 * has passed, does not begin; one that has begun is never interrupted. An asker that was started anew has not ended: what it
 * asked for before runs.
 *
 * When the pool is stopped, the functions that wait do not run and are answered ODEON_ESTOPPING; those under way run to their end.
 * odeon_system_stop waits for these, and if they take too long it names them: in its report an offload_thread is busy with a
 * message of the function's name, sent where odeon_offload was called.
 *
 * In a simulated system a function is a step like a handler, chosen by the seed: it takes no time, but for what it waits for through
 * this library (odeon_ask, channels), which is virtual.
 */
#ifndef ODEON_ACTORS_OFFLOAD_H
#define ODEON_ACTORS_OFFLOAD_H

#include <odeon/request.h>
#include <odeon/system.h>

#define ODEON_OFFLOAD_THREADS_MOST 1024

/* Filled by ODEON_BLOCKING. */
struct odeon_blocking {
	odeon_type type;                               /* of the message that carries it; named after the function */
	void *(*run)(void *argument, int *error);
	const odeon_type *answer;
};

/* What is on its way to a thread; the pool's own. */
struct odeon_work {
	const odeon_blocking *function;
	void *argument;
	const odeon_site *site;
	odeon_time until;
	odeon_ref asker;
	struct odeon_work *next;
};

/*
 * ODEON_BLOCKING(name, A, R) {...}    gets (struct A *A, int *error), and returns a struct R *, which is the answer
 *
 * The argument is dropped when it returns, unless it is what it returns. NULL is no answer but the error that it left in *error:
 * 0, which that begins with, counts as ODEON_ENOMEM, so that `return odeon_new(...)` always says what happened; what is greater than
 * 0 as ODEON_EFAILED. It runs on another thread than its asker, of which it has nothing but the argument; it may wait, and may call
 * what a plain thread may call, but for odeon_system_stop, odeon_system_free and odeon_system_wait.
 */
#define ODEON_BLOCKING(name, A, R) \
	static struct R *name(struct A *A, int *error); \
	static void *odeon_run_##name(void *argument, int *error) { return name((struct A *)argument, error); } \
	typedef struct A *odeon_argument_##name; \
	ODEON_UNUSED_ static const odeon_blocking ODEON_BLOCKING_##name = \
		{ { #name, sizeof(struct odeon_work), odeon_blocking_drop, 0 }, odeon_run_##name, ODEON_TYPE(R) }; \
	static struct R *name(ODEON_UNUSED_ struct A *A, ODEON_UNUSED_ int *error)
#define ODEON_ARGUMENT_(function, argument) (0 ? (odeon_argument_##function)0 : (argument))   /* of no other type */

/* Zero is always the default. Start it with ODEON_OFFLOAD(.threads = 4, ...). */
typedef struct odeon_offload_options {
	size_t bytes;
	unsigned threads;                              /* at most so many; default 32, at most ODEON_OFFLOAD_THREADS_MOST */
	unsigned waiting;                              /* so many functions may wait for a thread; default 1024 */
	odeon_duration idle;                           /* a thread that has had nothing to run for so long ends; default 10 s */
} odeon_offload_options;
#define ODEON_OFFLOAD(...) { .bytes = sizeof(odeon_offload_options), __VA_ARGS__ }

/* The question of how busy a pool is, and its answer. */
struct odeon_offload_look { char unused; };
struct odeon_offload_counts {
	uint32_t threads, busy;                        /* there now; of these, with a function */
	uint32_t waiting;                              /* functions without a thread */
	uint32_t most_waiting;                         /* the most there ever were */
	uint64_t begun;                                /* functions that were given to a thread */
	uint64_t refused;                              /* answered ODEON_EFULL, or because no thread was to be had */
	uint64_t unwanted;                             /* not begun, since nobody waited for them any more */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_offload_look) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_offload_counts) ODEON_API;

/**
 * odeon_offload_start - a pool, without threads as yet
 * @system:  where
 * @options: copied; NULL: all defaults
 * @pool:    its ref; nobody on failure. odeon_actor_stop ends it
 *
 * Returns:  as odeon_system_spawn; and ODEON_EINVAL more threads than there may be, or a duration below 0; ODEON_EVERSION
 *           the options have an unknown size
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_offload_start(odeon_system *system, const odeon_offload_options *options, odeon_ref *pool);

/**
 * odeon_offload_count - how busy a pool is
 * @pool:   ODEON_NOBODY is the system's own
 * @until:  how long to wait for it
 * @counts: the result; zero on failure
 *
 * An actor asks with odeon_request, a struct odeon_offload_look, and is answered a struct odeon_offload_counts.
 *
 * Returns:  0, or as odeon_ask, or as odeon_system_single
 * Context:  plain thread, or a handler of an actor with a thread of its own
 * Since:    0.1
 */
ODEON_API int odeon_offload_count(odeon_system *system, odeon_ref pool, odeon_time until, struct odeon_offload_counts *counts);

/**
 * odeon_blocking_drop - what ODEON_BLOCKING names
 * Context:  none but the runtime's
 * Since:    0.1
 */
ODEON_API void odeon_blocking_drop(void *message);

ODEON_END_
#endif
