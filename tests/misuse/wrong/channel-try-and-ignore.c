/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The result of odeon_sender_try is thrown away: a message that came back is lost.
 *
 * chapter: 3 Forgotten
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2
 * blind:   system-O2 clang clang-analyzer
 * gcc:     ignoring return value of .odeon_sender_try_at
 * rust:    warning: unused `Result` that must be used
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int channel_try_and_ignore(odeon_sender *out);
int channel_try_and_ignore(odeon_sender *out)
{
	struct note *note = odeon_new(note, .number = 1);

	if (!note)
		return ODEON_ENOMEM;
	odeon_sender_try(out, note, ODEON_AT_ONCE, NULL); /* wrong */
	return 0;
}
