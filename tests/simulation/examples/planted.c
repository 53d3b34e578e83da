/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * planted - an example with a fault that PLANTED in the environment names, for finds-planted.sh
 *
 *   order     two senders, and the belief that the one that was told first comes first
 *   crash     the same, and whoever finds it wrong ends in a signal
 *   hang      the same, and whoever finds it wrong turns for ever
 *   chance    does something else each time, whatever the seed
 *   left      does not free its system
 *   none      is right
 */
#include <odeon.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word { int number; };
ODEON_MESSAGE(word);

static const char *planted = "none";

struct listener { int heard; };

static void be_wrong(void)
{
	if (strcmp(planted, "crash") == 0)
		abort();
	while (strcmp(planted, "hang") == 0)
		;
}

ODEON_HANDLER(listener, word)
{
	printf("%d\n", word->number);
	if (++listener->heard != word->number)
		be_wrong();
	if (listener->heard == 2)
		odeon_system_quit(odeon_system_of(self));
}

ODEON_HANDLERS(listener_handlers, ODEON_ON(listener, word));
ODEON_KIND(listener, listener_handlers);

struct speaker { odeon_ref listener; };

ODEON_HANDLER(speaker, word)
{
	odeon_send(self, speaker->listener, word);
}

ODEON_HANDLERS(speaker_handlers, ODEON_ON(speaker, word));
ODEON_KIND(speaker, speaker_handlers);

static int speak(odeon_system *system)
{
	static int chance;                              /* what an example must not have */
	odeon_ref listener, first, second;
	struct speaker speaker;
	int error = odeon_system_spawn(system, &listener_kind, NULL, &listener);

	speaker.listener = listener;
	if (error < 0
	 || (error = odeon_system_spawn(system, &speaker_kind, &speaker, &first)) < 0
	 || (error = odeon_system_spawn(system, &speaker_kind, &speaker, &second)) < 0)
		return error;
	odeon_post(system, first, odeon_new(word, .number = 1));
	odeon_post(system, strcmp(planted, "none") == 0 ? first : second, odeon_new(word, .number = 2));
	if (strcmp(planted, "chance") == 0)
		for (int i = chance++ % 3; i > 0; i--)
			odeon_post(system, ODEON_NOBODY, odeon_new(word, .number = 3));
	return odeon_system_wait(system, ODEON_NEVER);
}

int main(void)
{
	odeon_system *system;
	int error;

	if (getenv("PLANTED") != NULL)
		planted = getenv("PLANTED");
	error = odeon_system_start(NULL, &system);
	if (error < 0)
		return 1;
	error = speak(system);
	if (strcmp(planted, "left") != 0)
		odeon_system_free(system);
	return error < 0;
}
