/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/program.h - another program, started and looked after
 *
 *   odeon_program_options options = ODEON_PROGRAM_OPTIONS(.arguments = (const char *const[]){ "sort", "-r", NULL },
 *           .input = { ODEON_STREAM_CONNECTED }, .output = { ODEON_STREAM_CONNECTED });
 *
 *   odeon_program_start(system, "sort", owner, &options, &program);
 *
 * A program is an actor on a worker's loop. Its owner gets odeon_program_started, first; and exactly once, as the last,
 * odeon_program_ended: how it ended, or why it could not be started. Standard input, output and errors are each nothing (/dev/null), what ours
 * is, a descriptor, or a connection (connection.h) with the same owner: bytes sent to its input are
 * what it reads, odeon_write_end is the end of its input, its output comes by credit and is held up without, and each has its own
 * odeon_read_end and odeon_disconnected. The news of the end come after those of the output and errors, so that all that was
 * written is there by then, unless told_at_once says otherwise; for others that it started may keep them open for longer.
 *
 * Anybody may send to it:
 *
 *   struct odeon_program_signal  a signal for the program
 *   struct odeon_close           ends it: by SIGTERM, and when it is still there after kill_after, by SIGKILL; with resets, by that at once
 *
 * It is ended like this, too, after its time-out, when its owner ends, and by odeon_actor_stop; and by SIGKILL when the actor is
 * killed, or its owner failed. In whatever way, the program is waited for: no zombie is left, also when the whole system stops, which
 * waits for it at most for kill_after, and a moment. The connections end by themselves: the input when the program has ended.
 *
 * The program begins with a clean mask and the default effects of all signals, and with no descriptor of this library's but
 * these three; what others opened without O_CLOEXEC it has as well. Starting one holds the worker up for as long as fork(2) and
 * execve(2) take. That it has ended is told by SIGCHLD, which one of the program's own threads at least must not block; who waits
 * for all children himself, by wait(2), takes that news away.
 */
#ifndef ODEON_NET_PROGRAM_H
#define ODEON_NET_PROGRAM_H

#include <odeon/net/connection.h>

enum odeon_stream {
	ODEON_STREAM_NOTHING = 0,                      /* /dev/null */
	ODEON_STREAM_INHERITED,                        /* our own */
	ODEON_STREAM_CONNECTED,                        /* a connection */
	ODEON_STREAM_GIVEN,                            /* the descriptor */
	ODEON_STREAM_AS_OUTPUT                         /* errors only: where the output goes */
};
typedef struct odeon_program_stream { enum odeon_stream kind; int descriptor; } odeon_program_stream;

/* ---- to a program -------------------------------------------------------------------------------------------------------- */

struct odeon_program_signal { int number; };

/* ---- from a program, to its owner ---------------------------------------------------------------------------------------- */

struct odeon_program_started {
	odeon_ref who;
	int64_t number;                                /* pid */
	odeon_ref input, output, errors;               /* connections; or nobody */
};
struct odeon_program_ended {
	odeon_ref who;
	int error;                                     /* 0: it ran, and ended; ODEON_ETIMEDOUT: the same, after its time-out;
	                                                  ODEON_ENOMEM, ODEON_ESYSTEM: it could not be started */
	int system_error;                              /* as errno has it: ENOENT, EACCES, ...; 0: none */
	const char *text;                              /* for people; lives for ever */
	int status;                                    /* what it answered; 0 when it did not */
	int signal;                                    /* that it was ended by; 0: none */
};

/* ---- starting -------------------------------------------------------------------------------------------------------------- */

/* Zero is always the default. */
typedef struct odeon_program_options {
	size_t bytes;
	const char *const *arguments;                  /* its own name first, NULL behind the last; default: the program's name */
	const char *const *environment;                /* "NAME=value", NULL behind the last; default: this program's */
	const char *folder;                            /* where it runs; default: where this program does */
	odeon_program_stream input, output, errors;
	const odeon_connection_options *connection;    /* of those that are connections; default: all defaults */
	odeon_duration timeout;                        /* when it has run for so long, it is ended; default: none */
	odeon_duration kill_after;                     /* from SIGTERM to SIGKILL; default 2 s */
	int told_at_once;                              /* not 0: the end is told when it has ended, whatever its output still brings */
} odeon_program_options;
#define ODEON_PROGRAM_OPTIONS(...) { .bytes = sizeof(odeon_program_options), __VA_ARGS__ }

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_program_signal) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_program_started) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_program_ended) ODEON_API;

/**
 * odeon_program_start - start a program
 * @system:  whose workers sleep in odeon_net_poller
 * @path:    a path; or, without a slash, a name that is looked for in PATH; copied
 * @owner:   who gets the news, and what the connections bring
 * @options: copied, with all that they point to, and the descriptors; NULL: all defaults
 * @program: its ref; nobody on failure; may be NULL
 *
 * Does not wait: that the program is not there, the owner is told.
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL    no path, options that contradict each other, a descriptor that is none, or the system has another poller
 *   ODEON_EVERSION  options of an unknown size
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_program_start(odeon_system *system, const char *path, odeon_ref owner, const odeon_program_options *options,
                                odeon_ref *program);

ODEON_END_
#endif
