/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The news of a halt is given where the one to start anew belongs: odeon_down->who.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: incompatible type for argument 2 of .odeon_restart
 * clang:   error: passing 'struct odeon_down \*' to parameter of incompatible type 'odeon_ref'
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct keeper { int restarts; };

ODEON_HANDLER(keeper, odeon_down)
{
	if (odeon_down->is_halted && odeon_restart(self, odeon_down, NULL) == 0) /* wrong */
		keeper->restarts++;
}

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_down));
ODEON_KIND(keeper, keeper_handlers);

int open_keeper(odeon_self *self, odeon_ref *keeper);
int open_keeper(odeon_self *self, odeon_ref *keeper)
{
	return odeon_spawn(self, &keeper_kind, NULL, keeper);
}
