/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/compiler.h - what differs between compilers, and between C and C++, named once
 *
 * Ownership is told to gcc through attribute malloc(taker, n) on whatever gives a message, and to clang's analyzer
 * through ownership_takes on whatever takes one. ODEON_GIVES_ and ODEON_TAKES_ are the two sides of that.
 */
#ifndef ODEON_COMPILER_H
#define ODEON_COMPILER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
# define ODEON_ASSERT_(claim, text) static_assert(claim, text)
# define ODEON_TYPEOF_(x) __decltype(x)
# define ODEON_BEGIN_ extern "C" {
# define ODEON_END_ }
#else
# define ODEON_ASSERT_(claim, text) _Static_assert(claim, text)
# define ODEON_TYPEOF_(x) __typeof__(x)
# define ODEON_BEGIN_
# define ODEON_END_
#endif

#define ODEON_API __attribute__((visibility("default")))
#define ODEON_MUST_ __attribute__((warn_unused_result))
#define ODEON_UNUSED_ __attribute__((unused))
#define ODEON_INLINE_ static inline __attribute__((unused, always_inline))  /* also at -O0: the compiler sees who takes */

#if defined(ODEON_IMPLEMENTATION)                      /* the library itself does touch what it was given */
# define ODEON_TAKES_(n)
# define ODEON_GIVES_(...)
#elif defined(__clang__)
# define ODEON_TAKES_(n) __attribute__((ownership_takes(malloc, n)))
# define ODEON_GIVES_(...)
#elif defined(__GNUC__) && __GNUC__ >= 12
# define ODEON_TAKES_(n)
# define ODEON_GIVES_(...) __attribute__((__VA_ARGS__))
#else
# define ODEON_TAKES_(n)
# define ODEON_GIVES_(...)
#endif

ODEON_BEGIN_

/* A result by pointer: gcc 12's analyzer believes that takers and givers write nothing, so it is told that this one is written. */
static inline int *odeon_out_(int *why)
{
	if (why)
		__asm__("" : "=r"(*why));
	return why;
}

ODEON_END_
#endif
