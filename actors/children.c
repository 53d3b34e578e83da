/* SPDX-License-Identifier: BSD-2-Clause */
/* children - a list and two hash tables over the same records */
#include "children.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_LEAST = 8 };

/* ---- one --------------------------------------------------------------------------------------------------------------- */

static int check(const odeon_child *model)
{
	if (model == NULL)
		return ODEON_EINVAL;
	if (model->bytes != sizeof *model)
		return ODEON_EVERSION;
	if (model->kind == NULL || (unsigned)model->keep > ODEON_TEMPORARY || (unsigned)model->failed > ODEON_FAILED_DROPPED
	    || (model->argument == NULL) != (model->argument_bytes == 0))
		return ODEON_EINVAL;
	return 0;
}

struct child *child_make(const odeon_child *model, int *why)
{
	size_t name, room;
	struct child *child;

	*why = check(model);
	if (*why != 0)
		return NULL;
	*why = ODEON_ENOMEM;
	name = model->name != NULL ? strlen(model->name) + 1 : 0;
	room = (sizeof *child + 15) / 16 * 16;
	if (model->argument_bytes > SIZE_MAX / 2 - name - room)
		return NULL;
	child = calloc(1, room + model->argument_bytes + name);
	if (child == NULL)
		return NULL;
	child->is = *model;
	if (model->argument != NULL)
		child->is.argument = memcpy((char *)child + room, model->argument, model->argument_bytes);
	if (model->name != NULL)
		child->is.name = memcpy((char *)child + room + model->argument_bytes, model->name, name);
	*why = 0;
	return child;
}

void child_free(struct child *child)
{
	if (child == NULL)
		return;
	odeon_free(child->asked);
	odeon_free(child->farewell);
	free(child);
}

bool child_is_up(const struct child *child) { return child->state != CHILD_ENDED && child->state != CHILD_HALTED; }

/* ---- tables ------------------------------------------------------------------------------------------------------------ */

static uint64_t name_hash(const char *name)     /* FNV-1a */
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *name != 0; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static struct child **row_of_ref(const struct children *children, odeon_ref who)
{
	return &children->by_ref[odeon_ref_hash(who) & (children->rows - 1)];
}

static struct child **row_of_name(const struct children *children, const char *name)
{
	return &children->by_name[name_hash(name) & (children->rows - 1)];
}

static void enter_ref(struct children *children, struct child *child)
{
	struct child **row = row_of_ref(children, child->who);

	child->next_by_ref = *row;
	*row = child;
}

static void enter_name(struct children *children, struct child *child)
{
	struct child **row = row_of_name(children, child->is.name);

	child->next_by_name = *row;
	*row = child;
}

static void leave_ref(struct children *children, struct child *child)
{
	struct child **row = row_of_ref(children, child->who);

	while (*row != child)
		row = &(*row)->next_by_ref;
	*row = child->next_by_ref;
}

static void leave_name(struct children *children, struct child *child)
{
	struct child **row = row_of_name(children, child->is.name);

	while (*row != child)
		row = &(*row)->next_by_name;
	*row = child->next_by_name;
}

static void enter(struct children *children, struct child *child)
{
	if (!odeon_ref_is_nobody(child->who))
		enter_ref(children, child);
	if (child->is.name != NULL)
		enter_name(children, child);
}

/* Tables of so many rows each, in one block; false: no memory, and all is as before. */
static bool make_rows(struct children *children, size_t rows)
{
	struct child **block = calloc(rows, 2 * sizeof *block);

	if (block == NULL)
		return false;
	free(children->by_ref);
	children->by_ref = block;
	children->by_name = block + rows;
	children->rows = rows;
	for (struct child *child = children->first; child != NULL; child = child->after)
		enter(children, child);
	return true;
}

/* ---- all --------------------------------------------------------------------------------------------------------------- */

int children_open(struct children *children)
{
	*children = (struct children){ 0 };
	return make_rows(children, ROWS_LEAST) ? 0 : ODEON_ENOMEM;
}

void children_close(struct children *children)
{
	struct child *child, *after;

	for (child = children->first; child != NULL; child = after) {
		after = child->after;
		child_free(child);
	}
	free(children->by_ref);
	*children = (struct children){ 0 };
}

void children_add(struct children *children, struct child *child)
{
	child->order = ++children->serial;
	child->before = children->last;
	child->after = NULL;
	if (children->last != NULL)
		children->last->after = child;
	else
		children->first = child;
	children->last = child;
	enter(children, child);
	if (++children->count > children->rows)
		(void)make_rows(children, 4 * children->rows);
}

void children_remove(struct children *children, struct child *child)
{
	if (child->before != NULL)
		child->before->after = child->after;
	else
		children->first = child->after;
	if (child->after != NULL)
		child->after->before = child->before;
	else
		children->last = child->before;
	children_rename(children, child, ODEON_NOBODY);
	if (child->is.name != NULL)
		leave_name(children, child);
	children->count--;
	child_free(child);
}

void children_rename(struct children *children, struct child *child, odeon_ref who)
{
	if (!odeon_ref_is_nobody(child->who))
		leave_ref(children, child);
	child->who = who;
	if (!odeon_ref_is_nobody(who))
		enter_ref(children, child);
}

struct child *children_find(const struct children *children, odeon_ref who)
{
	struct child *child = *row_of_ref(children, who);

	while (child != NULL && !odeon_ref_equal(child->who, who))
		child = child->next_by_ref;
	return child;
}

struct child *children_named(const struct children *children, const char *name)
{
	struct child *child = *row_of_name(children, name);

	while (child != NULL && strcmp(child->is.name, name) != 0)
		child = child->next_by_name;
	return child;
}
