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

/* With a prefix, or none of its blocks is at hand. */
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

struct message *message_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	struct cache *cache = cache_here();
	void *block = NULL;

	if (LIKELY(cache != NULL && extra == 0 && type->bytes <= CACHE_UNITS * 16 - sizeof(struct message)))
		block = cache_at_hand(cache, (sizeof(struct message) + type->bytes + 15) / 16);
	if (UNLIKELY(block == NULL))
		return make_anyhow(type, extra, value, site);
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

static __attribute__((noinline)) void release_anyhow(struct message *message)
{
	bool is_prefixed = ALWAYS_PREFIXED || (message->generation & MESSAGE_SIZED) != 0;
	size_t before = is_prefixed ? sizeof(struct prefix) : 0, bytes = before + sizeof *message + payload_bytes(message);
	char *block = (char *)message - before;

	if ((message->generation & MESSAGE_POOLED) != 0)
		cache_free(block, bytes);
	else
		alloc_free(block, bytes);
}

void message_release(struct message *message)
{
	if (LIKELY((message->generation & (MESSAGE_POOLED | MESSAGE_SIZED)) == MESSAGE_POOLED))
		cache_free(message, sizeof *message + message->type->bytes);
	else
		release_anyhow(message);
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
