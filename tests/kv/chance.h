/* SPDX-License-Identifier: BSD-2-Clause */
/* chance.h - choices by a seed, told when a test fails */
#ifndef KV_CHANCE_H
#define KV_CHANCE_H

#include "../../examples/kv/table.h"
#include "../harness/kit.h"

struct chance { uint64_t state; };

static inline void chance_begin(struct chance *chance, int number)
{
	chance->state = kit_seed() + 0x1000003u * (uint64_t)number;
}

static inline unsigned choose(struct chance *chance, unsigned below)
{
	return (unsigned)random_below(&chance->state, below);
}

#endif
