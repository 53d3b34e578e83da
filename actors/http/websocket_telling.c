/* SPDX-License-Identifier: BSD-2-Clause */
/* websocket_telling - what the owner gets, in order, as its mailbox has room */
#include "websocket.h"

#include <odeon/timer.h>

/* Of those that say that too much waits, and that it is over, the owner need not hear what is over before it could be told. */
static void *replace(struct odeon_unwritten *before, struct odeon_unwritten *after)
{
	bool is_back = before->is_high != after->is_high;

	odeon_free(before);
	if (!is_back)
		return after;
	odeon_free(after);
	return NULL;
}

void websocket_tell(struct websocket *websocket, enum telling telling, void *message)
{
	void **place = &websocket->telling[telling];

	if (*place != NULL && telling == TELL_UNWRITTEN) {
		*place = replace(*place, message);
		return;
	}
	odeon_free(*place);
	*place = message;
}

/* Its mailbox is full: somebody will tell when it is not. */
static void await_room(odeon_self *self, struct websocket *websocket)
{
	websocket->awaits_room = odeon_when_room(self, websocket->owner) == 0;
	if (!websocket->awaits_room)
		(void)odeon_tick_after(self, ODEON_MS(10), 'r');        /* no memory to ask with: look again */
}

/* NULL: it was told, or there is nobody to be told; else later. */
static void *offer(odeon_self *self, struct websocket *websocket, void *message)
{
	int why = ODEON_EGONE;

	if (message != NULL && websocket->is_owned)
		message = odeon_try_send(self, websocket->owner, message, &why);
	if (message != NULL && why == ODEON_EFULL) {
		await_room(self, websocket);
		return message;
	}
	odeon_free(message);
	return NULL;
}

bool websocket_tell_on(odeon_self *self, struct websocket *websocket)
{
	if (websocket->awaits_room)
		return false;
	for (int i = 0; i < TELLINGS; i++) {
		websocket->telling[i] = offer(self, websocket, websocket->telling[i]);
		if (websocket->telling[i] != NULL)
			return false;
	}
	return true;
}

void websocket_tell_nothing(struct websocket *websocket)
{
	for (int i = 0; i < TELLINGS; i++) {
		odeon_free(websocket->telling[i]);
		websocket->telling[i] = NULL;
	}
	odeon_free(websocket->closed);
	websocket->closed = NULL;
}
