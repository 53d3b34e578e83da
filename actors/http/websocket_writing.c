/* SPDX-License-Identifier: BSD-2-Clause */
/* websocket_writing - messages to frames, and frames to the connection */
#include "websocket.h"

#include <openssl/rand.h>
#include <string.h>

static void fail(odeon_self *self, struct websocket *websocket, int error)
{
	websocket_fail(self, websocket, error, WEBSOCKET_LOST,
	               error == ODEON_ENOMEM ? "no memory to say something" : "no random numbers to mask with");
}

/* ---- to the connection, or laid by until it is open --------------------------------------------------------------------- */

static void lay_by(odeon_self *self, struct websocket *websocket, struct odeon_bytes *bytes)
{
	if (websocket->early != NULL)
		websocket->early_last->next = bytes;
	else
		websocket->early = bytes;
	for (; bytes->next != NULL; bytes = bytes->next)
		websocket->early_bytes += bytes->length;
	websocket->early_bytes += bytes->length;
	websocket->early_last = bytes;
	if (websocket->early_bytes > websocket->early_most)
		websocket_fail(self, websocket, ODEON_EFULL, WEBSOCKET_LOST, "too much waits to be written");
}

/* If that has ended, we are told. */
static void hand_over(odeon_self *self, struct websocket *websocket, struct odeon_bytes *bytes)
{
	if (websocket->is_open)
		(void)odeon_send(self, websocket->connection, bytes);
	else
		lay_by(self, websocket, bytes);
}

void websocket_say_what_waits(odeon_self *self, struct websocket *websocket)
{
	if (!websocket->is_open)
		return;
	if (websocket->early != NULL)
		(void)odeon_send(self, websocket->connection, websocket->early);
	websocket->early = NULL;
	if (websocket->pong == NULL || websocket->is_high)
		return;
	if (!websocket->has_said_close)
		(void)odeon_send(self, websocket->connection, websocket->pong);
	else
		odeon_free(websocket->pong);
	websocket->pong = NULL;
}

void websocket_say_nothing(struct websocket *websocket)
{
	odeon_free(websocket->early);
	odeon_free(websocket->pong);
	websocket->early = websocket->pong = NULL;
}

/* ---- frames --------------------------------------------------------------------------------------------------------------- */

/* Bytes that may be changed, in the place of those that may not. The rest of the chain stays; NULL: no memory. */
static struct odeon_bytes *copy_one(struct odeon_bytes *bytes)
{
	struct odeon_bytes *copy = odeon_bytes_copy(bytes->data, bytes->length);

	if (copy == NULL)
		return NULL;
	copy->next = bytes->next;
	bytes->next = NULL;
	odeon_free(bytes);
	return copy;
}

static int mask(struct odeon_bytes **chain, const uint8_t key[4])
{
	uint64_t from = 0;

	for (struct odeon_bytes **place = chain; *place != NULL; place = &(*place)->next) {
		if ((*place)->room == 0 && (*place)->length > 0) {
			struct odeon_bytes *copy = copy_one(*place);

			if (copy == NULL)
				return ODEON_ENOMEM;
			*place = copy;
		}
		websocket_mask((char *)(*place)->data, (*place)->length, key, from);
		from += (*place)->length;
	}
	return 0;
}

static uint64_t length_of(const struct odeon_bytes *chain)
{
	uint64_t length = 0;

	for (; chain != NULL; chain = chain->next)
		length += chain->length;
	return length;
}

/* The key of a client's; masks what follows, too. */
static int choose_key(struct websocket *websocket, uint8_t key[4], struct odeon_bytes **chain)
{
	if (!websocket->is_client)
		return 0;
	return RAND_bytes(key, 4) == 1 ? mask(chain, key) : ODEON_ESYSTEM;
}

void websocket_say(odeon_self *self, struct websocket *websocket, enum websocket_opcode opcode, bool is_last,
                   struct odeon_bytes *bytes)
{
	struct odeon_bytes *head = odeon_bytes_new(WEBSOCKET_HEAD_BYTES_MOST);
	uint64_t length = length_of(bytes);
	uint8_t key[4] = { 0 };
	int error = head != NULL ? choose_key(websocket, key, &bytes) : ODEON_ENOMEM;

	if (error != 0) {
		odeon_free(head);
		odeon_free(bytes);
		fail(self, websocket, error);
		return;
	}
	head->length = websocket_head((char *)head->data, opcode, is_last, length, websocket->is_client ? key : NULL);
	head->next = bytes;
	hand_over(self, websocket, head);
}

/* ---- frames of control: a head and what it says in one. NULL: told ------------------------------------------------------- */

static struct odeon_bytes *control(odeon_self *self, struct websocket *websocket, enum websocket_opcode opcode,
                                   struct http_text text)
{
	struct odeon_bytes *frame = odeon_bytes_new(WEBSOCKET_HEAD_BYTES_MOST + WEBSOCKET_CONTROL_BYTES_MOST);
	uint8_t key[4] = { 0 };
	int error = frame != NULL ? choose_key(websocket, key, &(struct odeon_bytes *){ NULL }) : ODEON_ENOMEM;

	if (error != 0) {
		odeon_free(frame);
		fail(self, websocket, error);
		return NULL;
	}
	frame->length = websocket_head((char *)frame->data, opcode, true, text.bytes, websocket->is_client ? key : NULL);
	if (text.bytes > 0)
		memcpy(frame->data + frame->length, text.at, text.bytes);
	if (websocket->is_client)
		websocket_mask((char *)frame->data + frame->length, text.bytes, key, 0);
	frame->length += text.bytes;
	return frame;
}

/* What comes back with the pong is its number. */
void websocket_say_ping(odeon_self *self, struct websocket *websocket)
{
	uint64_t number = ++websocket->pings;
	struct odeon_bytes *frame = control(self, websocket, WEBSOCKET_OPCODE_PING,
	                                    (struct http_text){ (const char *)&number, sizeof number });

	if (frame != NULL)
		hand_over(self, websocket, frame);
}

/* Who pings and reads nothing gets an answer to the last one, so that no more than one waits. */
void websocket_say_pong(odeon_self *self, struct websocket *websocket, struct http_text same)
{
	struct odeon_bytes *frame = control(self, websocket, WEBSOCKET_OPCODE_PONG, same);

	if (frame == NULL)
		return;
	odeon_free(websocket->pong);
	websocket->pong = frame;
	websocket_say_what_waits(self, websocket);
}

void websocket_say_close(odeon_self *self, struct websocket *websocket, uint16_t code, struct http_text reason)
{
	char body[WEBSOCKET_CONTROL_BYTES_MOST];
	struct odeon_bytes *frame;

	if (websocket->has_said_close)
		return;
	websocket->has_said_close = true;               /* also when there is no memory to do so */
	frame = control(self, websocket, WEBSOCKET_OPCODE_CLOSE,
	                (struct http_text){ body, websocket_close(body, code, reason) });
	if (frame != NULL)
		hand_over(self, websocket, frame);
}
