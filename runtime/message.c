/* SPDX-License-Identifier: BSD-2-Clause */
/* message - made, dropped, released; hidden while in flight */
#include "message.h"

#include <stdint.h>
#include <string.h>
#include "cache.h"

#if defined(ODEON_ASAN)
# include <sanitizer/asan_interface.h>
# define HIDE(payload, bytes) __asan_poison_memory_region(payload, bytes)
# define SHOW(payload, bytes) __asan_unpoison_memory_region(payload, bytes)
#else
# define HIDE(payload, bytes) ((void)0)
# define SHOW(payload, bytes) ((void)0)
#endif

#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
enum { ALWAYS_PREFIXED = 1 };
#else
enum { ALWAYS_PREFIXED = 0 };
#endif

#define DEAD_BYTE 0x5a

static inline size_t prefix_bytes(const struct message *message)
{
	return ALWAYS_PREFIXED || (message->generation & MESSAGE_SIZED) != 0 ? sizeof(struct prefix) : 0;
}

static inline size_t payload_bytes(struct message *message)
{
	return message->type->bytes + message_extra(message);
}

/* A copy in steps of 16 bytes; the last one overlaps the one before. A call of memcpy costs more than most payloads. */
static inline void copy_payload(char *to, const char *from, size_t bytes)
{
	if (bytes > 256 || bytes < 8) {
		memcpy(to, from, bytes);
	} else if (bytes <= 16) {
		uint64_t first, last;

		memcpy(&first, from, 8);
		memcpy(&last, from + bytes - 8, 8);
		memcpy(to, &first, 8);
		memcpy(to + bytes - 8, &last, 8);
	} else {
		struct chunk { uint64_t words[2]; } chunk;

		for (size_t at = 0; at + 16 < bytes; at += 16) {
			memcpy(&chunk, from + at, 16);
			memcpy(to + at, &chunk, 16);
		}
		memcpy(&chunk, from + bytes - 16, 16);
		memcpy(to + bytes - 16, &chunk, 16);
	}
}

struct message *message_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	uint32_t flags = extra != 0 ? MESSAGE_SIZED : 0;
	size_t before = ALWAYS_PREFIXED || extra != 0 ? sizeof(struct prefix) : 0;
	struct message *message;
	bool is_pooled;
	char *block;

	if (UNLIKELY(type->bytes > ODEON_MESSAGE_BYTES_MOST || extra > ODEON_MESSAGE_BYTES_MOST - type->bytes))
		return NULL;
	block = cache_alloc(before + sizeof *message + type->bytes + extra, &is_pooled);
	if (UNLIKELY(block == NULL))
		return NULL;
	message = (struct message *)(void *)(block + before);
	if (before != 0)
		*message_prefix(message) = (struct prefix){ .extra = (uint32_t)extra, .magic = PREFIX_MAGIC };
	message->type = type;
	message->sender = 0;
	message->site = site;
	message->role = ROLE_PLAIN;
	message->generation = is_pooled ? flags | MESSAGE_POOLED : flags;
	if (value != NULL)
		copy_payload(message_payload(message), value, type->bytes);
	else
		memset(message_payload(message), 0, type->bytes);
	return message;
}

void message_drop(struct message *message)
{
	if (message->type->drop != NULL)
		message->type->drop(message_payload(message));
	if (ALWAYS_PREFIXED)
		memset(message_payload(message), DEAD_BYTE, payload_bytes(message));
	HIDE(message_payload(message), payload_bytes(message));
}

void message_release(struct message *message)
{
	size_t before = prefix_bytes(message), bytes = before + sizeof *message + payload_bytes(message);

	cache_free((char *)message - before, bytes, (message->generation & MESSAGE_POOLED) != 0);
}

#if defined(ODEON_DEBUG) || defined(ODEON_ASAN)
/* FNV-1a (Fowler, Noll, Vo), a word at a time where there is one. */
static uint64_t checksum(struct message *message)
{
	const unsigned char *bytes = message_payload(message);
	size_t count = payload_bytes(message), at = 0;
	uint64_t sum = 0xcbf29ce484222325u, word;

	for (; at + 8 <= count; at += 8) {
		memcpy(&word, bytes + at, 8);
		sum = (sum ^ word) * 0x100000001b3u;
		sum ^= sum >> 32;
	}
	for (; at < count; at++)
		sum = (sum ^ bytes[at]) * 0x100000001b3u;
	return sum;
}

void message_hide(struct message *message)
{
	if (ALWAYS_PREFIXED)
		message_prefix(message)->checksum = checksum(message);
	HIDE(message_payload(message), payload_bytes(message));
}

void message_show(struct message *message)
{
	const odeon_site *site = message->site;

	SHOW(message_payload(message), payload_bytes(message));
	if (ALWAYS_PREFIXED && message_prefix(message)->checksum != checksum(message))
		panic(__FILE__, __LINE__, "a message was written to after it was sent: struct %s, sent at %s:%u (%s)",
		      message->type->name, site ? site->file : "?", site ? site->line : 0, site ? site->function : "?");
}
#endif
