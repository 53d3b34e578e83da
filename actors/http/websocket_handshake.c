/* SPDX-License-Identifier: BSD-2-Clause */
#include "websocket_handshake.h"
#include <openssl/evp.h>
#include <string.h>

static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

static bool is_base64(char c)
{
	return http_is_digit(c) || (http_lower(c) >= 'a' && http_lower(c) <= 'z') || c == '+' || c == '/';
}

static bool is_key(struct http_text key)
{
	if (key.bytes != WEBSOCKET_KEY_BYTES || memcmp(key.at + WEBSOCKET_KEY_BYTES - 2, "==", 2) != 0)
		return false;
	for (size_t i = 0; i < WEBSOCKET_KEY_BYTES - 2; i++)
		if (!is_base64(key.at[i]))
			return false;
	return true;
}

bool websocket_accept(struct http_text key, char accept[WEBSOCKET_ACCEPT_BYTES])
{
	char text[WEBSOCKET_KEY_BYTES + sizeof magic - 1];
	unsigned char digest[EVP_MAX_MD_SIZE], encoded[WEBSOCKET_ACCEPT_BYTES + 1];
	unsigned bytes;

	memcpy(text, key.at, WEBSOCKET_KEY_BYTES);
	memcpy(text + WEBSOCKET_KEY_BYTES, magic, sizeof magic - 1);
	if (EVP_Digest(text, sizeof text, digest, &bytes, EVP_sha1(), NULL) != 1 || bytes != 20)
		return false;
	if (EVP_EncodeBlock(encoded, digest, (int)bytes) != WEBSOCKET_ACCEPT_BYTES)
		return false;
	memcpy(accept, encoded, WEBSOCKET_ACCEPT_BYTES);
	return true;
}

/* A field that is there once. */
static struct http_text find_one(const struct http_head *head, struct http_text name)
{
	struct http_text found = { NULL, 0 };

	for (size_t i = 0; i < head->fields; i++) {
		struct http_text other, value = http_head_field(head, i, &other);

		if (!http_text_matches(name, other))
			continue;
		if (found.at != NULL)
			return (struct http_text){ NULL, 0 };
		found = value;
	}
	return found;
}

int websocket_judge(const struct http_head *head, char accept[WEBSOCKET_ACCEPT_BYTES])
{
	struct http_text key = find_one(head, HTTP_TEXT("sec-websocket-key"));

	if (!http_text_is(head->method, HTTP_TEXT("GET")) || head->is_chunked || head->body_bytes > 0)
		return 400;
	if (!head->upgrades || !http_head_lists(head, HTTP_TEXT("upgrade"), HTTP_TEXT("websocket")))
		return 426;
	if (!http_text_is(find_one(head, HTTP_TEXT("sec-websocket-version")), HTTP_TEXT("13")))
		return 426;
	if (!is_key(key))
		return 400;
	return websocket_accept(key, accept) ? 0 : 500;
}

/* ---- where the page is from ---------------------------------------------------------------------------------------------- */

/* What stands behind "https://", or "http://", if that may be; at NULL: something else. */
static struct http_text host_of(struct http_text origin, bool may_be_plain)
{
	const struct http_text secure = HTTP_TEXT("https://"), plain = HTTP_TEXT("http://");

	if (http_text_begins(origin, secure))
		return http_text_from(origin, secure.bytes);
	if (may_be_plain && http_text_begins(origin, plain))
		return http_text_from(origin, plain.bytes);
	return (struct http_text){ NULL, 0 };
}

static bool is_one_of(struct http_text origin, const char *const *origins, struct http_text host, bool is_secure)
{
	struct http_text origin_host = host_of(origin, !is_secure);

	for (; *origins != NULL; origins++) {
		if (strcmp(*origins, "self") != 0) {
			if (http_text_matches(origin, http_text_of(*origins)))
				return true;
		} else if (origin_host.bytes > 0 && http_text_matches(origin_host, host)) {
			return true;
		}
	}
	return false;
}

bool websocket_permits(const struct http_head *head, const char *const *origins, bool is_secure)
{
	for (size_t i = 0; origins != NULL && i < head->fields; i++) {
		struct http_text name, origin = http_head_field(head, i, &name);

		if (http_text_matches(name, HTTP_TEXT("origin")) && !is_one_of(origin, origins, head->host, is_secure))
			return false;
	}
	return true;
}

static bool may_be(const char *origin)
{
	const char *host = strstr(origin, "://");

	if (strcmp(origin, "self") == 0 || strcmp(origin, "null") == 0)
		return true;
	return host != NULL && host > origin && host[3] != '\0' && strpbrk(host + 3, "/?#@, \t\r\n") == NULL;
}

bool websocket_origins_may_be(const char *const *origins)
{
	for (; origins != NULL && *origins != NULL; origins++)
		if (!may_be(*origins))
			return false;
	return true;
}

/* ---- agreed on ------------------------------------------------------------------------------------------------------------ */

struct http_text websocket_choose(const struct http_head *head, const char *const *ours, size_t count)
{
	for (size_t i = 0; i < head->fields; i++) {
		struct http_text name, list = http_head_field(head, i, &name), offered;

		if (!http_text_matches(name, HTTP_TEXT("sec-websocket-protocol")))
			continue;
		while (http_text_next(&list, &offered))
			for (size_t at = 0; at < count; at++)
				if (http_text_is(offered, http_text_of(ours[at])))
					return offered;
	}
	return (struct http_text){ NULL, 0 };
}

int websocket_answer(struct http_writer *writer, struct http_paper *paper, struct http_text date,
                     const char accept[WEBSOCKET_ACCEPT_BYTES], struct http_text protocol)
{
	const struct http_line lines[] = {
		{ HTTP_TEXT("Upgrade"), HTTP_TEXT("websocket") },
		{ HTTP_TEXT("Sec-WebSocket-Accept"), { accept, WEBSOCKET_ACCEPT_BYTES } },
		{ HTTP_TEXT("Sec-WebSocket-Protocol"), protocol }
	};

	return http_writer_head(writer, paper, 101, date, lines, protocol.at != NULL ? 3 : 2, 0);
}
