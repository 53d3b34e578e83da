/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.c - SipHash-1-3 (Aumasson and Bernstein), of bytes in the order of a little-endian machine
 */
#include "text.h"
#include <endian.h>
#include <string.h>

struct state { uint64_t a, b, c, d; };

static uint64_t rotated(uint64_t word, unsigned by)
{
	return word << by | word >> (64 - by);
}

static inline __attribute__((always_inline)) void mix(struct state *state)
{
	state->a += state->b;
	state->b = rotated(state->b, 13) ^ state->a;
	state->a = rotated(state->a, 32);
	state->c += state->d;
	state->d = rotated(state->d, 16) ^ state->c;
	state->a += state->d;
	state->d = rotated(state->d, 21) ^ state->a;
	state->c += state->b;
	state->b = rotated(state->b, 17) ^ state->c;
	state->c = rotated(state->c, 32);
}

static void take(struct state *state, uint64_t word)
{
	state->d ^= word;
	mix(state);
	state->a ^= word;
}

static uint64_t word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return le64toh(word);
}

/* Fewer than a word has. */
static uint64_t last_bytes(const char *at, size_t count)
{
	uint64_t word = 0;

	for (size_t i = 0; i < count; i++)
		word |= (uint64_t)(unsigned char)at[i] << (8 * i);
	return word;
}

uint64_t text_hash(struct text text, const struct text_seed *seed)
{
	struct state state = { seed->words[0] ^ 0x736f6d6570736575u, seed->words[1] ^ 0x646f72616e646f6du,
	                       seed->words[0] ^ 0x6c7967656e657261u, seed->words[1] ^ 0x7465646279746573u };
	size_t whole = text.length & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		take(&state, word_at(text.at + i));
	take(&state, (uint64_t)text.length << 56 | (whole < text.length ? last_bytes(text.at + whole, text.length - whole) : 0));
	state.c ^= 0xff;
	mix(&state);
	mix(&state);
	mix(&state);
	return state.a ^ state.b ^ state.c ^ state.d;
}
