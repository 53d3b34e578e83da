/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message is released with delete, past its drop and its header, in C++.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O2 system-O2
 * blind:   gcc-O0 clang clang-analyzer
 * gcc:     called on pointer returned from a mismatched allocation function
 * rust:    none: a value has one way to end
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void delete_message()
{
	note *message = odeon_new(note, 1, "");

	delete message; /* wrong */
}
