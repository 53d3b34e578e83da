/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types that own more than their struct: the drop releases it, wherever the message ends.
 */
#include <odeon.h>
#include <stdlib.h>
#include <string.h>

/* Memory of the C library. */
struct parcel { char *content; unsigned grams; };
ODEON_MESSAGE_DROP(parcel)
{
	free(parcel->content);
}

/* Another message. */
struct envelope { struct parcel *inside; };
ODEON_MESSAGE_DROP(envelope)
{
	odeon_free(envelope->inside);
}

/* A chain of them, unlinked in a loop. */
struct link { struct link *next; };
ODEON_MESSAGE_DROP(link)
{
	struct link *next = link->next;

	while (next) {
		struct link *after = next->next;

		next->next = NULL;
		odeon_free(next);
		next = after;
	}
}

struct office { odeon_ref next; struct parcel *shelf; };

ODEON_HANDLER(office, parcel)
{
	if (parcel->grams == 0)
		return;
	if (parcel->grams > 1000) {
		odeon_forward(self, office->next, parcel);
		return;
	}
	odeon_free(office->shelf);
	office->shelf = odeon_keep(self, parcel);
	office->shelf->grams++;
}

/* What a message owns is moved out of it: the name in the message is cleared. */
ODEON_HANDLER(office, envelope)
{
	struct parcel *parcel = envelope->inside;

	envelope->inside = NULL;
	odeon_send(self, office->next, parcel);
}

/* A chain is built in hand. */
ODEON_HANDLER(office, link)
{
	struct link *first = odeon_new(link, .next = NULL);

	if (!first)
		return;
	first->next = odeon_keep(self, link);
	odeon_send(self, office->next, first);
}

ODEON_STOP(office)
{
	odeon_free(office->shelf);
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, parcel), ODEON_ON(office, envelope), ODEON_ON(office, link));
ODEON_KIND(office, office_handlers, .stop = ODEON_STOPS(office));

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}

/* What the message will own is made first. */
int post_parcel(odeon_system *system, odeon_ref to, const char *content);
int post_parcel(odeon_system *system, odeon_ref to, const char *content)
{
	char *copy = strdup(content);
	struct parcel *parcel;

	if (!copy)
		return ODEON_ENOMEM;
	parcel = odeon_new(parcel, .content = copy, .grams = 10);
	if (!parcel)
		free(copy);
	return odeon_post(system, to, parcel);
}

/* A message inside a message. */
int post_envelope(odeon_system *system, odeon_ref to);
int post_envelope(odeon_system *system, odeon_ref to)
{
	struct envelope *envelope = odeon_new(envelope);

	if (!envelope)
		return ODEON_ENOMEM;
	envelope->inside = odeon_new(parcel, .grams = 1);
	return odeon_post(system, to, envelope);
}
