/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * messages.c - messages without a runtime, for fuzzers of what is made of them: each a block of its own, so that whoever reads or
 * writes beyond it is seen
 */
#include <odeon.h>
#include <stdlib.h>
#include <string.h>

struct header { _Alignas(max_align_t) const odeon_type *type; };

void *odeon_make(const odeon_type *type, size_t extra, const void *value, const odeon_site *site)
{
	struct header *header = malloc(sizeof *header + type->bytes + extra);

	(void)site;
	if (header == NULL)
		return NULL;
	header->type = type;
	memcpy(header + 1, value, type->bytes);
	return header + 1;
}

void odeon_free(void *message)
{
	struct header *header = (struct header *)message - 1;

	if (message == NULL)
		return;
	if (header->type->drop != NULL)
		header->type->drop(message);
	free(header);
}

void *odeon_keep_at(odeon_self *self, void *message)
{
	(void)self;
	return message;
}

/* None is frozen. */
void odeon_frozen_drop(odeon_frozen *frozen) { (void)frozen; }
