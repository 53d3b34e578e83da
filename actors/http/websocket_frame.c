/* SPDX-License-Identifier: BSD-2-Clause */
#include "websocket_frame.h"
#include <string.h>

static size_t put_bytes(char *at, uint64_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (char)(number >> (8 * (bytes - 1 - i)));
	return bytes;
}

size_t websocket_head(char head[WEBSOCKET_HEAD_BYTES_MOST], enum websocket_opcode opcode, bool is_last, uint64_t bytes,
                      const uint8_t *key)
{
	unsigned masked = key != NULL ? 0x80 : 0;
	size_t used = 2;

	head[0] = (char)((is_last ? 0x80 : 0) | (unsigned)opcode);
	head[1] = (char)(masked | (bytes < 126 ? (unsigned)bytes : bytes <= UINT16_MAX ? 126 : 127));
	if (bytes > UINT16_MAX)
		used += put_bytes(head + used, bytes, 8);
	else if (bytes >= 126)
		used += put_bytes(head + used, bytes, 2);
	if (key != NULL) {
		memcpy(head + used, key, 4);
		used += 4;
	}
	return used;
}

void websocket_mask(char *at, size_t bytes, const uint8_t key[4], uint64_t from)
{
	uint8_t turned[8];
	uint64_t eight, mask;
	size_t i = 0;

	for (size_t byte = 0; byte < sizeof turned; byte++)
		turned[byte] = key[(from + byte) % 4];
	memcpy(&mask, turned, sizeof mask);
	for (; bytes - i >= sizeof eight; i += sizeof eight) {
		memcpy(&eight, at + i, sizeof eight);
		eight ^= mask;
		memcpy(at + i, &eight, sizeof eight);
	}
	for (; i < bytes; i++)
		at[i] = (char)(at[i] ^ (char)turned[i % 4]);
}

bool websocket_code_is(uint16_t code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

size_t websocket_close(char body[WEBSOCKET_CONTROL_BYTES_MOST], uint16_t code, struct http_text reason)
{
	size_t bytes = reason.bytes;

	if (!websocket_code_is(code))
		return 0;
	if (bytes > WEBSOCKET_CONTROL_BYTES_MOST - 2)
		for (bytes = WEBSOCKET_CONTROL_BYTES_MOST - 2; bytes > 0 && ((unsigned char)reason.at[bytes] & 0xc0) == 0x80;)
			bytes--;
	put_bytes(body, code, 2);
	if (bytes > 0)
		memcpy(body + 2, reason.at, bytes);
	return bytes + 2;
}
