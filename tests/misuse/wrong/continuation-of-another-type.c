/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A continuation is named for an answer of a type that it was not written for.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: .ODEON_ANSWER_desk_wish_letter. undeclared
 * clang:   error: use of undeclared identifier 'ODEON_ANSWER_desk_wish_letter'
 * rust:    E0308 mismatched types
 */
#include <odeon.h>

struct note { int number; char text[24]; };
struct letter { int pages; };
ODEON_MESSAGE(note);
ODEON_MESSAGE(letter);

struct desk { int notes; };
struct wish { int number; };

ODEON_ANSWER(desk, wish, note)
{
	desk->notes += note ? note->number : error;
}

odeon_then *continuation_of_another_type(odeon_self *self);
odeon_then *continuation_of_another_type(odeon_self *self)
{
	(void)&ODEON_ANSWER_desk_wish_note;
	return ODEON_THEN(self, desk, wish, letter, .number = 1); /* wrong */
}
