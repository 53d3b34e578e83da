/* SPDX-License-Identifier: BSD-2-Clause */
/* chain - added to, written from the front, taken */
#include "chain.h"

#define MESSAGE 96                              /* about what a message takes, beside its bytes */

static size_t load_of(const struct odeon_bytes *bytes)
{
	return MESSAGE + (bytes->room > 0 ? bytes->room : bytes->length);
}

void chain_add(struct chain *chain, struct odeon_bytes *bytes)
{
	if (chain->last != NULL)
		chain->last->next = bytes;
	else
		chain->first = bytes;
	for (;; bytes = bytes->next) {
		chain->length += bytes->length;
		chain->load += load_of(bytes);
		chain->last = bytes;
		if (bytes->next == NULL)
			return;
	}
}

void chain_join(struct chain *chain, struct chain *behind)
{
	if (behind->first == NULL)
		return;
	if (chain->last != NULL)
		chain->last->next = behind->first;
	else
		chain->first = behind->first;
	chain->last = behind->last;
	chain->length += behind->length;
	chain->load += behind->load;
	*behind = (struct chain){ 0 };
}

static void remove_first(struct chain *chain)
{
	struct odeon_bytes *first = chain->first;

	chain->load -= load_of(first);
	chain->first = first->next;
	if (chain->first == NULL)
		chain->last = NULL;
	first->next = NULL;
	odeon_free(first);
}

void chain_advance(struct chain *chain, size_t written)
{
	chain->length -= written;
	for (;;) {
		struct odeon_bytes *first = chain->first;
		size_t some = first == NULL || written < first->length ? written : first->length;

		if (first != NULL && first->room == 0)
			chain->load -= some;
		if (some > 0) {
			first->data += some;
			first->length -= some;
			written -= some;
		}
		if (first == NULL || first->length > 0)
			return;
		remove_first(chain);
	}
}

struct odeon_bytes *chain_take(struct chain *chain)
{
	struct odeon_bytes *all = chain->first;

	*chain = (struct chain){ 0 };
	return all;
}
