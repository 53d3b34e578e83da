/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guest - one person: lines come in, and mean something; what is heard goes out
 *
 * By nc or by the page, it is the same: what a page says is a line, too, and only at the edges is one a message of a websocket and
 * the other the bytes of a connection. A guest that waits for an answer, or does not read what it is told, takes no further line, and
 * so gives no credit: the next ones stay in the socket.
 */
#include "chat.h"
#include <string.h>

#define PATIENCE ODEON_SECONDS(10)
#define HELP "* /join ROOM, /who, /quit; all else is said to the room\n"

struct guest {
	odeon_ref hall, room;                           /* room: nobody, until it is in one */
	odeon_ref edge;                                 /* the connection, or the websocket */
	int is_page;
	struct odeon_framing framing;
	char name[NAME_MOST + 1];
	int is_waiting, has_asked, is_leaving;
	int is_behind;                                  /* does not read what is said to it */
	unsigned missed;
};

/* ---- at the edge --------------------------------------------------------------------------------------------------------- */

static void show(odeon_self *self, struct guest *guest, struct odeon_bytes *line)
{
	if (guest->is_page)
		odeon_send(self, guest->edge, odeon_websocket_text(line));
	else
		odeon_send(self, guest->edge, line);
}

static void show_text(odeon_self *self, struct guest *guest, const char *text)
{
	show(self, guest, odeon_bytes_text(text));
}

/* The bytes are the room's, and everybody's. */
static void show_line(odeon_self *self, struct guest *guest, odeon_frozen *frozen)
{
	const struct odeon_bytes *line = odeon_frozen_look(odeon_bytes, frozen);

	if (line != NULL)
		show(self, guest, odeon_bytes_share(odeon_frozen_share(frozen), line->data, line->length));
}

static void show_missed(odeon_self *self, struct guest *guest)
{
	show(self, guest, text_bytes("* you were behind, and missed %u lines\n", guest->missed));
	guest->missed = 0;
}

static void say_goodbye(odeon_self *self, struct guest *guest, const char *text, int code)
{
	if (guest->is_leaving)
		return;
	guest->is_leaving = 1;
	show_text(self, guest, text);
	if (guest->is_page)
		odeon_send(self, guest->edge, odeon_new(odeon_websocket_close, .code = (uint16_t)code));
	else
		odeon_send(self, guest->edge, odeon_new(odeon_close));
}

static void ask_for_more(odeon_self *self, struct guest *guest)
{
	if (guest->is_waiting || guest->is_behind || guest->has_asked || guest->is_leaving)
		return;
	guest->has_asked = 1;
	odeon_send(self, guest->edge, odeon_new(odeon_read, .count = 1));
}

/* ---- what is asked of the hall and the room, and what they answer ----------------------------------------------------------- */

static void go_on(odeon_self *self, struct guest *guest);

static void stop_waiting(odeon_self *self, struct guest *guest, int error)
{
	guest->is_waiting = 0;
	if (error == ODEON_ESTOPPING)           /* the guest itself ends: no question is asked any more */
		return;
	if (error < 0)
		show(self, guest, text_bytes("* that did not work: %s\n", odeon_error_text(error)));
	go_on(self, guest);
}

/* What is asked as whom, and where; and two questions of which nothing need be remembered. */
struct entering { struct enter as; };
struct saying { char unused; };
struct asking_who { char unused; };

ODEON_ANSWER(guest, entering, entered)
{
	if (error == 0 && entered->wrong != NULL) {
		show(self, guest, text_bytes("* %s%s\n", entered->wrong,
			odeon_ref_is_nobody(guest->room) ? "; what is your name?" : ""));
	} else if (error == 0) {
		if (!odeon_ref_is_nobody(guest->room))
			odeon_send(self, guest->room, odeon_new(leave));
		guest->room = entered->room;
		memcpy(guest->name, entering->as.name, sizeof guest->name);
		show(self, guest, text_bytes("* you are %s, in %s\n", guest->name, entering->as.room));
	}
	stop_waiting(self, guest, error);
}

ODEON_ANSWER(guest, saying, said) { stop_waiting(self, guest, error); }

ODEON_ANSWER(guest, asking_who, heard)
{
	if (error == 0)
		show_line(self, guest, heard->line);
	stop_waiting(self, guest, error);
}

static void enter_room(odeon_self *self, struct guest *guest, const struct enter *as)
{
	struct enter *enter = odeon_new(enter, .room = "");

	if (enter != NULL)
		*enter = *as;
	guest->is_waiting = odeon_request(self, guest->hall, enter, odeon_deadline(self, PATIENCE),
		ODEON_THEN(self, guest, entering, entered, .as = *as)) == 0;
}

static void ask_room(odeon_self *self, struct guest *guest)
{
	guest->is_waiting = odeon_request(self, guest->room, odeon_new(ask_who), odeon_deadline(self, PATIENCE),
		ODEON_THEN(self, guest, asking_who, heard)) == 0;
}

/* It goes to the room as it came in. */
static void say_to_room(odeon_self *self, struct guest *guest, struct odeon_bytes *line)
{
	guest->is_waiting = odeon_request(self, guest->room, line, odeon_deadline(self, PATIENCE),
		ODEON_THEN(self, guest, saying, said)) == 0;
}

/* ---- what a line means ------------------------------------------------------------------------------------------------------ */

static void copy_word(char to[NAME_MOST + 1], const struct odeon_bytes *word)
{
	memcpy(to, word->data, word->length);
	to[word->length] = '\0';
}

/* The first line is a name; it is the guest's when the lobby has let it in. */
static void take_name(odeon_self *self, struct guest *guest, const struct odeon_bytes *line)
{
	struct enter as = { .room = LOBBY };

	if (!is_name(line)) {
		show_text(self, guest, "* a name is one word, of 24 letters at most; what is your name?\n");
		return;
	}
	copy_word(as.name, line);
	enter_room(self, guest, &as);
}

static void take_room(odeon_self *self, struct guest *guest, const struct odeon_bytes *word)
{
	struct enter as = { .room = "" };

	if (!is_name(word)) {
		show_text(self, guest, "* a room's name is one word, of 24 letters at most\n");
		return;
	}
	memcpy(as.name, guest->name, sizeof as.name);
	copy_word(as.room, word);
	enter_room(self, guest, &as);
}

static int begins_with(const struct odeon_bytes *line, const char *word)
{
	size_t length = strlen(word);

	return line->length >= length && memcmp(line->data, word, length) == 0;
}

static void take_command(odeon_self *self, struct guest *guest, struct odeon_bytes *line)
{
	if (begins_with(line, "/quit")) {
		say_goodbye(self, guest, "* goodbye\n", 1000);
	} else if (begins_with(line, "/who")) {
		ask_room(self, guest);
	} else if (begins_with(line, "/join ")) {
		line->data += 6;
		line->length -= 6;
		take_room(self, guest, line);
	} else {
		show_text(self, guest, HELP);
	}
}

static void take_line(odeon_self *self, struct guest *guest, struct odeon_bytes *line)
{
	clean_text(line);
	if (!odeon_ref_is_nobody(guest->room) && line->length > 0 && line->data[0] != '/') {
		say_to_room(self, guest, line);
		return;
	}
	if (odeon_ref_is_nobody(guest->room))
		take_name(self, guest, line);
	else if (line->length > 0)
		take_command(self, guest, line);
	odeon_free(line);
}

static void go_on(odeon_self *self, struct guest *guest)
{
	struct odeon_bytes *line;
	int why = ODEON_EEMPTY;

	while (!guest->is_waiting && !guest->is_behind && !guest->is_leaving && (line = odeon_framing_next(&guest->framing, &why)) != NULL)
		take_line(self, guest, line);
	if (why != ODEON_EEMPTY && why != 0)
		say_goodbye(self, guest, "* that line is too long\n", 1009);
	ask_for_more(self, guest);
}

ODEON_HANDLER(guest, odeon_bytes)
{
	guest->has_asked = 0;
	odeon_framing_add(self, &guest->framing, odeon_bytes);
	go_on(self, guest);
}

ODEON_HANDLER(guest, odeon_websocket_message)
{
	struct odeon_bytes *bytes = odeon_websocket_message->bytes;

	odeon_websocket_message->bytes = NULL;
	guest->has_asked = 0;
	odeon_framing_add(self, &guest->framing, bytes);
	odeon_framing_add(self, &guest->framing, odeon_bytes_constant("\n", 1));
	go_on(self, guest);
}

/* ---- what is heard ------------------------------------------------------------------------------------------------------------ */

ODEON_HANDLER(guest, heard)
{
	guest->missed += heard->missed;
	if (guest->is_behind)
		guest->missed++;
	else
		show_line(self, guest, heard->line);
	if (guest->missed > 0 && !guest->is_behind)
		show_missed(self, guest);
}

ODEON_HANDLER(guest, odeon_unwritten)
{
	guest->is_behind = odeon_unwritten->is_high != 0;
	if (guest->missed > 0 && !guest->is_behind)
		show_missed(self, guest);
	if (!guest->is_behind)
		go_on(self, guest);
}

/* ---- beginnings and ends ------------------------------------------------------------------------------------------------------ */

ODEON_HANDLER(guest, odeon_read_end) { say_goodbye(self, guest, "* goodbye\n", 1000); }
ODEON_HANDLER(guest, odeon_draining) { say_goodbye(self, guest, "* the chat ends; goodbye\n", 1001); }
ODEON_HANDLER(guest, odeon_disconnected) { odeon_exit(self); }
ODEON_HANDLER(guest, odeon_websocket_closed) { odeon_exit(self); }

static int welcome(odeon_self *self, struct guest *guest, odeon_ref edge, const odeon_ref *hall_ref)
{
	odeon_framing_options lines = ODEON_FRAMING_OPTIONS(.most = LINE_MOST * 4);

	guest->edge = edge;
	guest->hall = *hall_ref;
	odeon_framing_init(&guest->framing, &lines);
	show_text(self, guest, "* what is your name?\n");
	ask_for_more(self, guest);
	return 0;
}

ODEON_START(guest, odeon_session)
{
	return welcome(self, guest, odeon_session->connection, odeon_session->argument);
}

static int start_by_page(odeon_self *self, void *state, const void *argument)
{
	const struct odeon_websocket_session *session = argument;
	struct guest *guest = state;

	guest->is_page = 1;
	return welcome(self, guest, session->websocket, session->argument);
}

ODEON_STOP(guest) { odeon_framing_clear(&guest->framing); }

ODEON_HANDLERS(guest_handlers, ODEON_ON(guest, heard), ODEON_ON(guest, odeon_bytes), ODEON_ON(guest, odeon_websocket_message),
	ODEON_ON(guest, odeon_unwritten), ODEON_ON(guest, odeon_read_end), ODEON_ON(guest, odeon_draining),
	ODEON_ON(guest, odeon_disconnected), ODEON_ON(guest, odeon_websocket_closed));
ODEON_KIND(guest, guest_handlers, .start = ODEON_STARTS(guest), .stop = ODEON_STOPS(guest), .place = ODEON_PINNED,
	.mailbox = { .messages = LINES_MOST });
static const odeon_kind page_kind = ODEON_KIND_INIT(guest, guest_handlers, .start = start_by_page, .stop = ODEON_STOPS(guest),
	.place = ODEON_PINNED, .mailbox = { .messages = LINES_MOST });

const odeon_kind *const guest_by_lines = &guest_kind;
const odeon_kind *const guest_by_page = &page_kind;
