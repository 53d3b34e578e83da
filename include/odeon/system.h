/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/system.h - a running world of actors
 *
 * Several systems may live in one process; they share nothing. A system has as many workers as asked for, also none:
 * then the thread that calls odeon_system_run is the worker. The library installs no signal handler, unless
 * crash_report asks for one, and blocks all signals in its threads but those of faults.
 */
#ifndef ODEON_SYSTEM_H
#define ODEON_SYSTEM_H

#include <odeon/actor.h>
#include <odeon/poller.h>

enum odeon_workers {
	ODEON_WORKERS_AUTO = 0,                        /* what the affinity mask and the cgroup's quota allow */
	ODEON_WORKERS_NONE = -1                        /* the host's own loop: odeon_system_fd, odeon_system_run */
};
#define ODEON_WORKERS_MOST 1024

enum odeon_log_level { ODEON_LOG_WARNING, ODEON_LOG_ERROR };

/* A message that nobody handled. All strings live as long as the types and sites themselves. */
typedef struct odeon_dead_letter {
	const odeon_type *type;
	odeon_ref from, to;
	int why;                                       /* ODEON_EGONE, ODEON_EFULL, ... */
	const odeon_site *site;                        /* where it was sent; may be NULL */
} odeon_dead_letter;

/* An actor that did not end, or handles one message for long, and what it is busy with. */
typedef struct odeon_stuck {
	odeon_ref who;
	const char *kind;
	const odeon_type *type;                        /* of the message being handled; NULL: between messages */
	const odeon_site *site;                        /* where that was sent */
	uint64_t queued;                               /* messages waiting behind it, about */
} odeon_stuck;

/* What a fault that is injected does to a message that an actor's handler is about to get. */
enum odeon_fault {
	ODEON_FAULT_NONE = 0,
	ODEON_FAULT_DROP,                              /* a dead letter, with ODEON_EFAILED */
	ODEON_FAULT_DELAY,                             /* it comes once more, *delay later; then there is another question */
	ODEON_FAULT_TWICE,                             /* it is handled, and a copy comes behind what waits; not where the type
	                                                  has a drop, nor for requests, which are handled once */
	ODEON_FAULT_KILL,                              /* the actor is killed, and the message a dead letter with ODEON_EGONE */
	ODEON_FAULT_FAIL                               /* as if the handler failed at once, with ODEON_EFAILED */
};

/* Faults for a simulated system. `chance` is a number by the seed: a fault that depends on nothing else than what it is told
 * is replayed with the seed. The same schedule is chosen with and without. The functions are called in the middle of the
 * actors' own calls: they make, send and wait for nothing. */
typedef struct odeon_faults {
	size_t bytes;
	enum odeon_fault (*on_message)(void *data, odeon_ref to, const char *kind, const odeon_type *type, uint64_t chance,
	                               odeon_duration *delay);         /* not for news of ends, nor continuations; or NULL */
	int (*on_memory)(void *data, size_t bytes, uint64_t chance);   /* not 0: refused. For messages, timers, requests and
	                                                  bonds that handlers make, and states of actors they spawn; or NULL */
	void *data;
} odeon_faults;
#define ODEON_FAULTS(...) { .bytes = sizeof(odeon_faults), __VA_ARGS__ }

/* What happened in a simulated system, one call an event; see docs/simulation.md. The line ends without a newline. */
typedef void odeon_on_event(void *host, const char *line);

/* Zero is always the default. Start it with ODEON_OPTIONS(.workers = 2, ...). */
typedef struct odeon_options {
	size_t bytes;
	int workers;                                   /* a count, or enum odeon_workers */
	const char *name;                              /* of the system and its threads; NULL: "odeon"; copied */
	void *host;                                    /* given back in every hook */
	odeon_mailbox mailbox;                         /* for kinds that say nothing of theirs */
	void (*on_dead_letter)(void *host, const odeon_dead_letter *letter);   /* any thread; NULL: some are logged */
	void (*on_log)(void *host, enum odeon_log_level level, const char *text); /* any thread; NULL: standard error */
	void (*on_thread)(void *host, int index, int starts);  /* on each thread of the system as it starts and ends */
	void (*on_wake)(void *host);                   /* no workers: any thread has given odeon_system_run work. Called in
	                                                  the middle of that thread's call: wake your loop, no more */
	uint32_t batch_messages;                       /* an actor's turn, at most; default 64 */
	odeon_duration batch_time;                     /* the same in time, looked at between messages; default 1 ms */
	const odeon_poller *poller;                    /* what workers sleep in; NULL: an event count */
	struct {
		int enabled;                           /* one thread, a virtual clock, a seeded choice at each step */
		uint64_t seed;                         /* 0: ODEON_SEED in the environment, or else a fresh one */
		odeon_on_event *on_event;
		const odeon_faults *faults;            /* must outlive the system; NULL: none */
	} simulation;
	odeon_duration watchdog;                       /* handlers that run longer are told of, once each, within a quarter
	                                                  more; not those of actors with a thread of their own, nor in a
	                                                  simulation; costs a thread; 0: none */
	void (*on_long)(void *host, const odeon_stuck *who, odeon_duration for_so_long); /* the watchdog's thread; NULL: logged */
	int crash_report;                              /* not 0: a memory fault in a handler says on standard error whose it
	                                                  is, before the process dies of it: see odeon_thread_print */
	void (*on_failure)(void *host, odeon_ref who, const char *kind, const odeon_reason *reason);
	                                               /* an actor ended for a reason other than 0 and nobody had a bond with
	                                                  it; any thread; NULL: some are logged, but no kills */
	const struct odeon_interceptor *intercept;     /* around the handlers of all actors (behaviour.h); NULL: none */
} odeon_options;
#define ODEON_OPTIONS(...) { .bytes = sizeof(odeon_options), __VA_ARGS__ }

/* A request of an actor that has no answer yet. */
typedef struct odeon_wait {
	odeon_ref who, whom;                           /* the asker; whom it asked, who may have handed it on */
	const char *kind;                              /* of the asker */
	const odeon_type *type;                        /* of the request */
	const odeon_site *site;                        /* where it was asked; may be NULL */
	odeon_time until;
	uint32_t cycle;                                /* not 0: who asks whom goes round; equal numbers are one round */
} odeon_wait;
typedef struct odeon_waits {
	size_t bytes, count, silent;                   /* silent: actors that did not say in time */
	const odeon_wait *waits;                       /* the rounds first, each in the order in which it goes round */
} odeon_waits;

typedef struct odeon_report { size_t bytes, count; const odeon_stuck *stuck; } odeon_report;

ODEON_BEGIN_

/**
 * odeon_system_start - start a system
 * @options: copied; NULL: all defaults
 * @system:  the result; unchanged on failure
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_ENOMEM    no memory
 *   ODEON_ESYSTEM   no thread, no descriptor, no address space to be had
 *   ODEON_EVERSION  the options, their poller or their faults have an unknown size
 *   ODEON_EBUSY     crash_report, and SIGSEGV, SIGBUS, SIGFPE or SIGILL has a handler that is not the library's
 *   ODEON_EINVAL    options that contradict each other, or @system is NULL
 *   or what a poller's open answered
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_system_start(const odeon_options *options, odeon_system **system);

/**
 * odeon_system_quit - ask for the end: odeon_system_wait returns. Nothing stops by this alone
 *
 * Context:  any thread, any handler, a signal handler; returns at once
 * Since:    0.1
 */
ODEON_API void odeon_system_quit(odeon_system *system);

/**
 * odeon_system_wait - until no actor is left, or odeon_system_quit was called
 *
 * Actors whose kind is in the background (odeon_kind) do not count, until the system stops. A simulated
 * system runs inside this call, on its virtual clock.
 *
 * Returns:  0, or
 *   ODEON_ETIMEDOUT    neither happened until then
 *   ODEON_EWOULDBLOCK  called in a handler
 *   ODEON_EFORKED      this is a forked child
 *   ODEON_EINVAL       @system is NULL, or has no workers: call odeon_system_run
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_system_wait(odeon_system *system, odeon_time until);

/**
 * odeon_system_stop - end all actors, then all threads
 * @until:  the deadline of it all, ODEON_NEVER is allowed
 * @report: who did not end, yours to free with odeon_report_free; NULL when all did; may be NULL
 *
 * In phases: nothing is spawned any more; every actor gets the order to stop after what is queued now; when half of
 * the time is over, every actor left is killed; when none is left, the threads end. Then everything but
 * odeon_system_free answers ODEON_ESTOPPING. A system without workers is run by this call.
 *
 * Returns:  0, or
 *   ODEON_EBUSY        some did not end in time; the system goes on stopping, call again
 *   ODEON_EINVAL       called in a handler of this system, or @system is NULL
 *   ODEON_EWOULDBLOCK  called in a handler of another
 *   ODEON_EFORKED      this is a forked child
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_system_stop(odeon_system *system, odeon_time until, odeon_report **report);

/**
 * odeon_system_free - stop if need be, with a deadline of ten seconds, and release everything
 * @system: NULL is fine
 *
 * Returns:  0, or with the system alive
 *   ODEON_EBUSY        an actor did not end; see odeon_system_stop
 *   ODEON_EINVAL       called in a handler of this system
 *   ODEON_EWOULDBLOCK  called in a handler of another
 *   ODEON_EFORKED      this is a forked child
 * Context:  plain thread; nobody else uses the system any more
 * Since:    0.1
 */
ODEON_API int odeon_system_free(odeon_system *system);

/**
 * odeon_thread_print - what this thread is doing, as text: the actor, its message, and where that was sent
 * @text:  where to; may be NULL when @bytes is 0
 * @bytes: its size; what does not fit is cut off
 *
 * With crash_report also what its worker handled before, newest first. For the handler of a fault: crash_report installs one that
 * writes this and lets the process die; a program that has a handler of its own calls it there. The handlers of
 * crash_report stay when the system has ended; elsewhere than in an actor they do what happens without them.
 *
 * Returns:  the length of the whole text, as snprintf does; 0: this thread runs no actor
 * Context:  any thread, any handler, a signal handler
 * Since:    0.1
 */
ODEON_API int odeon_thread_print(char *text, size_t bytes);

/**
 * odeon_report_free - release a report; NULL is fine
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API void odeon_report_free(odeon_report *report);

/**
 * odeon_report_print - a report as text, a line an actor
 *
 * Returns:  the length of the whole text, as snprintf does
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API int odeon_report_print(const odeon_report *report, char *text, size_t bytes);

/**
 * odeon_system_waits - which requests of actors wait for an answer, and where that goes round
 * @until: each actor is asked, and says it in a turn of its own; those that do not come to that by then are counted in silent
 * @waits: the result, yours to free with odeon_waits_free; NULL on failure
 *
 * Actors handle other messages while they wait, so a round alone is no deadlock; one whose actors each answer only when
 * they have been answered is. What each says was so at a moment of its own. A system without workers is run by this call; a
 * simulated one is not, there everything is read as it stands, at one moment. When a simulated system comes to rest in a call
 * that waits, and requests are open, the log says these by itself, each of them once: nobody inside will ever answer.
 *
 * Returns:  0, or
 *   ODEON_ENOMEM       no memory
 *   ODEON_EINVAL       a NULL
 *   ODEON_EWOULDBLOCK  called in a handler
 *   ODEON_EBUSY        it is simulated, and another thread runs it
 *   ODEON_ESTOPPING    the system has stopped
 *   ODEON_EFORKED      this is a forked child
 * Context:  plain thread
 * Since:    0.1
 */
ODEON_API int odeon_system_waits(odeon_system *system, odeon_time until, odeon_waits **waits);

/**
 * odeon_waits_free - release such a list; NULL is fine
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API void odeon_waits_free(odeon_waits *waits);

/**
 * odeon_waits_print - such a list as text, a line a request
 *
 * Returns:  the length of the whole text, as snprintf does
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API int odeon_waits_print(const odeon_waits *waits, char *text, size_t bytes);

/**
 * odeon_system_fd - a descriptor that is readable when odeon_system_run has work
 *
 * Returns:  the descriptor, the system's, for poll, epoll and the like; or
 *   ODEON_EINVAL   @system is NULL or simulated
 *   ODEON_EFORKED  this is a forked child
 * Context:  any thread
 * Since:    0.1
 */
ODEON_API int odeon_system_fd(odeon_system *system);

/**
 * odeon_system_run - be the worker: of a system without workers, of the actors bound to the host's thread, or of a
 *                    simulated system
 * @until: run until then, or until odeon_system_quit; ODEON_AT_ONCE runs what is there and never waits
 *
 * Returns:  how many messages were handled, or
 *   ODEON_EBUSY        another thread is running it
 *   ODEON_EWOULDBLOCK  called in a handler
 *   ODEON_ESTOPPING    the system has stopped
 *   ODEON_EFORKED      this is a forked child
 *   ODEON_EINVAL       @system is NULL
 * Context:  plain thread, one at a time
 * Since:    0.1
 */
ODEON_API int odeon_system_run(odeon_system *system, odeon_time until);

/**
 * odeon_system_due - when odeon_system_run has work next by itself: its earliest timer
 *
 * For a host whose loop waits with a time-out and not on odeon_system_fd, which is readable then, too. May be earlier than
 * that by about a millisecond, or by more when the timer has been cancelled since.
 *
 * Returns:  the moment; ODEON_NEVER when there is none
 * Context:  plain thread, the one that runs it
 * Since:    0.1
 */
ODEON_API odeon_time odeon_system_due(odeon_system *system);

/**
 * odeon_system_now, odeon_system_deadline - the moment, or one from now, on the system's clock
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API odeon_time odeon_system_now(odeon_system *system);
ODEON_API odeon_time odeon_system_deadline(odeon_system *system, odeon_duration from_now);

/**
 * odeon_system_host - what the options gave as host
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API void *odeon_system_host(odeon_system *system);

/**
 * odeon_system_seed - the seed of a simulated system, to be printed when a run fails; 0 for any other
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API uint64_t odeon_system_seed(odeon_system *system);

/**
 * odeon_system_spawn - a new actor, from outside
 *
 * Returns:  as odeon_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_system_spawn(odeon_system *system, const odeon_kind *kind, const void *argument, odeon_ref *actor);

/**
 * odeon_system_single - the system's one actor of a kind, which is spawned when it is first asked for
 * @kind:     by its address
 * @argument: as odeon_spawn, for when it is spawned
 * @actor:    its ref; nobody on failure
 *
 * For what all share and nobody opens: such a kind rather is in the background, or it keeps the system alive. When the actor has
 * ended the next call spawns another. Those that odeon_spawn and odeon_system_spawn make of the kind are not meant.
 *
 * Returns:  0, or as odeon_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_system_single(odeon_system *system, const odeon_kind *kind, const void *argument, odeon_ref *actor);

/**
 * odeon_system_spawn_pinned - a new actor that one worker runs, from outside
 * @worker: as odeon_spawn_pinned
 *
 * Returns:  as odeon_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_system_spawn_pinned(odeon_system *system, const odeon_kind *kind, const void *argument, unsigned worker,
                                        odeon_ref *actor);

/**
 * odeon_actor_stop - end an actor after what is queued now, with reason 0
 *
 * Returns:  0, or
 *   ODEON_EGONE      it has ended
 *   ODEON_EFOREIGN   a ref of another system
 *   ODEON_EFORKED    this is a forked child
 * Context:  any thread, any handler; needs no memory, and no bound of a mailbox stands in its way
 * Since:    0.1
 */
ODEON_API int odeon_actor_stop(odeon_system *system, odeon_ref actor);

/**
 * odeon_actor_kill - end an actor before its next message, with reason ODEON_EKILLED
 *
 * What is queued becomes dead letters. A handler that runs is not interrupted.
 *
 * Returns:  as odeon_actor_stop
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_actor_kill(odeon_system *system, odeon_ref actor);

ODEON_END_
#endif
