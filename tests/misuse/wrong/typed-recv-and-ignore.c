/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a typed channel gives is thrown away.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * blind:   clang-analyzer
 * gcc:     ignoring return value of .note_recv
 * clang:   ignoring return value of function declared
 * rust:    warning: unused `Result` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);
ODEON_CHANNEL(note);

int typed_recv_and_ignore(struct note_receiver in);
int typed_recv_and_ignore(struct note_receiver in)
{
	note_recv(in); /* wrong */
	return 0;
}
