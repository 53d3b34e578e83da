/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A struct with a constructor of its own is made a message, which is moved as bytes, in C++.
 *
 * chapter: 4 Of the wrong type
 * expect:  every
 * gcc:     error: static assertion failed: a message type must be trivially copyable
 * clang:   error: static_assert failed.*a message type must be trivially copyable|error: static assertion failed.*a message type must be trivially copyable
 * rust:    none: every value moves as bytes
 */
#include <odeon.h>
#include <string>

struct letter { std::string text; };
ODEON_MESSAGE(letter);

int message_with_constructor(odeon_self *self, odeon_ref to)
{
	return odeon_send(self, to, odeon_new(letter, "hello")); /* wrong */
}
