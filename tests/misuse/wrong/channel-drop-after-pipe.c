/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A receiving half is dropped after odeon_receiver_pipe has taken it.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_receiver_pipe|double-.odeon_receiver_drop. of|use after .odeon_receiver_pipe. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `from`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_drop_after_pipe(odeon_receiver *in, odeon_system *system, odeon_ref to);
int channel_drop_after_pipe(odeon_receiver *in, odeon_system *system, odeon_ref to)
{
	odeon_receiver *other = odeon_receiver_clone(in);
	int error;

	if (!other)
		return ODEON_ENOMEM;
	error = odeon_receiver_pipe(other, system, to);
	odeon_receiver_drop(other); /* wrong */
	return error;
}
