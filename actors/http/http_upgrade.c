/* SPDX-License-Identifier: BSD-2-Clause */
/* http_upgrade - a request for a websocket: the handshake, and the connection given away */
#include "http_session.h"
#include "websocket.h"
#include "websocket_handshake.h"
#include <string.h>

static size_t count_of(const char *const *names)
{
	size_t count = 0;

	while (names != NULL && names[count] != NULL)
		count++;
	return count;
}

/* What the client should do, if it is to use another version or to upgrade at all. */
static void refuse(odeon_self *self, struct http_session *session, int status)
{
	struct odeon_http_answer answer = { .status = status, .text = "this is a place for websockets\n" };

	if (status == 426 && (odeon_http_answer_field(&answer, "Upgrade", "websocket") != 0 ||
	                      odeon_http_answer_field(&answer, "Sec-WebSocket-Version", "13") != 0)) {
		odeon_free(answer.fields);
		http_session_leave(self, session, true);
		return;
	}
	(void)http_reply(self, session, &answer);
}

/* From here on the connection is another's, and nothing more comes to us: a read is not under way. */
static void give_away(odeon_self *self, struct http_session *session, struct http_text chosen)
{
	char protocol[ODEON_WEBSOCKET_PROTOCOL_BYTES] = "";
	struct odeon_bytes *rest = session->input != NULL && session->input->length > 0 ? session->input : NULL;
	struct websocket_beginning beginning = {
		.connection = session->connection, .rest = rest, .options = session->route->websocket,
		.path = session->request.path, .query = session->request.query, .protocol = protocol, .there = session->there
	};

	memcpy(protocol, chosen.at != NULL ? chosen.at : "", chosen.bytes);
	if (websocket_begin(self, &beginning) != 0) {
		http_session_leave(self, session, false);
		return;
	}
	if (rest != NULL)
		session->input = NULL;
	session->is_leaving = true;
	odeon_exit(self);
}

void http_upgrade(odeon_self *self, struct http_session *session)
{
	const struct http_head *head = &session->reader.head;
	const odeon_websocket_options *options = session->route->websocket;
	char accept[WEBSOCKET_ACCEPT_BYTES];
	struct http_text protocol;
	int status = websocket_judge(head, accept);

	if (status != 0) {
		refuse(self, session, status);
		return;
	}
	protocol = websocket_choose(head, options->protocols, count_of(options->protocols));
	if (protocol.bytes >= ODEON_WEBSOCKET_PROTOCOL_BYTES)
		protocol = (struct http_text){ NULL, 0 };
	if (!http_reply_upgrade(session, accept, protocol)) {
		http_session_leave(self, session, true);
		return;
	}
	http_session_flush(self, session);
	if (!session->is_leaving)
		give_away(self, session, protocol);
}
