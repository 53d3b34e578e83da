/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler and the message in hand: let it be dropped, send it on, reply with it, free it, edit it.
 */
#include <odeon.h>

struct note { int number; struct note *next; };
ODEON_MESSAGE(note);

struct letter { int pages; };
ODEON_MESSAGE(letter);

struct office { odeon_ref next; int number; };

/* It is left to be dropped at the end of the handler. */
ODEON_HANDLER(office, note)
{
	office->number += note->number;
}

/* Each path does another thing with it. */
ODEON_HANDLER(office, letter)
{
	switch (letter->pages) {
	case 0:
		odeon_free(letter);
		return;
	case 1:
		odeon_reply(self, letter);
		return;
	case 2:
		odeon_forward(self, office->next, letter);
		return;
	default:
		break;
	}
	office->number += letter->pages;
}

ODEON_HANDLERS(office_handlers, ODEON_ON(office, note), ODEON_ON(office, letter));
ODEON_KIND(office, office_handlers);

int open_office(odeon_self *self, odeon_ref *office);
int open_office(odeon_self *self, odeon_ref *office)
{
	return odeon_spawn(self, &office_kind, NULL, office);
}

/* Edited and sent back, without an allocation. */
int edit_and_reply(odeon_self *self, struct note *in_hand);
int edit_and_reply(odeon_self *self, struct note *in_hand)
{
	in_hand->number++;
	in_hand->next = NULL;
	return odeon_reply(self, in_hand);
}

/* Edited and sent on as one's own. */
int edit_and_send(odeon_self *self, odeon_ref to, struct note *in_hand);
int edit_and_send(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	in_hand->number++;
	return odeon_send(self, to, in_hand);
}

/* What is needed is read first. */
int read_then_reply(odeon_self *self, struct note *in_hand);
int read_then_reply(odeon_self *self, struct note *in_hand)
{
	int number = in_hand->number;

	odeon_reply(self, in_hand);
	return number;
}

/* The sender's name outlives the message. */
int forward_then_tell_the_sender(odeon_self *self, odeon_ref to, struct note *in_hand);
int forward_then_tell_the_sender(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	odeon_forward(self, to, in_hand);
	return odeon_send(self, odeon_from(self), odeon_new(letter, .pages = 1));
}

/* Answered with another message, and then still in hand. */
int reply_with_another(odeon_self *self, odeon_ref to, struct note *in_hand);
int reply_with_another(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	odeon_reply(self, odeon_new(letter, .pages = in_hand->number));
	in_hand->number = 1;
	return odeon_send(self, to, in_hand);
}

/* The one or the other. */
void reply_or_forward(odeon_self *self, odeon_ref to, struct note *in_hand);
void reply_or_forward(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	if (in_hand->number & 1)
		odeon_reply(self, in_hand);
	else
		odeon_forward(self, to, in_hand);
}

/* An error of the send is looked at, the message is not. */
int send_or_answer_the_error(odeon_self *self, odeon_ref to, struct note *in_hand);
int send_or_answer_the_error(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	int error = odeon_send(self, to, in_hand);

	if (error < 0)
		return odeon_reply_error(self, error);
	return 0;
}

/* Sent as part of a condition. */
int send_in_condition(odeon_self *self, odeon_ref to, struct note *in_hand, int wanted);
int send_in_condition(odeon_self *self, odeon_ref to, struct note *in_hand, int wanted)
{
	if (wanted && odeon_send(self, to, in_hand) == 0)
		return 1;
	return 0;
}

/* The last message of an actor. */
void answer_and_exit(odeon_self *self, struct note *in_hand);
void answer_and_exit(odeon_self *self, struct note *in_hand)
{
	if (in_hand->number < 0) {
		odeon_fail(self, in_hand->number, "a negative number");
		return;
	}
	odeon_reply(self, in_hand);
	odeon_exit(self);
}
