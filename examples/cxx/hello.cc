/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cxx/hello - the first example from C++17
 *
 * What differs from C: initialisers are positional, a kind's start and stop follow the table, and a message must be
 * trivially copyable, since it is moved as bytes. What a message owns is held by a plain pointer, and released by its drop.
 */
#include <odeon.h>
#include <cstdio>
#include <string>

struct greet { std::string *whom; };
ODEON_MESSAGE_DROP(greet) { delete greet->whom; }

struct greeter { unsigned greeted; };

ODEON_HANDLER(greeter, greet)
{
	greeter->greeted++;
	*greet->whom = "hello, " + *greet->whom;
	odeon_reply(self, greet);
}

ODEON_STOP(greeter)
{
	std::printf("greeted: %u\n", greeter->greeted);
}

ODEON_HANDLERS(greeter_handlers, ODEON_ON(greeter, greet));
ODEON_KIND(greeter, greeter_handlers, nullptr, ODEON_STOPS(greeter));

static int talk(odeon_system *system)
{
	odeon_ref ref;
	int error = odeon_system_spawn(system, &greeter_kind, nullptr, &ref);

	if (error < 0)
		return error;
	greet *answer = odeon_ask(greet, system, ref, odeon_new(greet, new std::string("world")),
	                          odeon_system_deadline(system, ODEON_SECONDS(5)), &error);
	if (answer)
		std::printf("%s\n", answer->whom->c_str());
	odeon_free(answer);
	return error;
}

int main()
{
	odeon_system *system;
	int error = odeon_system_start(nullptr, &system);

	if (error == 0) {
		error = talk(system);
		odeon_system_free(system);
	}
	if (error < 0)
		std::fprintf(stderr, "hello: %s\n", odeon_error_text(error));
	return error < 0;
}
