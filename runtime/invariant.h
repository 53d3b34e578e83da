/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * invariant - what must hold, checked
 *
 * invariant() is cheap and stays on in every build; debug_invariant() is on with --enable-debug. A broken one says file,
 * line, and which actor was handling what message sent from where, and aborts. Neither is for a user's mistakes,
 * which are error codes, but where continuing would corrupt memory.
 */
#ifndef INVARIANT_H
#define INVARIANT_H

#include "atomic.h"

__attribute__((noreturn, cold, format(printf, 3, 4)))
void panic(const char *file, int line, const char *format, ...);

#define invariant(claim, text) \
	do { if (UNLIKELY(!(claim))) panic(__FILE__, __LINE__, "%s (%s)", (text), #claim); } while (0)

#if defined(ODEON_DEBUG)
# define debug_invariant(claim, text) invariant(claim, text)
#else
# define debug_invariant(claim, text) ((void)0)
#endif

#endif
