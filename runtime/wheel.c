/* SPDX-License-Identifier: BSD-2-Clause */
/* wheel - digits of ticks, and their buckets */
#include "wheel.h"

#include "alloc.h"

static size_t bytes_of(uint32_t shift)
{
	return sizeof(struct wheel) + WHEEL_LEVELS(shift) * sizeof(struct wheel_link[WHEEL_BUCKETS]);
}

struct wheel *wheel_make(uint32_t shift, int64_t now)
{
	struct wheel *wheel = alloc_zeroed(bytes_of(shift));

	if (wheel == NULL)
		return NULL;
	wheel->shift = shift;
	wheel->tick = (uint64_t)now >> shift;
	wheel->earliest = INT64_MAX;
	for (uint32_t level = 0; level < WHEEL_LEVELS(shift); level++)
		for (uint32_t i = 0; i < WHEEL_BUCKETS; i++)
			wheel->buckets[level][i] = (struct wheel_link){ &wheel->buckets[level][i], &wheel->buckets[level][i] };
	return wheel;
}

void wheel_free(struct wheel *wheel)
{
	if (wheel != NULL)
		alloc_free(wheel, bytes_of(wheel->shift));
}

static void set_earliest(struct wheel *wheel, int64_t moment)
{
	ck_pr_store_64((uint64_t *)(void *)&wheel->earliest, (uint64_t)moment);
}

static int64_t moment_of(const struct wheel *wheel, uint64_t tick)
{
	return tick > (uint64_t)INT64_MAX >> wheel->shift ? INT64_MAX : (int64_t)(tick << wheel->shift);
}

/* ---- buckets ---------------------------------------------------------------------------------------------------------- */

static void push(struct wheel *wheel, struct wheel_entry *entry)
{
	uint64_t differs = entry->tick ^ wheel->tick;
	uint32_t level = differs == 0 ? 0 : (63 - (uint32_t)__builtin_clzll(differs)) / WHEEL_BITS;
	uint32_t i = (uint32_t)(entry->tick >> level * WHEEL_BITS) % WHEEL_BUCKETS;
	struct wheel_link *bucket = &wheel->buckets[level][i];

	entry->link = (struct wheel_link){ bucket, bucket->before };
	bucket->before->next = &entry->link;
	bucket->before = &entry->link;
	wheel->used[level] |= UINT64_C(1) << i;
	wheel->levels |= 1u << level;
}

static void bucket_is_empty(struct wheel *wheel, uint32_t level, uint32_t i)
{
	wheel->used[level] &= ~(UINT64_C(1) << i);
	if (wheel->used[level] == 0)
		wheel->levels &= ~(1u << level);
}

/* Alone in its bucket it has that on both sides, whose place in the wheel says which one it is. */
static void pull(struct wheel *wheel, struct wheel_entry *entry)
{
	struct wheel_link *next = entry->link.next, *before = entry->link.before;

	before->next = next;
	next->before = before;
	if (next == before) {
		uint32_t place = (uint32_t)(next - &wheel->buckets[0][0]);

		bucket_is_empty(wheel, place / WHEEL_BUCKETS, place % WHEEL_BUCKETS);
	}
}

/* The lowest bucket that has any: none is due before its first tick. */
static uint64_t first_bucket(const struct wheel *wheel, uint32_t *level, uint32_t *i)
{
	uint32_t above;

	*level = (uint32_t)__builtin_ctz(wheel->levels);
	*i = (uint32_t)__builtin_ctzll(wheel->used[*level]);
	above = (*level + 1) * WHEEL_BITS;
	return (above < 64 ? wheel->tick >> above << above : 0) | (uint64_t)*i << *level * WHEEL_BITS;
}

/* The wheel stands at the bucket's first tick: its entries go to lower levels, in their order. */
static void lower(struct wheel *wheel, uint32_t level, uint32_t i)
{
	struct wheel_link *bucket = &wheel->buckets[level][i], *link = bucket->next, *next;

	bucket->next = bucket->before = bucket;
	bucket_is_empty(wheel, level, i);
	for (; link != bucket; link = next) {
		next = link->next;
		push(wheel, (struct wheel_entry *)(void *)link);
	}
}

/* ---- in and out -------------------------------------------------------------------------------------------------------- */

bool wheel_put(struct wheel *wheel, struct wheel_entry *entry, int64_t due)
{
	uint64_t ns = due > 0 ? (uint64_t)due : 0, up = (UINT64_C(1) << wheel->shift) - 1;
	int64_t moment;

	entry->tick = (ns + up) >> wheel->shift;
	if (entry->tick < wheel->tick)
		entry->tick = wheel->tick;
	push(wheel, entry);
	ck_pr_store_64(&wheel->count, wheel->count + 1);
	moment = moment_of(wheel, entry->tick);
	if (moment >= wheel->earliest)
		return false;
	set_earliest(wheel, moment);
	return true;
}

void wheel_remove(struct wheel *wheel, struct wheel_entry *entry)
{
	pull(wheel, entry);
	ck_pr_store_64(&wheel->count, wheel->count - 1);
	if (wheel->count == 0)
		set_earliest(wheel, INT64_MAX);
}

struct wheel_entry *wheel_take(struct wheel *wheel, int64_t now)
{
	uint64_t until = now > 0 ? (uint64_t)now >> wheel->shift : 0, tick;
	struct wheel_entry *entry;
	uint32_t level, i;

	while (wheel->levels != 0) {
		tick = first_bucket(wheel, &level, &i);
		if (tick > until) {
			set_earliest(wheel, moment_of(wheel, tick));
			break;
		}
		wheel->tick = tick;
		if (level > 0) {
			lower(wheel, level, i);
			continue;
		}
		entry = (struct wheel_entry *)(void *)wheel->buckets[0][i].next;
		pull(wheel, entry);
		ck_pr_store_64(&wheel->count, wheel->count - 1);
		ck_pr_store_64(&wheel->out, wheel->out + 1);
		return entry;
	}
	if (wheel->levels == 0)
		set_earliest(wheel, INT64_MAX);
	if (until > wheel->tick)                /* no digit of what is left says otherwise than before: nothing changes its level */
		wheel->tick = until;
	return NULL;
}

int64_t wheel_first(const struct wheel *wheel)
{
	const struct wheel_link *bucket, *link;
	uint64_t first = UINT64_MAX, tick;
	uint32_t level, i;

	if (wheel->levels == 0)
		return INT64_MAX;
	(void)first_bucket(wheel, &level, &i);
	bucket = &wheel->buckets[level][i];
	for (link = bucket->next; link != bucket; link = link->next) {
		tick = ((const struct wheel_entry *)(const void *)link)->tick;
		first = tick < first ? tick : first;
	}
	return moment_of(wheel, first);
}
