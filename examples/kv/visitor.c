/* SPDX-License-Identifier: BSD-2-Clause */
/* visitor.c - reading by credit, rounds of a conversation, and writing */
#include "conversation.h"
#include "mail.h"
#include "visitor.h"
#include "wait.h"
#include <stdio.h>
#include <string.h>

enum {
	READS = 4,                                     /* that may come before one was looked at */
	TURN_BYTES_MOST = 1 << 18,                     /* of replies, before others have a turn */
	ROOM_KEPT = 1 << 16                            /* what a large command or reply needed more is not kept */
};
#define WRITE_MOST ((size_t)2 << 30)                   /* one round's replies, whatever they are, and some */

enum doing {
	LISTENING,                                     /* for what the client sends */
	ASKING,                                        /* shards are */
	WAITING,                                       /* for a key; or the time is over */
	PAUSING,                                       /* others have a turn, then it goes on */
	LEAVING                                        /* the connection was told to close, or is closed */
};

struct visitor {
	odeon_ref connection;
	struct kv_guests *guests;
	enum doing doing;
	bool is_full;                                  /* too much waits to be written */
	bool is_last;                                  /* the client sends no more, or is not to */
	uint32_t owed;                                 /* reads that came and were not given back as credit */
	struct reply input, output;
	size_t at;                                     /* so much of the input was used */
	struct conversation conversation;
	struct kv_push *letters, **letters_end;        /* that came before the answer they must come behind */
	struct mail mail;                              /* good as long as a handler runs */
	const struct kv_cluster *cluster;
};
struct round { int unused; };                          /* several were asked */
struct single { int unused; };                         /* one was */

struct kv_proceed { int unused; };                     /* to itself: others had their turn */
ODEON_MESSAGE(kv_proceed);

odeon_connection_options kv_visitor_connection(void)
{
	odeon_connection_options options = ODEON_CONNECTION_OPTIONS(.credit = READS, .high_water = 1 << 20, .write_most = WRITE_MOST,
		.linger = ODEON_MS(500), .keep_alive = 300);

	return options;
}

/* ---- to the connection ------------------------------------------------------------------------------------------------- */

/* Without memory even for that the visitor ends, and its connection with it. A connection that has ended says so by itself. */
static void send(odeon_self *self, struct visitor *visitor, void *message)
{
	if (odeon_send(self, visitor->connection, message) != ODEON_ENOMEM)
		return;
	visitor->doing = LEAVING;
	odeon_fail(self, ODEON_ENOMEM, "no memory for a client's replies");
}

static void leave(odeon_self *self, struct visitor *visitor)
{
	visitor->doing = LEAVING;
	send(self, visitor, odeon_new(odeon_close));
}

/* What was said so far goes out. Where there was no memory for some of it nothing may follow: the client would take it for that. */
static void tell(odeon_self *self, struct visitor *visitor)
{
	struct reply *output = &visitor->output;

	if (output->length > 0)
		send(self, visitor, odeon_bytes_copy(output->bytes, output->length));
	if (output->failed && visitor->doing != LEAVING)
		leave(self, visitor);
	if (output->room > ROOM_KEPT)
		reply_fini(output);
	reply_cut(output, 0);
}

static void read_more(odeon_self *self, struct visitor *visitor)
{
	if (visitor->owed < READS / 2)
		return;
	send(self, visitor, odeon_new(odeon_read, .count = visitor->owed));
	visitor->owed = 0;
}

/* ---- input --------------------------------------------------------------------------------------------------------------- */

/* What was used goes when it is more than what is left, so that moving that costs nothing in the end. */
static void add_input(struct visitor *visitor, const struct odeon_bytes *bytes)
{
	struct reply *input = &visitor->input;
	size_t left = input->length - visitor->at;

	if (visitor->at > left) {
		memmove(input->bytes, input->bytes + visitor->at, left);
		input->length = left;
		visitor->at = 0;
	}
	reply_raw(input, (struct text){ (const char *)bytes->data, bytes->length });
}

/* How much of the input a round has taken. The time is asked for where there is something to take. */
static size_t take(odeon_self *self, struct visitor *visitor)
{
	struct reply *input = &visitor->input;
	size_t used = 0;

	if (visitor->at < input->length) {
		visitor->mail = mail_of(self, visitor->cluster);
		visitor->conversation.session.now = visitor->mail.now;
		used = conversation_take(&visitor->conversation, input->bytes + visitor->at, input->length - visitor->at);
	}
	visitor->at += used;
	if (visitor->at < input->length)
		return used;
	if (input->room > ROOM_KEPT)
		reply_fini(input);
	reply_cut(input, 0);
	visitor->at = 0;
	return used;
}

/* ---- rounds -------------------------------------------------------------------------------------------------------------- */

static void go_on(odeon_self *self, struct visitor *visitor);

/* What was answered before comes first. The share goes when the bytes are written: so long the client has not taken it. It is taken. */
static void pass_on(odeon_self *self, struct visitor *visitor, struct kv_push *push)
{
	bool is_new = visitor->conversation.session.client->protocol >= 3;
	const struct kv_letter *letter = odeon_frozen_look(kv_letter, push->letter);
	struct odeon_bytes *head, *body;

	if (visitor->doing == LEAVING) {
		odeon_free(push);
		return;
	}
	tell(self, visitor);
	head = odeon_bytes_constant(is_new ? ">" : "*", 1);
	body = odeon_bytes_share(odeon_freeze(push), letter + 1, letter->length);
	if (head != NULL && body != NULL) {
		head->next = body;
	} else {
		odeon_free(head);
		odeon_free(body);
		head = NULL;
	}
	if (visitor->doing != LEAVING)
		send(self, visitor, head);
	else
		odeon_free(head);
}

/* Behind the answer that has come. */
static void pass_letters_on(odeon_self *self, struct visitor *visitor)
{
	struct kv_push *push;

	if (visitor->letters == NULL)
		return;
	conversation_tell(&visitor->conversation, &visitor->output);
	while ((push = visitor->letters) != NULL) {
		visitor->letters = push->next;
		pass_on(self, visitor, push);
	}
}

/* What others said meanwhile comes first; that may be the end. */
static void go_on_answered(odeon_self *self, struct visitor *visitor)
{
	pass_letters_on(self, visitor);
	if (visitor->doing != LEAVING)
		go_on(self, visitor);
}

ODEON_GATHERED(visitor, round)
{
	if (visitor->doing == LEAVING)
		return;
	conversation_hear(&visitor->conversation, answers);
	go_on_answered(self, visitor);
}

ODEON_ANSWER(visitor, single, kv_answer)
{
	if (visitor->doing == LEAVING)
		return;
	conversation_hear_one(&visitor->conversation, kv_answer != NULL ? odeon_keep(self, kv_answer) : NULL, error);
	go_on_answered(self, visitor);
}

static bool ask_several(odeon_self *self, struct visitor *visitor)
{
	odeon_gather gather = odeon_gather_open(self, 0, ODEON_NEVER, ODEON_THEN_GATHERED(self, visitor, round));

	if (gather.bits == 0)
		return false;
	conversation_ask(self, &visitor->conversation, gather);
	(void)odeon_gather_close(self, gather);
	return true;
}

/* What earlier rounds have said does not wait for this one. */
static bool ask(odeon_self *self, struct visitor *visitor)
{
	bool is_asked;

	if (conversation_choose(&visitor->conversation) == 1)
		is_asked = conversation_ask_one(self, &visitor->conversation, ODEON_THEN(self, visitor, single, kv_answer));
	else
		is_asked = ask_several(self, visitor);
	if (!is_asked)
		return false;
	visitor->doing = ASKING;
	tell(self, visitor);
	return true;
}

/* No more is begun: all that came whole is answered, or the client must take its replies first. */
static void rest(odeon_self *self, struct visitor *visitor, bool is_over)
{
	tell(self, visitor);
	if (visitor->doing == LEAVING)
		return;
	visitor->doing = LISTENING;
	if (is_over || (visitor->is_last && !visitor->is_full))
		leave(self, visitor);
	else if (!visitor->is_full)
		read_more(self, visitor);
}

/* The connection writes meanwhile, and says when too much waits. */
static void pause_here(odeon_self *self, struct visitor *visitor)
{
	tell(self, visitor);
	if (visitor->doing == LEAVING)
		return;
	visitor->doing = visitor->is_full ? LISTENING : PAUSING;
	if (!visitor->is_full && odeon_send(self, odeon_self_ref(self), odeon_new(kv_proceed)) != 0)
		leave(self, visitor);
}

/* Until somebody serves it, or its time is over. */
static void wait_here(odeon_self *self, struct visitor *visitor)
{
	int64_t until = visitor->conversation.session.client->wait_until, now = kv_now(self, visitor->cluster);

	tell(self, visitor);
	if (visitor->doing == LEAVING)
		return;
	if (visitor->is_last) {
		leave(self, visitor);
		return;
	}
	visitor->doing = WAITING;
	if (until != INT64_MAX && odeon_tick_after(self, until - now > INT64_MAX / 2000000 ? INT64_MAX / 2 : (until - now) * 1000000, 0) != 0)
		leave(self, visitor);
}

/* False: it has to wait, for answers or for something else. */
static bool finish_round(odeon_self *self, struct visitor *visitor)
{
	struct conversation *conversation = &visitor->conversation;
	enum conversation_goal goal;

	for (;;) {
		conversation_tell(conversation, &visitor->output);
		goal = conversation_goal(conversation);
		if (goal == CONVERSATION_DONE)
			return true;
		if (goal == CONVERSATION_WAITS) {
			wait_here(self, visitor);
			return false;
		}
		if (visitor->is_full || visitor->output.length > TURN_BYTES_MOST) {
			pause_here(self, visitor);
			return false;
		}
		if (ask(self, visitor))
			return false;
		conversation_refuse(conversation, ODEON_ENOMEM);
	}
}

/* Goes on with a round, and begins others, until one has to wait. */
static void go_on(odeon_self *self, struct visitor *visitor)
{
	struct conversation *conversation = &visitor->conversation;
	size_t used = 1;

	while (finish_round(self, visitor)) {
		if (conversation->is_closing || visitor->output.failed || visitor->input.failed) {
			rest(self, visitor, true);
			return;
		}
		if (used == 0 || visitor->is_full) {
			rest(self, visitor, false);
			return;
		}
		if (visitor->output.length > TURN_BYTES_MOST) {
			pause_here(self, visitor);
			return;
		}
		used = take(self, visitor);
	}
}

/* ---- from the connection ------------------------------------------------------------------------------------------------ */

static void go_on_if_idle(odeon_self *self, struct visitor *visitor)
{
	if (visitor->doing == LISTENING)
		go_on(self, visitor);
}

ODEON_HANDLER(visitor, odeon_bytes)
{
	if (visitor->doing == LEAVING)
		return;
	visitor->owed++;
	add_input(visitor, odeon_bytes);
	go_on_if_idle(self, visitor);
}

ODEON_HANDLER(visitor, odeon_unwritten)
{
	visitor->is_full = odeon_unwritten->is_high != 0;
	if (!visitor->is_full)
		go_on_if_idle(self, visitor);
}

ODEON_HANDLER(visitor, kv_proceed)
{
	if (visitor->doing != PAUSING)
		return;
	visitor->doing = LISTENING;
	go_on(self, visitor);
}

ODEON_HANDLER(visitor, odeon_read_end)
{
	visitor->is_last = true;
	if (visitor->doing == WAITING)
		leave(self, visitor);
	go_on_if_idle(self, visitor);
}

/* What came so far is answered; what comes later is not. */
ODEON_HANDLER(visitor, odeon_draining)
{
	visitor->is_last = true;
	if (visitor->doing == WAITING)
		leave(self, visitor);
	go_on_if_idle(self, visitor);
}

ODEON_HANDLER(visitor, odeon_disconnected)
{
	visitor->doing = LEAVING;
	odeon_exit(self);
}

/* ---- from others -------------------------------------------------------------------------------------------------------- */

/* An answer that waits for the disk may say that it subscribed: what others say since comes behind it. */
ODEON_HANDLER(visitor, kv_push)
{
	bool is_early = visitor->doing == ASKING && !kv_push->is_own && visitor->cluster->server.persistence != NULL
	             && conversation_asks_late(&visitor->conversation);

	kv_push = odeon_keep(self, kv_push);
	if (!is_early) {
		pass_on(self, visitor, kv_push);
		return;
	}
	kv_push->next = NULL;
	*(visitor->letters != NULL ? visitor->letters_end : &visitor->letters) = kv_push;
	visitor->letters_end = &kv_push->next;
}

ODEON_HANDLER(visitor, kv_served)
{
	if (visitor->doing != WAITING)
		return;
	conversation_serve(&visitor->conversation, kv_served_text(kv_served));
	visitor->doing = LISTENING;
	go_on(self, visitor);
}

/* Its time is over, unless it is being served. */
ODEON_HANDLER(visitor, odeon_tick)
{
	struct client *client = visitor->conversation.session.client;
	struct reply reply;

	if (visitor->doing != WAITING)
		return;
	if (kv_now(self, visitor->cluster) < client->wait_until) {
		wait_here(self, visitor);
		return;
	}
	if (!client_claim(client, client_turn(client, CLIENT_WAITS)))
		return;
	reply_init(&reply, client->protocol);
	wait_over(client, &reply);
	conversation_serve(&visitor->conversation, (struct text){ reply.bytes, reply.length });
	reply_fini(&reply);
	visitor->doing = LISTENING;
	go_on(self, visitor);
}

/* Without what waits to be written. */
ODEON_HANDLER(visitor, kv_dismiss)
{
	if (visitor->doing == LEAVING)
		return;
	visitor->doing = LEAVING;
	send(self, visitor, odeon_new(odeon_close, .resets = 1));
}

/* ---- life ------------------------------------------------------------------------------------------------------------------ */

static int refuse(odeon_self *self, struct visitor *visitor)
{
	struct odeon_bytes *words = odeon_bytes_text("-ERR max number of clients reached\r\n");

	visitor->doing = LEAVING;
	(void)odeon_send(self, visitor->connection, words);
	return odeon_send(self, visitor->connection, odeon_new(odeon_close));
}

/* Counts of guests order nothing: only their sums matter. */
static void count_in(struct visitor *visitor, const struct kv_house *house, bool *is_welcome)
{
	visitor->guests = house->guests;
	*is_welcome = atomic_fetch_add_explicit(&house->guests->present, 1, memory_order_relaxed) < house->guests_most;
}

static void count_out(struct visitor *visitor)
{
	(void)atomic_fetch_sub_explicit(&visitor->guests->present, 1, memory_order_relaxed);
}

static struct client *make_client(odeon_self *self, const struct kv_house *house, const char *there)
{
	uint64_t id = 1 + atomic_fetch_add_explicit(&house->guests->ever, 1, memory_order_relaxed);
	struct client *client = client_new(id);

	if (client == NULL)
		return NULL;
	client->owner = odeon_self_ref(self);
	client->since = kv_now(self, house->cluster);
	(void)snprintf(client->there, sizeof client->there, "%s", there != NULL ? there : "");
	(void)snprintf(client->here, sizeof client->here, "%s", house->address);
	if (house->cluster->server.clients != NULL)
		client_enter(client, house->cluster->server.clients);
	return client;
}

ODEON_START(visitor, odeon_session)
{
	const struct kv_house *house = odeon_session->argument;
	struct client *client = make_client(self, house, odeon_session->there);
	int error = conversation_open(&visitor->conversation, house->cluster, client, &visitor->mail.post);
	bool is_welcome;

	if (error != 0)
		return error;
	visitor->cluster = house->cluster;
	visitor->connection = odeon_session->connection;
	count_in(visitor, house, &is_welcome);
	if (!is_welcome)
		error = refuse(self, visitor);
	if (error == 0)
		return 0;
	count_out(visitor);
	conversation_close(&visitor->conversation);
	return error;
}

ODEON_STOP(visitor)
{
	struct kv_push *push;

	while ((push = visitor->letters) != NULL) {
		visitor->letters = push->next;
		odeon_free(push);
	}
	count_out(visitor);
	reply_fini(&visitor->input);
	reply_fini(&visitor->output);
	conversation_close(&visitor->conversation);
}

ODEON_HANDLERS(visitor_handlers, ODEON_ON(visitor, odeon_bytes), ODEON_ON(visitor, odeon_unwritten), ODEON_ON(visitor, kv_proceed),
	ODEON_ON(visitor, kv_push), ODEON_ON(visitor, kv_served), ODEON_ON(visitor, kv_dismiss), ODEON_ON(visitor, odeon_tick),
	ODEON_ON(visitor, odeon_read_end), ODEON_ON(visitor, odeon_draining), ODEON_ON(visitor, odeon_disconnected));
ODEON_KIND(visitor, visitor_handlers, .start = ODEON_STARTS(visitor), .stop = ODEON_STOPS(visitor), .place = ODEON_PINNED);
const odeon_kind *const kv_visitor_kind = &visitor_kind;
