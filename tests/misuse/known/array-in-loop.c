/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A correct function that gcc 12's analyzer, not -Wall, gets wrong: an owned pointer stored at a varying index inside
 * a loop counts as leaked. Not curable in a header; put the store into a function (right/own-functions.c, build_list).
 *
 * reports: analyzer-O0 analyzer-O2
 * gcc:     leak of
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct shelf { struct note *places[8]; };

void fill(struct shelf *shelf);
void fill(struct shelf *shelf)
{
	for (int place = 0; place < 3; place++) {
		struct note *note = odeon_new(note, .number = place);

		if (!note)
			break;
		shelf->places[place] = note;
	}
}
