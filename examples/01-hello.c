/* SPDX-License-Identifier: BSD-2-Clause */
/* 01-hello - one actor, one message, the end; the README's program */
#include <odeon.h>
#include <stdio.h>

struct greet { const char *whom; };
ODEON_MESSAGE(greet);                                   /* struct greet may travel */

struct greeter { unsigned greeted; };                   /* an actor's state */

/* gets (odeon_self *self, struct greeter *greeter, struct greet *greet) */
ODEON_HANDLER(greeter, greet)
{
	greeter->greeted++;
	printf("hello, %s\n", greet->whom);
	odeon_reply(self, greet);                       /* moved: touching greet after this line is a -Wall warning */
}

ODEON_HANDLERS(greeter_handlers, ODEON_ON(greeter, greet));
ODEON_KIND(greeter, greeter_handlers);                  /* defines greeter_kind */

int main(void)
{
	odeon_system *system;
	odeon_ref greeter;
	struct greet *answer = NULL;
	int error = odeon_system_start(NULL, &system);  /* a worker for each core */

	if (error < 0)
		return 1;
	error = odeon_system_spawn(system, &greeter_kind, NULL, &greeter);
	if (error == 0)
		answer = odeon_ask(greet, system, greeter, odeon_new(greet, .whom = "world"),
		                   odeon_system_deadline(system, ODEON_SECONDS(5)), &error);
	if (answer)
		printf("%s was greeted\n", answer->whom);
	else
		fprintf(stderr, "hello: %s\n", odeon_error_text(error));
	odeon_free(answer);
	odeon_system_free(system);
	return error < 0;
}
