/* SPDX-License-Identifier: BSD-2-Clause */
#include "utf8.h"
#include <string.h>

/*
 * A character's first byte: what must follow. The second is bound more closely where the first alone would allow too
 * much.
 */
static bool begin(struct utf8 *utf8, unsigned char byte)
{
	if (byte < 0x80)
		return true;
	if (byte < 0xc2 || byte > 0xf4)
		return false;
	utf8->left = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
	utf8->low = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
	utf8->high = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
	return true;
}

static bool go_on(struct utf8 *utf8, unsigned char byte)
{
	if (byte < utf8->low || byte > utf8->high)
		return false;
	utf8->left--;
	utf8->low = 0x80;
	utf8->high = 0xbf;
	return true;
}

/* Where the eight bytes from there on are all ASCII, as in most texts. */
static bool is_ascii(const char *at)
{
	uint64_t eight;

	memcpy(&eight, at, sizeof eight);
	return (eight & UINT64_C(0x8080808080808080)) == 0;
}

size_t utf8_check(struct utf8 *utf8, struct http_text text)
{
	for (size_t at = 0; at < text.bytes; at++) {
		unsigned char byte = (unsigned char)text.at[at];

		while (utf8->left == 0 && text.bytes - at > 8 && is_ascii(text.at + at))
			byte = (unsigned char)text.at[at += 8];
		if (utf8->left == 0 ? !begin(utf8, byte) : !go_on(utf8, byte))
			return at;
	}
	return text.bytes;
}
