/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The news of an end is given where the one it is about belongs: odeon_down->who.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: incompatible type for argument 2 of .odeon_monitor
 * clang:   error: passing 'struct odeon_down \*' to parameter of incompatible type 'odeon_ref'
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct keeper { odeon_ref store; };

ODEON_HANDLER(keeper, odeon_down)
{
	keeper->store = odeon_down->who;
	(void)odeon_monitor(self, odeon_down); /* wrong */
}

ODEON_HANDLERS(keeper_handlers, ODEON_ON(keeper, odeon_down));
ODEON_KIND(keeper, keeper_handlers);

int open_keeper(odeon_self *self, odeon_ref *keeper);
int open_keeper(odeon_self *self, odeon_ref *keeper)
{
	return odeon_spawn(self, &keeper_kind, NULL, keeper);
}
