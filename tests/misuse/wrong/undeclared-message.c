/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A struct that was never declared a message is made one.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: .ODEON_MESSAGE_letter. undeclared
 * clang:   error: use of undeclared identifier 'ODEON_MESSAGE_letter'
 * rust:    E0277 the trait bound `Letter: Message` is not satisfied
 */
#include <odeon.h>

struct letter { int pages; };

int undeclared_message(odeon_self *self, odeon_ref to);
int undeclared_message(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(letter, .pages = 1)); /* wrong */
}
