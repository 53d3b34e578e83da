/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/error.h - every error by name
 *
 * Functions answer 0, or a negative error of this list; nothing is left in errno. A positive number is never ours:
 * exit codes of actors that are greater than 0 belong to whoever wrote the actor.
 */
#ifndef ODEON_ERROR_H
#define ODEON_ERROR_H

#include <odeon/compiler.h>

#define ODEON_ERRORS(X) \
	X(ENOMEM, -1, "out of memory") \
	X(EINVAL, -2, "bad argument") \
	X(EGONE, -3, "the actor has ended") \
	X(EFULL, -4, "no room") \
	X(ETIMEDOUT, -5, "the deadline passed") \
	X(EDISCONNECTED, -6, "the other side is gone") \
	X(EEMPTY, -7, "nothing there now") \
	X(EUNANSWERED, -8, "the request was dropped unanswered") \
	X(ETYPE, -9, "unexpected message type") \
	X(ESTOPPING, -10, "the system is stopping, or the actor is") \
	X(EFOREIGN, -11, "a ref of another system") \
	X(EWOULDBLOCK, -12, "would block a worker: in a handler use odeon_receiver_pipe, odeon_sender_try and odeon_sender_when_room, " \
	                    "odeon_request; or an actor with a thread of its own") \
	X(EBUSY, -13, "busy, or in use") \
	X(EFORKED, -14, "called in a forked child") \
	X(EVERSION, -15, "a struct of an unknown size") \
	X(EKILLED, -16, "killed") \
	X(EFAILED, -17, "failed") \
	X(ESYSTEM, -18, "the operating system refused") \
	X(ELAGGED, -19, "messages were missed") \
	X(EUNSUPPORTED, -20, "not built with that") \
	X(EMALFORMED, -21, "the other side broke the protocol") \
	X(EHANDSHAKE, -22, "the handshake failed") \
	X(ENOPROTOCOL, -23, "no protocol in common") \
	X(EUNTRUSTED, -24, "the certificate is not trusted") \
	X(EEXPIRED, -25, "the certificate is not valid at this time") \
	X(EMISNAMED, -26, "the certificate is of another name")

enum odeon_error {
	ODEON_OK = 0,
#define ODEON_ERROR_(name, number, text) ODEON_##name = number,
	ODEON_ERRORS(ODEON_ERROR_)
#undef ODEON_ERROR_
	ODEON_ERROR_LAST_ = -26
};

/* How many numbers there are, 0 included: the length of an array indexed by -error. */
#define ODEON_ERROR_COUNT (1 - ODEON_ERROR_LAST_)

ODEON_BEGIN_

/**
 * odeon_error_name - the name of an error, "ODEON_EGONE"
 * @error: what a function answered
 *
 * Returns:  a string that lives for ever; "ODEON_OK" for 0, "(unknown)" for what is not in the list
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_error_name(int error);

/**
 * odeon_error_text - what an error means, in a few words: "the actor has ended"
 * @error: what a function answered
 *
 * Returns:  a string that lives for ever; "ok" for 0, "unknown error" for what is not in the list
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API const char *odeon_error_text(int error);

ODEON_END_
#endif
