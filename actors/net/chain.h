/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain - messages of bytes that wait to be written, in order, and what they take up
 */
#ifndef NET_CHAIN_H
#define NET_CHAIN_H

#include <odeon/net/bytes.h>

struct chain {
	struct odeon_bytes *first, *last;
	size_t length;                          /* bytes, in all */
	size_t load;                            /* what the messages take up by waiting: who sends single bytes may make us hold a
	                                           large room for each */
};

/* Taken; it may bring others with it. */
void chain_add(struct chain *chain, struct odeon_bytes *bytes);

/* All of `behind`, which is empty then. */
void chain_join(struct chain *chain, struct chain *behind);

/* So many bytes were written, at most as many as there are: what is empty then goes. */
void chain_advance(struct chain *chain, size_t written);

/* All of it, the caller's. */
struct odeon_bytes *chain_take(struct chain *chain);

#endif
