/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alloc - all memory of the runtime; the only file that knows which allocator
 *
 * Agreement. Any thread. A block is freed with the size it was asked for; NULL is fine. NULL is out of memory, always
 * answered.
 * Blocks are aligned for any type (16 bytes).
 */
#ifndef ALLOC_H
#define ALLOC_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(HAVE_JEMALLOC)
# include <jemalloc/jemalloc.h>

static inline void *alloc_block(size_t bytes) { return mallocx(bytes, 0); }

static inline void alloc_free(void *block, size_t bytes)
{
	if (block != NULL)
		sdallocx(block, bytes, 0);
}
#else
static inline void *alloc_block(size_t bytes) { return malloc(bytes); }
static inline void alloc_free(void *block, size_t bytes) { (void)bytes; free(block); }
#endif

static inline void *alloc_zeroed(size_t bytes)
{
	void *block = alloc_block(bytes);

	return block != NULL ? memset(block, 0, bytes) : NULL;
}

/* A block whose address is a multiple of a cache line, zeroed; freed with alloc_free_lines. */
static inline void *alloc_lines(size_t bytes)
{
	void *block = aligned_alloc(64, (bytes + 63) & ~(size_t)63);

	return block != NULL ? memset(block, 0, bytes) : NULL;
}

static inline void alloc_free_lines(void *block) { free(block); }

#endif
