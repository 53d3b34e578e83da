/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * audit - what must be true of a bank that has done what was wanted, whatever happened meanwhile
 *
 * The accounts are asked while the bank is open; the disk is looked at when no actor runs, or in a simulated
 * system between its steps.
 */
#ifndef BANK_AUDIT_H
#define BANK_AUDIT_H

#include "bank.h"
#include "customer.h"

enum complaint {
	FINE,
	NO_END,                                         /* a transfer is neither done nor undone */
	WRONG_WAY,                                      /* the lines of a transfer are not a way through its diagram */
	TWICE,                                          /* something was booked twice */
	HALF_DONE,                                      /* done, but not withdrawn and deposited once, or refunded */
	HALF_UNDONE,                                    /* undone, but deposited, or withdrawn and not refunded */
	OVERDRAWN,                                      /* an account has had less than nothing */
	MONEY,                                          /* there is less than there was, or more */
	RECEIPT,                                        /* a customer was told something else than the journal says */
	NO_ANSWER,                                      /* an account does not answer */
	BALANCE,                                        /* an account says something else than what the journal says */
	HANGS,                                          /* the customer's orders come to no end */
	TROUBLE                                         /* no memory, or the like */
};

struct totals { unsigned done, undone, refunds; int64_t money; };

/* Asks each account for its balance: said[1] to said[accounts]. Context: plain thread. Returns: FINE or NO_ANSWER. */
enum complaint audit_accounts(odeon_system *system, const struct bank *bank, unsigned accounts, int64_t *said);

/* The amount is what was in each account at first; `said` is what they say that they have. */
enum complaint audit_disk(const struct disk *disk, const struct wishes *wishes, int64_t amount, const int64_t *said,
                          struct totals *totals);

const char *complaint_text(enum complaint complaint);

#endif
