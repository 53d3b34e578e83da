/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nobody looks whether the continuation will run: what its state should have owned is lost when it will not.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 clang
 * blind:   system-O2 clang-analyzer
 * gcc:     ignoring return value of .odeon_request_at
 * clang:   ignoring return value of function declared with 'warn_unused_result'
 * rust:    warning: unused `Result` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void request_and_ignore(odeon_self *self, odeon_ref to, odeon_then *then);
void request_and_ignore(odeon_self *self, odeon_ref to, odeon_then *then)
{
	odeon_request(self, to, odeon_new(note, .number = 1), ODEON_NEVER, then); /* wrong */
}
