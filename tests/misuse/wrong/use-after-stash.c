/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler lays its message aside and then reads it: it is handled again later, perhaps by then freed.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_stash_at|use after .odeon_stash_at. of
 * clang:   [Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `note`
 */
#include <odeon.h>

struct note { int number; char text[24]; };
ODEON_MESSAGE(note);

struct office { int sum; };

ODEON_HANDLER(office, note)
{
	struct note *back = odeon_stash(self, note, NULL);

	if (!back)
		office->sum += note->number; /* wrong */
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}
