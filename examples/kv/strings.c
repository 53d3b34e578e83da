/* SPDX-License-Identifier: BSD-2-Clause */
/* strings.c - commands about strings, and numbers in them */
#include "families.h"
#include <math.h>

enum { STRING_BYTES_MOST = 512 << 20 };

static void reply_string(struct call *call, const struct key *key)
{
	char number[32];

	if (key == NULL)
		reply_null(call->reply);
	else
		reply_bulk(call->reply, value_text(key->value, number));
}

/* What SET says behind its value. */
struct set_options {
	bool only_new, only_old, gets, keeps_expiry, has_expiry, from_now;
	enum call_unit unit;
	size_t expiry;                                 /* the word */
};

static bool take_expiry(struct call *call, size_t word, struct set_options *options)
{
	static const struct { const char *name; enum call_unit unit; bool from_now; } names[] = {
		{ "EX", CALL_SECONDS, true }, { "PX", CALL_MILLISECONDS, true },
		{ "EXAT", CALL_SECONDS, false }, { "PXAT", CALL_MILLISECONDS, false },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!call_is(call, word, names[i].name))
			continue;
		if (options->has_expiry || options->keeps_expiry || word + 1 >= call->words_count)
			return false;
		options->has_expiry = true;
		options->unit = names[i].unit;
		options->from_now = names[i].from_now;
		options->expiry = word + 1;
		return true;
	}
	return false;
}

static bool read_set_options(struct call *call, struct set_options *options)
{
	for (size_t i = 3; i < call->words_count; i++) {
		if (call_is(call, i, "NX") && !options->only_old)
			options->only_new = true;
		else if (call_is(call, i, "XX") && !options->only_new)
			options->only_old = true;
		else if (call_is(call, i, "GET"))
			options->gets = true;
		else if (call_is(call, i, "KEEPTTL") && !options->has_expiry)
			options->keeps_expiry = true;
		else if (take_expiry(call, i, options))
			i++;
		else
			return false;
	}
	return true;
}

/* The value and, for a number that is not 0, when it goes. False: that is said. */
static bool set_until(struct call *call, struct text text, bool keeps_expiry, int64_t when)
{
	struct store *store = call_store(call, call->words[1]);
	size_t before = call->reply->length;

	if (!call_set(call, call->words[1], text, keeps_expiry))
		return false;
	if (when == 0 || store_expire(store, store_find(store, call->words[1]), when))
		return true;
	store_remove(store, store_find(store, call->words[1]));        /* rather no key than one that stays for ever */
	reply_cut(call->reply, before);
	reply_error(call->reply, CALL_NO_MEMORY);
	return false;
}

void command_set(struct call *call)
{
	struct set_options options = { .only_new = false };
	size_t before = call->reply->length;
	struct key *key = NULL;
	int64_t when = 0;

	if (!read_set_options(call, &options)) {
		reply_error(call->reply, CALL_SYNTAX);
		return;
	}
	if (options.has_expiry && !call_expiry(call, options.expiry, options.unit, options.from_now, false, &when))
		return;
	if (options.only_new || options.only_old)
		key = store_find(call_store(call, call->words[1]), call->words[1]);
	if (options.gets && !call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	if (options.gets)
		reply_string(call, key);
	if ((options.only_new && key != NULL) || (options.only_old && key == NULL)) {
		if (!options.gets)
			reply_null(call->reply);
		return;
	}
	if (call->reply->failed)                               /* the old value would be lost */
		return;
	if (set_until(call, call->words[2], options.keeps_expiry, when)) {
		if (!options.gets)
			reply_ok(call->reply);
	} else if (options.gets) {
		reply_cut(call->reply, before);
		reply_error(call->reply, CALL_NO_MEMORY);
	}
}

void command_setnx(struct call *call)
{
	struct store *store = call_store(call, call->words[1]);

	if (store_find(store, call->words[1]) != NULL)
		reply_integer(call->reply, 0);
	else if (call_set(call, call->words[1], call->words[2], false))
		reply_integer(call->reply, 1);
}

static void set_expiring(struct call *call, enum call_unit unit)
{
	int64_t when;

	if (call_expiry(call, 2, unit, true, false, &when) && set_until(call, call->words[3], false, when))
		reply_ok(call->reply);
}

void command_setex(struct call *call) { set_expiring(call, CALL_SECONDS); }
void command_psetex(struct call *call) { set_expiring(call, CALL_MILLISECONDS); }

void command_get(struct call *call)
{
	struct key *key;

	if (call_find(call, call->words[1], VALUE_STRING, &key))
		reply_string(call, key);
}

void command_getset(struct call *call)
{
	size_t before = call->reply->length;
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	reply_string(call, key);
	if (call->reply->failed || call_set(call, call->words[1], call->words[2], false))
		return;
	reply_cut(call->reply, before);
	reply_error(call->reply, CALL_NO_MEMORY);
}

void command_getdel(struct call *call)
{
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	reply_string(call, key);
	if (key == NULL || call->reply->failed)
		return;
	store_remove(call_store(call, call->words[1]), key);
	call_changed(call, call->words[1]);
}

void command_mget(struct call *call)
{
	reply_array(call->reply, call->words_count - 1);
	for (size_t i = 1; i < call->words_count; i++) {
		struct key *key = store_look(call_store(call, call->words[i]), call->words[i]);

		reply_string(call, key != NULL && key->value->type == VALUE_STRING ? key : NULL);
	}
}

static bool set_many(struct call *call)
{
	for (size_t i = 1; i < call->words_count; i += 2)
		if (!call_set(call, call->words[i], call->words[i + 1], false))
			return false;
	return true;
}

void command_mset(struct call *call)
{
	if (call->words_count % 2 == 0)
		call_wrong_count(call);
	else if (set_many(call))
		reply_ok(call->reply);
}

void command_msetnx(struct call *call)
{
	if (call->words_count % 2 == 0) {
		call_wrong_count(call);
		return;
	}
	for (size_t i = 1; i < call->words_count; i += 2)
		if (store_find(call_store(call, call->words[i]), call->words[i]) != NULL) {
			reply_integer(call->reply, 0);
			return;
		}
	if (set_many(call))
		reply_integer(call->reply, 1);
}

/* ---- numbers ---------------------------------------------------------------------------------------------------------- */

static void add(struct call *call, long long more)
{
	struct key *key;
	long long number = 0;

	if (!call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	if (key != NULL && !key->value->is_integer) {          /* a number that is no integer as bytes would be kept as one */
		char text[32];

		if (!text_integer(value_text(key->value, text), &number)) {
			reply_error(call->reply, CALL_NO_INTEGER);
			return;
		}
	} else if (key != NULL) {
		number = key->value->integer;
	}
	if (__builtin_add_overflow(number, more, &number)) {
		reply_error(call->reply, CALL_OVERFLOW);
		return;
	}
	if (key == NULL && (key = call_make(call, call->words[1], VALUE_STRING)) == NULL)
		return;
	value_set_integer(key->value, number);
	call_changed(call, call->words[1]);
	reply_integer(call->reply, number);
}

void command_incr(struct call *call) { add(call, 1); }
void command_decr(struct call *call) { add(call, -1); }

void command_incrby(struct call *call)
{
	long long more;

	if (call_integer(call, 2, &more))
		add(call, more);
}

void command_decrby(struct call *call)
{
	long long less;

	if (!call_integer(call, 2, &less))
		return;
	if (less == INT64_MIN)
		reply_error(call->reply, "ERR decrement would overflow");
	else
		add(call, -less);
}

void command_incrbyfloat(struct call *call)
{
	long double number = 0, more;
	char text[NUMBER_BYTES];
	struct key *key;

	if (!call_find(call, call->words[1], VALUE_STRING, &key))
		return;
	if ((key != NULL && !text_long_double(value_text(key->value, text), &number)) || !text_long_double(call->words[2], &more)) {
		reply_error(call->reply, CALL_NO_FLOAT);
		return;
	}
	number += more;
	if (isnan(number) || isinf(number)) {
		reply_error(call->reply, "ERR increment would produce NaN or Infinity");
		return;
	}
	struct text sum = { text, long_double_write(text, number) };

	if (call_set(call, call->words[1], sum, true))
		reply_bulk(call->reply, sum);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------------ */

void command_append(struct call *call)
{
	char number[32];
	bool is_new = store_find(call_store(call, call->words[1]), call->words[1]) == NULL;
	struct key *key = call_make(call, call->words[1], VALUE_STRING);

	if (key == NULL)
		return;
	if (value_text(key->value, number).length + call->words[2].length > STRING_BYTES_MOST) {
		reply_error(call->reply, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
	} else if (value_text(key->value, number).length == 0 ? value_set(key->value, call->words[2])
	                                                      : value_append(key->value, call->words[2])) {
		call_changed(call, call->words[1]);
		reply_integer(call->reply, (long long)value_text(key->value, number).length);
	} else {
		if (is_new)
			store_remove(call_store(call, call->words[1]), key);
		reply_error(call->reply, CALL_NO_MEMORY);
	}
}

void command_strlen(struct call *call)
{
	char number[32];
	struct key *key;

	if (call_find(call, call->words[1], VALUE_STRING, &key))
		reply_integer(call->reply, key != NULL ? (long long)value_text(key->value, number).length : 0);
}
