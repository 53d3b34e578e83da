/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odeon/ref.h - the name of an actor, and the place a message was sent from
 *
 * A ref is a value: copy it, store it, send it in messages. It names one life of one actor of one system, for ever:
 * when the actor has ended, every operation on the ref answers ODEON_EGONE, also when its slot has a new actor.
 */
#ifndef ODEON_REF_H
#define ODEON_REF_H

#include <odeon/compiler.h>

typedef struct odeon_ref { uint64_t bits; } odeon_ref; /* system, generation, slot; zero is nobody */
static const odeon_ref ODEON_NOBODY ODEON_UNUSED_ = { 0 };

/* The longest text of a ref, its final zero included. */
#define ODEON_REF_TEXT 40

ODEON_BEGIN_

static inline int odeon_ref_equal(odeon_ref a, odeon_ref b) { return a.bits == b.bits; }
static inline int odeon_ref_is_nobody(odeon_ref ref) { return ref.bits == 0; }

/**
 * odeon_ref_compare - a total order of refs, for sorting and trees; it says nothing about age
 *
 * Returns:  less than, equal to, or greater than 0
 * Context:  any thread, any handler
 * Since:    0.1
 */
static inline int odeon_ref_compare(odeon_ref a, odeon_ref b) { return (a.bits > b.bits) - (a.bits < b.bits); }

/**
 * odeon_ref_hash - a number for hash tables, with all 64 bits well mixed
 *
 * Context:  any thread, any handler
 * Since:    0.1
 */
static inline uint64_t odeon_ref_hash(odeon_ref ref)
{
	uint64_t x = ref.bits;                         /* the finaliser of splitmix64 (Steele, Lea, Flood 2014) */

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/**
 * odeon_ref_print - a ref as text: "<system.slot.generation>", or "<nobody>"
 * @ref:   any ref, also a stale one
 * @text:  where to write; may be NULL when bytes is 0
 * @bytes: room there; ODEON_REF_TEXT is always enough; less truncates, the final zero is always written
 *
 * Returns:  the length of the whole text, without the final zero, as snprintf does
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_ref_print(odeon_ref ref, char *text, size_t bytes);

/**
 * odeon_ref_parse - the ref that odeon_ref_print wrote
 * @text: the text, nothing before it and nothing behind it
 * @ref:  the result; unchanged on failure
 *
 * Returns:  0, or
 *   ODEON_EINVAL  this is not the text of a ref
 * Context:  any thread, any handler
 * Since:    0.1
 */
ODEON_API int odeon_ref_parse(const char *text, odeon_ref *ref);

/* Where a message was sent. A binding makes its own, {"game.lua", "on_tick", 12}; all of it must live for ever. */
typedef struct odeon_site { const char *file, *function; unsigned line; } odeon_site;

#define ODEON_HERE \
	(__extension__({ static const odeon_site odeon_here_ = { __FILE__, __func__, __LINE__ }; &odeon_here_; }))

ODEON_END_
#endif
