/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping: what a handler takes out of the automatic drop, and gives away or frees later.
 */
#include <odeon.h>

struct note { int number; struct note *next; };
ODEON_MESSAGE(note);

struct tick { char unused; };
ODEON_MESSAGE(tick);

struct shelf { odeon_ref to; struct note *held; struct note *places[8]; unsigned count; };

/* Kept in the state, in the place of the one before. */
ODEON_HANDLER(shelf, note)
{
	odeon_free(shelf->held);
	shelf->held = odeon_keep(self, note);
	shelf->held->number++;
}

/* Given away later; the state's name is cleared. */
ODEON_HANDLER(shelf, tick)
{
	odeon_send(self, shelf->to, shelf->held);
	shelf->held = NULL;
}

/* Whoever keeps frees, in the stop hook at the latest. */
ODEON_STOP(shelf)
{
	odeon_free(shelf->held);
	while (shelf->count > 0)
		odeon_free(shelf->places[--shelf->count]);
}

ODEON_HANDLERS(shelf_handlers, ODEON_ON(shelf, note), ODEON_ON(shelf, tick));
ODEON_KIND(shelf, shelf_handlers, .stop = ODEON_STOPS(shelf));

int put_up_shelf(odeon_self *self, odeon_ref *shelf);
int put_up_shelf(odeon_self *self, odeon_ref *shelf)
{
	return odeon_spawn(self, &shelf_kind, &(struct shelf){ .to = odeon_self_ref(self) }, shelf);
}

/* Kept under a new name, which is then stored. */
void keep_then_store(odeon_self *self, struct shelf *shelf, struct note *in_hand);
void keep_then_store(odeon_self *self, struct shelf *shelf, struct note *in_hand)
{
	struct note *kept = odeon_keep(self, in_hand);

	kept->number++;
	shelf->held = kept;
}

/* Kept under the same name. */
void keep_under_the_same_name(odeon_self *self, struct shelf *shelf, struct note *in_hand);
void keep_under_the_same_name(odeon_self *self, struct shelf *shelf, struct note *in_hand)
{
	in_hand = odeon_keep(self, in_hand);
	in_hand->next = NULL;
	shelf->held = in_hand;
}

/* Put at the head of a list, and taken from there. */
void push(odeon_self *self, struct shelf *shelf, struct note *in_hand);
void push(odeon_self *self, struct shelf *shelf, struct note *in_hand)
{
	struct note *kept = odeon_keep(self, in_hand);

	kept->next = shelf->held;
	shelf->held = kept;
}

int pop_and_send(odeon_self *self, struct shelf *shelf);
int pop_and_send(odeon_self *self, struct shelf *shelf)
{
	struct note *note = shelf->held;

	if (!note)
		return 0;
	shelf->held = note->next;
	note->next = NULL;
	return odeon_send(self, shelf->to, note);
}

/* A whole list is sent: the next is read before this one goes. */
void send_list(odeon_self *self, struct shelf *shelf);
void send_list(odeon_self *self, struct shelf *shelf)
{
	struct note *note = shelf->held;

	shelf->held = NULL;
	while (note) {
		struct note *next = note->next;

		odeon_send(self, shelf->to, note);
		note = next;
	}
}

/* Put into an array, and sent from there. */
void put(odeon_self *self, struct shelf *shelf, struct note *in_hand);
void put(odeon_self *self, struct shelf *shelf, struct note *in_hand)
{
	if (shelf->count < 8)
		shelf->places[shelf->count++] = odeon_keep(self, in_hand);
}

void send_array(odeon_self *self, struct shelf *shelf);
void send_array(odeon_self *self, struct shelf *shelf)
{
	while (shelf->count > 0)
		odeon_send(self, shelf->to, shelf->places[--shelf->count]);
}

/* A kept request is answered with itself. */
int answer_with_itself(odeon_self *self, struct note *in_hand);
int answer_with_itself(odeon_self *self, struct note *in_hand)
{
	struct note *kept = odeon_keep(self, in_hand);

	return odeon_reply_to(self, kept, kept);
}

/* A kept request is answered with another message, and stays ours to free. */
int answer_and_free(odeon_self *self, struct note *in_hand);
int answer_and_free(odeon_self *self, struct note *in_hand)
{
	struct note *kept = odeon_keep(self, in_hand);
	int error = odeon_reply_to(self, kept, odeon_new(note, .number = 3));

	odeon_free(kept);
	return error;
}

/* A kept request is answered with an error. */
int refuse_kept(odeon_self *self, struct shelf *shelf);
int refuse_kept(odeon_self *self, struct shelf *shelf)
{
	int error = odeon_reply_error_to(self, shelf->held, ODEON_EFAILED);

	odeon_free(shelf->held);
	shelf->held = NULL;
	return error;
}

/* Made here and stored: nothing to keep. */
int store_own(struct shelf *shelf);
int store_own(struct shelf *shelf)
{
	shelf->held = odeon_new(note, .number = 1);
	return shelf->held ? 0 : ODEON_ENOMEM;
}
