/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Duties: a request's content goes one way, and the answer that is owed another.
 */
#include <odeon.h>

struct note { int number; };
ODEON_MESSAGE(note);

struct desk { odeon_ref next; void *owed; };

/* The content is sent on, the answer is given here. */
int send_content_and_answer(odeon_self *self, odeon_ref to, struct note *in_hand);
int send_content_and_answer(odeon_self *self, odeon_ref to, struct note *in_hand)
{
	void *duty = odeon_duty(self);
	int error;

	if (!duty)
		return ODEON_ENOMEM;
	odeon_send(self, to, in_hand);
	error = odeon_reply_to(self, duty, odeon_new(note, .number = 1));
	odeon_free(duty);
	return error;
}

/* The duty is stored and met by another handler. */
int store_duty(odeon_self *self, struct desk *desk, struct note *in_hand);
int store_duty(odeon_self *self, struct desk *desk, struct note *in_hand)
{
	desk->owed = odeon_duty(self);
	if (!desk->owed)
		return odeon_reply_error(self, ODEON_ENOMEM);
	return odeon_send(self, desk->next, in_hand);
}

int meet_duty(odeon_self *self, struct desk *desk, struct note *in_hand);
int meet_duty(odeon_self *self, struct desk *desk, struct note *in_hand)
{
	int error = odeon_reply_to(self, desk->owed, in_hand);

	odeon_free(desk->owed);
	desk->owed = NULL;
	return error;
}

/* The duty alone is forwarded. */
int forward_duty(odeon_self *self, odeon_ref to);
int forward_duty(odeon_self *self, odeon_ref to)
{
	void *duty = odeon_duty(self);

	return odeon_forward(self, to, duty);
}

/* The asker is told that there will be no answer. */
void refuse(odeon_self *self);
void refuse(odeon_self *self)
{
	odeon_free(odeon_duty(self));
}

/* The same with a reason. */
int refuse_with_reason(odeon_self *self);
int refuse_with_reason(odeon_self *self)
{
	void *duty = odeon_duty(self);
	int error;

	if (!duty)
		return ODEON_EINVAL;
	error = odeon_reply_error_to(self, duty, ODEON_EFAILED);
	odeon_free(duty);
	return error;
}
