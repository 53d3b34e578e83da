/* SPDX-License-Identifier: BSD-2-Clause */
#include "http_output.h"
#include <string.h>

enum { ROOM_FIRST = 512, ROOM_MOST = 16384, COPIED_MOST = 2048 };

static size_t room_of(const struct http_output *output)
{
	return output->is_open ? output->last->room - output->last->length : 0;
}

struct http_paper http_output_open(const struct http_output *output)
{
	size_t room = room_of(output);

	return (struct http_paper){ .at = room > 0 ? (char *)output->last->data + output->last->length : NULL, .size = room };
}

static void append(struct http_output *output, struct odeon_bytes *bytes)
{
	if (output->last != NULL)
		output->last->next = bytes;
	else
		output->first = bytes;
	for (output->bytes += bytes->length; bytes->next != NULL; output->bytes += bytes->length)
		bytes = bytes->next;
	output->last = bytes;
}

/* Each is larger than the one before: a long pipeline needs few. */
bool http_output_room(struct http_output *output, size_t bytes)
{
	size_t room = output->is_open && output->last->room < ROOM_MOST ? output->last->room * 4 : ROOM_FIRST;
	struct odeon_bytes *more;

	if (room_of(output) >= bytes)
		return true;
	more = odeon_bytes_new(bytes > room ? bytes : room);
	if (more == NULL)
		return false;
	append(output, more);
	output->is_open = true;
	return true;
}

void http_output_close(struct http_output *output, const struct http_paper *paper)
{
	if (paper->used == 0)
		return;
	output->last->length += paper->used;
	output->bytes += paper->used;
}

bool http_output_copy(struct http_output *output, struct http_text text)
{
	if (text.bytes == 0)
		return true;
	if (!http_output_room(output, text.bytes))
		return false;
	memcpy(output->last->data + output->last->length, text.at, text.bytes);
	output->last->length += text.bytes;
	output->bytes += text.bytes;
	return true;
}

void http_output_add(struct http_output *output, struct odeon_bytes *bytes)
{
	if (bytes->next == NULL && bytes->length <= COPIED_MOST && room_of(output) >= bytes->length) {
		(void)http_output_copy(output, (struct http_text){ (const char *)bytes->data, bytes->length });
		odeon_free(bytes);
		return;
	}
	append(output, bytes);
	output->is_open = false;
}

struct odeon_bytes *http_output_take(struct http_output *output)
{
	struct odeon_bytes *all = output->first;

	*output = (struct http_output){ .first = NULL };
	return all;
}
