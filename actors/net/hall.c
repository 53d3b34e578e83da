/* SPDX-License-Identifier: BSD-2-Clause */
/* hall - places, taken and left */
#include "hall.h"

#include <stdlib.h>
#include "acceptor.h"

#define NO_PLACE UINT32_MAX

ODEON_MESSAGE_DEFINE(left);

struct hall *hall_new(odeon_ref acceptor, struct house *house)
{
	struct hall *hall = calloc(1, sizeof *hall);
	struct left *news = hall != NULL ? odeon_new(left) : NULL;

	if (news == NULL) {
		free(hall);
		return NULL;
	}
	*hall = (struct hall){ .acceptor = acceptor, .news = news, .free = NO_PLACE, .users = 1, .house = house_share(house) };
	return hall;
}

void hall_drop(struct hall *hall)
{
	if (--hall->users > 0)
		return;
	odeon_free(hall->news);
	house_drop(hall->house);
	free(hall->places);
	free(hall);
}

static bool grow(struct hall *hall)
{
	uint32_t room = hall->room == 0 ? 16 : hall->room * 2;
	struct place *places = realloc(hall->places, room * sizeof *places);

	if (places == NULL)
		return false;
	for (uint32_t i = hall->room; i < room; i++)
		places[i] = (struct place){ .next_free = i + 1 < room ? i + 1 : NO_PLACE };
	hall->free = hall->room;
	hall->places = places;
	hall->room = room;
	return true;
}

bool hall_has_place(struct hall *hall) { return hall->free != NO_PLACE || grow(hall); }
uint32_t hall_next_place(const struct hall *hall) { return hall->free; }

void hall_enter(struct hall *hall, odeon_ref connection)
{
	struct place *place = &hall->places[hall->free];

	hall->free = place->next_free;
	place->connection = connection;
	hall->count++;
	hall->users++;
}

void hall_leave(odeon_self *self, struct hall *hall, uint32_t place)
{
	if (hall == NULL)
		return;
	hall->places[place] = (struct place){ .next_free = hall->free };
	hall->free = place;
	hall->count--;
	hall->left++;
	house_leave(hall->house);
	if (hall->news != NULL)                 /* the acceptor may have ended */
		hall->news = odeon_try_send(self, hall->acceptor, hall->news, NULL);
	hall_drop(hall);
}
