/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A string literal is sent: it is no message.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   system-O2 clang
 * gcc:     odeon_send_at. called on
 * clang:   Argument to .*is
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_literal(odeon_self *self, odeon_ref to);
int send_literal(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, (char *)"hello"); /* wrong */
}
