/* SPDX-License-Identifier: BSD-2-Clause */
/* scan.c - walks with pauses, over all keys or over a collection */
#include "families.h"
#include <limits.h>

enum { AT_ONCE = 128 };                                /* a hash or a sorted set of so many is told at once, as Redis does */

struct scan {
	struct reply *reply;
	struct text pattern, type;
	bool has_pattern, has_type;
	long long about;
	enum value_type of;                            /* what the collection is */
	bool is_small;
	size_t seen, found;                            /* replies that were written */
	size_t from;                                   /* the word of the cursor */
};

static bool is_wanted(const struct scan *scan, struct text name)
{
	return !scan->has_pattern || text_matches(name, scan->pattern, false);
}

static bool read_options(struct call *call, struct scan *scan)
{
	for (size_t i = scan->from + 1; i < call->words_count; i += 2) {
		bool has_more = i + 1 < call->words_count;

		if (call_is(call, i, "COUNT") && has_more) {
			if (!call_integer(call, i + 1, &scan->about))
				return false;
		} else if (call_is(call, i, "MATCH") && has_more) {
			scan->pattern = call->words[i + 1];
			scan->has_pattern = true;
		} else if (call_is(call, i, "TYPE") && has_more && scan->from == 1) {
			scan->type = call->words[i + 1];
			scan->has_type = true;
		} else {
			scan->about = 0;
		}
		if (scan->about < 1) {
			reply_error(call->reply, CALL_SYNTAX);
			return false;
		}
	}
	return true;
}

/* As strtoul reads it, but without spaces in front. */
static bool read_cursor(struct call *call, struct scan *scan, unsigned long long *cursor)
{
	struct text word = call->words[scan->from];
	bool has_sign = word.length > 0 && (word.at[0] == '-' || word.at[0] == '+'), is_good = !has_sign || word.length > 1;

	*cursor = 0;
	for (size_t i = has_sign; i < word.length && is_good; i++)
		is_good = word.at[i] >= '0' && word.at[i] <= '9' && !__builtin_mul_overflow(*cursor, 10ull, cursor)
		       && !__builtin_add_overflow(*cursor, (unsigned long long)(word.at[i] - '0'), cursor);
	if (has_sign && word.at[0] == '-')
		*cursor = 0 - *cursor;
	if (!is_good)
		reply_error(call->reply, "ERR invalid cursor");
	return is_good;
}

/* In front of what was written from there on. */
static void finish(struct call *call, const struct scan *scan, size_t at, unsigned long long cursor)
{
	char digits[24];
	struct text text = { digits + sizeof digits, 0 };
	struct reply head;

	do {
		text.at--;
		text.length++;
		digits[text.at - digits] = (char)('0' + cursor % 10);
	} while ((cursor /= 10) > 0);
	reply_array_at(call->reply, at, scan->found);
	reply_init(&head, 2);
	reply_array(&head, 2);
	reply_bulk(&head, text);
	reply_insert(call->reply, at, &head);
	reply_fini(&head);
}

/* ---- keys --------------------------------------------------------------------------------------------------------------- */

static void visit_key(void *data, struct key *key)
{
	struct scan *scan = data;
	struct text name = entry_name(&key->entry);

	scan->seen++;
	if (!is_wanted(scan, name) || (scan->has_type && !text_is(scan->type, value_type_name(key->value))))
		return;
	reply_bulk(scan->reply, name);
	scan->found++;
}

/* One store after the other: the cursor is that of a store times their count, and the store's number. Keys do not move between
 * stores, so what holds for each holds for all. */
static unsigned long long go_on(struct call *call, struct scan *scan, unsigned long long cursor)
{
	unsigned at = (unsigned)(cursor % call->count);
	uint64_t in_store = cursor / call->count;
	long long buckets = scan->about > LLONG_MAX / 10 ? LLONG_MAX : scan->about * 10;

	while (at < call->count && scan->seen < (size_t)scan->about && buckets-- > 0) {
		in_store = store_scan(call->stores[at], in_store, visit_key, scan);
		at += in_store == 0;
	}
	return at < call->count ? in_store * call->count + at : 0;
}

void command_scan(struct call *call)
{
	struct scan scan = { .reply = call->reply, .about = 10, .from = 1 };
	size_t at = call->reply->length;
	unsigned long long cursor;

	if (!read_cursor(call, &scan, &cursor) || !read_options(call, &scan))
		return;
	cursor = go_on(call, &scan, cursor);
	finish(call, &scan, at, cursor);
}

/* ---- collections -------------------------------------------------------------------------------------------------------- */

/* As Redis writes it: few of them are kept as integers, where they are ones. */
static size_t write_score(char *to, double score, bool is_small)
{
	if (is_small && score > -4e18 && score < 4e18 && (double)(long long)score == score)
		return integer_write(to, (long long)score);
	return double_write(to, score);
}

static void visit_entry(void *data, struct entry *entry)
{
	struct scan *scan = data;
	char number[64];

	scan->seen++;
	if (!is_wanted(scan, entry_name(entry)))
		return;
	reply_bulk(scan->reply, entry_name(entry));
	if (scan->of == VALUE_HASH)
		reply_bulk(scan->reply, blob_text(ENTRY_OF(entry, field)->blob));
	else if (scan->of == VALUE_SORTED)
		reply_bulk(scan->reply, (struct text){ number, write_score(number, ENTRY_OF(entry, scored)->place->score, scan->is_small) });
	scan->found += scan->of == VALUE_SET ? 1 : 2;
}

static uint64_t scan_table(const struct table *table, struct scan *scan, uint64_t cursor)
{
	long long buckets = scan->about > LLONG_MAX / 10 ? LLONG_MAX : scan->about * 10;

	scan->is_small = scan->of != VALUE_SET && table->count <= AT_ONCE;
	do
		cursor = table_scan(table, cursor, visit_entry, scan);
	while (cursor != 0 && (scan->is_small || (scan->seen < (size_t)scan->about && --buckets > 0)));
	return cursor;
}

static void scan_collection(struct call *call, enum value_type type)
{
	struct scan scan = { .reply = call->reply, .about = 10, .of = type, .from = 2 };
	size_t at = call->reply->length;
	unsigned long long cursor;
	struct key *key;

	if (!read_cursor(call, &scan, &cursor) || !call_find(call, call->words[1], type, &key))
		return;
	if (key == NULL) {
		finish(call, &scan, at, 0);
		return;
	}
	if (!read_options(call, &scan))
		return;
	cursor = scan_table(type == VALUE_SORTED ? &key->value->sorted.table : &key->value->table, &scan, cursor);
	finish(call, &scan, at, cursor);
}

void command_hscan(struct call *call) { scan_collection(call, VALUE_HASH); }
void command_sscan(struct call *call) { scan_collection(call, VALUE_SET); }
void command_zscan(struct call *call) { scan_collection(call, VALUE_SORTED); }
