/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was received is thrown away.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     ignoring return value of .odeon_receiver_recv
 * rust:    warning: unused `Result` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_recv_and_ignore(odeon_receiver *in);
int channel_recv_and_ignore(odeon_receiver *in)
{
	odeon_recv(note, in); /* wrong */
	return 0;
}
