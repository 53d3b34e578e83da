/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A struct on the stack is sent: it is no message, and it ends with the function.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   system-O2 clang
 * gcc:     odeon_send_at. called on (unallocated object|pointer to)|.odeon_send_at. of .*on the stack|on the stack
 * clang:   address of the local variable
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int send_stack_object(odeon_self *self, odeon_ref to);
int send_stack_object(odeon_self *self, odeon_ref to)
{
	struct note note = { .number = 1 };

	return odeon_send(self, to, &note); /* wrong */
}
