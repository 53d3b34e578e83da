/* SPDX-License-Identifier: BSD-2-Clause */
/* 14-pub-sub - weather by topic: all of a town, one thing of all towns, and what was said last for who asks late */
#include <odeon.h>
#include <stdio.h>

struct reading { int value; };
ODEON_MESSAGE(reading);

struct screen { int left; };                            /* shows so many readings, and ends: so it is forgotten */
ODEON_HANDLER(screen, odeon_published)
{
	const struct reading *reading = odeon_frozen_look(reading, odeon_published->payload);

	if (reading != NULL)
		printf("%s %d%s\n", odeon_published->topic, reading->value, odeon_published->is_retained ? ", said before" : "");
	if (--screen->left == 0)
		odeon_exit(self);
}
ODEON_HANDLERS(screen_handlers, ODEON_ON(screen, odeon_published));
ODEON_KIND(screen, screen_handlers);

/* Retained: it is true until something else is said. */
static int say(odeon_system *system, odeon_ref topics, const char *topic, int value)
{
	odeon_frozen *reading = odeon_freeze(odeon_new(reading, .value = value));

	return odeon_topics_publish(system, topics, topic, reading, 1, odeon_clock_deadline(ODEON_SECONDS(5)), NULL);
}

static int work(odeon_system *system)
{
	const struct screen seven = { .left = 7 };
	odeon_time until = odeon_clock_deadline(ODEON_SECONDS(5));
	odeon_ref topics, screen;
	int error;

	if ((error = odeon_topics_start(system, NULL, &topics)) < 0
	 || (error = odeon_system_spawn(system, &screen_kind, &seven, &screen)) < 0
	 || (error = odeon_topics_subscribe(system, topics, "rome/#", screen, until, NULL)) < 0)
		return error;
	if ((error = say(system, topics, "rome/air/temperature", 31)) < 0
	 || (error = say(system, topics, "oslo/air/temperature", 14)) < 0
	 || (error = say(system, topics, "rome/wind", 3)) < 0
	 || (error = say(system, topics, "rome/air/temperature", 30)) < 0
	 || (error = odeon_topics_unsubscribe(system, topics, "rome/#", screen, until)) < 0)
		return error;
	if ((error = odeon_topics_subscribe(system, topics, "+/air/temperature", screen, until, NULL)) < 0
	 || (error = say(system, topics, "rome/wind", 4)) < 0
	 || (error = say(system, topics, "oslo/air/temperature", 13)) < 0
	 || (error = say(system, topics, "rome/air/temperature", 29)) < 0)
		return error;
	return odeon_actor_stop(system, topics);
}

int main(void)
{
	odeon_system *system;
	int error = odeon_system_start(NULL, &system);

	if (error < 0)
		return 1;
	error = work(system);
	if (error == 0)
		error = odeon_system_wait(system, odeon_clock_deadline(ODEON_SECONDS(5)));
	if (error < 0)
		fprintf(stderr, "14-pub-sub: %s\n", odeon_error_text(error));
	odeon_system_free(system);
	return error < 0;
}
