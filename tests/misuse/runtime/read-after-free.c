/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler's message is freed out of the compiler's sight, and the handler reads it. Debug builds fill what was
 * dropped with 0x5a, so that nobody takes it for a number of his own.
 *
 * asan:  use-after-poison\|heap-use-after-free
 * debug: read 5a5a5a5a
 */
#include "elsewhere.h"

#include <stdio.h>

static void free_elsewhere(void (*volatile release)(void *message), struct note *note)
{
	release(note);
}

struct office { int number; };

ODEON_HANDLER(office, note)
{
	struct note *volatile same = note;

	free_elsewhere(odeon_free, note);
	office->number = elsewhere_read(same);
	fprintf(stderr, "read %x\n", (unsigned)office->number);
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int main(void)
{
	odeon_ref office;
	odeon_system *system = open_world(&office_kind, &office);

	post_and_run(system, office, 1);
	return close_world(system);
}
