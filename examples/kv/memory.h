/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory.h - blocks that are counted: what a value takes, and what the store that it is in takes
 *
 * Counted is what the allocator gave, which may be more than was asked for. One account is used by one thread at a time,
 * and so are those above it.
 */
#ifndef KV_MEMORY_H
#define KV_MEMORY_H

#include <stddef.h>

/* Between them, what is free goes back to the system also while nobody asks for anything, by threads of jemalloc's; without it, nothing
 * happens. By the thread that is there first and last. */
void memory_begin(void);
void memory_end(void);

struct memory {
	size_t used;
	struct memory *above;                          /* what is used here is used there too */
	long allowed;                                  /* of the topmost: so many blocks, then none; below 0: as many as there are */
};
#define MEMORY { .allowed = -1 }

/* NULL: there is none. Its bytes are zero. */
void *memory_take(struct memory *memory, size_t bytes);
/* NULL: there is none, and the block, which may be NULL, is as it was; what is new of it is any bytes. */
void *memory_resize(struct memory *memory, void *block, size_t bytes);
void memory_give(struct memory *memory, void *block);  /* NULL is fine */
size_t memory_size(const void *block);                  /* what it counts as */
void memory_move(struct memory *memory, struct memory *above);

#endif
