/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list.h - texts in an order, quick at both ends, without long pauses
 *
 * Strips of up to STRIP_BLOBS of them stand one behind the other. The n-th is found by going over the strips from the nearer end.
 */
#ifndef KV_LIST_H
#define KV_LIST_H

#include "memory.h"
#include "text.h"

struct blob { size_t length; char bytes[]; };
struct blob *blob_make(struct memory *memory, struct text text);       /* NULL: no memory */
static inline struct text blob_text(const struct blob *blob)
{
	return (struct text){ blob->bytes, blob->length };
}

enum { STRIP_BLOBS = 64 };
struct strip {
	struct strip *before, *after;
	unsigned first, count;
	struct blob *blobs[STRIP_BLOBS];
};

struct list { struct strip *first, *last; size_t count; struct memory *memory; };
struct list_place { struct strip *strip; unsigned at; };      /* no strip: behind the end, or before the beginning */

void list_init(struct list *list, struct memory *memory);
void list_fini(struct list *list);
bool list_push(struct list *list, bool at_end, struct text text);      /* false: no memory */
struct text list_end(const struct list *list, bool at_end);    /* of a list that is not empty; good until that is removed */
void list_drop(struct list *list, bool at_end, size_t count);  /* so many; not more than there are */
struct list_place list_at(const struct list *list, size_t index);
struct list_place list_step(struct list_place place, bool forward);
struct text list_text(struct list_place place);
bool list_set(struct list *list, struct list_place place, struct text text);   /* false: no memory */
/* In front of what is at that place, or behind it. False: no memory. */
bool list_insert(struct list *list, struct list_place place, bool behind, struct text text);
/* Removes all that equal the text, but at most so many, from one end on; answers how many. */
size_t list_remove(struct list *list, struct text text, bool from_end, size_t most);

#endif
