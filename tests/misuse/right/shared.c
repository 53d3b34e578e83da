/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A type that several files use: declared in a header, defined in one file.
 */
#include "shared.h"
#include <stdlib.h>

ODEON_MESSAGE_DEFINE(line);

ODEON_MESSAGE_DEFINE_DROP(page)
{
	free(page->text);
}

int send_line(odeon_self *self, odeon_ref to);
int send_line(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(line, .number = 1));
}

struct line *read_line(odeon_system *system, odeon_ref to);
struct line *read_line(odeon_system *system, odeon_ref to)
{
	return odeon_ask(line, system, to, odeon_new(page), ODEON_NEVER, NULL);
}
