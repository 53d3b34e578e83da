/* SPDX-License-Identifier: BSD-2-Clause */
/* room - who is in it, what was said last, and everybody hears what is said now */
#include "chat.h"
#include <stdlib.h>
#include <string.h>

ODEON_MESSAGE_DEFINE(ask_who);
ODEON_MESSAGE_DEFINE_LATE(said);
ODEON_MESSAGE_DEFINE(leave);
ODEON_MESSAGE_DEFINE_LATE_DROP(heard) { odeon_frozen_drop(heard->line); }

struct member {
	odeon_ref who;
	char name[NAME_MOST + 1];
	unsigned missed;                                /* lines, since its mailbox is full */
};

struct room {
	struct member *members;
	size_t count, most;                             /* who are there; for how many there is memory */
	odeon_frozen *history[HISTORY];                 /* a ring; what was said, and not who came and went */
	unsigned said;                                  /* ever */
};

/* ---- saying ---------------------------------------------------------------------------------------------------------- */

static void tell(odeon_self *self, struct member *member, odeon_frozen *line)
{
	struct heard *heard = odeon_new(heard, .line = odeon_frozen_share(line), .missed = member->missed);

	heard = odeon_try_send(self, member->who, heard, NULL);
	member->missed = heard == NULL ? 0 : member->missed + 1;
	odeon_free(heard);
}

/* Without memory nothing is said. */
static void tell_all(odeon_self *self, struct room *room, odeon_frozen *line)
{
	for (size_t i = 0; i < room->count && line != NULL; i++)
		tell(self, &room->members[i], line);
}

static void tell_news(odeon_self *self, struct room *room, const char *name, const char *what)
{
	odeon_frozen *line = odeon_freeze(text_bytes("* %s %s\n", name, what));

	tell_all(self, room, line);
	odeon_frozen_drop(line);
}

static void remember(struct room *room, odeon_frozen *line)
{
	odeon_frozen **place = &room->history[room->said++ % HISTORY];

	odeon_frozen_drop(*place);
	*place = line;
}

static void tell_history(odeon_self *self, struct room *room, struct member *member)
{
	for (unsigned i = room->said > HISTORY ? room->said - HISTORY : 0; i < room->said; i++)
		tell(self, member, room->history[i % HISTORY]);
}

/* ---- who is there ------------------------------------------------------------------------------------------------------ */

static struct member *find(struct room *room, odeon_ref who)
{
	for (size_t i = 0; i < room->count; i++)
		if (odeon_ref_equal(room->members[i].who, who))
			return &room->members[i];
	return NULL;
}

static const char *judge(struct room *room, const struct enter *enter)
{
	for (size_t i = 0; i < room->count; i++)
		if (strcmp(room->members[i].name, enter->name) == 0)
			return "somebody of that name is there";
	if (room->count == room->most) {
		size_t most = room->most > 0 ? room->most * 2 : 8;
		struct member *members = realloc(room->members, most * sizeof *members);

		if (members == NULL)
			return "there is no room left";
		room->members = members;
		room->most = most;
	}
	return NULL;
}

ODEON_HANDLER(room, enter)
{
	struct member member = { .who = odeon_from(self) };
	const char *wrong = judge(room, enter);

	if (odeon_reply(self, odeon_new(entered, .room = odeon_self_ref(self), .wrong = wrong)) < 0 || wrong != NULL || odeon_monitor(self, member.who) < 0)
		return;
	memcpy(member.name, enter->name, sizeof member.name);
	tell_history(self, room, &member);
	room->members[room->count++] = member;
	tell_news(self, room, member.name, "is here");
}

static void leave_room(odeon_self *self, struct room *room, odeon_ref who)
{
	struct member *member = find(room, who), gone;

	if (member == NULL)
		return;
	gone = *member;
	room->count--;
	memmove(member, member + 1, (size_t)(room->members + room->count - member) * sizeof *member);
	tell_news(self, room, gone.name, "has left");
}

ODEON_HANDLER(room, leave)
{
	odeon_unmonitor(self, odeon_from(self));
	leave_room(self, room, odeon_from(self));
}

ODEON_HANDLER(room, odeon_down) { leave_room(self, room, odeon_down->who); }

ODEON_HANDLER(room, odeon_bytes)
{
	struct member *member = find(room, odeon_from(self));
	odeon_frozen *line;

	if (member == NULL)
		return;
	line = odeon_freeze(text_bytes("%s: %.*s\n", member->name, (int)odeon_bytes->length, (const char *)odeon_bytes->data));
	tell_all(self, room, line);
	if (line != NULL)
		remember(room, line);
	odeon_reply(self, odeon_new(said));
}

/* As many names as a line has room for. */
ODEON_HANDLER(room, ask_who)
{
	char names[LINE_MOST] = "";
	size_t length = 0;

	for (size_t i = 0; i < room->count && length + NAME_MOST + 6 < sizeof names; i++) {
		const char *name = room->members[i].name;

		memcpy(names + length, i > 0 ? ", " : "", i > 0 ? 2 : 0);
		length += i > 0 ? 2 : 0;
		memcpy(names + length, name, strlen(name) + 1);
		length += strlen(name);
		if (i + 1 < room->count && length + NAME_MOST + 6 >= sizeof names)
			memcpy(names + length, " ...", 5);
	}
	odeon_reply(self, odeon_new(heard, .line = odeon_freeze(text_bytes("* here: %s\n", names))));
}

ODEON_STOP(room)
{
	free(room->members);
	for (int i = 0; i < HISTORY; i++)
		odeon_frozen_drop(room->history[i]);
}

ODEON_HANDLERS(room_handlers, ODEON_ON(room, enter), ODEON_ON(room, leave), ODEON_ON(room, odeon_bytes), ODEON_ON(room, ask_who),
	ODEON_ON(room, odeon_down));
ODEON_KIND(room, room_handlers, .stop = ODEON_STOPS(room), .is_background = 1);

const odeon_kind *const room = &room_kind;
