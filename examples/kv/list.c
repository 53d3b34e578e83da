/* SPDX-License-Identifier: BSD-2-Clause */
/* list.c - strips; none is empty */
#include "list.h"
#include <string.h>

struct blob *blob_make(struct memory *memory, struct text text)
{
	struct blob *blob = memory_resize(memory, NULL, sizeof *blob + text.length);

	if (blob == NULL)
		return NULL;
	blob->length = text.length;
	if (text.length > 0)
		memcpy(blob->bytes, text.at, text.length);
	return blob;
}

void list_init(struct list *list, struct memory *memory)
{
	*list = (struct list){ .memory = memory };
}

void list_fini(struct list *list)
{
	list_drop(list, false, list->count);
}

static void unlink_strip(struct list *list, struct strip *strip)
{
	*(strip->before != NULL ? &strip->before->after : &list->first) = strip->after;
	*(strip->after != NULL ? &strip->after->before : &list->last) = strip->before;
	memory_give(list->memory, strip);
}

static struct strip *add_strip(struct list *list, bool at_end)
{
	struct strip *strip = memory_take(list->memory, sizeof *strip);

	if (strip == NULL)
		return NULL;
	strip->first = at_end ? 0 : STRIP_BLOBS;
	strip->before = at_end ? list->last : NULL;
	strip->after = at_end ? NULL : list->first;
	*(strip->before != NULL ? &strip->before->after : &list->first) = strip;
	*(strip->after != NULL ? &strip->after->before : &list->last) = strip;
	return strip;
}

static bool has_room(const struct strip *strip, bool at_end)
{
	return strip != NULL && (at_end ? strip->first + strip->count < STRIP_BLOBS : strip->first > 0);
}

bool list_push(struct list *list, bool at_end, struct text text)
{
	struct blob *blob = blob_make(list->memory, text);
	struct strip *strip = at_end ? list->last : list->first;

	if (blob == NULL)
		return false;
	if (!has_room(strip, at_end) && (strip = add_strip(list, at_end)) == NULL) {
		memory_give(list->memory, blob);
		return false;
	}
	if (!at_end)
		strip->first--;
	strip->blobs[at_end ? strip->first + strip->count : strip->first] = blob;
	strip->count++;
	list->count++;
	return true;
}

struct text list_end(const struct list *list, bool at_end)
{
	const struct strip *strip = at_end ? list->last : list->first;

	return blob_text(strip->blobs[at_end ? strip->first + strip->count - 1 : strip->first]);
}

void list_drop(struct list *list, bool at_end, size_t count)
{
	for (; count > 0; count--) {
		struct strip *strip = at_end ? list->last : list->first;
		unsigned at = at_end ? strip->first + strip->count - 1 : strip->first++;

		memory_give(list->memory, strip->blobs[at]);
		list->count--;
		if (--strip->count == 0)
			unlink_strip(list, strip);
	}
}

struct list_place list_at(const struct list *list, size_t index)
{
	struct strip *strip = index < list->count / 2 ? list->first : list->last;
	size_t back = list->count - index;                     /* from behind the end, at least 1 */

	if (index >= list->count)
		return (struct list_place){ NULL, 0 };
	if (strip == list->first && index < list->count / 2) {
		for (; index >= strip->count; strip = strip->after)
			index -= strip->count;
		return (struct list_place){ strip, strip->first + (unsigned)index };
	}
	for (; back > strip->count; strip = strip->before)
		back -= strip->count;
	return (struct list_place){ strip, strip->first + strip->count - (unsigned)back };
}

struct list_place list_step(struct list_place place, bool forward)
{
	struct strip *strip = place.strip;

	if (forward && place.at + 1 == strip->first + strip->count)
		return (struct list_place){ strip->after, strip->after != NULL ? strip->after->first : 0 };
	if (!forward && place.at == strip->first) {
		strip = strip->before;
		return (struct list_place){ strip, strip != NULL ? strip->first + strip->count - 1 : 0 };
	}
	return (struct list_place){ strip, forward ? place.at + 1 : place.at - 1 };
}

struct text list_text(struct list_place place)
{
	return blob_text(place.strip->blobs[place.at]);
}

bool list_set(struct list *list, struct list_place place, struct text text)
{
	struct blob *blob = blob_make(list->memory, text);

	if (blob == NULL)
		return false;
	memory_give(list->memory, place.strip->blobs[place.at]);
	place.strip->blobs[place.at] = blob;
	return true;
}

/* A full strip goes into two halves; the place is where it was, in one of them. */
static bool split(struct list *list, struct list_place *place)
{
	struct strip *strip = place->strip, *after = memory_take(list->memory, sizeof *after);
	unsigned kept = STRIP_BLOBS / 2;

	if (after == NULL)
		return false;
	after->count = STRIP_BLOBS - kept;
	memcpy(after->blobs, &strip->blobs[kept], after->count * sizeof strip->blobs[0]);
	strip->count = kept;
	after->before = strip;
	after->after = strip->after;
	*(after->after != NULL ? &after->after->before : &list->last) = after;
	strip->after = after;
	if (place->at > kept)
		*place = (struct list_place){ after, place->at - kept };
	return true;
}

bool list_insert(struct list *list, struct list_place place, bool behind, struct text text)
{
	struct blob *blob = blob_make(list->memory, text);
	struct strip *strip = place.strip;

	place.at += behind;
	if (blob == NULL || (strip->count == STRIP_BLOBS && !split(list, &place))) {
		memory_give(list->memory, blob);
		return false;
	}
	strip = place.strip;
	if (strip->first + strip->count == STRIP_BLOBS) {      /* the room is in front: all move there */
		memmove(strip->blobs, &strip->blobs[strip->first], strip->count * sizeof strip->blobs[0]);
		place.at -= strip->first;
		strip->first = 0;
	}
	memmove(&strip->blobs[place.at + 1], &strip->blobs[place.at], (strip->first + strip->count - place.at) * sizeof strip->blobs[0]);
	strip->blobs[place.at] = blob;
	strip->count++;
	list->count++;
	return true;
}

static void remove_at(struct list *list, struct list_place place)
{
	struct strip *strip = place.strip;
	unsigned behind = strip->first + strip->count - place.at - 1;

	memory_give(list->memory, strip->blobs[place.at]);
	memmove(&strip->blobs[place.at], &strip->blobs[place.at + 1], behind * sizeof strip->blobs[0]);
	list->count--;
	if (--strip->count == 0)
		unlink_strip(list, strip);
}

size_t list_remove(struct list *list, struct text text, bool from_end, size_t most)
{
	struct strip *strip = from_end ? list->last : list->first, *next;
	size_t removed = 0;

	for (; strip != NULL && removed < most; strip = next) {
		unsigned count = strip->count, first = strip->first, gone = 0;

		next = from_end ? strip->before : strip->after;
		for (unsigned i = 0; i < count && removed < most; i++) {
			unsigned at = from_end ? first + count - 1 - i : first + i - gone;

			if (!text_equal(blob_text(strip->blobs[at]), text))
				continue;
			remove_at(list, (struct list_place){ strip, at });
			removed++;
			gone++;
		}
	}
	return removed;
}
