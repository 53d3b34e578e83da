/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A type is declared a message that is larger than any message may be.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: static assertion failed: .struct atlas is too large for a message
 * clang:   error: .*struct atlas is too large for a message
 * rust:    none: a value of any size may move
 */
#include <odeon.h>

struct atlas { char pages[ODEON_MESSAGE_BYTES_MOST + 1u]; };
ODEON_MESSAGE(atlas); /* wrong */
