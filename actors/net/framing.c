/* SPDX-License-Identifier: BSD-2-Clause */
/* framing - pieces in, frames out */
#include <odeon/net/framing.h>
#include <odeon/actor.h>

#include <stdbool.h>
#include <string.h>

#define MOST ((size_t)1 << 20)
#define PREFIX 4u

/* Where the next frame lies: so many bytes before it, in it, and behind it that end it. */
struct extent { size_t before, length, after; };

int odeon_framing_init(struct odeon_framing *framing, const odeon_framing_options *options)
{
	odeon_framing_options wanted = { .bytes = sizeof wanted };

	if (options != NULL && options->bytes != sizeof wanted)
		return ODEON_EVERSION;
	if (options != NULL)
		wanted = *options;
	if (framing == NULL || wanted.prefix_bytes > 8 || (wanted.frames == ODEON_FRAMES_MEASURED && wanted.measure == NULL))
		return ODEON_EINVAL;
	if (wanted.most == 0)
		wanted.most = MOST;
	if (wanted.most > ODEON_MESSAGE_BYTES_MOST / 2)
		wanted.most = ODEON_MESSAGE_BYTES_MOST / 2;
	if (wanted.prefix_bytes == 0)
		wanted.prefix_bytes = PREFIX;
	memset(framing, 0, sizeof *framing);
	framing->options = wanted;
	return 0;
}

/* ---- the pieces ------------------------------------------------------------------------------------------------------------------ */

static struct odeon_bytes *take_first(struct odeon_framing *framing)
{
	struct odeon_bytes *first = framing->first;

	framing->first = first->next;
	if (framing->first == NULL)
		framing->last = NULL;
	first->next = NULL;
	return first;
}

/* What is still free behind its bytes. */
static size_t spare(const struct odeon_bytes *bytes)
{
	const unsigned char *end = (const unsigned char *)(bytes + 1) + bytes->room;

	return bytes->room > 0 ? (size_t)(end - (bytes->data + bytes->length)) : 0;
}

/* A piece that fits into what the last one has to spare goes there: who sends single bytes does not make us hold a
 * message for each. So all rooms together are at most about twice what is in them. */
static void add_one(struct odeon_framing *framing, struct odeon_bytes *bytes)
{
	struct odeon_bytes *last = framing->last;

	framing->length += bytes->length;
	if (last != NULL && bytes->length <= spare(last)) {
		memcpy(last->data + last->length, bytes->data, bytes->length);
		last->length += bytes->length;
		odeon_free(bytes);
		return;
	}
	if (last != NULL)
		last->next = bytes;
	else
		framing->first = bytes;
	framing->last = bytes;
}

void odeon_framing_add(odeon_self *self, struct odeon_framing *framing, struct odeon_bytes *bytes)
{
	if (bytes == NULL)
		return;
	bytes = odeon_keep(self, bytes);
	if (framing->error != 0) {
		odeon_free(bytes);
		return;
	}
	while (bytes != NULL) {                         /* one may bring others with it */
		struct odeon_bytes *next = bytes->next;

		bytes->next = NULL;
		add_one(framing, bytes);
		bytes = next;
	}
}

/* The first bytes, as many as are there; how many. */
static size_t peek(const struct odeon_framing *framing, unsigned char *room, size_t most)
{
	size_t length = 0;

	for (const struct odeon_bytes *bytes = framing->first; bytes != NULL && length < most; bytes = bytes->next) {
		size_t some = bytes->length < most - length ? bytes->length : most - length;

		memcpy(room + length, bytes->data, some);
		length += some;
	}
	return length;
}

/* Out of the first pieces, which are there; into the room, or away. */
static void consume(struct odeon_framing *framing, unsigned char *room, size_t length)
{
	framing->length -= length;
	while (length > 0 || (framing->first != NULL && framing->first->length == 0)) {
		struct odeon_bytes *first = framing->first;
		size_t some = first->length < length ? first->length : length;

		if (room != NULL) {
			memcpy(room, first->data, some);
			room += some;
		}
		first->data += some;
		first->length -= some;
		length -= some;
		if (first->length == 0)
			odeon_free(take_first(framing));
	}
}

void odeon_framing_clear(struct odeon_framing *framing)
{
	while (framing->first != NULL)
		odeon_free(take_first(framing));
	framing->length = framing->searched = 0;
	framing->error = 0;
}

size_t odeon_framing_rest(const struct odeon_framing *framing) { return framing->length; }

/* ---- where a frame ends: 0; ODEON_EEMPTY: not there yet; another error: never ---------------------------------------------- */

/* Where the first \n is, from what was not searched on; the length of all: nowhere. */
static size_t find_end(struct odeon_framing *framing)
{
	size_t at = 0;

	for (const struct odeon_bytes *bytes = framing->first; bytes != NULL; at += bytes->length, bytes = bytes->next) {
		size_t skip = framing->searched > at ? framing->searched - at : 0;
		const unsigned char *end = skip < bytes->length ? memchr(bytes->data + skip, '\n', bytes->length - skip) : NULL;

		if (end != NULL)
			return at + (size_t)(end - bytes->data);
	}
	return framing->length;
}

static unsigned char byte_at(const struct odeon_framing *framing, size_t at)
{
	const struct odeon_bytes *bytes = framing->first;

	for (; at >= bytes->length; bytes = bytes->next)
		at -= bytes->length;
	return bytes->data[at];
}

static int find_line(struct odeon_framing *framing, struct extent *extent)
{
	size_t end = find_end(framing);
	bool is_there = end < framing->length, has_return;

	has_return = end > 0 && byte_at(framing, end - 1) == '\r';      /* may be of an end that is half there */
	framing->searched = end;
	if (end - has_return > framing->options.most)
		return ODEON_EFULL;
	*extent = (struct extent){ .length = end - has_return, .after = 1u + has_return };
	return is_there ? 0 : ODEON_EEMPTY;
}

static int find_prefixed(struct odeon_framing *framing, struct extent *extent)
{
	unsigned count = framing->options.prefix_bytes;
	unsigned char prefix[8];
	uint64_t length = 0;

	if (peek(framing, prefix, count) < count)
		return ODEON_EEMPTY;
	for (unsigned i = 0; i < count; i++)
		length = length << 8 | prefix[framing->options.is_little ? count - 1 - i : i];
	if (length > framing->options.most)
		return ODEON_EFULL;
	*extent = (struct extent){ .before = count, .length = (size_t)length };
	return framing->length - count < length ? ODEON_EEMPTY : 0;
}

static int find_measured(struct odeon_framing *framing, struct extent *extent)
{
	unsigned char start[ODEON_FRAMING_LOOK];
	size_t shown = peek(framing, start, sizeof start);
	int64_t length = shown > 0 ? framing->options.measure(framing->options.data, start, shown) : 0;

	if (length < 0 || (length == 0 && shown == sizeof start))
		return ODEON_EINVAL;
	if ((uint64_t)length > framing->options.most)
		return ODEON_EFULL;
	*extent = (struct extent){ .length = (size_t)length };
	return length == 0 || framing->length < (uint64_t)length ? ODEON_EEMPTY : 0;
}

static int find(struct odeon_framing *framing, struct extent *extent)
{
	if (framing->error != 0)
		return framing->error;
	if (framing->options.frames == ODEON_FRAMES_LINES)
		return find_line(framing, extent);
	return framing->options.frames == ODEON_FRAMES_PREFIXED ? find_prefixed(framing, extent) : find_measured(framing, extent);
}

/* ---- frames ----------------------------------------------------------------------------------------------------------------------- */

/* The first piece ends where the frame does, so it may go as it is. */
static struct odeon_bytes *move(struct odeon_framing *framing, const struct extent *extent)
{
	struct odeon_bytes *frame = take_first(framing);

	framing->length -= frame->length;
	frame->data += extent->before;
	frame->length = extent->length;
	return frame;
}

static struct odeon_bytes *copy(struct odeon_framing *framing, const struct extent *extent)
{
	struct odeon_bytes *frame = odeon_bytes_new(extent->length);

	if (frame == NULL)
		return NULL;
	consume(framing, NULL, extent->before);
	consume(framing, frame->data, extent->length);
	consume(framing, NULL, extent->after);
	frame->length = extent->length;
	return frame;
}

/* Taken out, or the error in `error`. */
static struct odeon_bytes *next(struct odeon_framing *framing, int *error)
{
	struct extent extent = { 0 };
	struct odeon_bytes *frame = NULL;

	*error = find(framing, &extent);
	if (*error == ODEON_EFULL || *error == ODEON_EINVAL) {
		odeon_framing_clear(framing);
		framing->error = *error;
	}
	if (*error != 0)
		return NULL;
	if (framing->first != NULL && framing->first->length == extent.before + extent.length + extent.after)
		frame = move(framing, &extent);
	else
		frame = copy(framing, &extent);
	if (frame == NULL)
		*error = ODEON_ENOMEM;
	else
		framing->searched = 0;
	return frame;
}

struct odeon_bytes *odeon_framing_next(struct odeon_framing *framing, int *why)
{
	int error;
	struct odeon_bytes *frame = next(framing, &error);

	if (why != NULL)
		*why = error;
	return frame;
}
