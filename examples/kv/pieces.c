/* SPDX-License-Identifier: BSD-2-Clause */
/* pieces.c - pieces of strings, and strings whose time to live changes when they are read */
#include "families.h"
#include <string.h>

enum { STRING_BYTES_MOST = 512 << 20 };

/* ---- ranges ------------------------------------------------------------------------------------------------------------- */

/* Into what there is; unlike call_range, an end before the first is the first. False: nothing is left. */
static bool clip(long long *first, long long *last, size_t length)
{
	long long all = (long long)length;

	*first = *first < 0 ? *first + all : *first;
	*last = *last < 0 ? *last + all : *last;
	*first = *first < 0 ? 0 : *first;
	*last = *last < 0 ? 0 : *last;
	*last = *last >= all ? all - 1 : *last;
	return *first <= *last;
}

void command_getrange(struct call *call)
{
	long long first, last;
	struct text text;
	char number[32];
	struct key *key;

	if (!call_integer(call, 2, &first) || !call_integer(call, 3, &last) || !call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	text = key != NULL ? value_text(key->value, number) : TEXT("");
	if (text.length > 0 && !(first < 0 && last < 0 && first > last) && clip(&first, &last, text.length))
		reply_bulk(call->reply, (struct text){ text.at + first, (size_t)(last - first + 1) });
	else
		reply_bulk(call->reply, TEXT(""));
}

void command_setrange(struct call *call)
{
	struct text piece = call->words[3];
	long long offset;
	struct key *key;
	bool is_new;

	if (!call_integer(call, 2, &offset))
		return;
	if (offset < 0) {
		reply_error(call->reply, "ERR offset is out of range");
		return;
	}
	if (!call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	if (piece.length == 0) {
		char number[32];

		reply_integer(call->reply, key != NULL ? (long long)value_text(key->value, number).length : 0);
		return;
	}
	if (offset > STRING_BYTES_MOST || (unsigned long long)offset + piece.length > STRING_BYTES_MOST) {
		reply_error(call->reply, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
		return;
	}
	is_new = key == NULL;
	if (is_new && (key = call_make(call, call->words[1], VALUE_STRING)) == NULL)
		return;
	if (!value_widen(key->value, (size_t)offset + piece.length)) {
		if (is_new)
			store_remove(call_store(call, call->words[1]), key);
		reply_error(call->reply, CALL_NO_MEMORY);
		return;
	}
	memcpy(key->value->string.bytes + offset, piece.at, piece.length);
	call_changed(call, call->words[1]);
	reply_integer(call->reply, (long long)key->value->string.length);
}

/* ---- GETEX -------------------------------------------------------------------------------------------------------------- */

struct expiry { bool is_there, persists, from_now; enum call_unit unit; };

static bool read_expiry(struct call *call, struct expiry *expiry)
{
	static const struct { const char *name; enum call_unit unit; bool from_now; } names[] = {
		{ "EX", CALL_SECONDS, true }, { "PX", CALL_MILLISECONDS, true },
		{ "EXAT", CALL_SECONDS, false }, { "PXAT", CALL_MILLISECONDS, false },
	};

	expiry->persists = call->words_count == 3 && call_is(call, 2, "PERSIST");
	for (size_t i = 0; call->words_count == 4 && i < sizeof names / sizeof names[0]; i++)
		if (call_is(call, 2, names[i].name))
			*expiry = (struct expiry){ true, false, names[i].from_now, names[i].unit };
	if (call->words_count == 2 || expiry->is_there || expiry->persists)
		return true;
	reply_error(call->reply, CALL_SYNTAX);
	return false;
}

static void reply_string(struct call *call, const struct key *key)
{
	char number[32];

	if (key != NULL)
		reply_bulk(call->reply, value_text(key->value, number));
	else
		reply_null(call->reply);
}

void command_getex(struct call *call)
{
	struct store *store = call_store(call, call->words[1]);
	struct expiry expiry = { .is_there = false };
	size_t before = call->reply->length;
	int64_t when = STORE_NEVER;
	struct key *key;

	if (!read_expiry(call, &expiry) || !call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	if (key != NULL && expiry.is_there && !call_expiry(call, 3, expiry.unit, expiry.from_now, false, &when))
		return;
	reply_string(call, key);
	if (key == NULL || call->reply->failed || (!expiry.is_there && !(expiry.persists && key->expires != STORE_NEVER)))
		return;
	if (when <= store->now) {
		store_remove(store, key);
	} else if (!store_expire(store, key, when)) {
		reply_cut(call->reply, before);
		reply_error(call->reply, CALL_NO_MEMORY);
		return;
	}
	call_changed(call, call->words[1]);
}

/* ---- bits --------------------------------------------------------------------------------------------------------------- */

static bool read_offset(struct call *call, size_t word, unsigned long long *offset)
{
	long long number;

	if (text_integer(call->words[word], &number) && number >= 0 && number < (long long)STRING_BYTES_MOST * 8) {
		*offset = (unsigned long long)number;
		return true;
	}
	reply_error(call->reply, "ERR bit offset is not an integer or out of range");
	return false;
}

static int bit_of(struct text text, unsigned long long offset)
{
	return offset / 8 < text.length ? (unsigned char)text.at[offset / 8] >> (7 - offset % 8) & 1 : 0;
}

void command_getbit(struct call *call)
{
	unsigned long long offset;
	char number[32];
	struct key *key;

	if (read_offset(call, 2, &offset) && call_find(call, call->words[1], VALUE_STRING, &key))
		reply_integer(call->reply, key != NULL ? bit_of(value_text(key->value, number), offset) : 0);
}

/* A bit that is so already is no change: whoever watches the key is not told. */
void command_setbit(struct call *call)
{
	unsigned long long offset;
	struct key *key;
	bool is_new, is_longer;
	char number[32];
	long long bit;
	int before;

	if (!read_offset(call, 2, &offset))
		return;
	if (!text_integer(call->words[3], &bit) || bit < 0 || bit > 1) {
		reply_error(call->reply, "ERR bit is not an integer or out of range");
		return;
	}
	is_new = store_find(call_store(call, call->words[1]), call->words[1]) == NULL;
	key = call_make(call, call->words[1], VALUE_STRING);
	if (key == NULL)
		return;
	is_longer = value_text(key->value, number).length < offset / 8 + 1;
	if (!value_widen(key->value, offset / 8 + 1)) {
		if (is_new)
			store_remove(call_store(call, call->words[1]), key);
		reply_error(call->reply, CALL_NO_MEMORY);
		return;
	}
	before = bit_of((struct text){ key->value->string.bytes, key->value->string.length }, offset);
	if (before != bit)
		key->value->string.bytes[offset / 8] ^= (char)(0x80 >> offset % 8);
	if (before != bit || is_longer)
		call_changed(call, call->words[1]);
	reply_integer(call->reply, before);
}

static long long count_bits(struct text text, bool by_bits, long long first, long long last)
{
	long long count = 0;

	if (!clip(&first, &last, by_bits ? text.length * 8 : text.length))
		return 0;
	for (; first <= last; first++)
		count += by_bits ? bit_of(text, (unsigned long long)first) : __builtin_popcount((unsigned char)text.at[first]);
	return count;
}

/* Of a key that is not there nothing else is looked at, and not whether it is bytes or bits when it ends before it begins. */
void command_bitcount(struct call *call)
{
	bool by_bits = call->words_count == 5 && call_is(call, 4, "BIT");
	long long first = 0, last = -1;
	char number[32];
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	if (key != NULL && call->words_count > 3 && call->words_count < 6
	 && (!call_integer(call, 2, &first) || !call_integer(call, 3, &last)))
		return;
	if (key == NULL || (first < 0 && last < 0 && first > last))
		reply_integer(call->reply, 0);
	else if (call->words_count == 3 || call->words_count > 5 || (call->words_count == 5 && !by_bits && !call_is(call, 4, "BYTE")))
		reply_error(call->reply, CALL_SYNTAX);
	else
		reply_integer(call->reply, count_bits(value_text(key->value, number), by_bits, first, last));
}
