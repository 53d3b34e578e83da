/* SPDX-License-Identifier: BSD-2-Clause */
/* bytes - made, and let go of */
#include <odeon/net/bytes.h>

#include <string.h>

ODEON_MESSAGE_DEFINE_LATE_DROP(odeon_bytes)
{
	while (odeon_bytes->next != NULL) {             /* a long chain is no deep stack */
		struct odeon_bytes *next = odeon_bytes->next;

		odeon_bytes->next = next->next;
		next->next = NULL;
		odeon_free(next);
	}
	odeon_frozen_drop(odeon_bytes->of);
}

struct odeon_bytes *odeon_bytes_new(size_t room)
{
	struct odeon_bytes *bytes = odeon_new_sized(odeon_bytes, room, .room = room);

	if (bytes != NULL)
		bytes->data = (unsigned char *)(bytes + 1);
	return bytes;
}

struct odeon_bytes *odeon_bytes_copy(const void *data, size_t length)
{
	struct odeon_bytes *bytes = odeon_bytes_new(length);

	if (bytes != NULL && length > 0)
		memcpy(bytes->data, data, length);
	if (bytes != NULL)
		bytes->length = length;
	return bytes;
}

struct odeon_bytes *odeon_bytes_text(const char *text)
{
	return text != NULL ? odeon_bytes_copy(text, strlen(text)) : NULL;
}

/* Nobody changes what has no room. */
static unsigned char *pointer(const void *data) { return (unsigned char *)(uintptr_t)data; }

struct odeon_bytes *odeon_bytes_constant(const void *data, size_t length)
{
	return odeon_new(odeon_bytes, .data = pointer(data), .length = length);
}

struct odeon_bytes *odeon_bytes_share(odeon_frozen *of, const void *data, size_t length)
{
	struct odeon_bytes *bytes = of != NULL ? odeon_new(odeon_bytes, .data = pointer(data), .length = length) : NULL;

	if (bytes != NULL)
		bytes->of = of;
	else
		odeon_frozen_drop(of);
	return bytes;
}
