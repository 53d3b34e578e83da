/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What others read at the same time is written to.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  every
 * gcc:     read-only
 * clang:   read-only
 * rust:    E0594 cannot assign to data in an `Arc`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void write_frozen(odeon_frozen *frozen);
void write_frozen(odeon_frozen *frozen)
{
	odeon_frozen_look(note, frozen)->number = 2; /* wrong */
}
