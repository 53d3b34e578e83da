/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/testkit.h - for tests of programs made of actors: probes, time, faults, many seeds
 *
 * Not part of odeon.h. It knows no test framework: what goes wrong is an answer, and what people should read goes to
 * a function of yours, or to standard error.
 *
 *   probe    an actor that is handled from plain code: what others send it is expected, one message after the other
 *   pass     the clock, by hand: a simulated system runs until so much of its time has passed
 *   plan     which faults befall a simulated system: these, or some by chance. It has a text: faults with "; " between them
 *
 *                drop KIND/TYPE N         the Nth message of struct TYPE that an actor of that kind would have handled. Both
 *                twice KIND/TYPE N        are names, or * for any: "kill * / * 7" without the blanks kills whoever is about
 *                kill KIND/TYPE N         to handle the seventh message of all
 *                fail KIND/TYPE N
 *                delay KIND/TYPE N NS     by so many nanoseconds
 *                refuse N                 the Nth piece of memory that handlers ask for
 *
 *   trials   a function that is run under many seeds, each in a simulated system of its own. The first seed that it fails
 *            with is told, with as few of the faults as it needs to fail, and how to run that alone
 *
 * Probes are outside of all faults of plans, so that what is expected is what was sent.
 */
#ifndef ODEON_TESTKIT_H
#define ODEON_TESTKIT_H

#include <odeon/system.h>

typedef struct odeon_probe odeon_probe;
typedef struct odeon_plan odeon_plan;

/* Faults by chance: how many of a million messages, or pieces of memory. */
typedef struct odeon_rates {
	size_t bytes;
	unsigned drop, delay, twice, kill, fail, refuse;
	odeon_duration delay_most;                     /* 0: 10 ms */
	unsigned most;                                 /* faults in one run; 0: 64 */
	int (*spares)(void *data, const char *kind, const odeon_type *type);   /* not 0: none befalls this one; or NULL */
	void *data;
} odeon_rates;
#define ODEON_RATES(...) { .bytes = sizeof(odeon_rates), __VA_ARGS__ }

/* Runs a test in a simulated system that has just been started, and is freed afterwards. Not 0: it failed. It does not leave by
 * longjmp, and it depends on nothing but the system and what does not change. */
typedef int odeon_trial(odeon_system *system, void *data);

typedef struct odeon_trials {
	size_t bytes;
	const char *name;                              /* in what is told; NULL: "trials" */
	uint64_t first;                                /* seed; 0: 1 */
	unsigned seeds;                                /* 0: 100 */
	const odeon_options *options;                  /* of the systems; `simulation` is filled in; NULL: all defaults, and silent */
	const char *faults;                            /* in every run: a plan's text; NULL: none */
	const odeon_rates *rates;                      /* and these by chance; NULL: none */
	unsigned shrinks;                              /* runs for finding fewer faults, at most; 0: 1000 */
	void (*print)(void *data, const char *line);   /* without a newline; NULL: standard error */
	void *data;                                    /* of print */
} odeon_trials;
#define ODEON_TRIALS(...) { .bytes = sizeof(odeon_trials), __VA_ARGS__ }

/* What came of it. */
typedef struct odeon_verdict {
	size_t bytes;
	int result;                                    /* what the trial that failed answered; 0: none did */
	uint64_t seed;                                 /* it failed with this one */
	unsigned runs;                                 /* of the trial, all together */
	unsigned struck, needed;                       /* faults by chance in that run; as few as it fails with */
	int is_replayed;                               /* not 0: the same seed and faults made it fail in the same way again */
	char plan[1000];                               /* these, cut off if need be */
} odeon_verdict;
#define ODEON_VERDICT(...) { .bytes = sizeof(odeon_verdict), __VA_ARGS__ }

ODEON_BEGIN_

/* ---- time ----------------------------------------------------------------------------------------------------------- */

/**
 * odeon_system_pass - let a simulated system run until so much of its time has passed
 * @duration: in nanoseconds; whatever is due exactly then has come to its actor's mailbox, no more
 *
 * Time passes also when all actors have ended. A system that is not simulated is only waited with.
 *
 * Returns:  0, or
 *   ODEON_EINVAL       @system is NULL, or @duration below 0
 *   ODEON_ENOMEM       no memory
 *   ODEON_EWOULDBLOCK  called in a handler
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_system_pass(odeon_system *system, odeon_duration duration);

/* ---- probes --------------------------------------------------------------------------------------------------------- */

/**
 * odeon_probe_open - a probe
 * @system: simulated, or not: then what is expected is waited for in real time
 * @probe:  the result; unchanged on failure
 *
 * Returns:  0, or as odeon_system_spawn and odeon_channel_open
 * Context:  plain thread; all other calls for the probe come from the same one
 * Since:    0.1
 */
ODEON_API int odeon_probe_open(odeon_system *system, odeon_probe **probe);

/**
 * odeon_probe_close - the probe's actor gets the order to stop; what it got and nobody took is dropped
 * @probe: NULL is fine; its system may have gone
 *
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API void odeon_probe_close(odeon_probe *probe);

/**
 * odeon_probe_ref - the probe, as others know it
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API odeon_ref odeon_probe_ref(const odeon_probe *probe);

/**
 * odeon_probe_next - expect the next message to be of this type: odeon_probe_expect(T, probe, within, why)
 * @type:   what it must be
 * @within: nanoseconds, on the system's clock; a simulated system runs meanwhile, and stops when the message is there
 * @why:    0 or the error; may be NULL:
 *   ODEON_ETIMEDOUT    none came
 *   ODEON_ETYPE        it is of another type, and stays the next one
 *   ODEON_EGONE        none came, and the probe's actor has ended
 *   ODEON_EWOULDBLOCK  called in a handler
 *
 * Returns:  the message, yours; when it is a request, odeon_probe_reply answers it. NULL on failure
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API void *odeon_probe_next(odeon_probe *probe, const odeon_type *type, odeon_duration within, int *why);
#define odeon_probe_expect(T, probe, within, why) ((struct T *)odeon_probe_next(probe, ODEON_TYPE(T), within, odeon_out_(why)))

/**
 * odeon_probe_seek - the next message of this type, others before it are dropped: odeon_probe_find(T, probe, within, why)
 *
 * Returns:  as odeon_probe_next, but never ODEON_ETYPE
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API void *odeon_probe_seek(odeon_probe *probe, const odeon_type *type, odeon_duration within, int *why);
#define odeon_probe_find(T, probe, within, why) ((struct T *)odeon_probe_seek(probe, ODEON_TYPE(T), within, odeon_out_(why)))

/**
 * odeon_probe_expect_none - expect that no message comes, and none is there
 * @within: as for odeon_probe_next; that much time has passed when the answer is 0
 *
 * Returns:  0, or
 *   ODEON_ETYPE        one came, and stays the next one
 *   ODEON_EGONE        the probe's actor has ended
 *   ODEON_EWOULDBLOCK  called in a handler
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_probe_expect_none(odeon_probe *probe, odeon_duration within);

/**
 * odeon_probe_from, odeon_probe_when - who sent the message that was taken last, and when it came
 *
 * Returns:  of a probe that nothing was taken of: nobody, 0
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API odeon_ref odeon_probe_from(const odeon_probe *probe);
ODEON_API odeon_time odeon_probe_when(const odeon_probe *probe);

/**
 * odeon_probe_send - send in the probe's name, so that answers come to it
 * @message: taken; a dead letter when @to has ended
 *
 * Returns:  0, or as odeon_post to the probe; ODEON_ENOMEM also when @message is NULL
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_probe_send(odeon_probe *probe, odeon_ref to, void *message) ODEON_TAKES_(3);

/**
 * odeon_probe_reply - answer a request that the probe got
 * @request: taken; one that was taken out of the probe and is freed instead answers ODEON_EUNANSWERED
 * @answer:  taken; may be @request
 *
 * Returns:  as odeon_probe_send
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_probe_reply(odeon_probe *probe, void *request, void *answer) ODEON_TAKES_(2) ODEON_TAKES_(3);

/**
 * odeon_probe_monitor - let the probe be told of an actor's end: a struct odeon_down comes (failure.h)
 *
 * Returns:  as odeon_probe_send
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_probe_monitor(odeon_probe *probe, odeon_ref who);

/* ---- faults --------------------------------------------------------------------------------------------------------- */

/**
 * odeon_plan_read - a plan out of its text
 * @text: as above; empty is no fault at all
 * @plan: the result; unchanged on failure. For one system
 *
 * Returns:  0, or
 *   ODEON_EINVAL  not a plan's text, or a NULL
 *   ODEON_ENOMEM  no memory
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API int odeon_plan_read(const char *text, odeon_plan **plan);

/**
 * odeon_plan_random - a plan of faults by chance, by the seed of the system that has it
 * @rates: copied
 *
 * Returns:  0, or
 *   ODEON_EVERSION  the rates have an unknown size
 *   ODEON_EINVAL    a NULL, a delay below 0, or rates of messages of together more than a million
 *   ODEON_ENOMEM    no memory
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API int odeon_plan_random(const odeon_rates *rates, odeon_plan **plan);

/**
 * odeon_plan_faults - the plan, for options.simulation.faults
 *
 * Returns:  the plan's, as long as that lives
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API const odeon_faults *odeon_plan_faults(odeon_plan *plan);

/**
 * odeon_plan_print - the plan as text; of one by chance, what has struck so far
 *
 * Returns:  the length of the whole text, as snprintf does
 * Context:  plain thread, while its system does not run
 * Since:    0.1
 */
ODEON_API int odeon_plan_print(const odeon_plan *plan, char *text, size_t bytes);

/**
 * odeon_plan_free - after the system that has it; NULL is fine
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API void odeon_plan_free(odeon_plan *plan);

/* ---- many seeds ----------------------------------------------------------------------------------------------------- */

/**
 * odeon_trials_run - run a trial under one seed after the other, until it fails
 * @trials:  how; NULL: all defaults
 * @data:    for the trial
 * @verdict: what came of it; may be NULL
 *
 * ODEON_SEED in the environment is the only seed then, and ODEON_FAULTS takes the place of all faults: what is told of a
 * failure says how to set both. When a trial that failed is shrunk, each run with fewer faults that answers the same counts.
 *
 * Returns:  0; what the trial answered when it failed; or
 *   ODEON_EVERSION  a struct of an unknown size
 *   ODEON_EINVAL    no trial, or as odeon_plan_read and odeon_plan_random
 *   ODEON_ENOMEM    no memory
 *   or as odeon_system_start and odeon_system_free, which count as a failure of the trial
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_trials_run(const odeon_trials *trials, odeon_trial *run, void *data, odeon_verdict *verdict);

ODEON_END_
#endif
