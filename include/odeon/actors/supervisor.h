/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/actors/supervisor.h - children that are started anew when they fail, by a rule
 *
 *   static const odeon_child children[] = {
 *           ODEON_CHILD(.name = "store", .kind = &store_kind),
 *           ODEON_CHILD(.name = "front", .kind = &front_kind, .failed = ODEON_FAILED_AGAIN),
 *   };
 *   odeon_supervisor rule = ODEON_SUPERVISOR(.children = children, .count = 2);
 *   odeon_supervise(system, &rule, &supervisor);
 *
 * A supervisor is an actor like any other, written with odeon_spawn_supervised and odeon_restart (failure.h). It starts its
 * children in order, and stops them in reverse order (odeon_supervisor_stop). A child that is started anew keeps its ref
 * and what waits in its mailbox, in order; what becomes of the message that it failed with is said by `failed`. One that
 * was killed, or told to stop by others, has lost both: in its place comes another actor.
 *
 * When children fail more often than is allowed, or cannot be started, the supervisor stops all of them and fails with
 * ODEON_EFAILED: so its own supervisor decides, when it has one, and at the top odeon_options.on_failure hears of it.
 * Supervisors of supervisors are children of odeon_supervisor_kind. A supervisor that is killed, told to stop by
 * odeon_actor_stop, or started anew has its children killed, and one that is started anew starts those of its rule.
 *
 * A handler that does not return cannot be ended: the supervisor waits for it. odeon_system_stop tells all actors to stop
 * at once, whoever supervises them; where their order matters, stop the supervisor first.
 */
#ifndef ODEON_ACTORS_SUPERVISOR_H
#define ODEON_ACTORS_SUPERVISOR_H

#include <odeon/failure.h>
#include <odeon/system.h>

enum odeon_strategy {
	ODEON_ONE_FOR_ONE = 0,                         /* the child that failed is started anew */
	ODEON_ONE_FOR_ALL,                             /* all are: halted in reverse order, then started in order */
	ODEON_REST_FOR_ONE                             /* it is, and those that were started after it */
};

enum odeon_keep {
	ODEON_PERMANENT = 0,                           /* started anew whenever it ends, but when the supervisor told it to */
	ODEON_TRANSIENT,                               /* when it ends for a reason other than 0 */
	ODEON_TEMPORARY                                /* never; and ended for good when others are started anew with it */
};

enum odeon_restarts { ODEON_RESTARTS_ANY = -1, ODEON_RESTARTS_NONE = -2 };

/* A child. Copied with its name and argument; the kind, and what an argument points to, must live as long as the
 * supervisor. */
typedef struct odeon_child {
	size_t bytes;
	const char *name;                              /* one of its own among its siblings; NULL: none, and it is forgotten
	                                                  when it has ended for good */
	const odeon_kind *kind;
	const void *argument;                          /* for each start, argument_bytes long */
	size_t argument_bytes;
	enum odeon_keep keep;
	enum odeon_failed failed;                      /* what becomes of the message that it failed with */
	int is_fresh;                                  /* not 0: in place of one that failed comes another actor, with another
	                                                  ref and an empty mailbox */
	odeon_duration stop_within;                    /* told to stop, it may take so long and is killed then; 0: 5 s;
	                                                  below 0: killed at once. A supervisor stops its own meanwhile */
} odeon_child;
#define ODEON_CHILD(...) { .bytes = sizeof(odeon_child), __VA_ARGS__ }

/* The rule of a supervisor, and the argument of odeon_supervisor_kind. Copied, with its children. */
typedef struct odeon_supervisor {
	size_t bytes;
	enum odeon_strategy strategy;
	int restarts;                                  /* so many failures within ... ; 0: 3; or enum odeon_restarts */
	odeon_duration within;                         /* ... so long, and no more; 0: 5 s */
	odeon_duration pause, pause_most;              /* before a child that failed is started anew, doubled each time until it
	                                                  ran for longer than `within`, up to the most; 0: none, and 30 s. One
	                                                  whose start failed waits for at least 1 ms */
	unsigned jitter;                               /* percent by which pauses differ at random, up or down; at most 100 */
	const odeon_child *children;
	size_t count;
} odeon_supervisor;
#define ODEON_SUPERVISOR(...) { .bytes = sizeof(odeon_supervisor), __VA_ARGS__ }

/* The answer to what the functions with _new ask. */
struct odeon_child_is {
	odeon_ref who;                                 /* nobody when it has ended */
	uint64_t restarts;                             /* how often it was started anew, in all */
	int is_up;                                     /* 0: it has ended, or waits to be started anew */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_child_is) ODEON_API;

/* Its argument is a struct odeon_supervisor; its start answers as odeon_supervise does. */
ODEON_API extern const odeon_kind odeon_supervisor_kind;

/**
 * odeon_supervise - a supervisor, and its children
 * @system:     where
 * @supervisor: the rule; copied
 * @who:        the supervisor's ref; nobody on failure; may be NULL
 *
 * A child whose start fails here ends it all: those before it are killed.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM     no memory
 *   ODEON_EVERSION   the rule, or a child, has an unknown size
 *   ODEON_EINVAL     an unknown strategy or sort of child, a number below its least, two children of one name, no kind
 *   ODEON_ESTOPPING  the system is stopping
 *   ODEON_EFORKED    this is a forked child
 *   or what a child's start returned
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_supervise(odeon_system *system, const odeon_supervisor *supervisor, odeon_ref *who);

/**
 * odeon_supervisor_stop - have a supervisor stop its children, in reverse order, and end
 * @supervisor: may be a child of another one; then its `keep` says whether it is started anew
 *
 * Each child is told to stop when the one after it has ended, and killed when its time is over, or when there is no memory
 * to wait for that. Returns at once.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM    no memory
 *   ODEON_EGONE     it has ended
 *   ODEON_EFOREIGN  a ref of another system
 *   ODEON_EFORKED   this is a forked child
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_supervisor_stop(odeon_system *system, odeon_ref supervisor);

/**
 * odeon_child_add_new - asks a supervisor to start one child more, after all others
 * @child: copied
 *
 *   odeon_request(self, supervisor, odeon_child_add_new(&child), until, ODEON_THEN(self, S, C, odeon_child_is));
 *   odeon_ask(odeon_child_is, system, supervisor, odeon_child_add_new(&child), until, &why);
 *
 * A supervisor that is busy starting all anew does it then. The answer is a struct odeon_child_is, or
 *   ODEON_EVERSION, ODEON_EINVAL  as odeon_supervise has them
 *   ODEON_EBUSY      there is one of that name
 *   ODEON_ESTOPPING  the supervisor is stopping
 *   or what start returned; then there is no such child
 *
 * Returns:  the message, yours; NULL when out of memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_child_add_new(const odeon_child *child) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/**
 * odeon_child_stop_new, odeon_child_restart_new, odeon_child_find_new - ask a supervisor for a child of its: to be stopped and
 *                                                                       forgotten; halted and started anew; found
 * @name: the child's; copied
 *
 * Given to odeon_request or odeon_ask, as odeon_child_add_new. Starting it anew counts as no failure, and also starts one
 * that has ended, or waits. The answer is a struct odeon_child_is, as it is afterwards, or
 *   ODEON_EGONE      there is no child of that name
 *   ODEON_EBUSY      it is being stopped or started anew for somebody else
 *   ODEON_ESTOPPING  the supervisor is stopping
 *   or what start returned; it is tried again as one that failed
 *
 * Returns:  the message, yours; NULL when out of memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_child_stop_new(const char *name) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);
ODEON_API void *odeon_child_restart_new(const char *name) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);
ODEON_API void *odeon_child_find_new(const char *name) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

ODEON_END_
#endif
