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

/* What a session's start answers, as a status. */
static int status_of(int error)
{
	switch (error) {
	case ODEON_ENOMEM: case ODEON_EFULL: case ODEON_ESTOPPING: case ODEON_ESYSTEM: return 503;
	case ODEON_EINVAL: case ODEON_EVERSION: return 500;
	default: return 403;
	}
}

/* From here on the connection is another's, and nothing more comes to us: a read is not under way. */
static void give_away(odeon_self *self, struct http_session *session, odeon_ref websocket)
{
	struct odeon_bytes *rest = session->input != NULL && session->input->length > 0 ? session->input : NULL;

	if (rest != NULL)
		session->input = NULL;
	if (!websocket_take_over(self, websocket, session->connection, rest)) {
		http_session_leave(self, session, true);
		return;
	}
	session->is_leaving = true;
	odeon_exit(self);
}

/* The session is asked before the client is told: it may refuse. */
static void begin(odeon_self *self, struct http_session *session, const char *accept, struct http_text chosen)
{
	char protocol[ODEON_WEBSOCKET_PROTOCOL_BYTES] = "";
	struct websocket_beginning beginning = {
		.connection = session->connection, .options = session->route->websocket, .path = session->request.path,
		.query = session->request.query, .protocol = protocol, .there = session->there, .request = &session->request
	};
	odeon_ref websocket;
	int error;

	memcpy(protocol, chosen.at != NULL ? chosen.at : "", chosen.bytes);
	error = websocket_begin(self, &beginning, &websocket);
	if (error != 0) {
		http_reply_status(self, session, status_of(error));
		return;
	}
	if (!http_reply_upgrade(session, accept, chosen)) {
		http_session_leave(self, session, true);
		return;
	}
	http_session_flush(self, session);
	if (!session->is_leaving)
		give_away(self, session, websocket);
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
	if (!websocket_permits(head, options->origins, session->server->options.connection.tls != NULL)) {
		http_reply_status(self, session, 403);
		return;
	}
	protocol = websocket_choose(head, options->protocols, count_of(options->protocols));
	if (protocol.bytes >= ODEON_WEBSOCKET_PROTOCOL_BYTES)
		protocol = (struct http_text){ NULL, 0 };
	begin(self, session, accept, protocol);
}
