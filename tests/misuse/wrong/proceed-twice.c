/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interceptor goes on twice with the same message: the handler may have given it away the first time.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_proceed|double-.odeon_proceed. of
 * clang:   [Aa]ttempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `message`
 */
#include <odeon.h>

static void again(odeon_self *self, void *data, const odeon_type *type, void *message, odeon_rest *rest)
{
	(void)data;
	(void)type;
	odeon_proceed(self, rest, message);
	odeon_proceed(self, rest, message); /* wrong */
}

int put_again(odeon_self *self, odeon_interceptor *interceptor);
int put_again(odeon_self *self, odeon_interceptor *interceptor)
{
	interceptor->around = again;
	return odeon_intercept(self, interceptor);
}
