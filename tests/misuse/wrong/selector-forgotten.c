/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A selector is never dropped.
 *
 * chapter: 3 Forgotten
 * expect:  none
 * gcc:     leak of
 * rust:    none: dropped at the end of its scope
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

int selector_forgotten(void);
int selector_forgotten(void)
{
	odeon_selector *selector = odeon_selector_open(); /* wrong: nobody drops it */

	return selector ? odeon_selector_select(selector, ODEON_AT_ONCE) : ODEON_ENOMEM;
}
