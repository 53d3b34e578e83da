/* SPDX-License-Identifier: BSD-2-Clause */
/* store.c - the store and what it is made of, each against a naive model, and without memory */
#include "../../examples/kv/store.h"
#include "chance.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct text_seed seed = { { 17, 4 } };
static struct chance chance;

static struct text name_of(unsigned number, char *to)
{
	return (struct text){ to, (size_t)sprintf(to, "name:%u", number) };
}

/* ---- tables ------------------------------------------------------------------------------------------------------------ */

enum { NAMES = 3000 };

struct names {
	struct memory memory;
	struct table table;
	bool is_there[NAMES];
	unsigned seen[NAMES];
	size_t count;
};

static struct entry *find_name(struct names *names, unsigned number)
{
	char text[32];
	struct text name = name_of(number, text);

	return table_find(&names->table, name, (uint32_t)text_hash(name, &seed));
}

static void flip_name(struct names *names, unsigned number)
{
	char text[32];
	struct text name = name_of(number, text);
	struct entry *entry = find_name(names, number);
	size_t moved = names->table.moved;

	must((entry != NULL) == names->is_there[number]);
	if (entry != NULL)
		set_remove(&names->table, entry);
	else
		must(set_add(&names->table, name, (uint32_t)text_hash(name, &seed)) == 1);
	must(names->table.moved <= moved + 12);                /* no pause: a few buckets at a time */
	names->is_there[number] = entry == NULL;
	names->count += entry == NULL ? 1 : (size_t)-1;
	must(names->table.count == names->count);
}

static unsigned number_of(const struct entry *entry)
{
	char text[32] = "";

	memcpy(text, entry_name(entry).at, entry_name(entry).length);
	return (unsigned)atoi(text + 5);
}

static void see(void *data, struct entry *entry)
{
	((struct names *)data)->seen[number_of(entry)]++;
}

static struct names *begin_names(int number)
{
	struct names *names = calloc(1, sizeof *names);

	must(names != NULL);
	chance_begin(&chance, number);
	names->memory = (struct memory)MEMORY;
	table_init(&names->table, &names->memory);
	return names;
}

static void end_names(struct names *names)
{
	for (unsigned i = 0; i < NAMES; i++)
		if (names->is_there[i])
			flip_name(names, i);
	table_fini(&names->table);
	must(names->memory.used == 0);
	free(names);
}

/* Grows and shrinks as the limit of the numbers changes. */
START_TEST(a_table_finds_what_is_in_it_while_it_grows_and_shrinks)
{
	struct names *names = begin_names(_i);
	unsigned below = 10;

	for (int round = 0; round < KIT_SLOWER(200000); round++) {
		if (round % 5000 == 0)
			below = 1 + choose(&chance, NAMES);
		if (choose(&chance, 3) == 0 || !names->is_there[choose(&chance, below)])
			flip_name(names, choose(&chance, below));
		else if (choose(&chance, 2) == 0)
			for (unsigned i = below; i < NAMES && i < below + 3; i++)
				if (names->is_there[i])
					flip_name(names, i);
		must((find_name(names, (unsigned)round % NAMES) != NULL) == names->is_there[round % NAMES]);
	}
	memset(names->seen, 0, sizeof names->seen);
	for (struct entry *entry = table_next(&names->table, NULL); entry != NULL; entry = table_next(&names->table, entry))
		see(names, entry);
	for (unsigned i = 0; i < NAMES; i++)
		must(names->seen[i] == names->is_there[i]);
	end_names(names);
}
END_TEST

START_TEST(a_scan_misses_nothing_that_is_there_all_the_time)
{
	struct names *names = begin_names(_i);
	bool is_steady[NAMES];

	for (int round = 0; round < KIT_SLOWER(100); round++) {
		unsigned changes = choose(&chance, 2) * choose(&chance, 100), upward = choose(&chance, 2);
		uint64_t cursor = 0;
		int steps = 0;

		memcpy(is_steady, names->is_there, sizeof is_steady);
		memset(names->seen, 0, sizeof names->seen);
		do {
			cursor = table_scan(&names->table, cursor, see, names);
			for (unsigned i = 0; i < changes; i++) {
				unsigned number = choose(&chance, NAMES);

				if (names->is_there[number] == upward)
					continue;
				is_steady[number] = false;
				flip_name(names, number);
			}
			must(++steps < 100000);
		} while (cursor != 0);
		for (unsigned i = 0; i < NAMES; i++) {
			must(!is_steady[i] || names->seen[i] > 0);
			must(changes > 0 || names->seen[i] == names->is_there[i]);
		}
		for (unsigned i = choose(&chance, NAMES); i > 0; i--)
			flip_name(names, choose(&chance, NAMES));
	}
	end_names(names);
}
END_TEST

START_TEST(each_is_chosen_by_chance_now_and_then)
{
	struct names *names = begin_names(_i);
	unsigned least = 1000000;

	for (unsigned i = 0; i < 100; i++)
		flip_name(names, i);
	for (int round = 0; round < 20000; round++)
		see(names, table_random(&names->table, &chance.state));
	for (unsigned i = 0; i < 100; i++)
		least = names->seen[i] < least ? names->seen[i] : least;
	must(least > 20);
	end_names(names);
}
END_TEST

/* ---- lists --------------------------------------------------------------------------------------------------------------- */

enum { ITEMS = 600 };
struct items { int numbers[ITEMS]; size_t count; };

static struct text number_text(int number, char *to)
{
	return (struct text){ to, (size_t)sprintf(to, "%d", number) };
}

static void insert(struct items *items, size_t at, int number)
{
	memmove(&items->numbers[at + 1], &items->numbers[at], (items->count++ - at) * sizeof(int));
	items->numbers[at] = number;
}

static void erase(struct items *items, size_t at, size_t count)
{
	memmove(&items->numbers[at], &items->numbers[at + count], (items->count - at - count) * sizeof(int));
	items->count -= count;
}

static size_t erase_equal(struct items *items, int number, bool from_end, size_t most)
{
	size_t erased = 0;

	for (size_t i = 0; i < items->count && erased < most; ) {
		size_t at = from_end ? items->count - 1 - i : i;

		if (items->numbers[at] == number) {
			erase(items, at, 1);
			erased++;
		} else {
			i++;
		}
	}
	return erased;
}

static void compare_list(struct list *list, const struct items *items)
{
	char text[32];
	size_t at = items->count > 0 ? choose(&chance, (unsigned)items->count) : 0, i = at;

	must(list->count == items->count && list_at(list, items->count).strip == NULL);
	for (struct list_place place = list_at(list, at); place.strip != NULL; place = list_step(place, true))
		must(text_equal(list_text(place), number_text(items->numbers[i++], text)));
	must(i == items->count);
	for (struct list_place place = list_at(list, at); place.strip != NULL; place = list_step(place, false))
		must(text_equal(list_text(place), number_text(items->numbers[at--], text)));
}

static void change_list(struct list *list, struct items *items)
{
	int number = (int)choose(&chance, 8);
	bool at_end = choose(&chance, 2);
	size_t some = items->count > 0 ? choose(&chance, (unsigned)items->count) : 0;
	char text[32];

	switch (choose(&chance, 30)) {
	case 0:
		some /= 3;
		list_drop(list, at_end, some);
		erase(items, at_end ? items->count - some : 0, some);
		break;
	case 1:
		must(list_remove(list, number_text(number, text), at_end, some) == erase_equal(items, number, at_end, some));
		break;
	case 2:
	case 3:
		if (items->count > 0) {
			must(list_set(list, list_at(list, some), number_text(number, text)));
			items->numbers[some] = number;
		}
		break;
	default:
		if (items->count == ITEMS)
			break;
		must(list_push(list, at_end, number_text(number, text)));
		insert(items, at_end ? items->count : 0, number);
		must(text_equal(list_end(list, at_end), number_text(number, text)));
	}
}

START_TEST(a_list_is_like_an_array)
{
	struct memory memory = MEMORY;
	struct items items = { .count = 0 };
	struct list list;

	chance_begin(&chance, _i);
	list_init(&list, &memory);
	for (int round = 0; round < KIT_SLOWER(20000); round++) {
		change_list(&list, &items);
		compare_list(&list, &items);
	}
	list_fini(&list);
	must(memory.used == 0);
}
END_TEST

/* ---- sorted sets ------------------------------------------------------------------------------------------------------------ */

struct rank { int number; double score; };
struct ranks { struct rank ranks[ITEMS]; size_t count; };

static int order(const struct rank *a, const struct rank *b)
{
	char a_text[32], b_text[32];

	if (a->score != b->score)
		return a->score < b->score ? -1 : 1;
	return text_compare(number_text(a->number, a_text), number_text(b->number, b_text));
}

static void rank_add(struct ranks *ranks, struct rank rank)
{
	size_t at = 0;

	while (at < ranks->count && order(&ranks->ranks[at], &rank) < 0)
		at++;
	memmove(&ranks->ranks[at + 1], &ranks->ranks[at], (ranks->count++ - at) * sizeof rank);
	ranks->ranks[at] = rank;
}

static size_t rank_of(const struct ranks *ranks, int number)
{
	size_t at = 0;

	while (at < ranks->count && ranks->ranks[at].number != number)
		at++;
	return at;
}

static void rank_remove(struct ranks *ranks, size_t at)
{
	memmove(&ranks->ranks[at], &ranks->ranks[at + 1], (--ranks->count - at) * sizeof ranks->ranks[0]);
}

struct bound { double score; bool is_open; };

static bool is_below(const struct place *place, const void *data)
{
	const struct bound *bound = data;

	return bound->is_open ? place->score <= bound->score : place->score < bound->score;
}

static void compare_sorted(const struct sorted *sorted, const struct ranks *ranks)
{
	size_t at = ranks->count > 0 ? choose(&chance, (unsigned)ranks->count) : 0, first = 0;
	struct bound bound = { choose(&chance, 14) - 2.0, choose(&chance, 2) };
	struct place *place = sorted_at(sorted, at);
	char text[32];

	must(sorted->table.count == ranks->count && sorted_at(sorted, ranks->count) == NULL);
	if (place != NULL) {
		must(place->score == ranks->ranks[at].score && sorted_rank(sorted, place->scored) == at);
		must(text_equal(entry_name(&place->scored->entry), number_text(ranks->ranks[at].number, text)));
		must(place->before == (at > 0 ? sorted_at(sorted, at - 1) : NULL));
		must(place_step(place, true) == sorted_at(sorted, at + 1));
	}
	while (first < ranks->count && (ranks->ranks[first].score < bound.score || (bound.is_open && ranks->ranks[first].score == bound.score)))
		first++;
	must(sorted_below(sorted, is_below, &bound) == first);
}

static void change_sorted(struct sorted *sorted, struct ranks *ranks)
{
	struct rank rank = { (int)choose(&chance, ITEMS), choose(&chance, 10) };
	char text[32];
	struct text name = number_text(rank.number, text);
	uint32_t hash = (uint32_t)text_hash(name, &seed);
	struct scored *scored = sorted_find(sorted, name, hash);
	size_t at = rank_of(ranks, rank.number);

	must((scored != NULL) == (at < ranks->count));
	if (scored == NULL) {
		must(sorted_add(sorted, name, hash, rank.score, &chance.state));
		rank_add(ranks, rank);
	} else if (choose(&chance, 3) > 0) {
		sorted_remove(sorted, scored);
		rank_remove(ranks, at);
	} else {
		rank.score = choose(&chance, 2) ? rank.score : ranks->ranks[at].score + 0.25;
		sorted_score(sorted, scored, rank.score);
		rank_remove(ranks, at);
		rank_add(ranks, rank);
	}
}

START_TEST(a_sorted_set_is_like_a_sorted_array)
{
	struct memory memory = MEMORY;
	struct ranks ranks = { .count = 0 };
	struct sorted sorted;

	chance_begin(&chance, _i);
	sorted_init(&sorted, &memory);
	for (int round = 0; round < KIT_SLOWER(20000); round++) {
		change_sorted(&sorted, &ranks);
		compare_sorted(&sorted, &ranks);
	}
	sorted_fini(&sorted);
	must(memory.used == 0);
}
END_TEST

/* ---- strings ----------------------------------------------------------------------------------------------------------------- */

START_TEST(a_string_is_what_was_written)
{
	struct store *store = store_new(seed, 1);
	struct value *value = value_new(store, VALUE_STRING);
	char bytes[4000] = "", number[32];
	size_t length = 0;

	chance_begin(&chance, _i);
	for (int round = 0; round < KIT_SLOWER(20000); round++) {
		char piece[300];
		size_t more = choose(&chance, 4) == 0 ? choose(&chance, sizeof piece) : choose(&chance, 4);

		for (size_t i = 0; i < more; i++)
			piece[i] = (char)('0' + choose(&chance, 10));
		if (choose(&chance, 4) == 0 || length + more > sizeof bytes)
			length = 0;
		memcpy(bytes + length, piece, more);
		must(length > 0 ? value_append(value, (struct text){ piece, more }) : value_set(value, (struct text){ piece, more }));
		length += more;
		must(text_equal(value_text(value, number), (struct text){ bytes, length }));
		must(value->is_integer || value->string.room <= 3 * length + 2 * sizeof piece + 64);
	}
	value_free(value);
	must(store->memory.used == 0);
	store_free(store);
}
END_TEST

/* ---- stores ------------------------------------------------------------------------------------------------------------------ */

enum { KEYS = 400 };
struct naive { bool is_there[KEYS]; int number[KEYS]; int64_t expires[KEYS]; };

static struct value *number_value(struct store *store, int number)
{
	struct value *value = value_new(store, VALUE_STRING);

	if (value != NULL)
		value_set_integer(value, number);
	return value;
}

static bool naive_has(const struct naive *naive, const struct store *store, unsigned at)
{
	return naive->is_there[at] && naive->expires[at] > store->now;
}

static void compare_key(struct store *store, const struct naive *naive, unsigned at)
{
	char text[32];
	struct key *key = store_find(store, name_of(at, text));

	must((key != NULL) == naive_has(naive, store, at));
	must(key == NULL || (key->value->integer == naive->number[at] && key->expires == naive->expires[at]));
}

static void change_store(struct store *store, struct naive *naive)
{
	unsigned at = choose(&chance, KEYS);
	char text[32];
	struct text name = name_of(at, text);
	struct key *key;

	switch (choose(&chance, 8)) {
	case 0:
		store->now += (int64_t)choose(&chance, 20);
		break;
	case 1:
		(void)store_tidy(store, choose(&chance, 10));
		break;
	case 2:
	case 3:
		if ((key = store_find(store, name)) != NULL)
			store_remove(store, key);
		naive->is_there[at] = false;
		break;
	case 4:
	case 5:
		if ((key = store_find(store, name)) == NULL)
			break;
		naive->expires[at] = choose(&chance, 3) == 0 ? STORE_NEVER : store->now + (int64_t)choose(&chance, 300);
		must(store_expire(store, key, naive->expires[at]));
		break;
	default:
		must(store_put(store, name, number_value(store, (int)at)) != NULL);
		naive->is_there[at] = true;
		naive->number[at] = (int)at;
		naive->expires[at] = STORE_NEVER;
	}
	compare_key(store, naive, at);
}

START_TEST(a_store_is_like_an_array_of_keys)
{
	struct store *store = store_new(seed, 1);
	struct naive naive = { .is_there = { false } };
	size_t count = 0;

	chance_begin(&chance, _i);
	for (int round = 0; round < KIT_SLOWER(100000); round++)
		change_store(store, &naive);
	for (struct key *key = store_next(store, NULL); key != NULL; key = store_next(store, key))
		count += !store_is_over(store, key);
	for (unsigned i = 0; i < KEYS; i++)
		count -= naive_has(&naive, store, i);
	must(count == 0);
	for (unsigned i = 0; i < KEYS; i++)
		compare_key(store, &naive, i);
	store_clear(store);
	must(store->memory.used == 0 && store_count(store) == 0 && store_random(store) == NULL);
	store_free(store);
}
END_TEST

START_TEST(what_expires_goes_though_nobody_looks)
{
	struct store *store = store_new(seed, 1);
	unsigned removed = 0;
	char text[32];

	for (unsigned i = 0; i < 5000; i++) {
		struct key *key = store_put(store, name_of(i, text), number_value(store, 1));

		must(store_expire(store, key, i % 5 == 0 ? STORE_NEVER : (int64_t)(i % 5)));
	}
	store->now = 3;
	for (int round = 0; round < 1000; round++)
		removed += store_tidy(store, 20);
	must(removed == 3000 && store_count(store) == 2000 && store->timed.count == 1000);
	store->now = 4;
	for (int round = 0; round < 1000; round++)
		removed += store_tidy(store, 20);
	must(removed == 4000 && store_count(store) == 1000 && store_random(store) != NULL);
	store_free(store);
}
END_TEST

static struct value *large_value(struct store *store, enum value_type type)
{
	struct value *value = value_new(store, type);
	char text[32];

	for (unsigned i = 0; i < 500; i++) {
		struct text name = name_of(i, text);
		uint32_t hash = store_hash(store, name);

		if (type == VALUE_STRING)
			must(value_append(value, name));
		else if (type == VALUE_LIST)
			must(list_push(&value->list, true, name));
		else if (type == VALUE_SET)
			must(set_add(&value->table, name, hash) == 1);
		else if (type == VALUE_HASH)
			must(hash_put(&value->table, name, hash, name) == 1);
		else
			must(sorted_add(&value->sorted, name, hash, i, &store->random));
	}
	return value;
}

START_TEST(a_value_may_move_to_another_store)
{
	struct store *one = store_new(seed, 1), *other = store_new(seed, 2);
	struct value *value = large_value(one, (enum value_type)_i);
	size_t used = one->memory.used;

	value_move(value, other);
	must(one->memory.used == 0 && other->memory.used == used);
	must(store_put(other, TEXT("a"), value) != NULL && value_count(value) == (_i == VALUE_STRING ? 1 : 500));
	store_free(one);
	store_clear(other);
	must(other->memory.used == 0);
	store_free(other);
}
END_TEST

/* Each step, without the memory for its n-th block: it is as it was, and with memory it works. */
static bool build(struct store *store, int step, const char *word)
{
	struct text name = text_of(word);
	uint32_t hash = store_hash(store, name);
	enum value_type type = (enum value_type)step;
	struct key *key = store_find(store, name);
	struct value *value;

	if (key == NULL) {
		value = value_new(store, type);
		if (value == NULL || (key = store_put(store, name, value)) == NULL) {
			value_free(value);
			return false;
		}
	}
	value = key->value;
	switch (type) {
	case VALUE_STRING:
		return value_append(value, name) && store_expire(store, key, 5);
	case VALUE_LIST:
		return list_push(&value->list, true, name);
	case VALUE_SET:
		return set_add(&value->table, name, hash) >= 0;
	case VALUE_HASH:
		return hash_put(&value->table, name, hash, name) >= 0;
	default:
		return sorted_find(&value->sorted, name, hash) != NULL || sorted_add(&value->sorted, name, hash, 1, &store->random);
	}
}

START_TEST(without_memory_nothing_breaks)
{
	static const char *const words[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
	struct store *store = store_new(seed, 1);
	unsigned refused = 0;

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
		for (long allowed = 0; ; allowed++) {
			bool is_built;

			store->memory.allowed = allowed;
			is_built = build(store, _i, words[i]);
			store->memory.allowed = -1;
			if (is_built)
				break;
			refused++;
			must(allowed < 20);
		}
	must(refused > 10 && store_count(store) == 9);
	store_clear(store);
	must(store->memory.used == 0);
	store_free(store);
}
END_TEST

KIT_MAIN("kv/store",
	{ .name = "table", .tests = KIT_TESTS(a_table_finds_what_is_in_it_while_it_grows_and_shrinks,
		a_scan_misses_nothing_that_is_there_all_the_time, each_is_chosen_by_chance_now_and_then), .loop = 8 },
	{ .name = "list", .tests = KIT_TESTS(a_list_is_like_an_array), .loop = 8 },
	{ .name = "sorted", .tests = KIT_TESTS(a_sorted_set_is_like_a_sorted_array), .loop = 8 },
	{ .name = "string", .tests = KIT_TESTS(a_string_is_what_was_written), .loop = 8 },
	{ .name = "keys", .tests = KIT_TESTS(a_store_is_like_an_array_of_keys), .loop = 8 },
	{ .name = "expiry", .tests = KIT_TESTS(what_expires_goes_though_nobody_looks) },
	{ .name = "values", .tests = KIT_TESTS(a_value_may_move_to_another_store, without_memory_nothing_breaks), .loop = 5 })
