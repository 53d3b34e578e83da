/* SPDX-License-Identifier: BSD-2-Clause */
/* sides.c - the owners, and what must hold */
#include "sides.h"
#include <string.h>

struct sides sides;

enum { FIRST_BYTES = 4 };

static unsigned char byte_of(unsigned number, uint64_t at)
{
	if (at < FIRST_BYTES)
		return (unsigned char)(number >> 8 * at);
	return (unsigned char)(((at + 1000003u * number) * 0x9e3779b97f4a7c15u) >> 56);
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

static struct odeon_bytes *next_bytes(struct side *side)
{
	size_t length = 1 + pick(1u << pick(13));
	struct odeon_bytes *bytes = odeon_bytes_new(length);

	must(bytes != NULL);
	bytes->length = length;
	for (size_t i = 0; i < length; i++)
		bytes->data[i] = byte_of(side->number, side->sent + i);
	side->sent += length;
	return bytes;
}

/* One message, which may bring others. */
static void write_some(odeon_self *self, struct side *side)
{
	uint64_t before = side->sent;
	struct odeon_bytes *bytes;

	if (side->messages == MESSAGES_MOST || side->has_ended_writing || side->has_closed || (side->is_high && !side->is_rude))
		return;
	bytes = next_bytes(side);
	for (struct odeon_bytes *last = bytes; pick(6) == 0; last = last->next)
		last->next = next_bytes(side);
	side->sizes[side->messages++] = side->sent - before;
	(void)odeon_send(self, side->connection, bytes);
}

/* ---- what an owner does ------------------------------------------------------------------------------------------ */

struct owner { struct side *side; bool is_retired; };

static void give_credit(odeon_self *self, struct side *side, uint32_t count)
{
	if (count == ODEON_READ_ALWAYS || count == 0)
		side->reads_always = true;
	else
		side->credit += count;
	(void)odeon_send(self, side->connection, odeon_new(odeon_read, .count = count));
}

static void end_writing(odeon_self *self, struct side *side)
{
	if (!side->has_ended_writing)
		(void)odeon_send(self, side->connection, odeon_new(odeon_write_end));
	side->has_ended_writing = true;
}

static void end_side(odeon_self *self, struct side *side, bool resets)
{
	side->has_closed = true;
	(void)odeon_send(self, side->connection, odeon_new(odeon_close, .resets = resets));
}

/* No read is under way, so that what the old one gets comes before what the new one gets. */
static void give(odeon_self *self, struct owner *owner)
{
	struct side *side = owner->side;
	struct odeon_session session = { .argument = side };

	if (side->reads_always || side->reads < side->credit || !odeon_ref_is_nobody(side->owners[1]))
		return;
	must(odeon_spawn(self, side_kind, &session, &side->owners[1]) == 0);
	owner->is_retired = true;
	sides.gives++;
	(void)odeon_send(self, side->connection, odeon_new(odeon_give, .to = side->owners[1]));
}

static void leave(odeon_self *self, struct side *side)
{
	side->has_left = true;
	if (pick(2) == 0)
		odeon_exit(self);
	else
		odeon_fail(self, 3, "by chance");
}

/* One that has no owner yet has nobody to tell of it. */
static void kill_connection(struct side *side)
{
	if (side->reads == 0)
		return;
	side->has_closed = true;
	side->is_deaf = side->is_narrow;
	(void)odeon_actor_kill(scene.system, side->connection);
}

static void stop_connection(struct side *side)
{
	side->has_closed = side->has_stopped = true;
	side->is_deaf = side->is_narrow;
	(void)odeon_actor_stop(scene.system, side->connection);
}

static void act_rarely(odeon_self *self, struct owner *owner)
{
	struct side *side = owner->side;

	switch (pick(12)) {
	case 0: end_side(self, side, false); break;
	case 1: end_side(self, side, true); break;
	case 2: leave(self, side); break;
	case 3: stop_connection(side); break;
	case 4: kill_connection(side); break;
	case 5: case 6: end_writing(self, side); break;
	case 7: give_credit(self, side, pick(2) == 0 ? ODEON_READ_ALWAYS : 0); break;
	default: give(self, owner); break;
	}
}

static void act(odeon_self *self, struct owner *owner)
{
	struct side *side = owner->side;
	unsigned what = pick(20);

	if (what < 9)
		write_some(self, side);
	else if (what < 16 && (!side->reads_always || pick(8) == 0))
		give_credit(self, side, 1 + pick(4));
	else if (what == 16 && !side->is_polite)
		act_rarely(self, owner);
}

/* What a polite side owes the other: to read on, and to end. */
static void finish(odeon_self *self, struct side *side)
{
	give_credit(self, side, ODEON_READ_ALWAYS);
	end_writing(self, side);
}

static void go_on(odeon_self *self, const struct side *side)
{
	must(odeon_tick_after(self, side->actions > 0 ? ODEON_US(pick(1u << pick(12))) : ODEON_MS(300), 'a') == 0);
}

ODEON_HANDLER(owner, odeon_tick)
{
	struct side *side = owner->side;

	(void)odeon_tick;
	if (side->ends > 0 || side->has_left || (owner->is_retired && side->actions == 0)) {
		odeon_exit(self);
		return;
	}
	if (owner->is_retired || odeon_ref_is_nobody(side->connection)) {
		go_on(self, side);
		return;
	}
	if (side->actions > 0)
		act(self, owner);
	if (side->actions > 0 && --side->actions == 0)
		finish(self, side);
	if (scene.is_over && !side->has_closed) {
		side->is_late = true;
		end_side(self, side, false);
	}
	go_on(self, side);
}

/* ---- what an owner is told --------------------------------------------------------------------------------------- */

static struct side *side_of_session(const struct odeon_session *session)
{
	struct side *side = (struct side *)(uintptr_t)session->argument;

	if (side >= sides.all && side < sides.all + SIDES_MOST)
		return side;
	side = side_new();
	side->connection = session->connection;
	side->options = *(const odeon_connection_options *)session->argument;
	side->credit = side->options.credit;
	return side;
}

ODEON_START(owner, odeon_session)
{
	struct side *side = side_of_session(odeon_session);
	odeon_mailbox narrow = { .messages = 1 + pick(3) };

	owner->side = side;
	if (odeon_ref_is_nobody(side->owners[0]))
		side->owners[0] = odeon_self_ref(self);
	if (side->is_narrow)
		must(odeon_bound(self, &narrow) == 0);
	go_on(self, side);
	return 0;
}

ODEON_HANDLER(owner, odeon_connected)
{
	struct side *side = owner->side;

	must(side->ends == 0 && side->reads == 0 && !side->has_heard_end);
	must(odeon_connected->here[0] != '\0' || odeon_connected->there[0] == 'u');
	side->connection = odeon_connected->who;
}

static void check_bytes(struct side *side, const struct odeon_bytes *bytes)
{
	unsigned number = side->is_echoed ? side->number : 0;

	for (size_t i = 0; i < bytes->length; i++) {
		uint64_t at = side->received + i;

		if (at < FIRST_BYTES)
			side->head[at] = bytes->data[i];
		number = side->is_echoed ? number : side->head[0] | side->head[1] << 8;
		must(at < FIRST_BYTES || bytes->data[i] == byte_of(number, at));
	}
}

ODEON_HANDLER(owner, odeon_bytes)
{
	struct side *side = owner->side;

	must(side->ends == 0 && !side->has_heard_end && odeon_bytes->length > 0 && odeon_bytes->next == NULL);
	must(side->options.read_bytes == 0 || odeon_bytes->length <= side->options.read_bytes);
	check_bytes(side, odeon_bytes);
	side->received += odeon_bytes->length;
	side->reads++;
	must(side->reads_always || side->reads <= side->credit);
	note_down(side->received * 64 + side->number);
}

ODEON_HANDLER(owner, odeon_unwritten)
{
	struct side *side = owner->side;
	const odeon_connection_options *options = &side->options;
	size_t high = options->high_water > 0 ? options->high_water : 64 << 10;

	must(side->ends == 0 && side->is_high != (odeon_unwritten->is_high != 0));
	side->is_high = odeon_unwritten->is_high != 0;
	must(side->is_high ? odeon_unwritten->bytes >= high
	                   : odeon_unwritten->bytes <= (options->low_water > 0 ? options->low_water : high / 4));
	sides.highs += side->is_high;
	note_down(odeon_unwritten->bytes * 2 + side->is_high);
}

ODEON_HANDLER(owner, odeon_read_end)
{
	must(owner->side->ends == 0 && !owner->side->has_heard_end);
	owner->side->has_heard_end = true;
}

ODEON_HANDLER(owner, odeon_draining)
{
	(void)odeon_draining;
	if (owner->side->is_stubborn)
		owner->side->has_closed = true;                 /* will be, after some time, by others */
	else
		end_side(self, owner->side, false);
}

static void look_at_rest(struct side *side, const struct odeon_disconnected *end)
{
	uint64_t at = end->written;

	for (struct odeon_bytes *bytes = end->unwritten; bytes != NULL; bytes = bytes->next) {
		for (size_t i = 0; i < bytes->length; i++)
			must(bytes->data[i] == byte_of(side->number, at + i));
		at += bytes->length;
		side->rest += bytes->length;
	}
	must(side->rest == end->unwritten_bytes);
}

ODEON_HANDLER(owner, odeon_disconnected)
{
	struct side *side = owner->side;

	must(++side->ends == 1);
	side->end = *odeon_disconnected;
	look_at_rest(side, odeon_disconnected);
	note_down((uint64_t)-odeon_disconnected->error * 64 + side->number);
	sides.broken += odeon_disconnected->error != 0;
	odeon_exit(self);
}

ODEON_HANDLERS(owner_handlers, ODEON_ON(owner, odeon_connected), ODEON_ON(owner, odeon_bytes), ODEON_ON(owner, odeon_unwritten),
	ODEON_ON(owner, odeon_read_end), ODEON_ON(owner, odeon_draining), ODEON_ON(owner, odeon_disconnected),
	ODEON_ON(owner, odeon_tick));
ODEON_KIND(owner, owner_handlers, .start = ODEON_STARTS(owner));
const odeon_kind *const side_kind = &owner_kind;

/* ---- sides ------------------------------------------------------------------------------------------------------- */

odeon_connection_options side_options(void)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.read_bytes = pick(3) == 0 ? 0 : 1 + pick(3000),
		.credit = pick(3), .linger = ODEON_MS(100 + pick(400)), .connect_timeout = ODEON_SECONDS(1 + pick(5)));

	if (pick(2) == 0)
		options.high_water = 500 + pick(8000);
	if (pick(8) == 0)
		options.write_most = 1000 + pick(20000);
	if (pick(8) == 0)
		options.idle_timeout = ODEON_MS(1 + pick(500));
	if (pick(4) == 0)
		options.write_timeout = ODEON_MS(1 + pick(500));
	if (pick(4) == 0)
		options.keep_alive = 10;
	return options;
}

struct side *side_new(void)
{
	struct side *side = &sides.all[sides.count++];

	must(sides.count <= SIDES_MOST);
	*side = (struct side){ .number = sides.count, .is_polite = pick(3) > 0, .is_rude = pick(4) == 0,
	                       .is_narrow = pick(3) == 0, .is_stubborn = pick(4) == 0, .actions = 1 + pick(60) };
	return side;
}

void side_connect(struct side *side, const char *address)
{
	struct odeon_session session = { .argument = side };
	odeon_ref owner;

	side->options = side_options();
	side->credit = side->options.credit;
	must(odeon_system_spawn(scene.system, side_kind, &session, &owner) == 0);
	must(odeon_connection_open(scene.system, address, owner, &side->options, NULL) == 0);
}

/* ---- what must hold ---------------------------------------------------------------------------------------------- */

static const struct side *other_of(const struct side *side)
{
	unsigned number = side->head[0] | side->head[1] << 8;

	if (side->received < FIRST_BYTES)
		return NULL;
	must(number >= 1 && number <= sides.count && side->head[2] == 0 && side->head[3] == 0);
	return &sides.all[number - 1];
}

/* What came too late was the last. */
static void check_sent(const struct side *side)
{
	uint64_t late = 0;

	for (unsigned i = 0; i < side->dead; i++)
		late += side->sizes[side->messages - 1 - i];
	if (side->has_stopped)
		must(side->end.written + side->rest + late <= side->sent);
	else
		must(side->end.written + side->rest + late == side->sent);
}

static void check_received(const struct side *side, const struct side *other)
{
	bool is_told = other->ends == 1 && !other->has_stopped;

	must(side->received <= (is_told ? other->end.written : other->sent));
	if (side->has_heard_end && !side->has_closed && is_told && (!side->is_echoed || other->has_ended_writing))
		must(side->received == other->end.written);
}

static bool is_kept(const struct side *side)
{
	return side->is_polite && (!side->has_closed || side->is_late) && side->options.write_most == 0 && side->options.idle_timeout == 0
	    && side->options.write_timeout == 0;
}

static void check(const struct side *side)
{
	const struct side *other = side->is_echoed ? side : other_of(side);

	must(side->has_left || side->is_deaf || side->ends == 1);
	if (side->ends == 1) {
		check_sent(side);
		must(side->received <= side->end.read && (side->has_closed || side->has_left || side->received == side->end.read));
	}
	must(side->ends == 0 || side->has_closed || side->end.error != 0 || !side->is_high);
	if (other != NULL)
		check_received(side, other);
	if (other == NULL || scene.is_faulty || !is_kept(side) || !is_kept(other))
		return;
	must(side->end.error == 0 && side->has_heard_end && side->received == other->sent);
	sides.whole++;
}

void sides_check(void)
{
	for (unsigned i = 0; i < sides.count; i++)
		check(&sides.all[i]);
}

unsigned sides_open(void)
{
	unsigned open = 0;

	for (unsigned i = 0; i < sides.count; i++)
		open += sides.all[i].ends == 0 && !sides.all[i].has_left && !sides.all[i].is_deaf;
	return open;
}

unsigned sides_deaf(void)
{
	unsigned deaf = 0;

	for (unsigned i = 0; i < sides.count; i++)
		deaf += sides.all[i].ends == 0 && !sides.all[i].has_left && sides.all[i].is_deaf;
	return deaf;
}

/* ---- a scene with sides ------------------------------------------------------------------------------------------ */

/* What came too late for its connection. */
static void on_letter(const odeon_dead_letter *letter)
{
	for (unsigned i = 0; i < sides.count && letter->type == ODEON_TYPE(odeon_bytes); i++)
		if (odeon_ref_equal(letter->from, sides.all[i].owners[0]) || odeon_ref_equal(letter->from, sides.all[i].owners[1]))
			sides.all[i].dead++;
}

void sides_begin(uint64_t seed, const odeon_network_options *network)
{
	memset(&sides, 0, sizeof sides);
	scene_open(seed, network, on_letter);
}
