/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * directory - from refs to slots: an array in address space that is reserved at once and made usable piece by piece
 *
 * Agreement. directory_find and directory_ref: any thread. directory_fresh: any thread. Slots are never moved and
 * never given back before directory_fini, so a stale ref finds memory that is a slot, always.
 *
 * The reservation begins at a multiple of 8 GiB, and its number (address / 8 GiB) is the system's part of a ref: two
 * systems that live at the same time never have the same one, and no process-wide register is needed. A later system
 * hardly ever has it again; and its generations start elsewhere, so that refs of the one that is gone name nobody.
 *
 * The struct lies in a page that a forked child sees zeroed: there no ref is of this system, and directory_is_forked
 * says why.
 */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "slot.h"

struct directory {
	uint64_t system;                /* of its refs; never 0, but in a forked child */
	struct slot *slots;
	uint32_t committed;             /* usable slots; grows */
	uint32_t most;
	uint32_t first_generation;      /* of a slot that nobody has had; even */
	uint32_t fresh CACHE_ALIGNED;   /* slots handed out; may be more than `most` for a moment */
	uint32_t growing;               /* one thread at a time commits more */
};

/* ODEON_ESYSTEM: no address space. Generations start at about the given one. */
int directory_init(struct directory **directory, uint32_t first_generation);
void directory_fini(struct directory *directory);

static inline bool directory_is_forked(const struct directory *directory)
{
	return directory->system == 0;
}

/* NULL: the ref is of another system, of nobody, or made up: an even generation is nobody's. */
static inline struct slot *directory_find(const struct directory *directory, odeon_ref ref)
{
	if (UNLIKELY(ref_system(ref) != directory->system || !generation_is_alive(ref_generation(ref))
	             || ref_slot(ref) >= ck_pr_load_32(&directory->committed)))
		return NULL;
	return &directory->slots[ref_slot(ref)];
}

static inline uint32_t directory_number(const struct directory *directory, const struct slot *slot)
{
	return (uint32_t)(slot - directory->slots);
}

static inline odeon_ref directory_ref(const struct directory *directory, const struct slot *slot)
{
	return ref_make(directory->system, slot_generation(slot) & REF_GENERATION_MASK, directory_number(directory, slot));
}

/* Up to `wanted` slots in a row that nobody has had before, zeroed; *got says how many, 0: out of memory. */
struct slot *directory_fresh(struct directory *directory, uint32_t wanted, uint32_t *got);

/* How many slots have ever been handed out: the end of a walk over all. */
static inline uint32_t directory_used(const struct directory *directory)
{
	uint32_t fresh = ck_pr_load_32(&directory->fresh), committed = ck_pr_load_32(&directory->committed);

	return fresh < committed ? fresh : committed;
}

#endif
