/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sanitizer - which of them this is built with, whatever the compiler
 */
#ifndef SANITIZER_H
#define SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
# define ODEON_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
# define ODEON_TSAN 1
#endif
#if defined(__has_feature)
# if __has_feature(address_sanitizer)
#  define ODEON_ASAN 1
# endif
# if __has_feature(thread_sanitizer)
#  define ODEON_TSAN 1
# endif
#endif

#endif
