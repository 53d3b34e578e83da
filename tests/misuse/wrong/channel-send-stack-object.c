/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An object on the stack is sent into a channel.
 *
 * chapter: 2 Was never a message, or is none of ours
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang-analyzer
 * blind:   system-O2 clang
 * gcc:     .odeon_sender_send_at. called on unallocated object|.odeon_sender_send_at. of .&note. which points to memory on the stack
 * clang:   Argument to .* is the address of the local variable|not memory allocated by
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_send_stack_object(odeon_sender *out);
int channel_send_stack_object(odeon_sender *out)
{
	struct note note = { 1, "" };

	return odeon_sender_send(out, &note); /* wrong */
}
