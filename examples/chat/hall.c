/* SPDX-License-Identifier: BSD-2-Clause */
/* hall - rooms by name: who wants to enter one is handed on to it, and it is opened when it is not there */
#include "chat.h"
#include <string.h>

ODEON_MESSAGE_DEFINE(enter);
ODEON_MESSAGE_DEFINE_LATE(entered);

struct hall {
	struct { char name[NAME_MOST + 1]; odeon_ref room; } rooms[ROOMS_MOST];
	int count;
};

static odeon_ref find(odeon_self *self, struct hall *hall, const char *name)
{
	odeon_ref ref;
	int i;

	for (i = 0; i < hall->count; i++)
		if (strcmp(hall->rooms[i].name, name) == 0)
			return hall->rooms[i].room;
	if (i == ROOMS_MOST || odeon_spawn(self, room, NULL, &ref) < 0)
		return ODEON_NOBODY;
	memcpy(hall->rooms[i].name, name, sizeof hall->rooms[i].name);
	hall->rooms[i].room = ref;
	hall->count++;
	return ref;
}

/* The guest is the sender also of what is handed on, so the room answers it. */
ODEON_HANDLER(hall, enter)
{
	odeon_ref ref = find(self, hall, enter->room);

	if (odeon_ref_is_nobody(ref))
		odeon_reply(self, odeon_new(entered, .wrong = "no more rooms can be opened"));
	else
		odeon_forward(self, ref, enter);
}

ODEON_HANDLERS(hall_handlers, ODEON_ON(hall, enter));
ODEON_KIND(hall, hall_handlers, .is_background = 1);

const odeon_kind *const hall = &hall_kind;
