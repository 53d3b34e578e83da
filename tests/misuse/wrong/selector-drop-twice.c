/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A selector is dropped twice.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_selector_drop|double-.odeon_selector_drop. of|use after .odeon_selector_drop. of
 * clang:   Attempt to (free|release).*(released|freed) memory|Attempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `selector`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

void selector_drop_twice(void);
void selector_drop_twice(void)
{
	odeon_selector *selector = odeon_selector_open();

	odeon_selector_drop(selector);
	odeon_selector_drop(selector); /* wrong */
}
