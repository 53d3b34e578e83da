/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The semicolon after ODEON_MESSAGE is missing.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: expected .,. or .;. before .struct|error: expected .;. before .struct
 * clang:   error: expected ';' after
 * rust:    error: expected `;`, found keyword `struct`
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note) /* wrong */
struct letter { int pages; }; /* wrong */
