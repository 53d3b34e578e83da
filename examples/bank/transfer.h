/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer - an actor that moves money from one account to another: a saga
 *
 *   NOTHING --> BEGUN --withdraw--> WITHDRAWN --deposit--> DONE
 *                 |                     |
 *                 | no funds, closed    | closed
 *                 v                     v
 *               UNDONE <---refund--- REFUSED
 *
 * Each arrow is taken when it is written on the transfer's page in the journal, and an act (withdraw, deposit,
 * refund) is asked for only in the state that the page is in. So whoever starts this again, after whatever
 * end, goes on from the last line: it asks once more for the act that came after it, by the number of the
 * transfer, and the account says what it said before.
 *
 *   An account does not answer (killed, slow, its answer lost): it is asked again, later and later.
 *   The journal does not: the transfer fails, is started anew by its supervisor, and reads its page.
 *   There are two actors of one transfer, since one was believed dead: both ask for the same, both write the same line,
 *   and one of them is refused, and reads its page.
 *
 * When it has come to an end it answers the orders that came meanwhile, and ends.
 */
#ifndef BANK_TRANSFER_H
#define BANK_TRANSFER_H

#include "disk.h"

/* A request of a customer's. The number is the customer's choice, and names the transfer for ever: ordering it twice is
 * ordering it once, so an order whose answer did not come is simply sent again. */
struct order { unsigned transfer, from, to; int64_t amount; };
struct receipt { enum event end; };                     /* DONE or UNDONE */
ODEON_MESSAGE_DECLARE(order);
ODEON_MESSAGE_DECLARE(receipt);

/* What it is given at each start. If the page has lines, these say what is moved. */
struct transfer_is { struct order order; odeon_ref journal, registry; };
extern const odeon_kind transfer_kind;

#endif
