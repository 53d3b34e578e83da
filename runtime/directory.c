/* SPDX-License-Identifier: BSD-2-Clause */
/* directory - reserving, committing, and the text of a ref */
#include "directory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <odeon/error.h>
#include "os.h"

#define SLOTS_MOST (1u << 25)                   /* 33,554,432 actors in 4 GiB of address space; less under a limit */
#define SLOTS_LEAST (1u << 12)
#define SYSTEM_SHIFT 33                         /* reservations start at multiples of 8 GiB */
#define COMMIT_SLOTS 512u                       /* 64 KiB at least, doubling with use up to: */
#define COMMIT_SLOTS_MOST (1u << 16)

int directory_init(struct directory **result, uint32_t first_generation)
{
	struct directory *directory = os_fork_page();
	uint32_t most = SLOTS_MOST;

	if (directory == NULL)
		return ODEON_ESYSTEM;
	do
		directory->slots = os_reserve((size_t)most * sizeof(struct slot), (size_t)1 << SYSTEM_SHIFT);
	while (directory->slots == NULL && (most /= 2) >= SLOTS_LEAST);
	if (directory->slots == NULL) {
		os_fork_page_free(directory);
		return ODEON_ESYSTEM;
	}
	directory->most = most;
	directory->first_generation = first_generation & REF_GENERATION_MASK / 2 & ~1u;
	directory->system = (uintptr_t)directory->slots >> SYSTEM_SHIFT;
	*result = directory;
	return 0;
}

void directory_fini(struct directory *directory)
{
	os_release(directory->slots, (size_t)directory->most * sizeof(struct slot));
	os_fork_page_free(directory);
}

/* With `growing`. As much again as is used, so that growing stays rare. */
static bool commit(struct directory *directory, uint32_t least)
{
	uint32_t committed = directory->committed, more = committed;

	if (more < COMMIT_SLOTS)
		more = COMMIT_SLOTS;
	if (more > COMMIT_SLOTS_MOST)
		more = COMMIT_SLOTS_MOST;
	if (least > directory->most)
		return false;
	while (committed + more < least)
		more += COMMIT_SLOTS;
	if (more > directory->most - committed)
		more = directory->most - committed;
	if (more == 0 || !os_commit(&directory->slots[committed], (size_t)more * sizeof(struct slot)))
		return false;
	ck_pr_fence_release();
	ck_pr_store_32(&directory->committed, committed + more);
	return true;
}

/* True: slots below `least` can be touched. */
static bool grow(struct directory *directory, uint32_t least)
{
	bool grown = true;

	while (ck_pr_load_32(&directory->committed) < least) {
		if (!ck_pr_cas_32(&directory->growing, 0, 1)) {
			os_yield();
			continue;
		}
		ck_pr_fence_acquire();
		if (directory->committed < least)
			grown = commit(directory, least);
		ck_pr_fence_release();
		ck_pr_store_32(&directory->growing, 0);
		if (!grown)
			return false;
	}
	return true;
}

struct slot *directory_fresh(struct directory *directory, uint32_t wanted, uint32_t *got)
{
	uint32_t first = ck_pr_load_32(&directory->fresh);

	*got = 0;
	do {                                    /* fresh goes on only when the memory is there, so nothing is lost by a failure */
		if (wanted > directory->most - first)
			wanted = directory->most - first;
		if (!grow(directory, first + wanted))
			wanted = ck_pr_load_32(&directory->committed) - first;
		if (wanted == 0)
			return NULL;
	} while (!ck_pr_cas_32_value(&directory->fresh, first, first + wanted, &first));
	*got = wanted;
	return &directory->slots[first];
}

int odeon_ref_print(odeon_ref ref, char *text, size_t bytes)
{
	if (odeon_ref_is_nobody(ref))
		return snprintf(text, bytes, "<nobody>");
	return snprintf(text, bytes, "<%" PRIu64 ".%" PRIu32 ".%" PRIu32 ">", ref_system(ref), ref_slot(ref),
	                ref_generation(ref));
}

int odeon_ref_parse(const char *text, odeon_ref *ref)
{
	char again[ODEON_REF_TEXT];
	uint64_t system;
	uint32_t slot, generation;
	odeon_ref read = ODEON_NOBODY;

	if (text == NULL || ref == NULL)
		return ODEON_EINVAL;
	if (strcmp(text, "<nobody>") != 0) {
		if (sscanf(text, "<%5" SCNu64 ".%8" SCNu32 ".%7" SCNu32 ">", &system, &slot, &generation) != 3)
			return ODEON_EINVAL;
		if (system >= 1u << 15 || slot > REF_SLOT_MASK || generation > REF_GENERATION_MASK)
			return ODEON_EINVAL;
		read = ref_make(system, generation, slot);
		odeon_ref_print(read, again, sizeof again);
		if (strcmp(text, again) != 0)           /* one text for one ref: no signs, zeroes or blanks before numbers */
			return ODEON_EINVAL;
	}
	*ref = read;
	return 0;
}
