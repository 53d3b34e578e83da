/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A share that was published is dropped: it went with the publication.
 *
 * chapter: 1 Used after it was given away
 * expect:  gcc-O0 gcc-O2 analyzer-O0 analyzer-O2 system-O2 clang-analyzer
 * blind:   clang
 * gcc:     used after .*odeon_publication_new|double-.odeon_frozen_drop. of
 * clang:   [Aa]ttempt to free released memory|[Uu]se of memory after it is freed
 * rust:    E0382 use of moved value: `frozen`
 */
#include <odeon.h>

void used_after_publish(odeon_self *self, odeon_ref topics, odeon_frozen *frozen);
void used_after_publish(odeon_self *self, odeon_ref topics, odeon_frozen *frozen)
{
	odeon_send(self, topics, odeon_publication_new("news", frozen, 0));
	odeon_frozen_drop(frozen); /* wrong */
}
