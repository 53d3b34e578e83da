/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chat.h - what the parts of the chat say to each other
 *
 *   guest      one for each person, by `nc` or by the page: takes lines, knows what they mean, shows what is heard (guest.c)
 *   hall       knows the rooms by name, and opens new ones (hall.c)
 *   room       its guests, by name, and the last lines that were said (room.c)
 *
 * A guest enters a room through the hall; from then on it talks to the room itself. A line is made once, frozen, and shared by all who
 * hear it: the bytes are the same for nc and for the page, and nobody copies them.
 *
 * Nobody can hold a room up. What a guest says is a request, and it takes no further line until that is answered, so no more than
 * one of each is under way. A guest's mailbox is bounded, and it writes nothing more to who does not read: he misses lines, and
 * is told how many.
 */
#ifndef CHAT_H
#define CHAT_H

#include <odeon.h>
#include <odeon/http.h>

enum { NAME_MOST = 24, LINE_MOST = 500, LINES_MOST = 500, HISTORY = 20, ROOMS_MOST = 100 };

#define LOBBY "lobby"

/* A request to the hall, which hands it on to the room, which answers with `entered`. */
struct enter { char room[NAME_MOST + 1], name[NAME_MOST + 1]; };
struct entered {
	odeon_ref room;
	const char *wrong;                              /* NULL: nothing; else the guest stays where it was */
};

/* Requests to a room: what is said, as a struct odeon_bytes, which is answered with `said`; and who is there, with `heard`. */
struct ask_who { char unused; };
struct said { char unused; };
struct leave { char unused; };

/* From a room: a struct odeon_bytes that ends with \n, and how many lines were missed before it. */
struct heard { odeon_frozen *line; unsigned missed; };

ODEON_MESSAGE_DECLARE(enter);
ODEON_MESSAGE_DECLARE(entered);
ODEON_MESSAGE_DECLARE(ask_who);
ODEON_MESSAGE_DECLARE(said);
ODEON_MESSAGE_DECLARE(leave);
ODEON_MESSAGE_DECLARE(heard);

extern const odeon_kind *const hall;
extern const odeon_kind *const room;
extern const odeon_kind *const guest_by_lines;          /* of a listener; its argument: the hall's ref */
extern const odeon_kind *const guest_by_page;           /* of a websocket; the same */
extern const odeon_kind *const trial;                   /* two guests, who try the chat out; its argument: a struct playground */

struct playground { const char *lines, *page; odeon_ref doors[2]; };    /* two addresses, and what listens there */

struct odeon_bytes *text_bytes(const char *format, ...) __attribute__((format(printf, 1, 2)));         /* NULL: no memory */
void clean_text(struct odeon_bytes *line);              /* what is no printable UTF-8 becomes '?'; no longer than LINE_MOST */
int is_name(const struct odeon_bytes *word);

#endif
