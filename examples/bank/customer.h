/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * customer - an actor that orders transfers, several at a time, until it has the receipt of each
 *
 * Whatever goes wrong with an order, the customer waits a little, and orders the same again, by the same
 * number. It may be killed, too: then it begins with its first order again. In the middle of its list it
 * closes an account, so that there are deposits that cannot be made.
 */
#ifndef BANK_CUSTOMER_H
#define BANK_CUSTOMER_H

#include "transfer.h"
#include <stdbool.h>

#define LANES_MOST 16                                   /* orders at a time */

/* What is wanted, by a seed, and what the receipts say: memory of whoever starts the customer, who looks at it when no
 * customer runs any more. */
struct wishes {
	uint64_t seed;
	unsigned accounts, orders;                      /* transfers 1 to `orders` */
	unsigned closes;                                /* an account; 0: none */
	unsigned lanes;
	int64_t most;                                   /* the largest amount */
	enum event *told;                               /* of each transfer; orders + 1 of them, at first NOTHING */
	unsigned contradictions;                        /* receipts that say something else than one before */
	bool is_deserted;                               /* the customer went before it had them all */
};

struct order wishes_order(const struct wishes *wishes, unsigned transfer);

/* When all is done it ends, and calls odeon_system_quit. */
struct customer_is { struct wishes *wishes; odeon_ref registry; };
extern const odeon_kind customer_kind;

#endif
