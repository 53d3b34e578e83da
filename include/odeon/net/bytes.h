/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/net/bytes.h - bytes that travel, from a socket through any number of actors to another, without being copied
 *
 * A struct odeon_bytes is a message like any other: it has one owner, may be sent on, and is freed by whoever lets go of it.
 * What was read comes in one, and what is to be written goes in one, so that what was read can be written as it is.
 *
 * Most carry their bytes behind the struct. Others stand for bytes that live for ever, or for a share of a frozen
 * message (frozen.h): so the same bytes go out on many connections at once.
 */
#ifndef ODEON_NET_BYTES_H
#define ODEON_NET_BYTES_H

#include <odeon/frozen.h>
#include <odeon/system.h>

struct odeon_bytes {
	unsigned char *data;                           /* the first one; whoever owns the message may move it on */
	size_t length;                                 /* how many */
	size_t room;                                   /* behind the struct; 0: they are elsewhere, and are not to be changed */
	struct odeon_bytes *next;                      /* goes with this one, and is freed with it; or NULL. Written in this order */
	odeon_frozen *of;                              /* whose bytes these are; NULL: none */
};

ODEON_BEGIN_

ODEON_MESSAGE_DECLARE(odeon_bytes) ODEON_API;

/**
 * odeon_bytes_new - room for so many bytes, of which none are there yet: fill in data, then say length
 * @room: how many; not initialised
 *
 * Returns:  the message, yours; NULL when out of memory, or when that is more than ODEON_MESSAGE_BYTES_MOST
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_bytes *odeon_bytes_new(size_t room) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/**
 * odeon_bytes_copy - a copy of bytes
 * @data: may be NULL when @length is 0
 *
 * Returns:  the message, yours; NULL when out of memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_bytes *odeon_bytes_copy(const void *data, size_t length) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/**
 * odeon_bytes_text - a copy of a string, without its final zero
 *
 * Returns:  the message, yours; NULL when out of memory, or when @text is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_bytes *odeon_bytes_text(const char *text) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/**
 * odeon_bytes_constant - bytes that live for ever and are not copied
 *
 * Returns:  the message, yours; NULL when out of memory
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_bytes *odeon_bytes_constant(const void *data, size_t length) ODEON_MESSAGE_GIVEN_ ODEON_GIVES_(malloc);

/**
 * odeon_bytes_share - bytes of a frozen message, not copied
 * @of:   a share, taken, on failure too; dropped with the message
 * @data: inside of what the share shows, or anywhere that lives as long
 *
 * Returns:  the message, yours; NULL when out of memory, or when @of is NULL
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API struct odeon_bytes *odeon_bytes_share(odeon_frozen *of, const void *data, size_t length) ODEON_MESSAGE_GIVEN_
	ODEON_GIVES_(malloc) ODEON_TAKES_(1);

ODEON_END_
#endif
