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

/* In a block whose prefix, if it has one, is filled in. */
static inline struct message *fill(char *block, const odeon_type *type, uint32_t flags, const void *value, const odeon_site *site)
{
	struct message *message = (struct message *)(void *)block;

	message->type = type;
	message->sender = 0;
	message->site = site;
	message->role = ROLE_PLAIN;
	message->generation = flags;
	if (value != NULL)
		copy_payload(message_payload(message), value, type->bytes);
	else
		memset(message_payload(message), 0, type->bytes);
	return message;
}

/* None of its blocks is at hand, or so large a one there is not. */
static __attribute__((noinline)) struct message *make_anyhow(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	size_t before = ALWAYS_PREFIXED || extra != 0 ? sizeof(struct prefix) : 0, bytes;
	uint32_t flags = extra != 0 ? MESSAGE_SIZED : 0;
	char *block;

	if (UNLIKELY(type->bytes > ODEON_MESSAGE_BYTES_MOST || extra > ODEON_MESSAGE_BYTES_MOST - type->bytes))
		return NULL;
	bytes = before + sizeof(struct message) + type->bytes + extra;
	block = cache_alloc(bytes);
	if (block != NULL)
		flags |= MESSAGE_POOLED;
	else if (!context_refuses(bytes))       /* not a byte more, so that a step beyond the end is found */
		block = alloc_block(bytes);
	if (UNLIKELY(block == NULL))
		return NULL;
	if (before != 0)
		*(struct prefix *)(void *)block = (struct prefix){ .extra = (uint32_t)extra, .magic = PREFIX_MAGIC };
	return fill(block + before, type, flags, value, site);
}

/* For so much in front of the header, and behind the struct; NULL: make_anyhow. */
static inline char *block_at_hand(const odeon_type *type, size_t before, size_t extra)
{
	struct cache *cache = cache_here();
	size_t room = CACHE_UNITS * 16 - sizeof(struct message) - before;

	if (UNLIKELY(cache == NULL || extra > room || type->bytes > room - extra))
		return NULL;
	return cache_at_hand(cache, (before + sizeof(struct message) + type->bytes + extra + 15) / 16);
}

static __attribute__((noinline)) struct message *make_sized(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	char *block = block_at_hand(type, sizeof(struct prefix), extra);

	if (UNLIKELY(block == NULL))
		return make_anyhow(type, extra, value, site);
	*(struct prefix *)(void *)block = (struct prefix){ .extra = (uint32_t)extra, .magic = PREFIX_MAGIC };
	return fill(block + sizeof(struct prefix), type, MESSAGE_SIZED | MESSAGE_POOLED, value, site);
}

struct message *message_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	char *block;

	if (extra != 0)
		return make_sized(type, extra, value, site);
	block = block_at_hand(type, 0, 0);
	if (UNLIKELY(block == NULL))
		return make_anyhow(type, 0, value, site);
	return fill(block, type, MESSAGE_POOLED, value, site);
}

void message_drop(struct message *message)
{
	if (message->type->drop != NULL)
		message->type->drop(message_payload(message));
	if (ALWAYS_PREFIXED)
		memset(message_payload(message), DEAD_BYTE, payload_bytes(message));
	HIDE(message_payload(message), payload_bytes(message));
}

/* A block of the allocator's. */
static __attribute__((noinline)) void release_own(struct message *message)
{
	bool is_prefixed = ALWAYS_PREFIXED || (message->generation & MESSAGE_SIZED) != 0;
	size_t before = is_prefixed ? sizeof(struct prefix) : 0;

	alloc_free((char *)message - before, before + sizeof *message + payload_bytes(message));
}

void message_release(struct message *message)
{
	uint32_t flags = message->generation & (MESSAGE_POOLED | MESSAGE_SIZED);

	if (LIKELY(flags == MESSAGE_POOLED))
		cache_free(message, sizeof *message + message->type->bytes);
	else if (flags == (MESSAGE_POOLED | MESSAGE_SIZED))
		cache_free(message_prefix(message), sizeof(struct prefix) + sizeof *message + payload_bytes(message));
	else
		release_own(message);
}

void message_free(struct message *message)
{
	message_drop(message);
	message_release(message);
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
