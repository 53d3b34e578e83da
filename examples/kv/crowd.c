/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.c - a table of lists */
#include "crowd.h"

static bool is_good(const struct mark *mark)
{
	return client_turn(mark->client, mark->cause) == mark->turn;
}

void crowds_init(struct crowds *crowds, struct memory *memory)
{
	*crowds = (struct crowds){ .tidied = 0 };
	table_init(&crowds->table, memory);
}

struct crowd *crowd_find(const struct crowds *crowds, struct text name, uint32_t hash)
{
	struct entry *entry = table_find(&crowds->table, name, hash);

	return entry != NULL ? ENTRY_OF(entry, crowd) : NULL;
}

static void strike(struct crowds *crowds, struct mark **at)
{
	struct mark *mark = *at;

	*at = mark->after;
	client_let_go(mark->client);
	memory_give(crowds->table.memory, mark);
}

/* Those that are no good, and, where there is a client, its own for that cause. A crowd without anybody goes. */
static void thin(struct crowds *crowds, struct crowd *crowd, const struct client *client, enum client_cause cause)
{
	struct mark **at = &crowd->first;

	while (*at != NULL) {
		if (!is_good(*at) || ((*at)->client == client && (*at)->cause == cause))
			strike(crowds, at);
		else
			at = &(*at)->after;
	}
	crowd->end = at;
	if (crowd->first != NULL || crowd->is_ready || crowd->is_owed)
		return;
	table_remove(&crowds->table, &crowd->entry);
	memory_give(crowds->table.memory, crowd);
	if (crowds->table.count == 0) {
		table_fini(&crowds->table);
		crowds->tidied = 0;
	}
}

/* Seen by who comes after the store (mail.h), as the end of a store is: nothing else is to be seen by it. */
static void abandon(const struct mark *mark)
{
	if (mark->cause == CLIENT_WATCHES)
		client_touch(mark->client, mark->turn);
	else if (mark->cause == CLIENT_WAITS && is_good(mark))
		atomic_store_explicit(&mark->client->orphaned, mark->turn, memory_order_relaxed);
	else if (mark->cause == CLIENT_LISTENS && is_good(mark))
		atomic_store_explicit(&mark->client->has_missed, true, memory_order_relaxed);
}

void crowds_fini(struct crowds *crowds)
{
	struct entry *entry = table_next(&crowds->table, NULL), *after;

	for (; entry != NULL; entry = after) {
		struct crowd *crowd = ENTRY_OF(entry, crowd);

		after = table_next(&crowds->table, entry);
		while (crowd->first != NULL) {
			abandon(crowd->first);
			strike(crowds, &crowd->first);
		}
		memory_give(crowds->table.memory, crowd);
	}
	table_fini(&crowds->table);
}

/* ---- one name ----------------------------------------------------------------------------------------------------------- */

struct mark *crowd_first(struct crowds *crowds, struct text name, uint32_t hash)
{
	struct crowd *crowd = crowd_find(crowds, name, hash);

	if (crowd == NULL || crowd->first == NULL || is_good(crowd->first))
		return crowd != NULL ? crowd->first : NULL;
	return crowd_next(crowd->first);
}

struct mark *crowd_next(const struct mark *mark)
{
	struct mark *next = mark->after;

	while (next != NULL && !is_good(next))
		next = next->after;
	return next;
}

size_t crowd_count(struct crowds *crowds, struct text name, uint32_t hash)
{
	size_t count = 0;

	for (struct mark *mark = crowd_first(crowds, name, hash); mark != NULL; mark = crowd_next(mark))
		count++;
	return count;
}

static struct crowd *make(struct crowds *crowds, struct text name, uint32_t hash)
{
	struct crowd *crowd = entry_make(crowds->table.memory, sizeof *crowd, name, hash);

	if (crowd == NULL)
		return NULL;
	crowd->end = &crowd->first;
	if (table_add(&crowds->table, &crowd->entry))
		return crowd;
	memory_give(crowds->table.memory, crowd);
	return NULL;
}

struct mark *crowd_join(struct crowds *crowds, struct text name, uint32_t hash, struct client *client, enum client_cause cause)
{
	struct mark *mark = memory_take(crowds->table.memory, sizeof *mark);
	struct crowd *crowd = crowd_find(crowds, name, hash);

	if (mark == NULL || (crowd == NULL && (crowd = make(crowds, name, hash)) == NULL)) {
		memory_give(crowds->table.memory, mark);
		return NULL;
	}
	*mark = (struct mark){ .client = client_hold(client), .turn = client_turn(client, cause), .cause = cause };
	*crowd->end = mark;
	crowd->end = &mark->after;
	return mark;
}

void crowd_leave(struct crowds *crowds, struct text name, uint32_t hash, const struct client *client, enum client_cause cause)
{
	struct crowd *crowd = crowd_find(crowds, name, hash);

	if (crowd != NULL)
		thin(crowds, crowd, client, cause);
}

void crowd_touch(const struct crowd *crowd)
{
	for (const struct mark *mark = crowd->first; mark != NULL; mark = mark->after)
		if (mark->cause == CLIENT_WATCHES)
			client_touch(mark->client, mark->turn);
}

/* Some, and not none. */
static void append(struct ready *to, struct ready some)
{
	*(to->first != NULL ? &to->last->ready_after : &to->first) = some.first;
	to->last = some.last;
}

void crowd_wake(struct crowds *crowds, struct crowd *crowd, int type)
{
	bool is_awaited = false;

	for (const struct mark *mark = crowd->first; mark != NULL && !is_awaited; mark = mark->after)
		is_awaited = mark->cause == CLIENT_WAITS && mark->type == type && is_good(mark);
	if (!is_awaited || crowd->is_ready)
		return;
	crowd->is_ready = true;
	crowd->ready_after = NULL;
	append(&crowds->ready, (struct ready){ crowd, crowd });
}

void crowd_owe(struct crowds *crowds, struct crowd *crowd)
{
	if (crowd->is_owed)
		return;
	crowd->is_owed = true;
	crowd->owed_after = NULL;
	*(crowds->owed != NULL ? &crowds->owed_last->owed_after : &crowds->owed) = crowd;
	crowds->owed_last = crowd;
}

struct crowd *crowd_take_owed(struct crowds *crowds)
{
	struct crowd *crowd = crowds->owed;

	if (crowd == NULL)
		return NULL;
	crowds->owed = crowd->owed_after;
	crowd->is_owed = false;
	return crowd;
}

void crowds_take_ready(struct crowds *crowds, struct ready *to)
{
	if (crowds->ready.first == NULL)
		return;
	append(to, crowds->ready);
	crowds->ready = (struct ready){ NULL, NULL };
}

void crowd_thin(struct crowds *crowds, struct crowd *crowd)
{
	thin(crowds, crowd, NULL, CLIENT_CAUSES);
}

/* ---- tidying ------------------------------------------------------------------------------------------------------------ */

enum { THIN_MOST = 64 };
struct thinning { struct crowd *crowds[THIN_MOST]; unsigned count, seen; };

static void note_thin(void *data, struct entry *entry)
{
	struct thinning *thinning = data;

	thinning->seen++;
	if (thinning->count < THIN_MOST)
		thinning->crowds[thinning->count++] = ENTRY_OF(entry, crowd);
}

/* A bucket or two at a time, as a walk may not remove. */
void crowds_tidy(struct crowds *crowds, unsigned about)
{
	unsigned seen = 0, buckets = 0;

	while (seen < about && buckets++ < about && crowds->table.count > 0) {
		struct thinning thinning = { .count = 0 };

		crowds->tidied = table_scan(&crowds->table, crowds->tidied, note_thin, &thinning);
		for (unsigned i = 0; i < thinning.count; i++)
			thin(crowds, thinning.crowds[i], NULL, CLIENT_CAUSES);
		seen += thinning.seen;
	}
	table_step(&crowds->table, about);
}
