/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.c - the accounts */
#include "memory.h"
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

int mallctl(const char *name, void *old, size_t *old_bytes, void *new, size_t bytes) __attribute__((weak));    /* jemalloc's */

/* It goes on without. */
static void let_run(bool runs)
{
	if (mallctl != NULL)
		(void)mallctl("background_thread", NULL, NULL, &runs, sizeof runs);
}

void memory_begin(void) { let_run(true); }
void memory_end(void) { let_run(false); }

static void count(struct memory *memory, size_t more, size_t less)
{
	for (; memory != NULL; memory = memory->above)
		memory->used += more - less;
}

static bool is_allowed(struct memory *memory)
{
	while (memory->above != NULL)
		memory = memory->above;
	return memory->allowed < 0 || memory->allowed-- > 0 || (memory->allowed = 0);
}

void *memory_take(struct memory *memory, size_t bytes)
{
	void *block = is_allowed(memory) ? calloc(1, bytes > 0 ? bytes : 1) : NULL;

	if (block != NULL)
		count(memory, malloc_usable_size(block), 0);
	return block;
}

void *memory_resize(struct memory *memory, void *block, size_t bytes)
{
	size_t before = block != NULL ? malloc_usable_size(block) : 0;
	void *resized = NULL;

	bytes = bytes > 0 ? bytes : 1;
	if (is_allowed(memory))
		resized = block != NULL ? realloc(block, bytes) : malloc(bytes);       /* realloc of nothing costs twice as much */
	if (resized != NULL)
		count(memory, malloc_usable_size(resized), before);
	return resized;
}

void memory_give(struct memory *memory, void *block)
{
	if (block == NULL)
		return;
	count(memory, 0, malloc_usable_size(block));
	free(block);
}

size_t memory_size(const void *block)
{
	return malloc_usable_size((void *)(uintptr_t)block);
}

void memory_move(struct memory *memory, struct memory *above)
{
	count(memory->above, 0, memory->used);
	memory->above = above;
	count(above, memory->used, 0);
}
