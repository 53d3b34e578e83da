/* SPDX-License-Identifier: BSD-2-Clause */
/* guests.c - what they say, what they must hear, and what they do when a connection has ended */
#include "guests.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AHEAD_MOST = 40 };

uint64_t guests_acknowledged, guests_breaks, guests_unsure, guests_polite_ends;

/* In pieces of any size. */
static void send_out(odeon_self *self, struct guest *guest)
{
	struct reply *out = &guest->out;
	size_t at = 0;

	while (at < out->length) {
		size_t some = 1 + pick(1u << pick(10));

		some = some < out->length - at ? some : out->length - at;
		(void)odeon_send(self, guest->connection, odeon_bytes_copy(out->bytes + at, some));
		at += some;
	}
	reply_cut(out, 0);
}

/* ---- what it must hear ------------------------------------------------------------------------------------------- */

static void drop_first(struct guest *guest)
{
	struct said *said = guest->first;

	guest->first = said->next;
	if (guest->first == NULL)
		guest->last = NULL;
	guest->ahead--;
	free(said);
}

/* Its reply is the caller's. */
static struct reply run_first(struct guest *guest)
{
	struct said *said = guest->first;

	if (text_is(said->words[0], "MULTI"))
		guest->in_multi = true;
	else if (text_is(said->words[0], "EXEC"))
		guest->in_multi = false;
	engine_time(&guest->engine, UNIX_SECONDS * 1000LL + odeon_system_now(scene.system).ns / 1000000);
	return engine_do(&guest->engine, said->words, said->count);
}

static bool is_last_of_unit(const struct said *said)
{
	const struct said *next = said->next;

	return said->role == PLAIN && (next == NULL || next->role != PLAIN || next->serial != said->serial);
}

static void hear_same(struct guest *guest, const char *reply, size_t length)
{
	struct reply wanted = run_first(guest);
	bool is_same = wanted.length == length && memcmp(wanted.bytes, reply, length) == 0;

	if (!is_same)
		fprintf(stderr, "# %.*s: wanted %s, heard %.*s\n", (int)guest->first->words[0].length, guest->first->words[0].at,
		        reply_show(&wanted), (int)length, reply);
	must(is_same);
	if (is_last_of_unit(guest->first))
		guest->acknowledged = guest->first->serial;
	reply_fini(&wanted);
}

static unsigned number_in(const char **reply)
{
	unsigned number = 0;
	int length;

	must(sscanf(*reply, "$%d", &length) == 1);
	*reply = strchr(*reply, '\n') + 1;
	if (length < 0)
		return 0;
	must(sscanf(*reply, "%u", &number) == 1);
	*reply = strchr(*reply, '\n') + 1;
	return number;
}

static void forget(struct guest *guest)
{
	while (guest->first != NULL)
		drop_first(guest);
}

/* Nobody knows whether one command was run: these keys are left alone from now on. */
static void begin_anew(struct guest *guest)
{
	guests_unsure++;
	guest->generation++;
	guest->serial = guest->acknowledged = 0;
	engine_close(&guest->engine);
	engine_open(&guest->engine, 1);
}

/* How far the server has come. What it has run is run here, too; the rest was never said. */
static void hear_how_far(struct guest *guest, const char *said, size_t length)
{
	unsigned before, behind;
	char text[100];
	const char *reply = text + 4;

	snprintf(text, sizeof text, "%.*s", (int)length, said);
	must(strncmp(text, "*2\r\n", 4) == 0);
	before = number_in(&reply);
	behind = number_in(&reply);
	must(behind >= guest->acknowledged && before <= guest->serial && before - behind <= 1);
	drop_first(guest);
	while (guest->first != NULL && (guest->first->role != PLAIN || guest->first->serial <= behind)) {
		struct reply ignored = guest->first->role == PLAIN ? run_first(guest) : (struct reply){ .bytes = NULL };

		reply_fini(&ignored);
		drop_first(guest);
	}
	forget(guest);
	if (guest->in_multi) {
		struct reply ignored = engine_line(&guest->engine, "DISCARD");

		reply_fini(&ignored);
		guest->in_multi = false;
	}
	guest->serial = guest->acknowledged = behind;
	guest->is_sure = true;
	if (before != behind)
		begin_anew(guest);
}

static void hear_reply(struct guest *guest, const char *reply, size_t length)
{
	struct said *said = guest->first;

	must(said != NULL);                                     /* it was asked for */
	guests_acknowledged++;
	note_down(length * 64 + guest->number);
	switch (said->role) {
	case LOOKS:
		hear_how_far(guest, reply, length);
		return;
	case ADDS:
		must(reply[0] == ':');
		guest->is_added[said->serial] = 1;
		break;
	default:
		hear_same(guest, reply, length);
	}
	drop_first(guest);
}

static void hear(struct guest *guest)
{
	struct reply *heard = &guest->heard;
	size_t at = 0, span;

	while (at < heard->length && (span = reply_span(heard->bytes + at, heard->length - at)) > 0) {
		hear_reply(guest, heard->bytes + at, span);
		at += span;
	}
	memmove(heard->bytes, heard->bytes + at, heard->length - at);
	heard->length -= at;
}

/* ---- what it does ------------------------------------------------------------------------------------------------ */

struct visit { struct guest *guest; };

static void go_on(odeon_self *self) { must(odeon_tick_after(self, ODEON_US(pick(1u << pick(13))), 'a') == 0); }

static odeon_connection_options options_of_guest(void)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.credit = 1 + pick(4), .read_bytes = pick(2) == 0 ? 0 : 1 + pick(200),
		.idle_timeout = ODEON_SECONDS(4), .connect_timeout = ODEON_SECONDS(3), .linger = ODEON_MS(300));

	return options;
}

static void connect_guest(odeon_self *self, struct guest *guest)
{
	odeon_connection_options options = options_of_guest();

	guest->is_connected = guest->is_sure = guest->has_ended = guest->has_heard_end = false;
	guest->connection = ODEON_NOBODY;
	guest->units = guest->finishes ? 0 : 5 + pick(40);
	must(odeon_connection_open(scene.system, guest->address, odeon_self_ref(self), &options, NULL) == 0);
}

/* The question comes before what it said on the connection before, and was not answered. */
ODEON_HANDLER(visit, odeon_connected)
{
	struct guest *guest = visit->guest;
	struct said *old = guest->first, *last = guest->last;

	guest->connection = odeon_connected->who;
	guest->is_connected = true;
	guest->first = guest->last = NULL;
	guest_say_line(guest, LOOKS, 0, "MGET %u.%u:before %u.%u:behind", guest->number, guest->generation, guest->number, guest->generation);
	if (old != NULL) {
		guest->first->next = old;
		guest->last = last;
	}
	send_out(self, guest);
	go_on(self);
}

ODEON_HANDLER(visit, odeon_bytes)
{
	struct guest *guest = visit->guest;

	reply_raw(&guest->heard, (struct text){ (const char *)odeon_bytes->data, odeon_bytes->length });
	hear(guest);
	(void)odeon_send(self, guest->connection, odeon_new(odeon_read, .count = 1));
}

static void end_politely(odeon_self *self, struct guest *guest)
{
	if (guest->finishes)
		guest_say_everything(guest);
	send_out(self, guest);
	guest->has_ended = true;
	(void)odeon_send(self, guest->connection, odeon_new(odeon_write_end));
}

ODEON_HANDLER(visit, odeon_tick)
{
	struct guest *guest = visit->guest;

	if (odeon_tick->key == 'c') {
		connect_guest(self, guest);
		return;
	}
	if (!guest->is_connected || guest->has_ended)
		return;
	if (guest->is_sure && guest->ahead < AHEAD_MOST && guest->units > 0) {
		guest->units--;
		if (pick(6) == 0)
			guest_say_addition(guest);
		else
			guest_say_unit(guest);
	}
	if (guest->is_sure && pick(3) != 0)
		send_out(self, guest);
	if (guest->is_sure && guest->units == 0)
		end_politely(self, guest);
	else if (pick(400) == 0 && !guest->finishes)
		(void)odeon_send(self, guest->connection, odeon_new(odeon_close, .resets = pick(2)));
	go_on(self);
}

ODEON_HANDLER(visit, odeon_read_end) { visit->guest->has_heard_end = true; }

/* By then the server knows of it, too, or never will. */
ODEON_HANDLER(visit, odeon_disconnected)
{
	struct guest *guest = visit->guest;

	if (guest->has_ended && guest->has_heard_end && odeon_disconnected->error == 0) {
		must(guest->first == NULL && guest->heard.length == 0);
		guests_polite_ends++;
		guest->is_finished = guest->finishes;
	} else
		guests_breaks++;
	guest->is_connected = false;
	reply_cut(&guest->heard, 0);
	reply_cut(&guest->out, 0);
	if (guest->is_finished)
		odeon_exit(self);
	else
		must(odeon_tick_after(self, ODEON_SECONDS(3), 'c') == 0);
}

ODEON_START(visit, guest)
{
	visit->guest = (struct guest *)(uintptr_t)guest;
	return odeon_tick_after(self, 0, 'c');
}

ODEON_HANDLERS(visit_handlers, ODEON_ON(visit, odeon_connected), ODEON_ON(visit, odeon_bytes), ODEON_ON(visit, odeon_read_end),
	ODEON_ON(visit, odeon_disconnected), ODEON_ON(visit, odeon_tick));
ODEON_KIND(visit, visit_handlers, .start = ODEON_STARTS(visit));

/* ---- guests ------------------------------------------------------------------------------------------------------ */

struct guest *guest_new(unsigned number, const char *address)
{
	struct guest *guest = calloc(1, sizeof *guest);

	must(guest != NULL);
	guest->number = number;
	guest->chance.state = scene.state + number;
	snprintf(guest->address, sizeof guest->address, "%s", address);
	reply_init(&guest->out, 2);
	reply_init(&guest->heard, 2);
	engine_open(&guest->engine, 1);
	engine_open(&guest->scratch, 1);
	must(odeon_system_spawn(scene.system, &visit_kind, guest, NULL) == 0);
	return guest;
}

void guest_finish(struct guest *guest)
{
	guest->finishes = true;
	guest->units = 0;
}

bool guest_is_finished(const struct guest *guest) { return guest->is_finished; }

void guest_check_list(const struct guest *guest, const char *reply, size_t length)
{
	unsigned last = 0, number, serial;
	const char *end = reply + length;

	for (const char *at = strchr(reply, '\n') + 1; at < end; at = strchr(at, '\n') + 1) {
		at = strchr(at, '\n') + 1;
		must(sscanf(at, "%u-%u", &number, &serial) == 2);
		if (number != guest->number)
			continue;
		must(serial > last && serial <= guest->added);
		for (unsigned i = last + 1; i < serial; i++)
			must(!guest->is_added[i]);
		last = serial;
	}
	for (unsigned i = last + 1; i <= guest->added; i++)
		must(!guest->is_added[i]);
}

void guest_free(struct guest *guest)
{
	forget(guest);
	reply_fini(&guest->out);
	reply_fini(&guest->heard);
	engine_close(&guest->engine);
	engine_close(&guest->scratch);
	free(guest);
}
