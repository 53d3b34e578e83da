/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interceptor reads the message after it went on: the handler may have sent it away.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_proceed|use after .odeon_proceed. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `message`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

static void sum(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	struct note *note = message;

	(void)type;
	odeon_proceed(self, rest, note);
	*(int *)data += note->number; /* wrong */
}

int put_sum(odeon_self *self, odeon_interceptor *interceptor);
int put_sum(odeon_self *self, odeon_interceptor *interceptor)
{
	interceptor->around = sum;
	return odeon_intercept(self, interceptor);
}
