/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/signals.h - signals of the system as messages
 *
 *   odeon_signals_watch(system, (const int[]){ SIGINT, SIGTERM, 0 }, owner, NULL);
 *
 *   ODEON_HANDLER(program, odeon_signal) { odeon_system_quit(odeon_system_of(self)); }
 *
 * A watcher is an actor in the background, on a worker's loop. Its owner gets, first, one struct odeon_watched: from then on the
 * signals are caught, or they cannot be. Then one struct odeon_signal whenever one came; those that came while the owner's mailbox was
 * full are one, and counted. Any number of watchers may watch the same signal, in any systems of the program; each is told.
 *
 * While a signal is watched, its usual effect does not take place. When the last of its watchers has ended, it does again: the default
 * one, whatever there was before. A watcher ends with its owner, by odeon_actor_stop, and with the system.
 *
 * The library's own threads block all signals, so that none interrupts what they do; they are caught by threads that are the
 * program's own, of which one at least must not block them.
 */
#ifndef ODEON_NET_SIGNALS_H
#define ODEON_NET_SIGNALS_H

#include <odeon/system.h>

#define ODEON_SIGNALS_MOST 64                          /* numbers, of one watcher */

/* From a watcher to its owner. */
struct odeon_watched {
	odeon_ref who;
	int error;                                     /* 0; ODEON_ENOMEM; ODEON_ESYSTEM: the system refused. Then it has ended */
	int system_error;                              /* as errno has it */
};
struct odeon_signal {
	int number;
	uint32_t count;                                /* so often, at least: the system, too, takes several for one */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_watched) ODEON_API;
ODEON_MESSAGE_DECLARE(odeon_signal) ODEON_API;

/**
 * odeon_signals_watch - have signals come as messages
 * @system:  whose workers sleep in odeon_net_poller
 * @numbers: SIGINT and others, a 0 behind the last; copied
 * @owner:   who is told
 * @watcher: its ref; nobody on failure; may be NULL
 *
 * Returns:  0, or with nothing left behind
 *   ODEON_EINVAL  no numbers, too many, one that is no signal's, or one that cannot be watched: SIGKILL, SIGSTOP, and those of
 *                 faults (SIGSEGV, SIGBUS, SIGFPE, SIGILL); or the system has another poller
 *   or as odeon_system_spawn
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_signals_watch(odeon_system *system, const int *numbers, odeon_ref owner, odeon_ref *watcher);

ODEON_END_
#endif
