/* SPDX-License-Identifier: BSD-2-Clause */
/* frames.c - owners of websockets, a server of one handshake, and frames by plain sockets */
#include "frames.h"
#include "../../actors/http/http_reader.h"

/* ---- guests -------------------------------------------------------------------------------------------------------------- */

struct owner { struct guest *guest; odeon_ref websocket; uint32_t owed; bool is_full; };

static void note(struct guest *guest, const char *word, const unsigned char *bytes, size_t length)
{
	size_t at = strlen(guest->heard), room = HEARD_MOST - at;

	if (length <= 200)
		snprintf(guest->heard + at, room, "%s(%.*s)", word, (int)length, bytes != NULL ? (const char *)bytes : "");
	else
		snprintf(guest->heard + at, room, "%s[%zu]", word, length);
}

static void note_word(struct guest *guest, const char *word)
{
	size_t at = strlen(guest->heard);

	snprintf(guest->heard + at, HEARD_MOST - at, "%s", word);
}

/* Of the request; an owner of a client's websocket sees none. */
static const char *named(const struct odeon_websocket_session *session, const char *(*find)(const struct odeon_http_request *, const char *),
                         const char *name)
{
	const char *text = session->request != NULL ? find(session->request, name) : NULL;

	return text != NULL ? text : "";
}

ODEON_START(owner, odeon_websocket_session)
{
	struct guest *guest = (struct guest *)(uintptr_t)odeon_websocket_session->argument;

	owner->guest = guest;
	if (guest->refuses != 0 &&
	    (guest->demands == NULL || strcmp(named(odeon_websocket_session, odeon_http_field, "cookie"), guest->demands) != 0))
		return guest->refuses;
	pthread_mutex_lock(&guest->lock);
	guest->owner = odeon_self_ref(self);
	owner->websocket = guest->websocket = odeon_websocket_session->websocket;
	if (odeon_websocket_session->path != NULL) {
		snprintf(guest->path, sizeof guest->path, "%s", odeon_websocket_session->path);
		snprintf(guest->query, sizeof guest->query, "%s", odeon_websocket_session->query);
		snprintf(guest->protocol, sizeof guest->protocol, "%s", odeon_websocket_session->protocol);
		snprintf(guest->name, sizeof guest->name, "%s", named(odeon_websocket_session, odeon_http_parameter, "name"));
	}
	pthread_mutex_unlock(&guest->lock);
	return 0;
}

ODEON_HANDLER(owner, odeon_websocket_opened)
{
	pthread_mutex_lock(&owner->guest->lock);
	owner->websocket = owner->guest->websocket = odeon_websocket_opened->who;
	note(owner->guest, "opened", (const unsigned char *)odeon_websocket_opened->protocol, strlen(odeon_websocket_opened->protocol));
	pthread_mutex_unlock(&owner->guest->lock);
}

static void hear(struct guest *guest, const struct odeon_websocket_message *message)
{
	const struct odeon_bytes *bytes = message->bytes;

	pthread_mutex_lock(&guest->lock);
	must(bytes != NULL && bytes->next == NULL);
	note(guest, message->is_binary ? "binary" : "text", bytes->data, bytes->length);
	if (message->goes_on)
		note_word(guest, "+");
	guest->is_wrong |= bytes->length > 200 && !pattern_is(bytes->data, 0, bytes->length);
	guest->messages++;
	guest->bytes += bytes->length;
	pthread_mutex_unlock(&guest->lock);
}

ODEON_HANDLER(owner, odeon_websocket_message)
{
	hear(owner->guest, odeon_websocket_message);
	if (owner->guest->slow > 0)
		nanosleep(&(struct timespec){ .tv_nsec = owner->guest->slow * 1000000L }, NULL);
	if (!owner->guest->echoes)
		return;
	(void)odeon_send(self, owner->websocket, odeon_websocket_message);
	if (owner->is_full)
		owner->owed++;
	else
		(void)odeon_send(self, owner->websocket, odeon_new(odeon_read, .count = 1));
}

ODEON_HANDLER(owner, odeon_unwritten)
{
	pthread_mutex_lock(&owner->guest->lock);
	note_word(owner->guest, odeon_unwritten->is_high ? "high" : "low");
	if (odeon_unwritten->bytes > owner->guest->high)
		owner->guest->high = odeon_unwritten->bytes;
	pthread_mutex_unlock(&owner->guest->lock);
	owner->is_full = odeon_unwritten->is_high != 0;
	if (!owner->is_full && owner->owed > 0) {
		(void)odeon_send(self, owner->websocket, odeon_new(odeon_read, .count = owner->owed));
		owner->owed = 0;
	}
}

ODEON_HANDLER(owner, odeon_websocket_pong)
{
	pthread_mutex_lock(&owner->guest->lock);
	note_word(owner->guest, "pong");
	owner->guest->pong = odeon_websocket_pong->after;
	pthread_mutex_unlock(&owner->guest->lock);
}

ODEON_HANDLER(owner, odeon_draining)
{
	pthread_mutex_lock(&owner->guest->lock);
	note_word(owner->guest, "drains");
	pthread_mutex_unlock(&owner->guest->lock);
	if (!owner->guest->says_goodbye)
		return;
	(void)odeon_send(self, owner->websocket, odeon_websocket_text(odeon_bytes_text("goodbye")));
	(void)odeon_send(self, owner->websocket, odeon_new(odeon_websocket_close, .code = 1001, .reason = "the server ends"));
}

ODEON_HANDLER(owner, odeon_websocket_closed)
{
	struct guest *guest = owner->guest;
	bool is_stubborn = guest->is_stubborn;                  /* the test may be gone when this was told */

	pthread_mutex_lock(&guest->lock);
	note_word(guest, "closed");
	if (guest->ends++ == 0)
		guest->end = *odeon_websocket_closed;
	pthread_mutex_unlock(&guest->lock);
	if (!is_stubborn)
		odeon_exit(self);
}

ODEON_HANDLER(owner, errand)
{
	errand->run(self, errand->argument);
	if (errand->done != NULL)
		gate_open(errand->done);
}

ODEON_HANDLERS(owner_handlers, ODEON_ON(owner, odeon_websocket_opened), ODEON_ON(owner, odeon_websocket_message),
	ODEON_ON(owner, odeon_unwritten), ODEON_ON(owner, odeon_websocket_pong), ODEON_ON(owner, odeon_draining),
	ODEON_ON(owner, odeon_websocket_closed), ODEON_ON(owner, errand));
ODEON_KIND(owner, owner_handlers, .start = ODEON_STARTS(owner));
const odeon_kind *const guest_kind = &owner_kind;

void guest_init(struct guest *guest)
{
	memset(guest, 0, sizeof *guest);
	pthread_mutex_init(&guest->lock, NULL);
}

#define LOCKED(guest, type, value) \
	type locked_; \
	pthread_mutex_lock(&(guest)->lock); \
	locked_ = (value); \
	pthread_mutex_unlock(&(guest)->lock); \
	return locked_

bool guest_heard_first(struct guest *guest, const char *heard)
{
	LOCKED(guest, bool, strncmp(guest->heard, heard, strlen(heard)) == 0);
}

bool guest_heard(struct guest *guest, const char *heard) { LOCKED(guest, bool, strcmp(guest->heard, heard) == 0); }
uint64_t guest_bytes(struct guest *guest) { LOCKED(guest, uint64_t, guest->bytes); }
uint64_t guest_messages(struct guest *guest) { LOCKED(guest, uint64_t, guest->messages); }
size_t guest_high(struct guest *guest) { LOCKED(guest, size_t, guest->high); }
bool guest_ended(struct guest *guest) { LOCKED(guest, bool, guest->ends > 0); }
odeon_duration guest_pong(struct guest *guest) { LOCKED(guest, odeon_duration, guest->pong); }
static odeon_ref websocket_of(struct guest *guest) { LOCKED(guest, odeon_ref, guest->websocket); }

odeon_ref guest_websocket(struct guest *guest)
{
	eventually(!odeon_ref_is_nobody(websocket_of(guest)));
	return websocket_of(guest);
}

odeon_ref guest_owner(struct guest *guest)
{
	struct odeon_websocket_session session = { .argument = guest };
	odeon_ref owner;

	must(odeon_system_spawn(world.system, &owner_kind, &session, &owner) == 0);
	return owner;
}

/* ---- a server of one handshake --------------------------------------------------------------------------------------------- */

struct doorman {
	odeon_ref connection;
	const odeon_websocket_options *options;
	struct http_reader reader;
	struct http_writer writer;
};

static odeon_websocket_options served;                  /* those of the last serve */

ODEON_START(doorman, odeon_session)
{
	must(http_reader_init(&doorman->reader, (struct http_limits)HTTP_LIMITS));
	doorman->connection = odeon_session->connection;
	doorman->options = odeon_session->argument;
	return odeon_send(self, doorman->connection, odeon_new(odeon_read, .count = 1));
}

static void open_door(odeon_self *self, struct doorman *doorman, struct odeon_bytes *rest)
{
	const struct http_head *head = &doorman->reader.head;
	size_t ours = 0;
	char accept[WEBSOCKET_ACCEPT_BYTES], path[64], query[64], protocol[64] = "";
	struct odeon_bytes *answer = odeon_bytes_new(1024);
	struct http_paper paper = { .at = answer != NULL ? (char *)answer->data : NULL, .size = 1024 };
	struct http_text chosen;
	struct websocket_beginning beginning = { .connection = doorman->connection, .options = doorman->options,
		.path = path, .query = query, .protocol = protocol };
	odeon_ref websocket;

	while (doorman->options->protocols != NULL && doorman->options->protocols[ours] != NULL)
		ours++;
	snprintf(path, sizeof path, "%.*s", (int)head->path.bytes, head->path.at);
	snprintf(query, sizeof query, "%.*s", (int)head->query.bytes, head->query.at != NULL ? head->query.at : "");
	must(websocket_judge(head, accept) == 0);
	chosen = websocket_choose(head, doorman->options->protocols, ours);
	if (chosen.at != NULL)
		snprintf(protocol, sizeof protocol, "%.*s", (int)chosen.bytes, chosen.at);
	http_writer_begin(&doorman->writer, head);
	if (answer != NULL) {
		must(websocket_answer(&doorman->writer, &paper, HTTP_TEXT("Thu, 01 Jan 1970 00:00:00 GMT"), accept, chosen) == 0);
		answer->length = paper.used;
	}
	if (odeon_send(self, doorman->connection, answer) != 0 || websocket_begin(self, &beginning, &websocket) != 0)
		odeon_free(rest);
	else if (websocket_take_over(self, websocket, doorman->connection, rest)) {
		odeon_exit(self);
		return;
	}
	(void)odeon_send(self, doorman->connection, odeon_new(odeon_close));
}

ODEON_HANDLER(doorman, odeon_bytes)
{
	struct odeon_bytes *bytes = odeon_keep(self, odeon_bytes);
	enum http_event event = HTTP_MORE;
	size_t used;

	do {
		event = http_reader_read(&doorman->reader, (struct http_text){ (char *)bytes->data, bytes->length }, &used);
		bytes->data += used;
		bytes->length -= used;
	} while (event == HTTP_HEAD);
	if (event == HTTP_END) {
		open_door(self, doorman, bytes);
		return;
	}
	odeon_free(bytes);
	if (event == HTTP_MORE)
		(void)odeon_send(self, doorman->connection, odeon_new(odeon_read, .count = 1));
	else
		(void)odeon_send(self, doorman->connection, odeon_new(odeon_close));
}

ODEON_HANDLER(doorman, odeon_read_end) { (void)odeon_send(self, doorman->connection, odeon_new(odeon_close)); }
ODEON_HANDLER(doorman, odeon_unwritten) { (void)doorman; }
ODEON_HANDLER(doorman, odeon_draining) { (void)odeon_send(self, doorman->connection, odeon_new(odeon_close)); }
ODEON_HANDLER(doorman, odeon_disconnected) { odeon_exit(self); }
ODEON_STOP(doorman) { http_reader_fini(&doorman->reader); }

ODEON_HANDLERS(doorman_handlers, ODEON_ON(doorman, odeon_bytes), ODEON_ON(doorman, odeon_read_end), ODEON_ON(doorman, odeon_unwritten),
	ODEON_ON(doorman, odeon_draining), ODEON_ON(doorman, odeon_disconnected));
ODEON_KIND(doorman, doorman_handlers, .start = ODEON_STARTS(doorman), .stop = ODEON_STOPS(doorman), .place = ODEON_PINNED);
const odeon_kind *const door_kind = &doorman_kind;

odeon_ref serve(struct guest *guest, odeon_websocket_options options, odeon_connection_options connection)
{
	served = options;
	served.bytes = sizeof served;
	served.argument = guest;
	if (served.session == NULL)
		served.session = guest_kind;
	return listen_with((odeon_listener_options)ODEON_LISTENER_OPTIONS(.session = door_kind, .argument = &served,
	                                                                   .connection = connection));
}

/* ---- plain sockets ------------------------------------------------------------------------------------------------------------ */

void say(int plain, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t written = send(plain, at, length, MSG_NOSIGNAL);

		must(written > 0);
		at += written;
		length -= (size_t)written;
	}
}

int shake(void)
{
	static const char request[] = "GET /there?why HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: talk\r\n\r\n";
	int plain = dial();
	char answer[1024];
	size_t length = 0;

	say(plain, request, sizeof request - 1);
	while (length < 4 || memcmp(answer + length - 4, "\r\n\r\n", 4) != 0) {
		must(length < sizeof answer - 1);
		must(recv(plain, answer + length++, 1, 0) == 1);
	}
	answer[length] = '\0';
	must(strncmp(answer, "HTTP/1.1 101 ", 13) == 0);
	must(strstr(answer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != NULL);
	return plain;
}

size_t frame_put(char *at, enum websocket_opcode opcode, bool is_last, const void *bytes, size_t length)
{
	static const uint8_t key[4] = { 0x37, 0xfa, 0x21, 0x3d };
	size_t head = websocket_head(at, opcode, is_last, length, key);

	if (length > 0)
		memcpy(at + head, bytes, length);
	websocket_mask(at + head, length, key, 0);
	return head + length;
}

void say_frame(int plain, enum websocket_opcode opcode, bool is_last, const void *bytes, size_t length)
{
	char *frame = malloc(length + WEBSOCKET_HEAD_BYTES_MOST);

	must(frame != NULL);
	say(plain, frame, frame_put(frame, opcode, is_last, bytes, length));
	free(frame);
}

void say_text(int plain, const char *text) { say_frame(plain, WEBSOCKET_OPCODE_TEXT, true, text, strlen(text)); }

void say_close(int plain, uint16_t code, const char *reason)
{
	char body[WEBSOCKET_CONTROL_BYTES_MOST] = { (char)(code >> 8), (char)code };
	size_t length = code == 0 ? 0 : 2 + strlen(reason);

	if (length > 2)
		memcpy(body + 2, reason, length - 2);
	say_frame(plain, WEBSOCKET_OPCODE_CLOSE, true, body, length);
}

static bool hear_bytes(int plain, unsigned char *at, size_t length)
{
	while (length > 0) {
		ssize_t some = recv(plain, at, length, 0);

		if (some <= 0)
			return false;
		at += some;
		length -= (size_t)some;
	}
	return true;
}

bool hear_frame(int plain, struct frame *frame)
{
	unsigned char head[10];
	size_t more;

	if (!hear_bytes(plain, head, 2))
		return false;
	must((head[0] & 0x70) == 0 && (head[1] & 0x80) == 0);  /* a server does not mask */
	frame->opcode = head[0] & 0x0f;
	frame->is_last = (head[0] & 0x80) != 0;
	frame->length = head[1];
	more = frame->length == 126 ? 2 : frame->length == 127 ? 8 : 0;
	must(hear_bytes(plain, head + 2, more));
	if (more > 0)
		frame->length = 0;
	for (size_t i = 0; i < more; i++)
		frame->length = frame->length << 8 | head[2 + i];
	must(frame->length <= FRAME_MOST);
	return hear_bytes(plain, frame->bytes, frame->length);
}

static struct frame heard;

void expect_frame(int plain, enum websocket_opcode opcode, const char *text)
{
	must(hear_frame(plain, &heard));
	ck_assert_uint_eq(heard.opcode, opcode);
	ck_assert(heard.is_last);
	ck_assert_uint_eq(heard.length, strlen(text));
	ck_assert_mem_eq(heard.bytes, text, heard.length);
}

void expect_close(int plain, uint16_t code)
{
	do {
		must(hear_frame(plain, &heard));
	} while (heard.opcode != WEBSOCKET_OPCODE_CLOSE);
	if (code == 0)
		ck_assert_uint_eq(heard.length, 0);
	else
		ck_assert_uint_eq(heard.length < 2 ? 0u : (unsigned)heard.bytes[0] << 8 | heard.bytes[1], code);
	ck_assert(!hear_frame(plain, &heard));
}
