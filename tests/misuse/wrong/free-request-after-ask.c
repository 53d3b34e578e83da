/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A plain thread frees its request because asking failed: asking took it, on failure too.
 *
 * chapter: 1 Used after it was given away
 * expect:  clang-analyzer
 * blind:   gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int free_request_after_ask(odeon_system *system, odeon_ref to);
int free_request_after_ask(odeon_system *system, odeon_ref to)
{
	struct note *note = odeon_new(note, .number = 1);
	struct note *answer;

	if (!note)
		return ODEON_ENOMEM;
	answer = odeon_ask(note, system, to, note, ODEON_NEVER, NULL);
	if (!answer)
		odeon_free(note); /* wrong */
	odeon_free(answer);
	return 0;
}
