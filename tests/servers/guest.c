/* SPDX-License-Identifier: BSD-2-Clause */
/* guest.c - requests and replies of the protocols, and a socket */
#include "guest_parts.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- what is said -------------------------------------------------------------------------------------------------------------- */

/* Letters, mostly few, now and then some thousands. */
static size_t words(char *room, uint64_t number)
{
	uint64_t mixed = number * 0x9e3779b97f4a7c15u;
	size_t length = 1 + (mixed >> 40) % ((mixed >> 60) == 0 ? 4000 : 60);

	for (size_t i = 0; i < length; i++)
		room[i] = (char)('a' + (mixed >> (i % 48)) % 26);
	return length;
}

static size_t echo_text(char *room, uint64_t number) { return words(room, number); }

static size_t bulk(char *room, const char *text, size_t length)
{
	size_t head = (size_t)sprintf(room, "$%zu\r\n", length);

	memcpy(room + head, text, length);
	memcpy(room + head + length, "\r\n", 2);
	return head + length + 2;
}

/* '@' is a key of its own, '#' the words. Nothing is left of them: who goes in the middle leaves a key that expires, or a transaction
 * that is none. */
static const struct { const char *ask, *reply; } kv_requests[] = {
	{ "*2\r\n$4\r\nPING\r\n#", "#" },
	{ "*5\r\n$3\r\nSET\r\n@#$2\r\nPX\r\n$5\r\n30000\r\n*2\r\n$6\r\nGETDEL\r\n@", "+OK\r\n#" },
	{ "*1\r\n$5\r\nMULTI\r\n*3\r\n$5\r\nRPUSH\r\n@#*2\r\n$4\r\nLPOP\r\n@*1\r\n$4\r\nEXEC\r\n",
	  "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n#" },
};
#define KV_REQUESTS (sizeof kv_requests / sizeof kv_requests[0])

static size_t kv_text(char *room, uint64_t number, const char *form)
{
	char text[GUEST_BYTES], key[24];
	size_t length = words(text, number), key_length = (size_t)sprintf(key, "%llu", (unsigned long long)number), at = 0;

	for (; *form != '\0'; form++) {
		if (*form == '@')
			at += bulk(room + at, key, key_length);
		else if (*form == '#')
			at += bulk(room + at, text, length);
		else
			room[at++] = *form;
	}
	return at;
}

static size_t http_ask(char *room, uint64_t number)
{
	return (size_t)snprintf(room, GUEST_BYTES, "GET /hello/%llu HTTP/1.1\r\nHost: here\r\nUser-Agent: guest\r\n\r\n",
	                        (unsigned long long)number);
}

static size_t chat_ask(const struct guest *guest, char *room, uint64_t number)
{
	char text[GUEST_BYTES];

	text[words(text, number)] = '\0';
	return guest_chat_ask(guest, room, number, text);
}

static size_t ask_text(const struct guest *guest, char *room, uint64_t number)
{
	switch (guest->kind) {
	case HOST_CHAT: return chat_ask(guest, room, number);
	case HOST_KV: return kv_text(room, number, kv_requests[number % KV_REQUESTS].ask);
	case HOST_HTTP: return http_ask(room, number);
	default: return echo_text(room, number);
	}
}

/* Behind the head of an answer by HTTP. */
static size_t reply_text(int kind, char *room, uint64_t number)
{
	switch (kind) {
	case HOST_KV: return kv_text(room, number, kv_requests[number % KV_REQUESTS].reply);
	case HOST_HTTP: return (size_t)snprintf(room, GUEST_BYTES, "hello, %llu\n", (unsigned long long)number);
	default: return echo_text(room, number);
	}
}

/* How long the head is, where a reply has one; -1: it is not there whole. */
static long head_length(const struct guest *guest)
{
	const char *end;

	if (guest->kind != HOST_HTTP)
		return 0;
	end = memmem(guest->room, guest->length, "\r\n\r\n", 4);
	return end != NULL ? end + 4 - guest->room : -1;
}

static bool is_good_head(const struct guest *guest, size_t length)
{
	return guest->kind != HOST_HTTP || (length > 12 && memcmp(guest->room, "HTTP/1.1 200", 12) == 0);
}

static void take(struct guest *guest, size_t length)
{
	guest->length -= length;
	memmove(guest->room, guest->room + length, guest->length);
}

/* Lines that are none are taken, too. */
static bool take_line(struct guest *guest, bool *is_wrong)
{
	const char *end;

	*is_wrong = false;
	while ((end = memchr(guest->room, '\n', guest->length)) != NULL) {
		size_t length = (size_t)(end + 1 - guest->room);
		enum meaning meaning = guest_chat_hear(guest, guest->heard, guest->room, length);

		*is_wrong = meaning == MEANS_WRONG;
		if (*is_wrong)
			return false;
		take(guest, length);
		if (meaning == MEANS_REPLY) {
			guest->heard++;
			return true;
		}
	}
	return false;
}

/* Takes the next reply out of the room; false with *is_wrong: it is another; else it is not there whole. */
static bool take_reply(struct guest *guest, bool *is_wrong)
{
	char reply[GUEST_BYTES];
	size_t length = reply_text(guest->kind, reply, guest->heard), whole;
	long head = head_length(guest);

	if (guest->kind == HOST_CHAT)
		return take_line(guest, is_wrong);
	*is_wrong = head >= 0 && !is_good_head(guest, (size_t)head);
	whole = (size_t)head + length;
	if (head < 0 || *is_wrong || guest->length < whole)
		return false;
	*is_wrong = memcmp(guest->room + head, reply, length) != 0;
	if (*is_wrong)
		return false;
	take(guest, whole);
	guest->heard++;
	return true;
}

/* ---- the socket ------------------------------------------------------------------------------------------------------------------ */

bool guest_come(struct guest *guest, const struct host *host, uint64_t first)
{
	bool is_other = first / 10000000 % 2 != 0;
	struct sockaddr_in where = {
		.sin_family = AF_INET, .sin_port = htons(is_other ? host->other : host->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval patience = { .tv_sec = GUEST_PATIENCE };

	guest->kind = host->kind;
	guest->first = guest->asked = guest->heard = first;
	guest->length = guest->framed = 0;
	guest->is_other = is_other;
	guest->has_come = false;
	guest->tls = NULL;
	guest->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (guest->socket < 0)
		return false;
	(void)setsockopt(guest->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	(void)setsockopt(guest->socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	(void)setsockopt(guest->socket, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (connect(guest->socket, (struct sockaddr *)&where, sizeof where) == 0 && guest_tls_come(guest))
		return true;
	guest_go(guest);
	return false;
}

static ssize_t send_some(struct guest *guest, const char *bytes, size_t length)
{
	return guest_tls_has(guest) ? guest_tls_send(guest, bytes, length) : send(guest->socket, bytes, length, MSG_NOSIGNAL);
}

static bool send_all(struct guest *guest, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t some = send_some(guest, bytes, length);

		if (some <= 0)
			return false;
		bytes += some;
		length -= (size_t)some;
	}
	return true;
}

bool guest_say(struct guest *guest, const char *bytes, size_t length)
{
	return send(guest->socket, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

size_t guest_ask_length(const struct guest *guest)
{
	char text[GUEST_BYTES];

	return ask_text(guest, text, guest->asked);
}

bool guest_ask_part(struct guest *guest, size_t from, size_t to)
{
	char text[GUEST_BYTES];

	(void)ask_text(guest, text, guest->asked);
	return guest_greet(guest) && send_all(guest, text + from, to - from);
}

void guest_has_asked(struct guest *guest) { guest->asked++; }

bool guest_ask(struct guest *guest)
{
	bool went = guest_ask_part(guest, 0, guest_ask_length(guest));

	guest->asked++;
	return went;
}

static ssize_t receive(struct guest *guest, char *bytes, size_t room)
{
	return guest_tls_has(guest) ? guest_tls_receive(guest, bytes, room) : recv(guest->socket, bytes, room, 0);
}

/* More into the room, if it is there: what the frames carry that are whole by now. */
static ssize_t hear_frames(struct guest *guest)
{
	size_t room = sizeof guest->room - guest->length, most = sizeof guest->frames - guest->framed, carried, used, whole;
	ssize_t some = receive(guest, guest->frames + guest->framed, most < room ? most : room);

	if (some <= 0)
		return some;
	whole = guest->framed + (size_t)some;
	carried = guest_chat_unframe(guest->frames, whole, &used);
	if (guest->length + carried > sizeof guest->room)
		return -1;
	memcpy(guest->room + guest->length, guest->frames, carried);
	guest->length += carried;
	guest->framed = whole - used;
	memmove(guest->frames, guest->frames + used, guest->framed);
	return some;
}

/* More into the room; 0: the end; -1: nothing came. */
static ssize_t hear_more(struct guest *guest)
{
	ssize_t some;

	if (guest->kind == HOST_CHAT && guest->is_other && guest->has_come)
		return hear_frames(guest);
	some = receive(guest, guest->room + guest->length, sizeof guest->room - guest->length);
	if (some > 0)
		guest->length += (size_t)some;
	return some;
}

/* Where the words are in what comes before the first request, their end is taken, and all before it. */
static bool hear_up_to(struct guest *guest, const char *words, const char *end)
{
	char *at = NULL;

	while ((at = memmem(guest->room, guest->length, words, strlen(words))) == NULL
	       || (at = memmem(at, guest->length - (size_t)(at - guest->room), end, strlen(end))) == NULL)
		if (hear_more(guest) <= 0)
			return false;
	take(guest, (size_t)(at - guest->room) + strlen(end));
	return true;
}

static bool upgrade(struct guest *guest)
{
	char text[GUEST_BYTES];

	if (!send_all(guest, text, guest_chat_upgrade(text)) || !hear_up_to(guest, "HTTP/1.1 101 ", "\r\n\r\n"))
		return false;
	memcpy(guest->frames, guest->room, guest->length);     /* frames, by now */
	guest->framed = guest->length;
	guest->length = 0;
	return true;
}

bool guest_greet(struct guest *guest)
{
	char text[GUEST_BYTES];

	if (guest->has_come || guest->kind != HOST_CHAT)
		return true;
	if (guest->is_other && !upgrade(guest))
		return false;
	guest->has_come = true;
	return send_all(guest, text, guest_chat_name(guest, text)) && hear_up_to(guest, "* you are ", "\n");
}

void guest_half_greet(struct guest *guest)
{
	char text[GUEST_BYTES];

	if (guest->kind == HOST_TLS)
		guest_tls_hello(guest);
	else if (guest->kind == HOST_CHAT && guest->is_other)
		(void)send_all(guest, text, guest_chat_upgrade(text) / 2);
}

bool guest_hear(struct guest *guest)
{
	bool is_wrong;

	while (!take_reply(guest, &is_wrong))
		if (is_wrong || hear_more(guest) <= 0)
			return false;
	return true;
}

bool guest_hears_soon(const struct guest *guest, int milliseconds)
{
	struct pollfd waits = { .fd = guest->socket, .events = POLLIN };

	if (guest_tls_has(guest) && guest_tls_pending(guest))
		return true;
	return poll(&waits, 1, milliseconds) == 1;
}

static bool hear_all(struct guest *guest)
{
	while (guest->heard < guest->asked)
		if (!guest_hear(guest))
			return false;
	return true;
}

/* Who ends is sent away from the chat, whatever it has asked; what it hears meanwhile is not for it. */
static bool end_chat(struct guest *guest)
{
	char text[GUEST_BYTES];
	bool is_good = guest_greet(guest) && hear_all(guest) && send_all(guest, text, guest_chat_end(guest, text));
	ssize_t some = 1;

	if (!guest->is_other)
		is_good = is_good && shutdown(guest->socket, SHUT_WR) == 0;
	while (is_good && some > 0) {
		guest->length = guest->framed = 0;
		some = receive(guest, guest->room, sizeof guest->room);
	}
	return is_good && some == 0;
}

static bool end(struct guest *guest)
{
	bool is_said = guest_tls_has(guest) ? guest_tls_end(guest) : shutdown(guest->socket, SHUT_WR) == 0;

	return is_said && hear_all(guest) && guest->length == 0 && hear_more(guest) == 0;
}

bool guest_end(struct guest *guest)
{
	bool is_good = guest->kind == HOST_CHAT ? end_chat(guest) : end(guest);

	guest_go(guest);
	return is_good;
}

void guest_go(struct guest *guest)
{
	guest_tls_go(guest);
	(void)close(guest->socket);
}

void guest_reset(struct guest *guest)
{
	(void)setsockopt(guest->socket, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
	guest_go(guest);
}

/* Many requests at once, since most are short. */
static size_t compose(struct guest *guest, char *room, size_t most)
{
	size_t length = 0;

	while (length + GUEST_BYTES <= most)
		length += ask_text(guest, room + length, guest->asked++);
	return length;
}

size_t guest_pour(struct guest *guest, size_t most)
{
	struct pollfd waits = { .fd = guest->socket, .events = POLLOUT };
	char requests[8 * GUEST_BYTES];
	size_t total = 0, length = 0, at = 0;

	if (!guest_greet(guest) || fcntl(guest->socket, F_SETFL, O_NONBLOCK) != 0)
		return 0;
	while (total < most && poll(&waits, 1, 200) == 1) {
		ssize_t some;

		if (at == length) {
			length = compose(guest, requests, sizeof requests);
			at = 0;
		}
		some = send_some(guest, requests + at, length - at);
		if (some < 0 && errno != EAGAIN)
			break;
		at += some > 0 ? (size_t)some : 0;
		total += some > 0 ? (size_t)some : 0;
	}
	return total;
}
